"""The shapes of what is read of answers of a Monica: saved ones, and those of a pull."""

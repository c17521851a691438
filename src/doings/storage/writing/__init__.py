"""What a transaction writes, by subject."""

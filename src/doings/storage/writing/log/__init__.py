"""Writing the log of changes: leaves as changes are made, and those of older accounts."""

"""What a transaction reads, by subject."""

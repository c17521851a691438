"""What only SQLite's engine does."""

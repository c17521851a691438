"""What each of Monica's routes does."""

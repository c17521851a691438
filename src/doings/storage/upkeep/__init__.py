"""What keeps a database up to date in the background, while it is in use."""

"""What happened: events as they come, and the log of changes."""

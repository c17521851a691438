"""Reading the log of changes: its tree, and what its leaves say."""

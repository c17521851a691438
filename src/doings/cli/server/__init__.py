"""The server: its settings, its start and its processes."""

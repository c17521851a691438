"""A timeline: which activities a page shows, and where a place lies."""

"""Reading files that people have."""

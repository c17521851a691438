"""The schema, the statements, and between rows and values."""

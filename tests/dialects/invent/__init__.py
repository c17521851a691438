"""The Invent dialect."""

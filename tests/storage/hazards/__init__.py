"""Processes that race, are killed or find the store unavailable."""

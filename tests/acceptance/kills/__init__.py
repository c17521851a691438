"""Servers that are killed again and again."""

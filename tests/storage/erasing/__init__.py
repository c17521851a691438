"""Erasing in a database: what goes, what stays, and what is left in its files."""

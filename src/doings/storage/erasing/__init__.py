"""Erasing: what goes, in which parts, and all that holds a copy of it."""

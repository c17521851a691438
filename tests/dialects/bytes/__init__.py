"""Requests byte by byte, to all five dialects."""

"""Bringing history in."""

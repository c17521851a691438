"""Erasing: who goes, and what is taken out of texts."""

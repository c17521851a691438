"""Erasing people: who goes, what is taken out of texts, and what stays."""

"""Saved answers of vendors, brought in and taken out again."""

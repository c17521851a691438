"""Figures: what is printed of them, kept of them, drawn and written of them."""

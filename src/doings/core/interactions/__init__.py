"""Requests between two parties: their data, their steps, and who records them."""

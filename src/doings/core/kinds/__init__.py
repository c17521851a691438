"""Kinds of activities: the catalogue, the shape of their data, and its rules."""

"""Imports: what they record is noted, and taken back when one is undone."""

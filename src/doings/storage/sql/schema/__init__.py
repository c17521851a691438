"""The tables: the steps that make them, and what is copied of each."""

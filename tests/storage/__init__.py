"""The store, on every engine."""

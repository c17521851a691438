"""The description of the native API."""

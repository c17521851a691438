"""The tests, laid out like `src/doings`."""

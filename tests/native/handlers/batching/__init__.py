"""Recording many at once."""

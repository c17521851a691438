"""Recording many at once: an array, or lines as they stream in."""

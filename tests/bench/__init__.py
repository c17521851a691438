"""The benchmark: what it makes of numbers, and what it sends."""

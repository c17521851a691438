"""Letting others see one timeline: viewer tokens for pages, secret addresses for other programs."""

"""Tests of what is told as it happens."""

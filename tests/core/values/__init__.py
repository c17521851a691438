"""Tests of `core/values`."""

"""Tests of `core/presentation`."""

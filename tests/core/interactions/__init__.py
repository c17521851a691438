"""Tests of `core/interactions`."""

"""Tests of `core/limits`."""

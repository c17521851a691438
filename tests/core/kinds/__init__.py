"""Tests of `core/kinds`."""

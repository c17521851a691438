"""Tests of `storage/checks`."""

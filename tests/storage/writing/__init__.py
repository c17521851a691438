"""Tests of `storage/writing`."""

"""Tests of `storage/reading`."""

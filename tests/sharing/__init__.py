"""Tests of `sharing/`."""

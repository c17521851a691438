"""Tests of `native/http`."""

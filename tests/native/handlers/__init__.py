"""Tests of `native/handlers`."""

"""Tests of `native/viewing`."""

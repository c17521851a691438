"""Tests of `native/openapi`."""

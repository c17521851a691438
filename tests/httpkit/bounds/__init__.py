"""Tests of `httpkit/bounds`."""

"""Tests of `httpkit/input`."""

"""Tests of `httpkit/observing`."""

"""Tests of pulling a history from live services."""

"""Tests of what reaches others while it happens."""

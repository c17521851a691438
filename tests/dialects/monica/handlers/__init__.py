"""Tests of `dialects/monica/handlers`."""

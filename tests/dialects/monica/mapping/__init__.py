"""Tests of `dialects/monica/mapping`."""

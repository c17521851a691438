"""Tests of `storage/sql`."""

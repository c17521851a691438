"""Tests of what speaks for two being one person."""

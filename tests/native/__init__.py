"""Tests of the native API, through the whole application in this process."""

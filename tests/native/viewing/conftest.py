"""The fixtures of the native API, and a client that has a viewer token only."""

from tests.native.conftest import app, engine, native, stranger

__all__ = ["app", "engine", "native", "stranger"]

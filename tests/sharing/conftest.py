"""Each test of what is shown runs on both engines, unless it says otherwise."""

from tests.engines import engine
from tests.native.conftest import app, native, stranger

__all__ = ["app", "engine", "native", "stranger"]

"""Every test of a dialect runs on each engine."""

from tests.engines import engine

__all__ = ["engine"]

"""Doings: a self-hosted activity server that speaks five published activities APIs."""

from importlib.metadata import version

__version__ = version("doings")

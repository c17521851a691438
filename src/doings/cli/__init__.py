"""The command line. One file holds each group of commands; `program` puts them together."""

from doings.cli.program import main

__all__ = ["main"]

"""`doings demo`: an account with a year of believable activities of every catalogued kind."""

from doings.cli.demo.command import DEMO_EXAMPLES, demo

__all__ = ["DEMO_EXAMPLES", "demo"]

"""Fixtures of the acceptance tests: an installation in a folder, and a server that runs in one.

Every test runs on each engine, unless it says otherwise.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.running import Installation, RunningServer, installation_in, serving
from tests.engines import engine

__all__ = ["engine"]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A folder without a database yet, for commands."""
    return installation_in(tmp_path)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server of the test's own, with an empty database."""
    with serving(tmp_path) as running:
        yield running

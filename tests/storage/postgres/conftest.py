"""A database of the test's own on the tests' PostgreSQL server."""

from pathlib import Path

import pytest

from tests.storage import servers


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """The URL of an empty schema."""
    return await servers.running().url_for(tmp_path)

"""Two accounts on one server: one with something in every corner, and a stranger."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engines import engine
from tests.isolation.world import World, filled_world
from tests.serving import serving

__all__ = ["engine"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Both accounts, where nobody is told to wait."""
    async with serving(tmp_path, failed_sign_ins=1_000_000) as served:
        yield await filled_world(served)

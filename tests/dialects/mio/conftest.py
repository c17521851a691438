"""The application with one account that is signed in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dialects.mio.client import Mio
from tests.dialects.serving import Business, Served, serving


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """A running application whose clock stands at noon."""
    async with serving(tmp_path) as running:
        yield running


@pytest.fixture
async def acme(served: Served) -> Business:
    """An account whose days begin at 23:00 UTC."""
    return await served.business("acme", time_zone="Europe/Berlin")


@pytest.fixture
async def mio(served: Served, acme: Business) -> Mio:
    """Its client."""
    return await Mio(served, acme).signed_in()

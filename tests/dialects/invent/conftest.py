"""The application with one account in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dialects.serving import Business, Served, serving


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """A running application."""
    async with serving(tmp_path) as running:
        yield running


@pytest.fixture
async def acme(served: Served) -> Business:
    """An account with a contact `8`."""
    business = await served.business("acme")
    await business.put("contact", "8", name="Jim Halpert")
    return business

"""The application with a company in it, and a client to ask for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dialects.agendize.company import Company
from tests.dialects.serving import Served, serving


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """A running application."""
    async with serving(tmp_path) as running:
        yield running


@pytest.fixture
async def company(served: Served) -> Company:
    """A company in Montreal with a client `8`, who is a contact."""
    business = await served.business("acme", time_zone="America/Montreal")
    await business.put("contact", "8", name="Jim Halpert")
    return Company(served, business)

"""The application with a company in it, and a client to ask for."""

import pytest

from tests.dialects.agendize.company import Company
from tests.serving import Served


@pytest.fixture
async def company(served: Served) -> Company:
    """A company in Montreal with a client `8`, who is a contact."""
    business = await served.business("acme", time_zone="America/Montreal")
    await business.put("contact", "8", name="Jim Halpert")
    return Company(served, business)

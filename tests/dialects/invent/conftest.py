"""The application with one account in it."""

import pytest

from tests.serving import Business, Served


@pytest.fixture
async def acme(served: Served) -> Business:
    """An account with a contact `8`."""
    business = await served.business("acme")
    await business.put("contact", "8", name="Jim Halpert")
    return business

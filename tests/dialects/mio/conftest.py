"""The application with one account that is signed in."""

import pytest

from tests.dialects.mio.client import Mio
from tests.serving import Business, Served


@pytest.fixture
async def acme(served: Served) -> Business:
    """An account whose days begin at 23:00 UTC."""
    return await served.business("acme", time_zone="Europe/Berlin")


@pytest.fixture
async def mio(served: Served, acme: Business) -> Mio:
    """A client of that account, signed in."""
    return await Mio(served, acme).signed_in()

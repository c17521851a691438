"""The application with a space in it, as its clients ask for it."""

import pytest

from tests.dialects.cobot.space import Space
from tests.serving import Served


@pytest.fixture
async def space(served: Served) -> Space:
    """The space `co-up`, with the membership that the documentation posts to."""
    business = await served.business("co-up", time_zone="Europe/Berlin")
    await business.put("membership", "f5ed7a30-3edb-5ac2-bca4-d80e20ecb096", name="Joe Doe")
    return Space(served, business)

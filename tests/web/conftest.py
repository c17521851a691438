"""A served application with an account, and somebody who looks at its pages."""

from collections.abc import AsyncIterator

import pytest

from tests.engines import engine
from tests.serving import Business, Served
from tests.web.visitor import Visitor

__all__ = ["engine"]


@pytest.fixture
async def acme(served: Served) -> Business:
    """An account."""
    return await served.business("acme", time_zone="Europe/Berlin")


@pytest.fixture
async def visitor(served: Served) -> AsyncIterator[Visitor]:
    """Somebody who is not signed in."""
    somebody = Visitor(served)
    yield somebody
    await somebody.http.aclose()


@pytest.fixture
async def member(visitor: Visitor, acme: Business) -> Visitor:
    """Somebody who is signed in to the account."""
    await visitor.sign_in(acme)
    return visitor

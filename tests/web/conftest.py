"""A served application with an account, and somebody who looks at its pages."""

from collections.abc import AsyncIterator

import pytest

from doings.core.clock import HOUR
from tests.builders import note
from tests.clocks import NOON
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


@pytest.fixture
async def two(acme: Business) -> Business:
    """An account in which two contacts share an address."""
    await acme.put("contact", "8", name="Jim Halpert", attrs='{"email":"jim@example.org"}')
    await acme.put("contact", "77", name="James Halpert", attrs='{"mail":"jim@example.org"}')
    await acme.record(note("8", summary="first"), note("77", at=NOON + HOUR, summary="second"))
    return acme

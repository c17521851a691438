"""The accounts of both parties, and a sweeper that is told when to sweep."""

import pytest

from doings.core.interactions.sweeper import Sweeper
from tests.native.handlers.interactions.parties import Party
from tests.serving import Business, Served


@pytest.fixture
async def acme(served: Served) -> Business:
    """The account that begins."""
    return await served.business("acme")


@pytest.fixture
async def beta(served: Served) -> Business:
    """The account of the other party."""
    return await served.business("beta")


@pytest.fixture
def ours(served: Served, acme: Business) -> Party:
    """The initiator."""
    return Party(served, acme)


@pytest.fixture
def theirs(served: Served, beta: Business) -> Party:
    """The receptor."""
    return Party(served, beta)


@pytest.fixture
def sweeper(served: Served) -> Sweeper:
    """A sweeper that is told when to sweep."""
    return Sweeper(served.database, served.clock, lambda error: pytest.fail(str(error)))

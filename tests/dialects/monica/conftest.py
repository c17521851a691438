"""The application with an account in it, and a client of Monica's API."""

from collections.abc import AsyncIterator

import httpx
import pytest

from doings.core.entity import Entity
from tests.serving import Business, Served

API = "http://server/monica/api"


@pytest.fixture
async def acme(served: Served) -> Business:
    """An account whose days begin at 23:00 UTC, 22:00 in summer."""
    return await served.business("acme", time_zone="Europe/Berlin")


@pytest.fixture
async def monica(served: Served, acme: Business) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is signed in and speaks to Monica's API only."""
    transport = httpx.ASGITransport(served.application)
    async with httpx.AsyncClient(transport=transport, base_url=API, headers=acme.bearer) as client:
        yield client


@pytest.fixture
async def jim(acme: Business) -> Entity:
    """A contact."""
    return await acme.put("contact", "8", name="Jim Halpert")

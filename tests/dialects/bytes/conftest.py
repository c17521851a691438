"""Each vendor in turn, and a served account to ask."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doings.core.activity import ACTOR, Link
from tests.builders import note
from tests.dialects.bytes.vendors import NOON, VENDORS, Vendor
from tests.serving import Business, Served, serving


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.name)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """Each of the five."""
    found: Vendor = request.param
    return found


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """The whole application, behind a proxy."""
    async with serving(tmp_path, behind_proxy=True) as running:
        yield running


@pytest.fixture
async def acme(served: Served) -> Business:
    """An account with something for every dialect."""
    business = await served.business()
    await business.put("contact", "8", name="Jim Halpert")
    await business.put("contact", "café", name="Ann")
    await business.put("membership", "m1", name="M")
    await business.put("membership", "m2", name="N")
    await business.record(
        note("8", kind="note.created", at=NOON),
        note("8", kind="email.created", at=NOON),
        note("8", kind="appointment.scheduled", at=NOON),
        note("8", kind="contact.blocked", at=NOON),
        note(Link("membership", "m1"), kind="text.posted", at=NOON, body="one"),
        note(Link("membership", "m2"), kind="invoice.created", at=NOON),
        *[
            note(
                Link("business", "acme", ACTOR),
                Link("individual", id_, "counterpart"),
                kind="details.requested",
                at=NOON,
            )
            for id_ in ("i1", "i2")
        ],
    )
    return business

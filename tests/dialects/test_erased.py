"""What each dialect shows of people that were erased since: an id that says nothing, no names."""

import pytest

from doings.core.activity import Draft, Link
from doings.core.erasing.erasure import ErasureOrder
from tests.clocks import NOON
from tests.dialects.test_deleted import answer_of
from tests.serving import Business, Served

NAMES = (("contact", "7"), ("membership", "m1"), ("individual", "i1"))

PATHS = (
    "/v1/activities",
    "/invent/orgs/c/contacts/8/activities",
    "/agendize/api/2.3/activities?clientId=8",
    "/cobot/acme/api/activities?last=9",
    "/cobot/acme/api/activities?last=9&types=plan_change",
    "/mio/business/v1/activities",
    "/monica/api/activities",
    "/monica/api/contacts",
)

OF_THE_CONTACT = ("/monica", "/invent", "/agendize")
"""Where nobody is shown but the contact who is asked for, and who did it."""


@pytest.fixture
async def business(served: Served) -> Business:
    """Some activities, and all in them but contact 8 erased afterwards."""
    business = await served.business(time_zone="Europe/Berlin")
    await business.put("contact", "8", name="Ann Lee")
    for type_, id_ in NAMES:
        await business.put(type_, id_, name="Secret Name", attrs='{"email":"secret@example.org"}')
    both = (Link("contact", "8"), Link("contact", "7"), Link("user", "u1", "actor"))
    await business.record(
        Draft(kind="note.created", occurred_at=NOON, body="Secret Name", links=both),
        Draft(kind="plan.changed", occurred_at=NOON, links=(Link("membership", "m1"),)),
        Draft(
            kind="details.requested",
            occurred_at=NOON,
            links=(Link("individual", "i1", "counterpart"),),
        ),
    )
    for type_, id_ in NAMES:
        order = ErasureOrder(
            entity=(type_, id_), activities="erase" if type_ == "contact" else "unlink"
        )
        await served.database.erasures.erase(business.account.id, order)
    return business


async def test_no_dialect_breaks_on_who_was_erased(served: Served, business: Business) -> None:
    """Each list is answered, and nothing that was said of them is in it."""
    found = [str(await answer_of(served, business, path)) for path in PATHS]

    assert not any("ecret" in text for text in found)
    assert [path for path, text in zip(PATHS, found, strict=True) if "erased-" in text] == [
        path for path in PATHS if not path.startswith(OF_THE_CONTACT)
    ]


async def test_who_was_erased_is_found_in_none(served: Served, business: Business) -> None:
    """Neither by the id nor by the number that Monica showed."""
    (seq,) = [
        entity
        for (entity,) in await served.database.engine.read(
            lambda connection: connection.fetch(
                "SELECT seq FROM entities WHERE type = 'contact' AND id <> '8'"
            )
        )
    ]
    for path in (
        f"/monica/api/contacts/{seq}",
        "/invent/orgs/c/contacts/7/activities",
        "/cobot/acme/api/memberships/m1",
        "/v1/entities/contact/7",
    ):
        answer = await served.client.get(path, headers=business.bearer)
        assert answer.status_code == 404, path

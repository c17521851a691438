"""What each dialect shows of people and things that were deleted since: their ids, no names."""

import json
from typing import Any

import pytest

from doings.core.activity import Draft, Link
from tests.clocks import NOON
from tests.serving import Business, Served


@pytest.fixture
async def business(served: Served) -> Business:
    """Some activities, and all but their contact 8 and its colleague 9 deleted afterwards."""
    business = await served.business(time_zone="Europe/Berlin")
    names = (("contact", "8"), ("contact", "9"), ("contact", "7"), ("user", "u1"))
    things = (("segment", "s1"), ("membership", "m1"), ("individual", "i1"))
    for type_, id_ in (*names, *things):
        await business.put(type_, id_, name="Secret Name", attrs='{"email":"secret@example.org"}')
    both = tuple([Link("contact", id_) for id_ in ("8", "9", "7")])
    user = Link("user", "u1", "actor")
    await business.record(
        Draft(kind="note.created", occurred_at=NOON, body="a", links=(*both, user)),
        Draft(kind="segment.added", occurred_at=NOON, links=(both[0], Link("segment", "s1"), user)),
        Draft(kind="plan.changed", occurred_at=NOON, links=(Link("membership", "m1"),)),
        Draft(
            kind="details.requested",
            occurred_at=NOON,
            links=(Link("individual", "i1", "counterpart"),),
        ),
    )
    for type_, id_ in (*names[2:], *things):
        await business.delete(type_, id_)
    return business


async def answer_of(served: Served, business: Business, path: str) -> Any:  # noqa: ANN401 - JSON
    """The answer to a request, in which nothing that was said of the deleted ones is left."""
    headers = business.bearer
    if path.startswith("/mio"):
        signed = await served.client.post(
            "/mio/business/v1/auth",
            headers={"x-api-key": business.key},
            auth=("acme", business.secret),
        )
        headers = {
            "x-api-key": business.key,
            "Authorization": f"Bearer {signed.json()['token']}",
        }
    answer = await served.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_invent_shows_ids(served: Served, business: Business) -> None:
    """Of the user who did it, and of the segment."""
    found = await answer_of(served, business, "/invent/orgs/c/contacts/8/activities")

    assert [item["actor"]["id"] for item in found] == ["u1", "u1"]
    assert [item["actor"]["name"] for item in found] == [None, None]
    assert (found[0]["segment"]["id"], found[0]["segment"]["name"]) == ("s1", None)
    assert "ecret" not in json.dumps(found)


async def test_agendize_shows_the_user_s_name(served: Served, business: Business) -> None:
    """`userName` is the id."""
    found = await answer_of(served, business, "/agendize/api/2.3/activities?clientId=8")

    assert [item["user"] for item in found["items"]] == [
        {"userName": "u1", "emailAddress": None, "firstName": None, "lastName": None}
    ]


async def test_cobot_shows_the_membership_s_id(served: Served, business: Business) -> None:
    """With null for its name."""
    path = "/cobot/acme/api/activities?last=9&types=plan_change"

    (item,) = await answer_of(served, business, path)

    assert item["attributes"] == {"membership_id": "m1", "membership_name": None}


async def test_mio_shows_the_other_party(served: Served, business: Business) -> None:
    """As a member without a name, which can be filtered by."""
    for query in ("", "?entity=i1"):
        found = await answer_of(served, business, f"/mio/business/v1/activities{query}")

        (item,) = found["activities"]
        assert (item["entity"]["id"], item["entity"]["name"]) == ("i1", None)


async def test_monica_leaves_a_contact_out_of_attendees(served: Served, business: Business) -> None:
    """The others stay, and so does the activity."""
    found = await answer_of(served, business, "/monica/api/activities")

    note = next(item for item in found["data"] if item["description"] == "a")
    assert note["attendees"]["total"] == 2
    assert len(note["attendees"]["contacts"]) == 2

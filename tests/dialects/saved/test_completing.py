"""What an import adds to what is known: granted data, clients, equal events, memberships."""

import json
from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest

from doings.core.store.imports import ImportCounts
from tests.dialects.saved.saving import Desk
from tests.serving import Business, Served, serving

HERE = Path(__file__).parents[1]

Members = dict[str, Any]


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """The whole application, at a clock that stands still."""
    async with serving(tmp_path) as running:
        yield running


@pytest.fixture
async def business(served: Served) -> Business:
    """An account."""
    return await served.business()


# mio

GRANTED = [
    {
        "code": "A",
        "type": "FORM",
        "category": "PERSONAL",
        "data": {"n": 1},
        "items": [{"code": "I", "type": "TEXT", "data": "secret"}],
    }
]
LISTED: Members = {
    "id": "one",
    "type": "AT_001",
    "in_out_bound": "OUT",
    "created_at": 1_704_000_000_000,
    "description": "Share your name",
    "status": "ACCEPTED",
    "entity": {"id": "e", "name": "Ann", "type": "INDIVIDUAL"},
    "requirements": [{"code": "A", "type": "FORM", "category": "PERSONAL", "items": []}],
    "timeline": [{"status": "SENT", "at": 1_704_000_000_000}],
}
DETAIL = LISTED | {"accepted_requirements": GRANTED}
EMPTIED = LISTED | {
    "accepted_requirements": [
        {**GRANTED[0], "data": None, "items": [{"code": "I", "type": "TEXT", "data": None}]}
    ]
}
PENDING = {**LISTED, "status": "SENT"}
COMPLETED = {**LISTED, "status": "COMPLETED", "completed_at": 1_704_000_900_000}
DECLINED = {**LISTED, "status": "DECLINED"}


def list_of(*activities: Members) -> bytes:
    """An answer with a list."""
    return msgspec.json.encode({"has_next": False, "activities": activities})


async def shown(desk: Desk) -> Members:
    """The only activity of mio's, as its detail shows it."""
    (activity,) = (await desk.give())["activities"]
    found: Members = activity
    return found


CASES = {
    "the list and its detail": [LISTED, DETAIL],
    "a list without the other party": [
        {name: value for name, value in LISTED.items() if name != "entity"},
        DETAIL,
    ],
    "a detail without what was granted": [EMPTIED, DETAIL],
    "before it was answered": [PENDING, DETAIL],
    "list, emptied and whole": [LISTED, EMPTIED, DETAIL],
    "without words": [{**LISTED, "description": None}, DETAIL],
}


@pytest.mark.parametrize("joined", [False, True], ids=["apart", "joined"])
@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(order, id=f"{name} {number}")
        for name, cases in CASES.items()
        for number, order in enumerate(permutations(cases))
    ],
)
async def test_answers_about_one_interaction_complete_each_other(
    served: Served,
    business: Business,
    answers: tuple[Members, ...],
    joined: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """In whichever order they come, in one file or in several; a second time adds nothing."""
    desk = Desk(served, business, "mio")
    files = [list_of(one) if "accepted_requirements" not in one else msgspec.json.encode(one)
             for one in answers]  # fmt: skip

    if joined:
        await desk.take(*files)
    else:
        for file in files:
            await desk.take(file)
    found = await shown(desk)
    again = await desk.take(*files)

    assert found["accepted_requirements"] == GRANTED
    assert (found["status"], found["description"]) == ("ACCEPTED", "Share your name")
    assert found["entity"]["name"] == "Ann"
    assert (again.recorded, again.filled, again.entities, again.bad) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("known", "other", "status", "is_granted"),
    [
        (LISTED, COMPLETED, "COMPLETED", False),
        (COMPLETED, DETAIL, "COMPLETED", True),
        (DETAIL, COMPLETED, "COMPLETED", True),
        (DECLINED, DETAIL, "DECLINED", False),
        (DETAIL, DECLINED, "ACCEPTED", True),
        (DETAIL, PENDING, "ACCEPTED", True),
    ],
)
async def test_later_status_counts(
    served: Served,
    business: Business,
    *,
    known: Members,
    other: Members,
    status: str,
    is_granted: bool,
) -> None:
    """And what was granted is lost by no status, nor added to one that grants nothing."""
    desk = Desk(served, business, "mio")
    await desk.take(list_of(known))

    await desk.take(list_of(other))

    found = await shown(desk)
    assert found["status"] == status
    assert bool(found["accepted_requirements"]) == is_granted


async def test_what_may_not_be_kept_is_not_completed(served: Served, business: Business) -> None:
    """Data whose time is over stays out, while the rest of what was granted is known."""
    desk = Desk(served, business, "mio")
    over = {"expires_at": 1_704_000_500_000}
    await desk.take(list_of(LISTED | over))

    await desk.take(list_of(DETAIL | over))

    rows = await business.rows("SELECT data FROM activities")
    assert "secret" not in rows[0][0]
    assert '"accepted_requirements"' in rows[0][0]


# Agendize

ITEMS = json.loads((HERE / "agendize/golden/answer.json").read_text())


async def items_of(served: Served, business: Business, client: str) -> list[str]:
    """The ids of a client's activities, as the vendor's API lists them."""
    answer = await served.client.get(
        "/agendize/api/2.3/activities", params={"clientId": client}, headers=business.bearer
    )
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


CLIENTS: dict[str, tuple[list[tuple[str, str, str | None]], list[tuple[str, str, str | None]]]] = {
    "nobody is known": ([], []),
    "a contact": ([("contact", "8", None)], []),
    "a record": ([("client", "8", None)], []),
    "a record of a contact": ([("client", "8", "77")], []),
    "a record, and another contact of that id": (
        [("contact", "8", None), ("client", "8", "77")],
        [],
    ),
    "a record that comes later": ([], [("client", "8", "77")]),
    "a record that comes after a contact": ([("contact", "8", None)], [("client", "8", "77")]),
    "a record that gets a contact later": ([("client", "8", None)], [("client", "8", "77")]),
    "a record that changes hands": ([("client", "8", "77")], [("client", "8", "78")]),
    "a record that is its own later": ([("client", "8", "77")], [("client", "8", None)]),
}


@pytest.mark.parametrize("name", CLIENTS)
async def test_client_is_found_by_its_id(served: Served, business: Business, name: str) -> None:
    """Whether it was linked to a contact before the import or after it."""
    before, after = CLIENTS[name]
    for type_, id_, contact in before:
        await business.put(type_, id_, contact=contact)

    await Desk(served, business, "agendize", "8").take(msgspec.json.encode(ITEMS))
    for type_, id_, contact in after:
        await business.put(type_, id_, contact=contact)

    assert await items_of(served, business, "8") == [item["id"] for item in ITEMS["items"]]
    owner = ([*before, *after] or [("contact", "8", None)])[-1][2]
    if owner is not None:
        assert len(await business.timeline(owner)) == len(ITEMS["items"])
        assert owner == "8" or await business.timeline("8") == []


# Cobot


def event(type_: str, text: str = "x", at: str = "2014/04/01 00:01:02 +0000") -> Members:
    """An element of a list."""
    return {"created_at": at, "type": type_, "channels": ["admin"], "attributes": {"mark": text}}


TYPES = [
    "checkin", "x", "max", "CheckIn", "check-in", "check in", "booking.created", "_", "a_", "_a",
    "1", "1_day", "plan_changed", "invoice_created", "cobot", "cobot_checkin", "cobot_type_x",
    "Zugänge", "入室", "note_created", "new_booking", "a" * 64, "a__b", "text!",
]  # fmt: skip


async def test_types_come_back_as_they_were(served: Served, business: Business) -> None:
    """Each is found by the filter of that name, and by no other."""
    desk = Desk(served, business, "cobot")
    answer = [
        event(type_, type_, f"2014/04/01 00:00:{at:02} +0000") for at, type_ in enumerate(TYPES)
    ]

    counts = await desk.take(msgspec.json.encode(answer))

    assert (counts.recorded, counts.bad) == (len(TYPES), 0)
    assert await desk.give() == answer
    for type_ in TYPES:
        found = await served.client.get(
            "/cobot/acme/api/activities",
            params={"types": type_, "from": "2014-04-01", "to": "2014-04-02"},
            headers=business.bearer,
        )
        assert [one["attributes"]["mark"] for one in found.json()] == [type_]


@pytest.mark.parametrize(
    ("answers", "recorded"),
    [
        ([[event("text")] * 2], 2),
        ([[event("checkin")] * 3, [event("checkin")] * 2], 3),
        ([[event("checkin")], [event("checkin")] * 2], 2),
        ([[event("checkin"), event("text"), event("checkin")]], 3),
        ([[event("text"), event("text", at="2014/04/01 00:01:03 +0000")] * 2], 4),
        ([[event("text", "a"), event("text", "b")]], 2),
    ],
)
async def test_equal_events_are_as_many_as_an_answer_has(
    served: Served, business: Business, answers: list[list[Members]], recorded: int
) -> None:
    """Answers that overlap hold the same ones, so importing again adds nothing."""
    files = [msgspec.json.encode(answer) for answer in answers]
    other = await served.business("other")
    desk, another = Desk(served, business, "cobot"), Desk(served, other, "cobot")

    first = await desk.take(*files)
    for file in files:
        await another.take(file)
    again = [await desk.take(*files), await desk.take(*reversed(files))]

    assert first.recorded == recorded == len(await desk.give()) == len(await another.give())
    assert {one.recorded for one in again} == {0}


MEMBER = {
    "id": "m1",
    "name": "Ann",
    "email": "ann@example.org",
    "plan": {"name": "Flex", "price": 95.0},
    "confirmed_at": "2014/04/01 00:01:02 +0000",
    "canceled_to": None,
    "phone": "123",
}


@pytest.mark.parametrize(
    "answer",
    [[MEMBER], MEMBER, [MEMBER, {"id": "m2", "name": None}], [{"id": "m3", "email": None}]],
    ids=["a list", "one", "two", "without a name"],
)
async def test_saved_memberships_are_memberships(
    served: Served,
    business: Business,
    answer: Any,  # noqa: ANN401 - any JSON
) -> None:
    """They are listed as they were saved; a second time adds nothing."""
    desk = Desk(served, business, "cobot")
    text = msgspec.json.encode(answer)
    members = answer if isinstance(answer, list) else [answer]

    first, again = await desk.take(text), await desk.take(text)

    listed = await served.client.get("/cobot/acme/api/memberships", headers=business.bearer)
    nothing = dict.fromkeys(["id", "name", "email", "plan", "confirmed_at", "canceled_to"])
    assert listed.json() == [nothing | member for member in members]
    assert first == ImportCounts(entities=len(members))
    assert again == ImportCounts(repeated=len(members))


@pytest.mark.parametrize(
    "member", [{"id": 5, "name": "x"}, {"id": "", "name": "x"}, {"id": "a", "name": 5}]
)
async def test_membership_that_cannot_be_is_bad(
    served: Served, business: Business, member: Members
) -> None:
    """The others of the list are imported."""
    counts = await Desk(served, business, "cobot").take(msgspec.json.encode([member, MEMBER]))

    assert (counts.entities, counts.bad) == (1, 1)

"""Notes, calls, conversations, life events and the journal, as Monica takes and answers them."""

import httpx
import msgspec
import pytest

from doings.core.activity import Link
from doings.core.clock import SECOND, text_from_instant
from doings.core.entity import Entity
from doings.dialects.monica.mapping.resources.activities import values_of
from doings.dialects.monica.mapping.resources.happened import CALLS
from tests.dialects.monica.happened import (
    GOOD,
    KEYS,
    KINDS,
    PATHS,
    Document,
    activity_of,
    body_for,
    create,
    refused,
)
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served


@pytest.mark.parametrize("path", PATHS)
async def test_an_entry_is_an_activity(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, path: str
) -> None:
    """It is shown as it was recorded, in Monica's order, and deleted for good."""
    document = await create(monica, path, jim)

    activity = await activity_of(acme, document)
    assert list(document) == [*KEYS[path].split(), "created_at", "updated_at"]
    assert (activity.kind, activity.origin) == (KINDS[path], "monica")
    assert document["uuid"] == activity.id
    assert (await monica.get(f"{path}/{document['id']}")).json() == {"data": document}
    listed = (await monica.get(path)).json()
    assert (listed["data"], listed["meta"]["total"]) == ([document], 1)
    deleted = await monica.delete(f"{path}/{document['id']}")
    assert deleted.json() == {"deleted": True, "id": document["id"]}
    assert (await monica.get(path)).json()["data"] == []


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("path", "member"),
    [("/calls", "called_at"), ("/conversations", "happened_at"), ("/lifeevents", "happened_at")],
)
async def test_an_entry_moves_to_another_day_as_an_activity(
    monica: httpx.AsyncClient, jim: Entity, path: str, member: str
) -> None:
    """Both lists show the new day, and so does the contact; another summary moves nothing."""
    document = await create(monica, path, jim, **{member: "2013-03-08T10:30:00Z"})
    sent = {"summary": "Sum", "description": None, "contacts": [jim.seq]}
    at = f"/activities/{document['id']}"

    await monica.put(at, json={**sent, "happened_at": "2013-03-08"})
    before = (await monica.get(f"{path}/{document['id']}")).json()["data"][member]
    moved = (await monica.put(at, json={**sent, "happened_at": "2020-02-08"})).json()["data"]

    shown = (await monica.get(f"{path}/{document['id']}")).json()["data"]
    contact = (await monica.get(f"/contacts/{jim.seq}")).json()["data"]
    assert before == "2013-03-08T10:30:00Z"
    assert (moved["happened_at"][:10], shown[member]) == ("2020-02-08", "2020-02-08T00:00:00Z")
    assert contact["last_activity_together"][:10] == "2020-02-08"


@SQLITE_ONLY
@pytest.mark.parametrize("path", PATHS)
async def test_what_is_sent_back_as_shown_changes_nothing(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, path: str
) -> None:
    """Nor does a zone, a time of day or a favorite's time get lost."""
    document = await create(monica, path, jim)
    before = await activity_of(acme, document)
    shown = {
        name: value
        for name, value in {**GOOD[path], **document}.items()
        if value is not None and name not in {"emotions", "life_event_type", "contact"}
    }

    answer = await monica.put(f"{path}/{document['id']}", json={**body_for(path, jim), **shown})

    after = await activity_of(acme, document)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == document
    assert after == before


@SQLITE_ONLY
@pytest.mark.parametrize("path", PATHS)
async def test_unknown_entries(monica: httpx.AsyncClient, jim: Entity, path: str) -> None:
    """404, except where Monica counts the id among what is sent; an activity is no entry."""
    lunch = await monica.post(
        "/activities",
        json={"summary": "Lunch", "happened_at": "2018-02-02", "contacts": [jim.seq]},
    )
    told = {"/calls": "call", "/conversations": "conversation"}.get(path)
    for id_ in (999, lunch.json()["data"]["id"], "x"):
        assert (await monica.get(f"{path}/{id_}")).status_code == 404
        changed = await monica.put(f"{path}/{id_}", json=body_for(path, jim))
        deleted = await monica.delete(f"{path}/{id_}")
        assert changed.status_code == (422 if told else 404)
        assert deleted.status_code == (422 if path == "/conversations" else 404)
        if told:
            message = f"The selected {told} id is invalid."
            assert changed.json()["error"] == {"message": [message], "error_code": 32}


BAD: list[tuple[str, Document, list[str]]] = [
    ("/notes", {"body": None}, ["The body field is required."]),
    ("/notes", {"body": "  ", "contact_id": ""}, [
        "The body field is required.", "The contact id field is required.",
    ]),
    ("/notes", {"body": "x" * 100_001}, ["The body may not be greater than 100000 characters."]),
    ("/notes", {"is_favorited": "yes"}, ["The is favorited field must be true or false."]),
    ("/notes", {"contact_id": "x"}, ["The contact id must be an integer."]),
    ("/calls", {"called_at": None}, ["The called at field is required."]),
    ("/calls", {"called_at": "soon", "content": 1}, [
        "The called at is not a valid date.", "The content must be a string.",
    ]),
    ("/calls", {"emotions": "joy", "contact_called": 2}, [
        "The contact called field must be true or false.", "The emotions must be an array.",
    ]),
    ("/conversations", {"contact_field_type_id": 99}, [
        "The selected contact field type id is invalid.",
    ]),
    ("/conversations", {"contact_id": 99}, ["The selected contact id is invalid."]),
    ("/lifeevents", {"has_reminder": None, "happened_at_day_unknown": None}, [
        "The has reminder field is required.", "The happened at day unknown field is required.",
    ]),
    ("/lifeevents", {"name": 7}, ["The name must be a string."]),
    ("/journal", {"title": "x" * 256, "post": None}, [
        "The title may not be greater than 255 characters.", "The post field is required.",
    ]),
]  # fmt: skip


@SQLITE_ONLY
async def test_rules(monica: httpx.AsyncClient, jim: Entity) -> None:
    """All that is wrong is told in sentences, in the order of the rules; nothing is recorded."""
    for path, changed, messages in BAD:
        answer = await monica.post(path, json=body_for(path, jim, **changed))

        assert await refused(answer) == (422, messages), (path, changed)
    for path in PATHS:
        assert (await monica.get(path)).json()["meta"]["total"] == 0


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("/notes", {"contact_id": 99}),
        ("/calls", {"contact_id": 99}),
        ("/calls", {"emotions": [1, 134]}),
        ("/calls", {"emotions": ["x"]}),
        ("/lifeevents", {"contact_id": 99}),
        ("/lifeevents", {"life_event_type_id": 44}),
    ],
)
async def test_what_an_entry_names_has_to_be_there(
    monica: httpx.AsyncClient, jim: Entity, path: str, changed: Document
) -> None:
    """Else 404, and nothing is recorded."""
    answer = await monica.post(path, json=body_for(path, jim, **changed))

    assert await refused(answer) == (404, "The resource has not been found")
    assert (await monica.get(path)).json()["meta"]["total"] == 0


@SQLITE_ONLY
async def test_a_note_moves_to_another_contact(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Its other links stay; a favorite is one since it became one."""
    ann = await acme.put("contact", "9", name="Ann Lee")
    seq = (await acme.record_one("8", Link("user", "u1", "actor"), body="Hi")).seq

    answer = await monica.put(
        f"/notes/{seq}", json={"body": "Hi", "contact_id": ann.seq, "is_favorited": True}
    )

    document = answer.json()["data"]
    activity = await activity_of(acme, document)
    assert document["contact"]["id"] == ann.seq
    assert document["favorited_at"] == "2026-03-01T12:00:00Z"
    assert [(link.entity.type, link.entity.id) for link in activity.links] == [
        ("contact", "9"), ("user", "u1"),
    ]  # fmt: skip
    for_jim = (await monica.get(f"/contacts/{jim.seq}/notes")).json()
    for_ann = (await monica.get(f"/contacts/{ann.seq}/notes")).json()
    assert (for_jim["meta"]["total"], for_ann["data"]) == (0, [document])


async def test_notes_of_other_surfaces(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """A text of Cobot's is a note as its text; what concerns nobody is none."""
    await acme.record_one("8", kind="text.posted", body="<b>Hello</b> &amp; you")
    await acme.record_one("8", kind="note.created", summary="Only a summary")
    await acme.record_one(kind="note.created", body="About nobody")
    await acme.record_one("8", kind="encounter.logged", body="Lunch")

    listed = (await monica.get("/notes")).json()
    of_jim = (await monica.get(f"/contacts/{jim.seq}/notes")).json()

    assert [note["body"] for note in listed["data"]] == ["Hello & you", "Only a summary"]
    assert of_jim["data"] == listed["data"]
    statistics = (await monica.get(f"/contacts/{jim.seq}")).json()["data"]["statistics"]
    assert (statistics["number_of_notes"], statistics["number_of_activities"]) == (2, 3)


async def test_notes_go_by_when_they_became_favorites(
    monica: httpx.AsyncClient, served: Served, jim: Entity
) -> None:
    """Those that are none come first, as they were made."""
    notes = [
        (await create(monica, "/notes", jim, body=body, is_favorited=False))["id"]
        for body in "abcd"
    ]
    for number in (notes[2], notes[0]):
        served.clock.instant += SECOND
        favorite = {"body": "x", "contact_id": jim.seq, "is_favorited": 1}
        await monica.put(f"/notes/{number}", json=favorite)

    async def ids(query: str) -> list[int]:
        return [note["id"] for note in (await monica.get(f"/notes?{query}")).json()["data"]]

    a, b, c, d = notes
    assert await ids("sort=favorited_at") == [b, d, c, a]
    assert await ids("sort=-favorited_at") == [a, c, d, b]
    assert await ids(f"contact_id={jim.seq}&sort=favorited_at&limit=3&page=2") == [a]
    assert (await monica.get("/calls?sort=favorited_at")).status_code == 500


async def test_lists_go_by_what_is_asked(monica: httpx.AsyncClient, jim: Entity) -> None:
    """By recording, by last change, and calls by when they were; with the years of calls."""
    days = ("2019-05-01", "2017-05-01", "2019-01-01 00:30:00")
    first, second, third = [
        (await create(monica, "/calls", jim, called_at=day))["id"] for day in days
    ]
    await monica.put(f"/calls/{first}", json={"called_at": days[0], "content": "Changed"})

    async def ids(query: str, path: str = "/calls") -> list[int]:
        document = (await monica.get(f"{path}?{query}")).json()
        assert document["meta"]["statistics"] == {"2019": 2, "2017": 1}
        return [call["id"] for call in document["data"]]

    assert await ids("") == [first, second, third]
    assert await ids("sort=-created_at&limit=2") == [third, second]
    assert await ids("sort=-created_at&limit=2&page=2") == [first]
    assert await ids("sort=called_at") == [second, third, first]
    assert await ids("sort=-called_at", f"/contacts/{jim.seq}/calls") == [first, third, second]
    assert (await monica.get("/notes?sort=called_at")).status_code == 500
    assert (await monica.get("/calls?sort=completed_at")).status_code == 500
    assert (await monica.get("/contacts/99/calls")).status_code == 404


@SQLITE_ONLY
async def test_the_last_change_comes_last(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """`updated_at` is in both directions."""
    seqs = [(await acme.record_one("8", body=str(number))).seq for number in range(3)]
    acme.database.clock.instant += 60_000_000  # type: ignore[attr-defined]
    await monica.put(f"/notes/{seqs[1]}", json={"body": "Changed", "contact_id": jim.seq})

    for query, expected in (("updated_at", [0, 2, 1]), ("-updated_at", [1, 2, 0])):
        listed = (await monica.get(f"/notes?sort={query}")).json()["data"]
        assert [note["id"] for note in listed] == [seqs[number] for number in expected]


MOMENTS = [
    ("2018-02-02", "2018-02-02T00:00:00Z", "2018-02-01T23:00:00Z"),
    ("2018-02-02 10:30:00", "2018-02-02T10:30:00Z", "2018-02-02T10:30:00Z"),
    ("2018-02-02T10:30:00+02:00", "2018-02-02T08:30:00Z", "2018-02-02T08:30:00Z"),
    ("2 February 2018", "2018-02-02T00:00:00Z", "2018-02-01T23:00:00Z"),
]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("sent", "shown", "occurred_at"),
    MOMENTS,
)
async def test_moments(
    monica: httpx.AsyncClient, acme: Business, sent: str, shown: str, occurred_at: str
) -> None:
    """A date is shown as its midnight and begins its day in the account's zone."""
    jim = await acme.put("contact", "8")
    document = await create(monica, "/calls", jim, called_at=sent)

    activity = await activity_of(acme, document)
    assert document["called_at"] == shown
    assert text_from_instant(activity.occurred_at) == occurred_at
    contact = (await monica.get(f"/contacts/{jim.seq}")).json()["data"]
    assert contact["last_called"] == shown
    assert contact["statistics"]["number_of_calls"] == 1


@SQLITE_ONLY
@pytest.mark.parametrize("data", ['{"happened_on":5}', '{"happened_on":"soon","emotions":"x"}'])
async def test_data_of_another_form_is_left_out(acme: Business, data: str) -> None:
    """Older activities of these kinds may hold anything."""
    activity = msgspec.structs.replace(await acme.record_one("8", kind="call.logged"), data=data)

    values = values_of(CALLS, activity)

    assert values["called_at"] == "2026-03-01T12:00:00Z"
    assert values["emotions"] == []


@SQLITE_ONLY
async def test_a_call_keeps_its_emotions(monica: httpx.AsyncClient, jim: Entity) -> None:
    """As long as none are sent, and without empty ones; what else is not sent becomes null."""
    document = await create(monica, "/calls", jim, contact_called=True, emotions=[1, "", 2])

    answer = await monica.put(
        f"/calls/{document['id']}", json={"called_at": "2018-02-03", "emotions": []}
    )

    changed = answer.json()["data"]
    assert [one["id"] for one in changed["emotions"]] == [1, 2]
    assert (changed["content"], changed["contact_called"]) == (None, False)
    assert changed["called_at"] == "2018-02-03T00:00:00Z"


async def test_a_life_event_has_a_type_and_may_come_up_each_year(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Other surfaces show the type by its name."""
    document = await create(monica, "/lifeevents", jim, has_reminder=True, name=None)
    of_type = document["life_event_type"]
    reminders = (await monica.get(f"/contacts/{jim.seq}/reminders")).json()["data"]
    invent = await monica.get(
        "http://server/invent/orgs/c/contacts/8/activities", headers=acme.bearer
    )

    assert (of_type["name"], of_type["default_life_event_type_key"]) == ("Marriage", "marriage")
    assert of_type["life_event_category"]["name"] == "Family & relationships"
    assert [(one["title"], one["frequency_type"], one["initial_date"]) for one in reminders] == [
        ("Marriage", "year", "2018-02-02T00:00:00Z")
    ]
    assert [one["note"]["content"] for one in invent.json()] == ["Rain"]
    changed = await monica.put(
        f"/lifeevents/{document['id']}",
        json={"life_event_type_id": 1, "happened_at": "2018-02-03", "name": "Work"},
    )
    assert changed.json()["data"]["life_event_type"]["name"] == "New job"
    assert changed.json()["data"]["note"] is None


@SQLITE_ONLY
async def test_the_journal_is_about_nobody(monica: httpx.AsyncClient, acme: Business) -> None:
    """So it is no activity of Monica's; its date is when it was sent."""
    answer = await monica.post("/journal", data={"title": "Monday", "post": "Rain"})

    document = answer.json()["data"]
    assert document["date"] == "2026-03-01T12:00:00.000000Z"
    assert (await monica.get("/activities")).json()["data"] == []
    assert (await activity_of(acme, document)).links == ()


@SQLITE_ONLY
async def test_what_happened_stays_when_its_contact_goes(
    monica: httpx.AsyncClient, jim: Entity
) -> None:
    """In the timeline; here it is found no more, as in Monica, which deletes it as well."""
    document = await create(monica, "/notes", jim)
    await monica.delete(f"/contacts/{jim.seq}")

    shown = await monica.get(f"/notes/{document['id']}")
    listed = (await monica.get("/notes")).json()
    activity = (await monica.get(f"/activities/{document['id']}")).json()["data"]

    assert shown.status_code == 404
    assert (listed["data"], listed["meta"]["total"]) == ([], 0)
    assert activity["attendees"] == {"total": 0, "contacts": []}

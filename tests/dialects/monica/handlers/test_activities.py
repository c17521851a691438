"""Recording, changing and deleting activities, and those that came through other surfaces."""

from typing import Any

import httpx
import pytest

from doings.core.activity import Link
from doings.core.clock import SECOND
from doings.core.entity import Entity
from doings.core.text import json_text, object_from_text
from doings.core.values.instants import instant_from_text
from doings.dialects.monica.mapping.emotions import EMOTIONS
from tests.clocks import NOON
from tests.serving import Business, Served

LUNCH = {"summary": "Lunch", "happened_at": "2018-02-02"}
LATER = NOON + 3600 * SECOND


async def post(monica: httpx.AsyncClient, contacts: list[Any], **members: Any) -> dict[str, Any]:  # noqa: ANN401
    """Record a lunch."""
    answer = await monica.post("/activities", json={**LUNCH, "contacts": contacts, **members})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()["data"]
    return document


def attendees(document: dict[str, Any]) -> list[int]:
    """The ids of the attendees."""
    contacts = document["attendees"]["contacts"]
    assert document["attendees"]["total"] == len(contacts)
    return [contact["id"] for contact in contacts]


async def test_records_an_encounter(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, ann: Entity
) -> None:
    """It begins with its day and has its type, emotions and attendees in order."""
    document = await post(
        monica, [ann.seq, jim.seq], activity_type_id=9, emotions=[24, 1], description="<b>Good</b>"
    )

    activity = await acme.read(lambda reader: reader.activity(document["id"]))
    assert activity.kind == "encounter.logged"
    assert activity.origin == "monica"
    assert activity.occurred_at == instant_from_text("2018-02-02T00:00:00+01:00")
    assert (activity.summary, activity.body) == ("Lunch", "<b>Good</b>")
    assert object_from_text(activity.data) == {
        "activity_type_id": 9,
        "emotions": [24, 1],
        "happened_on": "2018-02-02",
    }
    assert [(link.entity.type, link.roles) for link in activity.links] == [
        ("contact", ("attendee",)),
        ("contact", ("attendee",)),
        ("activity_type", ("data",)),
    ]
    assert activity.contacts() == [ann, jim]


async def test_shows_what_was_recorded(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Every member, in the vendor's order."""
    document = await post(monica, [jim.seq], activity_type_id=9, emotions=[24, ""])

    assert list(document) == [
        "id", "uuid", "object", "summary", "description", "happened_at", "activity_type",
        "attendees", "emotions", "url", "account", "created_at", "updated_at",
    ]  # fmt: skip
    assert document["happened_at"] == "2018-02-02"
    assert document["description"] is None
    assert document["emotions"] == [{"id": 24, "object": "emotion", "name": "joy"}]
    assert document["activity_type"]["name"] == "ate at a restaurant"
    assert document["activity_type"]["activity_type_category"]["name"] == "Food"
    assert document["url"] == f"http://server/monica/api/activities/{document['id']}"
    assert document["account"] == {"id": acme.account.id}
    assert document["created_at"] == document["updated_at"] == "2026-03-01T12:00:00Z"
    shown = await monica.get(f"/activities/{document['id']}")
    assert shown.json() == {"data": document}


@pytest.mark.parametrize("number", [1, 41, 43, 133])
async def test_knows_the_emotions(monica: httpx.AsyncClient, jim: Entity, number: int) -> None:
    """The name of an emotion stands at its place in the table."""
    document = await post(monica, [jim.seq], emotions=[str(number)])

    assert document["emotions"][0]["name"] == EMOTIONS[number - 1]


@pytest.mark.parametrize(
    "members",
    [
        {"contacts": [99]},
        {"contacts": ["x"]},
        {"contacts": [True]},
        {"contacts": [None]},
        {"contacts": [8.5]},
        {"contacts": [[1]]},
        {"contacts": [10**30]},
        {"emotions": [134]},
        {"emotions": [0]},
        {"emotions": ["joy"]},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_stores_nothing_for_unknown_contacts_and_emotions(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, *, method: str, members: dict[str, Any]
) -> None:
    """404 with code 31, once all rules are kept."""
    before = await post(monica, [jim.seq])
    path = "/activities" if method == "POST" else f"/activities/{before['id']}"
    last_seq = await acme.last_seq()

    body = {**LUNCH, "summary": "Changed", "contacts": [jim.seq], **members}
    answer = await monica.request(method, path, json=body)

    assert answer.status_code == 404
    assert answer.json()["error"]["error_code"] == 31
    assert await acme.last_seq() == last_seq
    assert (await monica.get(f"/activities/{before['id']}")).json()["data"] == before


async def test_does_not_link_a_contact_that_was_deleted(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """A deleted contact is as unknown as one that never existed."""
    await acme.delete("contact", "8")

    answer = await monica.post("/activities", json={**LUNCH, "contacts": [jim.seq]})

    assert answer.status_code == 404


async def test_takes_ids_as_text_and_contacts_once(
    monica: httpx.AsyncClient, jim: Entity, ann: Entity
) -> None:
    """Some clients send them so; partial contacts may attend."""
    document = await post(
        monica, [str(jim.seq), ann.seq, jim.seq, f" {ann.seq} "], activity_type_id="2"
    )

    assert attendees(document) == [jim.seq, ann.seq]
    assert document["activity_type"]["id"] == 2


async def test_trims_text_and_ignores_what_it_does_not_know(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """The account is that of the credential, also if another is sent."""
    document = await post(
        monica, [jim.seq], summary="  Lunch\t", description=" ", account_id=7, colour="red"
    )

    assert (document["summary"], document["description"]) == ("Lunch", None)
    assert document["account"] == {"id": acme.account.id}


@pytest.mark.parametrize(
    "fields",
    [
        {"contacts[]": ["{jim}", "{ann}"], "emotions[]": "1"},
        {"contacts[0]": "{jim}", "contacts[1]": "{ann}", "emotions[0]": "1"},
    ],
)
@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
async def test_takes_forms(
    monica: httpx.AsyncClient, jim: Entity, ann: Entity, *, form: str, fields: dict[str, Any]
) -> None:
    """Lists in a form may be spelled in two ways."""
    text = json_text({**LUNCH, "activity_type_id": "3", **fields})
    filled = text.replace("{jim}", str(jim.seq)).replace("{ann}", str(ann.seq))
    data = object_from_text(filled)
    files = {"picture": ("a.txt", b"ignored")} if form == "multipart" else None

    answer = await monica.post("/activities", data=data, files=files)

    assert answer.status_code == 201, answer.text
    document = answer.json()["data"]
    assert attendees(document) == [jim.seq, ann.seq]
    assert [emotion["id"] for emotion in document["emotions"]] == [1]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_replaces_an_activity_as_a_whole(
    monica: httpx.AsyncClient, served: Served, jim: Entity, ann: Entity, *, method: str
) -> None:
    """What is not sent is taken away, except the emotions and the ids."""
    before = await post(
        monica, [jim.seq], activity_type_id=2, emotions=[1, 2], description="Too much."
    )
    served.clock.instant = LATER

    answer = await monica.request(
        method,
        f"/activities/{before['id']}",
        json={"summary": "Dinner", "happened_at": "2018-02-03", "contacts": [ann.seq]},
    )

    after = answer.json()["data"]
    assert answer.status_code == 200
    assert (after["summary"], after["description"]) == ("Dinner", None)
    assert after["happened_at"] == "2018-02-03"
    assert after["activity_type"] is None
    assert attendees(after) == [ann.seq]
    for kept in ("id", "uuid", "created_at", "emotions"):
        assert after[kept] == before[kept]
    assert after["updated_at"] == "2026-03-01T13:00:00Z"
    shown = await monica.get(f"/activities/{before['id']}")
    assert shown.json()["data"] == after


@pytest.mark.parametrize(
    ("emotions", "shown"), [([3], [3]), ([], [1, 2]), (None, [1, 2]), ("absent", [1, 2])]
)
async def test_replaces_emotions_by_others_only(
    monica: httpx.AsyncClient, jim: Entity, *, emotions: object, shown: list[int]
) -> None:
    """Without emotions, the old ones stay."""
    before = await post(monica, [jim.seq], emotions=[1, 2])
    body: dict[str, object] = {**LUNCH, "contacts": [jim.seq]}
    if emotions != "absent":
        body["emotions"] = emotions

    answer = await monica.put(f"/activities/{before['id']}", json=body)

    assert [emotion["id"] for emotion in answer.json()["data"]["emotions"]] == shown


async def test_deletes_an_activity_once(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """The second time it does not exist."""
    document = await post(monica, [jim.seq])

    first = await monica.delete(f"/activities/{document['id']}")
    second = await monica.delete(f"/activities/{document['id']}")

    assert (first.status_code, first.json()) == (200, {"deleted": True, "id": document["id"]})
    assert second.status_code == 422
    assert await acme.timeline("8") == []


async def test_does_what_an_automation_does(monica: httpx.AsyncClient, jim: Entity) -> None:
    """n8n reads an activity, then sends it back changed and without its description."""
    document = await post(monica, [str(jim.seq)], description="Long.", activity_type_id=2)

    shown = (await monica.get(f"/activities/{document['id']}")).json()["data"]
    body = {
        "activity_type_id": shown["activity_type"]["id"],
        "contacts": [str(contact["id"]) for contact in shown["attendees"]["contacts"]],
        "happened_at": shown["happened_at"],
        "summary": "Changed",
    }
    answer = await monica.put(f"/activities/{document['id']}", json=body)

    after = answer.json()["data"]
    assert (after["summary"], after["description"]) == ("Changed", None)
    assert attendees(after) == [jim.seq]
    assert after["activity_type"]["id"] == 2


async def test_keeps_activities_of_a_deleted_contact(
    monica: httpx.AsyncClient, jim: Entity, ann: Entity
) -> None:
    """The activities stay without that attendee, even if none is left."""
    both = await post(monica, [jim.seq, ann.seq])
    alone = await post(monica, [jim.seq])

    await monica.delete(f"/contacts/{jim.seq}")

    listed = (await monica.get("/activities")).json()["data"]
    assert [(activity["id"], attendees(activity)) for activity in listed] == [
        (both["id"], [ann.seq]),
        (alone["id"], []),
    ]
    assert (await monica.get(f"/activities/{alone['id']}")).status_code == 200
    assert (await monica.delete(f"/activities/{alone['id']}")).status_code == 200


async def test_has_no_activities_that_concern_no_contact(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Such activities are not shown, changed or deleted."""
    other = await acme.record_one(Link("user", "u1"))
    body = {**LUNCH, "contacts": [jim.seq]}

    answers = [
        await monica.get(f"/activities/{other.seq}"),
        await monica.put(f"/activities/{other.seq}", json=body),
        await monica.delete(f"/activities/{other.seq}"),
    ]

    assert [answer.status_code for answer in answers] == [404, 422, 422]
    assert (await monica.get("/activities")).json()["meta"]["total"] == 0
    assert await acme.seqs() == [other.seq]


async def test_shows_types_that_nobody_named(monica: httpx.AsyncClient, acme: Business) -> None:
    """An encounter recorded elsewhere may name a type that did not exist."""
    activity = await acme.record_one(
        "8", kind="encounter.logged", data='{"activity_type_id":77,"emotions":[1,999]}'
    )

    document = (await monica.get(f"/activities/{activity.seq}")).json()["data"]

    assert document["activity_type"]["id"] == 77
    assert document["activity_type"]["name"] is None
    assert document["activity_type"]["activity_type_category"] is None
    assert [emotion["id"] for emotion in document["emotions"]] == [1]


async def test_answers_head_and_a_slash_at_the_end(monica: httpx.AsyncClient, jim: Entity) -> None:
    """The slash makes no difference and no redirect."""
    document = await post(monica, [jim.seq])

    slash = await monica.get(f"/activities/{document['id']}/")
    head = await monica.head(f"/activities/{document['id']}")
    created = await monica.post("/activities/", json={**LUNCH, "contacts": [jim.seq]})

    assert slash.json() == {"data": document}
    assert (head.status_code, head.content) == (200, b"")
    assert created.status_code == 201

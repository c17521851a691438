"""Monica's activities that another surface recorded: shown, kept, moved and rewritten."""

from typing import Any

import httpx
import pytest

from doings.core.activity import Link
from doings.core.entity import Entity
from doings.core.values.instants import instant_from_text
from tests.serving import Business

NIGHT = instant_from_text("2026-03-01T23:30:00Z")
"""The second of March in Berlin."""

FOREIGN: list[tuple[dict[str, Any], str, str | None]] = [
    ({"summary": "Own words", "body": "Long"}, "Own words", "Long"),
    ({"body": "Called\nback"}, "Called back", "Called\nback"),
    ({"kind": "text.posted", "body": '<p>A&amp;B<br><a href="x">c</a></p>'}, "A&B c", "A&B\nc"),
    ({"kind": "walk.taken"}, "Walk taken", None),
    ({"kind": "encounter.logged"}, "Encounter logged", None),
    ({"summary": ""}, "", None),
]


@pytest.mark.parametrize(("members", "summary", "description"), FOREIGN)
async def test_shows_activities_of_every_kind(
    monica: httpx.AsyncClient,
    acme: Business,
    *,
    members: dict[str, Any],
    summary: str,
    description: str | None,
) -> None:
    """Their own summary or else their title, their body as text, their date in the account."""
    activity = await acme.record_one("8", at=NIGHT, **members)

    document = (await monica.get(f"/activities/{activity.seq}")).json()["data"]

    assert document["summary"] == summary
    assert document["description"] == description
    assert document["happened_at"] == "2026-03-02"


async def test_shows_the_date_that_was_sent(monica: httpx.AsyncClient, acme: Business) -> None:
    """The date stays, also if the account's calendar puts the instant on another."""
    activity = await acme.record_one(
        "8", at=NIGHT, kind="encounter.logged", data='{"happened_on":"2026-03-01"}'
    )

    document = (await monica.get(f"/activities/{activity.seq}")).json()["data"]

    assert document["happened_at"] == "2026-03-01"


async def test_keeps_what_it_cannot_show_of_another_surface(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, ann: Entity
) -> None:
    """Actor, segment and facts stay; on the same date the time of day does too."""
    recorded = await acme.record_one(
        Link("user", "u1", "actor"),
        "8",
        Link("segment", "s1", "subject"),
        at=NIGHT,
        kind="segment.added",
        data='{"b":1.50,"a":[]}',
        metadata='{"z":1}',
    )
    shown = (await monica.get(f"/activities/{recorded.seq}")).json()["data"]

    await monica.put(
        f"/activities/{recorded.seq}",
        json={
            "summary": shown["summary"],
            "description": "New",
            "happened_at": shown["happened_at"],
            "contacts": [ann.seq, jim.seq],
        },
    )

    changed = await acme.read(lambda reader: reader.activity(recorded.seq))
    assert changed.summary is None
    assert changed.body == "New"
    assert changed.occurred_at == NIGHT
    assert (changed.kind, changed.origin) == ("segment.added", "api")
    assert (changed.data, changed.metadata) == ('{"b":1.50,"a":[]}', '{"z":1}')
    assert [(link.entity.id, link.roles) for link in changed.links] == [
        ("u1", ("actor",)),
        ("ann", ("attendee",)),
        ("8", ("subject",)),
        ("s1", ("subject",)),
    ]


async def test_sending_back_what_was_shown_changes_nothing(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """A title, and the text of a body in HTML, are not stored when they come back."""
    recorded = await acme.record_one("8", at=NIGHT, kind="text.posted", body="<b>A &lt; B</b>")
    shown = (await monica.get(f"/activities/{recorded.seq}")).json()["data"]
    last_seq = await acme.last_seq()

    await monica.put(
        f"/activities/{recorded.seq}",
        json={**shown, "contacts": [contact["id"] for contact in shown["attendees"]["contacts"]]},
    )

    assert await acme.last_seq() == last_seq


async def test_moves_and_rewrites_what_another_surface_recorded(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """It begins with the new day; text is escaped in a body of HTML; a type may be sent."""
    recorded = await acme.record_one("8", at=NIGHT, kind="text.posted", body="<b>A</b>")

    answer = await monica.put(
        f"/activities/{recorded.seq}",
        json={
            "summary": "New",
            "description": "1 < 2\nyes",
            "happened_at": "2026-03-03",
            "contacts": [jim.seq],
            "activity_type_id": 2,
            "emotions": [5],
        },
    )

    document = answer.json()["data"]
    changed = await acme.read(lambda reader: reader.activity(recorded.seq))
    assert changed.occurred_at == instant_from_text("2026-03-03T00:00:00+01:00")
    assert changed.body == "1 &lt; 2\nyes"
    assert document["description"] == "1 < 2\nyes"
    assert document["activity_type"]["id"] == 2
    assert [emotion["id"] for emotion in document["emotions"]] == [5]


@pytest.mark.parametrize(
    "data", ['{"emotions":"many"}', '{"happened_on":5}', '{"happened_on":"x"}']
)
async def test_shows_data_that_means_something_else_by_its_words(
    monica: httpx.AsyncClient, acme: Business, data: str
) -> None:
    """In a kind of the caller's own, `emotions` may mean something else."""
    activity = await acme.record_one("8", at=NIGHT, kind="film.rated", data=data)

    document = (await monica.get(f"/activities/{activity.seq}")).json()["data"]

    assert document["emotions"] == []
    assert document["happened_at"] == "2026-03-02"

"""Entries of what happened, as the tests of Monica's lists send them."""

from typing import Any

import httpx

from doings.core.activity import Activity
from doings.core.entity import Entity
from tests.serving import Business

Document = dict[str, Any]

PATHS = ("/notes", "/calls", "/conversations", "/lifeevents", "/journal")

GOOD: dict[str, Document] = {
    "/notes": {"body": "Likes tea", "is_favorited": "1"},
    "/calls": {"called_at": "2018-02-02", "content": "Long", "emotions": ["1", 2, 1]},
    "/conversations": {"happened_at": "2018-02-02", "contact_field_type_id": 1},
    "/lifeevents": {
        "life_event_type_id": 10, "happened_at": "2018-02-02", "name": "Wedding", "note": "Rain",
        "has_reminder": False, "happened_at_month_unknown": 0, "happened_at_day_unknown": "0",
    },
    "/journal": {"title": "Monday", "post": "It rained."},
}  # fmt: skip

CREATED = {"/lifeevents": 200}

KINDS = {
    "/notes": "note.created",
    "/calls": "call.logged",
    "/conversations": "conversation.logged",
    "/lifeevents": "life_event.logged",
    "/journal": "journal_entry.written",
}

KEYS = {
    "/notes": "id uuid object body is_favorited favorited_at url account contact",
    "/calls": "id uuid object called_at content contact_called emotions url account contact",
    "/conversations": "id uuid object happened_at messages contact_field_type url account contact",
    "/lifeevents": "id uuid object name note happened_at life_event_type account contact",
    "/journal": "id uuid object title post date url account",
}
"""The members of documents in Monica's order; the times follow."""


def body_for(path: str, contact: Entity, **changed: Any) -> Document:  # noqa: ANN401 - JSON
    """What is sent for an entry of a contact."""
    of_contact = {} if path == "/journal" else {"contact_id": contact.seq}
    return {**GOOD[path], **of_contact, **changed}


async def create(
    monica: httpx.AsyncClient,
    path: str,
    contact: Entity,
    **changed: Any,  # noqa: ANN401 - JSON
) -> Document:
    """Record an entry."""
    answer = await monica.post(path, json=body_for(path, contact, **changed))
    assert answer.status_code == CREATED.get(path, 201), answer.text
    document: Document = answer.json()["data"]
    return document


async def activity_of(acme: Business, document: Document) -> Activity:
    """The activity that an entry is."""
    return await acme.read(lambda reader: reader.activity(document["id"]))


async def refused(answer: httpx.Response) -> tuple[int, Any]:
    """The status and the message of an error."""
    return answer.status_code, answer.json()["error"]["message"]

"""What the tests record, and what the store would give back, both made without a store."""

import json
from typing import Any
from zlib import crc32

from doings.core.activity import Activity, Draft, Link, Linked
from doings.core.entity import CONTACT, Entity
from tests.clocks import NOON

ID = "01900000-0000-7000-8000-000000000001"
"""The id of every activity that is built here."""


def contact(id_: str, role: str = "subject", name: str | None = None) -> Link:
    """A link to a contact, for a draft."""
    return Link(CONTACT, id_, role, name)


def note(*links: Link | str, at: int = NOON, **members: Any) -> Draft:  # noqa: ANN401 - a Draft's
    """A draft of a note; text among the links is the id of a contact."""
    given = tuple([contact(link) if isinstance(link, str) else link for link in links])
    return Draft(**{"kind": "note.created", "occurred_at": at, "links": given, **members})


def entity(
    type_: str,
    id_: str,
    name: str | None = None,
    attrs: str = "{}",
    **members: Any,  # noqa: ANN401 - an Entity's
) -> Entity:
    """An entity as stored at noon. Its seq is made from its key, so that no two have the same."""
    given: dict[str, Any] = {
        "seq": crc32(f"{type_} {id_}".encode()),
        "contact": None,
        "created_at": NOON,
        "updated_at": NOON,
        "is_deleted": False,
    }
    return Entity(type=type_, id=id_, name=name, attrs=attrs, **{**given, **members})


def linked(
    type_: str,
    id_: str,
    name: str | None = None,
    role: str = "subject",
    attrs: str = "{}",
) -> Linked:
    """An entity that is linked to an activity in one role."""
    return Linked(entity(type_, id_, name, attrs), (role,))


def activity(
    kind: str,
    *links: Linked,
    data: object = "{}",
    **members: Any,  # noqa: ANN401 - an Activity's
) -> Activity:
    """An activity as stored at noon; `data` is text, or what the text says."""
    given: dict[str, Any] = {
        "seq": 9,
        "id": ID,
        "occurred_at": NOON,
        "time_zone": None,
        "summary": None,
        "body": None,
        "metadata": "{}",
        "level": None,
        "channels": ("admin",),
        "origin": "api",
        "external_id": None,
        "recorded_at": NOON,
        "updated_at": NOON,
        "links": links,
    }
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
    return Activity(kind=kind, data=text, **{**given, **members})

"""Activities as they come from the store, made without one."""

from typing import Any

import msgspec

from doings.core.activity import Activity, Linked
from doings.core.entity import Entity
from tests.clocks import NOON

ID = "01900000-0000-7000-8000-000000000001"


def linked(type_: str, id_: str, name: str | None = None, role: str = "subject") -> Linked:
    """A link to an entity."""
    entity = Entity(1, type_, id_, name, "{}", None, NOON, NOON, is_deleted=False)
    return Linked(entity, (role,))


def activity(
    kind: str,
    *links: Linked,
    data: dict[str, Any] | str = "{}",
    **members: Any,  # noqa: ANN401 - an Activity's
) -> Activity:
    """An activity; data as an object or as the text of one."""
    given: dict[str, Any] = {
        "seq": 9,
        "id": ID,
        "kind": kind,
        "occurred_at": NOON,
        "time_zone": None,
        "summary": None,
        "body": None,
        "data": data if isinstance(data, str) else msgspec.json.encode(data).decode(),
        "metadata": "{}",
        "level": None,
        "channels": ("admin",),
        "origin": "api",
        "external_id": None,
        "recorded_at": NOON,
        "updated_at": NOON,
        "links": links,
    }
    return Activity(**{**given, **members})

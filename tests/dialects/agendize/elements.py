"""Activities about a client, as the mapping is given them."""

from typing import Any

from doings.core.activity import Activity, Linked
from tests.builders import activity, linked

URL = "http://server/agendize/api/2.3"

APPOINTMENT = {"id": "p", "start": "2026-03-02T09:00:00+01:00", "end": "2026-03-02T09:30:00Z"}

NEEDED: dict[str, dict[str, Any]] = {
    "appointment": {"appointment": APPOINTMENT},
    "form_result": {"form_result": {"id": "r"}},
    "conference_registration": {"conference_registration": {"id": "c"}},
}
"""Data without which a kind may not be recorded."""


def of_client(
    kind: str,
    *links: Linked,
    data: dict[str, Any] | None = None,
    **members: Any,  # noqa: ANN401 - an Activity's
) -> Activity:
    """An activity as stored, of contact 8, with the data that its kind needs."""
    needed = NEEDED.get(kind.partition(".")[0], {}) if data is None else data
    return activity(kind, linked("contact", "8"), *links, data=needed, **members)


def actor(name: str | None, attrs: str = "{}") -> Linked:
    """A user who did it."""
    return linked("user", "u", name, "actor", attrs)

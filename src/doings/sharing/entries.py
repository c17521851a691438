"""What is shown of an activity, in the words of no format."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doings.core.activity import Activity
from doings.core.clock import datetime_from_instant
from doings.core.presentation.title import kind_of, title
from doings.core.presentation.viewed import text_of


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An activity with its title and prose as plain text; all times are UTC."""

    id: str
    kind: str
    title: str
    text: str | None
    icon: str
    colour: str | None
    actor: str | None
    occurred_at: datetime
    recorded_at: datetime
    updated_at: datetime


def entries_of(activities: Sequence[Activity]) -> list[Entry]:
    """The entries of activities, in their order."""
    return [_entry(activity) for activity in activities]


def _entry(activity: Activity) -> Entry:
    kind = kind_of(activity)
    actor = activity.actor()
    line = title(activity)
    text = text_of(activity)
    return Entry(
        id=activity.id,
        kind=activity.kind,
        title=line,
        text=None if text == line else text,
        icon=kind.icon,
        colour=kind.colour,
        actor=actor.name if actor else None,
        occurred_at=datetime_from_instant(activity.occurred_at),
        recorded_at=datetime_from_instant(activity.recorded_at),
        updated_at=datetime_from_instant(activity.updated_at),
    )

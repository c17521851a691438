"""A day of the demo: its own dice, its clock, and what happens on it.

The date alone decides what happens. So the story is the same each time, and can go on from where
it ended without a change of what came before.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

import msgspec

from doings.cli.demo.afterwards import Later
from doings.cli.demo.people import MEMBERS, PEOPLE, USERS, ZONE, Person
from doings.core.activity import DEFAULT_CHANNELS, Link
from doings.core.clock import instant_from_datetime, zone

T = TypeVar("T")


ORIGIN = "demo"


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens; `by` is who does it, `later` what becomes of it."""

    kind: str
    at: datetime
    by: Link | None = None
    about: tuple[Link, ...] = ()
    summary: str | None = None
    body: str | None = None
    data: dict[str, Any] = {}
    level: str | None = None
    channels: tuple[str, ...] = DEFAULT_CHANNELS
    origin: str = ORIGIN
    later: tuple[Later, ...] = ()

    @property
    def instant(self) -> int:
        """When, in microseconds."""
        return instant_from_datetime(self.at)


class Day:
    """One date in the demo's time zone."""

    def __init__(self, day: date) -> None:
        self.date = day
        self.dice = Random(f"Hafenwerk {day}")  # noqa: S311 - believable, not secret
        self.extra = Random(f"Hafenwerk {day} extra")  # noqa: S311
        """For what came to the story later, and may not change what was told before."""
        self._ids = 0

    def at(self, hour: int, *, days: int = 0, by: Random | None = None) -> datetime:
        """Some minute of that hour, today or days later."""
        dice = by or self.dice
        minute = time(hour, dice.randrange(60), dice.randrange(60))
        return datetime.combine(self.date + timedelta(days), minute, tzinfo=zone(ZONE))

    def hour(self, first: int = 9, last: int = 17) -> datetime:
        """Some time of the working day."""
        return self.at(self.dice.randint(first, last))

    def full_hour(self, hour: int, *, days: int) -> datetime:
        """The hour itself, days from now."""
        return datetime.combine(self.date + timedelta(days), time(hour), tzinfo=zone(ZONE))

    def pick(self, things: Sequence[T]) -> T:
        """A random one of the things."""
        return self.dice.choice(things)

    def person(self, by: Random | None = None) -> Person:
        """A random contact."""
        return (by or self.dice).choice(PEOPLE)

    def member(self) -> Person:
        """A random contact with a membership."""
        return self.pick(MEMBERS)

    def user(self, by: Random | None = None) -> Link:
        """A random user of the coworking space."""
        return (by or self.dice).choice(USERS)

    def chance(self, of_hundred: int) -> bool:
        """True in so many of a hundred cases."""
        return self.dice.randrange(100) < of_hundred

    def id(self, prefix: str) -> str:
        """An id that no other day gives."""
        self._ids += 1
        return f"{prefix}-{self.date:%Y%m%d}-{self._ids}"


Episode = Callable[[Day], Iterable[Happening]]
"""A small story that begins on a day and may go on later."""


def text_of(moment: datetime) -> str:
    """RFC 3339 with the offset of the demo's time zone."""
    return moment.isoformat(timespec="seconds")


def utc_text_of(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

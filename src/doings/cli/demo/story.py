"""The story of the demo: which episodes begin on which day, and all of it as drafts to record."""

from collections.abc import Iterator
from datetime import date, timedelta

from doings.cli.demo import contacts, coworking, front_desk, interactions
from doings.cli.demo.days import Day, Episode, Happening
from doings.cli.demo.people import ZONE
from doings.core.activity import ACTOR, Draft, Link
from doings.core.text import json_text

ORIGIN = "demo"

OFTEN = (*contacts.OFTEN, *front_desk.OFTEN, *coworking.OFTEN)
ROTA = (*contacts.SELDOM, *front_desk.SELDOM, *coworking.SELDOM, *interactions.SELDOM)
"""One of these each day in turn, so that no year lacks any of them."""

YEAR = 365
LONGEST = 45
"""Days after which every episode is over."""

_WEEKEND = 5


def story(end: date, days: int = YEAR) -> list[Draft]:
    """What happened on the days before `end`, oldest first; a day's story never changes."""
    first = end - timedelta(days)
    begins = (end - timedelta(back) for back in range(days + LONGEST, 0, -1))
    drafts = [draft for day in begins for draft in _drafts_of(day, first, end)]
    return sorted(drafts, key=lambda draft: draft.occurred_at)


def _drafts_of(day: date, first: date, end: date) -> Iterator[Draft]:
    """What begins on a day, as far as it happens between two dates."""
    for number, happening in enumerate(_happenings(Day(day)), 1):
        if first <= happening.at.date() < end:
            yield _draft(happening, f"{ORIGIN}-{day}-{number}")


def _happenings(day: Day) -> Iterator[Happening]:
    for episode in _episodes(day):
        yield from episode(day)


def _episodes(day: Day) -> list[Episode]:
    """The episodes that begin on the day: few on a weekend, and always one of the rare ones."""
    most = 2 if day.date.weekday() >= _WEEKEND else 4
    often, weights = zip(*OFTEN, strict=True)
    chosen: list[Episode] = day.dice.choices(often, weights, k=day.dice.randint(0, most))
    return [*coworking.DAILY, ROTA[day.date.toordinal() % len(ROTA)], *chosen]


def _draft(happening: Happening, external_id: str) -> Draft:
    by = happening.by
    actor = () if by is None else (Link(by.type, by.id, ACTOR, by.name),)
    return Draft(
        kind=happening.kind,
        occurred_at=happening.instant,
        time_zone=ZONE,
        summary=happening.summary,
        body=happening.body,
        data=json_text(happening.data),
        level=happening.level,
        channels=happening.channels,
        links=(*actor, *happening.about),
        origin=ORIGIN,
        external_id=external_id,
    )

"""The story of the demo: which episodes begin on which day, and all of it as drafts to record."""

from collections.abc import Iterator
from datetime import date, timedelta

from doings.cli.demo import contacts, coworking, elsewhere, front_desk, in_touch, interactions
from doings.cli.demo.afterwards import Told
from doings.cli.demo.days import ORIGIN, Day, Episode, Happening
from doings.cli.demo.people import ZONE
from doings.core.activity import ACTOR, Draft, Link
from doings.core.text import json_text

OFTEN = (*contacts.OFTEN, *front_desk.OFTEN, *coworking.OFTEN)
ROTA = (*contacts.SELDOM, *front_desk.SELDOM, *coworking.SELDOM, *interactions.SELDOM)
"""One of these each day in turn, so that no year lacks any of them."""

YEAR = 365
LONGEST = 45
"""Days after which every episode is over."""

_WEEKEND = 5


def story(end: date, days: int = YEAR) -> list[Told]:
    """What happened on the days before `end`, oldest first; a day's story never changes."""
    first = end - timedelta(days)
    begins = (end - timedelta(back) for back in range(days + LONGEST, 0, -1))
    told = [one for day in begins for one in _told_of(day, first, end)]
    return sorted(told, key=lambda one: one.draft.occurred_at)


def _told_of(day: date, first: date, end: date) -> Iterator[Told]:
    """What begins on a day, as far as it happens between two dates."""
    for number, happening in enumerate(_happenings(Day(day)), 1):
        if first <= happening.at.date() < end:
            later = tuple([one for one in happening.later if one.at.date() < end])
            yield Told(_draft(happening, f"{ORIGIN}-{day}-{number}"), later)


def _happenings(day: Day) -> Iterator[Happening]:
    for episode in _episodes(day):
        yield from episode(day)


def _episodes(day: Day) -> list[Episode]:
    """The episodes that begin on the day: few on a weekend, and always one of the rare ones."""
    most = 2 if day.date.weekday() >= _WEEKEND else 4
    often, weights = zip(*OFTEN, strict=True)
    chosen: list[Episode] = day.dice.choices(often, weights, k=day.dice.randint(0, most))
    rare = ROTA[day.date.toordinal() % len(ROTA)]
    return [*coworking.DAILY, rare, *chosen, *elsewhere.EPISODES, *in_touch.EPISODES]


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
        origin=happening.origin,
        external_id=external_id,
    )

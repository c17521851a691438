"""Episodes of trust: parties who ask each other for details, and for authorization."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from doings.cli.demo import people
from doings.cli.demo.afterwards import Later
from doings.cli.demo.days import Day, Episode, Happening, utc_text_of
from doings.cli.demo.people import US, individual
from doings.core.activity import Link
from doings.core.interactions.lifecycle import StepName

_IDENTITY = {"code": "RQ_004", "type": "RTP_001", "category": "RQC_001", "items": []}
_ADDRESS = {"code": "RQ_007", "type": "RTP_001", "category": "RQC_001", "items": []}


def details_requested(day: Day) -> Iterator[Happening]:
    """The house asks for an address, or is asked for its own."""
    yield _interaction(
        day, "details.requested", "To send you the contract we need your address.", [_ADDRESS]
    )


def details_shared(day: Day) -> Iterator[Happening]:
    """One side shows who it is."""
    yield _interaction(day, "details.shared", "Here is who I am.", [_IDENTITY])


def details_swapped(day: Day) -> Iterator[Happening]:
    """Both sides show who they are."""
    yield _interaction(day, "details.swapped", "Yours for mine.", [_IDENTITY, _ADDRESS])


def authorization_requested(day: Day) -> Iterator[Happening]:
    """The house wants a direct debit allowed."""
    yield _interaction(
        day, "authorization.requested", "May we collect the membership by direct debit?", []
    )


def _interaction(
    day: Day, kind: str, message: str, requirements: list[dict[str, Any]]
) -> Happening:
    other, at = individual(day.pick(people.PEOPLE[:6])), day.hour()
    theirs = Link(other.type, other.id, name=other.name)
    later = tuple(
        [Later(day.at(11, days=days, by=day.extra), step) for step, days in _outcome(day)]
    )
    return Happening(
        kind=kind,
        at=at,
        by=US if day.chance(60) else theirs,
        about=(other,),
        body=message,
        data={
            "requirements": requirements,
            "valid_until": utc_text_of(at + timedelta(days=14)),
            "expires_in": {"seconds": 90 * 86_400},
            "notification_message": message,
        },
        later=later,
    )


def _outcome(day: Day) -> tuple[tuple[StepName, int], ...]:
    """The steps that are taken, each with days until then; without any it lapses."""
    return day.extra.choice(_OUTCOMES)


_OUTCOMES: tuple[tuple[tuple[StepName, int], ...], ...] = (
    (("accept", 2),),
    (("accept", 1),),
    (("accept", 2), ("complete", 9)),
    (("decline", 3),),
    (),
)


SELDOM: tuple[Episode, ...] = (
    details_requested,
    details_shared,
    details_swapped,
    authorization_requested,
)

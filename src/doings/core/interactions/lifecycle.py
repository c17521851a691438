"""The life of an interaction: one party asks or offers, the other attends, and time passes.

Plain functions on an activity's data. Its states and the steps between them:

    SENT (the initiator's view)   accept → ACCEPTED   complete → COMPLETED
    ACTION_REQUIRED (the          decline → DECLINED
    receptor's): pending          cancel → CANCELED

A pending one is CANCELED once `valid_until` is over, an accepted one EXPIRED once `expires_at` is.
"""

import json
from functools import lru_cache
from typing import Any, Literal

import msgspec

from doings.core.activity import ACTOR, Activity, Draft, Link, Linked, named_links
from doings.core.entity import SELF, Entity, EntityKey
from doings.core.errors import Conflict
from doings.core.kinds.shapes import Span
from doings.core.text import may_hold_minus_zero
from doings.core.values.instants import instant_from_text

KINDS = (
    "details.requested",
    "details.shared",
    "details.swapped",
    "authorization.requested",
)

COUNTERPART = "counterpart"
"""The role of the other party."""

INDIVIDUAL = "individual"
BUSINESS = SELF
PARTIES = (INDIVIDUAL, BUSINESS)
"""The types of entities that take part in interactions."""

ORIGIN = "interaction"
"""The origin of an activity that was recorded because another account of this server recorded one.

Its external id is `<account>:<activity>`: the number of that account and the id of its activity.
"""

Direction = Literal["IN", "OUT"]
IN: Direction = "IN"
OUT: Direction = "OUT"

SENT = "SENT"
ACTION_REQUIRED = "ACTION_REQUIRED"
ACCEPTED = "ACCEPTED"
DECLINED = "DECLINED"
CANCELED = "CANCELED"
EXPIRED = "EXPIRED"
COMPLETED = "COMPLETED"

PENDING: dict[Direction, str] = {OUT: SENT, IN: ACTION_REQUIRED}
"""The status of an interaction that nobody attended yet, as each side sees it."""

StepName = Literal["accept", "decline", "cancel", "complete"]


class Rule(msgspec.Struct, frozen=True):
    """Who may take a step, from where to where, and which member says when it was taken.

    `party` is the direction of the record that the step is taken on; None is either.
    """

    party: Direction | None
    before: tuple[str, ...]
    after: str
    stamp: str | None


RULES: dict[StepName, Rule] = {
    "accept": Rule(IN, tuple(PENDING.values()), ACCEPTED, "attended_at"),
    "decline": Rule(IN, tuple(PENDING.values()), DECLINED, "attended_at"),
    "cancel": Rule(OUT, tuple(PENDING.values()), CANCELED, None),
    "complete": Rule(None, (ACCEPTED,), COMPLETED, "completed_at"),
}

MILLISECOND = 1000

Moment = str | int | None
"""A time as it was recorded: RFC 3339, or milliseconds."""

Requirement = dict[str, Any]
"""A requirement as it was recorded; `core.shapes.Requirement` says what it may hold."""


class Entry(msgspec.Struct, frozen=True):
    """One line of an interaction's own timeline."""

    status: str | None = None
    at: Moment = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The members of an interaction's data, as they were recorded."""

    requirements: list[Requirement] | None = None
    valid_until: Moment = None
    expires_in: Span | None = None
    notification_message: str | None = None
    status: str | None = None
    attended_at: Moment = None
    completed_at: Moment = None
    expires_at: Moment = None
    accepted_requirements: list[Requirement] | None = None
    declined_requirements: list[Requirement] | None = None
    timeline: list[Entry] | None = None

    @property
    def is_pending(self) -> bool:
        """Whether nobody has attended it."""
        return self.status is None or self.status in PENDING.values()

    @property
    def status_then(self) -> str:
        """The status once time has changed it."""
        return CANCELED if self.is_pending else EXPIRED

    def lapses_at(self) -> int | None:
        """The instant at which time alone changes the status, or None."""
        if self.is_pending:
            return instant_of(self.valid_until)
        return instant_of(self.expires_at) if self.status == ACCEPTED else None

    def holds_data(self) -> bool:
        """Whether the data that was shared is still stored."""
        return any(
            requirement.get("data") is not None
            or any(item.get("data") is not None for item in requirement.get("items") or [])
            for requirement in self.accepted_requirements or []
        )

    def is_forgotten(self, now: int) -> bool:
        """Whether the data that was shared may not be shown any more."""
        expires_at = instant_of(self.expires_at)
        return expires_at is not None and expires_at <= now


_FACTS = msgspec.json.Decoder(Facts, float_hook=msgspec.Raw)
"""Decimal numbers in what was shared keep their digits when it is written again."""


def facts_of(data: str) -> Facts:
    """Read data that was checked when it was recorded."""
    if may_hold_minus_zero(data):
        return msgspec.convert(json.loads(data, parse_int=_integer, parse_float=_raw), Facts)
    return _FACTS.decode(data)


def _integer(text: str) -> int | msgspec.Raw:
    return _raw(text) if text == "-0" else int(text)


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


def instant_of(moment: Moment) -> int | None:
    """Microseconds since 1970 of a time that was checked when it was recorded."""
    if moment is None:
        return None
    if not isinstance(moment, str):
        return moment * MILLISECOND
    return _kept_instant(moment) if len(moment) <= LONGEST_KEPT else instant_from_text(moment)


LONGEST_KEPT = 64
"""Characters of a time that is kept: one may have as many digits behind its second as it likes."""

_kept_instant = lru_cache(maxsize=4096)(instant_from_text)
"""Cached: a time is often read twice, once to see whether it has come and once to be shown."""


def counterpart_of(activity: Activity) -> Entity | None:
    """The other party, also if it was deleted since; None where no party is named."""
    return counterpart_among(activity.links)


def counterpart_among(links: tuple[Linked, ...]) -> Entity | None:
    """The other party among linked entities, also if it was deleted since; else None."""
    for link in links:
        if COUNTERPART in link.roles:
            return link.entity
    return None


def direction_of(activity: Activity) -> Direction:
    """IN where the other party acts, else OUT."""
    return direction_among(activity.links)


def direction_among(links: tuple[Linked, ...]) -> Direction:
    """IN where the other party acts, else OUT, by the links of a recorded activity."""
    for link in links:
        if COUNTERPART in link.roles and ACTOR in link.roles:
            return IN
    return OUT


def direction_of_links(links: tuple[Link, ...]) -> Direction:
    """IN where the other party acts, else OUT, by the links of a draft."""
    acting = {link.key for link in links if link.role == ACTOR}
    others = {link.key for link in links if link.role == COUNTERPART}
    return IN if acting & others else OUT


def status_at(facts: Facts, direction: Direction, now: int) -> str:
    """The status at an instant: the recorded one, or the one that time has made of it."""
    lapses_at = facts.lapses_at()
    if lapses_at is not None and lapses_at <= now:
        return facts.status_then
    return PENDING[direction] if facts.is_pending else facts.status or PENDING[direction]


def due_at(kind: str, data: str) -> int | None:
    """The instant at which time alone changes an activity's data, or None.

    Once time can change the status no more, this is when shared data has to be taken out.
    """
    if kind not in KINDS:
        return None
    facts = facts_of(data)
    lapses_at = facts.lapses_at()
    if lapses_at is None and facts.holds_data():
        return instant_of(facts.expires_at)
    return lapses_at


def check_step(step: StepName, status: str, direction: Direction | None) -> None:
    """Raise Conflict for a step that the status or the direction forbids.

    `direction` is that of the record on which the step is taken; None speaks for both parties.
    """
    rule = RULES[step]
    if status not in rule.before:
        raise Conflict(f"{status} interactions take no {step}")
    if direction is not None and rule.party not in {None, direction}:
        party = "receptor" if rule.party == IN else "initiator"
        raise Conflict(f"only the {party} may {step}")


def counterpart_slug(links: tuple[Link, ...]) -> str | None:
    """The slug of the account that the other party may be: the id of a business is its slug."""
    return next(
        (link.id for link in links if link.role == COUNTERPART and link.type == BUSINESS), None
    )


def is_outgoing(draft: Draft) -> bool:
    """Whether a draft is an interaction that the other party receives."""
    return draft.kind in KINDS and direction_of_links(draft.links) == OUT


def check_revision(old: Activity, new: Draft) -> None:
    """Raise Conflict if an interaction's kind, data or parties change, on which both sides rely."""
    if old.kind not in KINDS and new.kind not in KINDS:
        return
    if old.kind != new.kind or old.data != new.data or _parties(old) != _parties_of(new.links):
        raise Conflict("an interaction's kind, data and parties change by its steps alone")


def _parties(activity: Activity) -> set[tuple[EntityKey, str]]:
    return {
        (link.entity.key, role)
        for link in named_links(activity.links)
        for role in link.roles
        if role in {ACTOR, COUNTERPART}
    }


def _parties_of(links: tuple[Link, ...]) -> set[tuple[EntityKey, str]]:
    return {(link.key, link.role) for link in links if link.role in {ACTOR, COUNTERPART}}

"""The life of an interaction: one party asks or offers, the other attends, and time passes.

Plain functions on an activity's data. Its states and the steps between them:

    SENT (the initiator's view)   accept → ACCEPTED   complete → COMPLETED
    ACTION_REQUIRED (the          decline → DECLINED
    receptor's): pending          cancel → CANCELED

A pending one is CANCELED once `valid_until` is over, an accepted one EXPIRED once `expires_at` is.
"""

from functools import lru_cache
from typing import Any, Literal

import msgspec

from doings.core.activity import ACTOR, Activity, Draft, Link
from doings.core.clock import SECOND, instant_from_text, text_from_instant
from doings.core.entity import SELF, Entity, EntityKey
from doings.core.errors import Conflict
from doings.core.shapes import Span

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
"""The types of those who take part in interactions."""

ORIGIN = "interaction"
"""The origin of an activity that was made because another account of this server recorded one.

Its external id is `<account>:<activity>`, the number of that account and the id of its activity.
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
"""Not attended yet, as either side sees it."""

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

SERVER_SET = (
    "status",
    "attended_at",
    "completed_at",
    "expires_at",
    "accepted_requirements",
    "declined_requirements",
    "timeline",
)
"""The members of data that only steps and time change."""

MILLISECOND = 1000

Moment = str | int | None
"""A time as it was recorded: RFC 3339, or milliseconds."""

Requirement = dict[str, Any]
"""A requirement as it was recorded; `core.shapes.Requirement` says what it may hold."""

Members = dict[str, msgspec.Raw]


class Entry(msgspec.Struct, frozen=True):
    """One line of an interaction's own timeline."""

    status: str | None = None
    at: Moment = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What data says, as it was recorded."""

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
        """What time makes of it."""
        return CANCELED if self.is_pending else EXPIRED

    def lapses_at(self) -> int | None:
        """When time alone changes the state, or None."""
        if self.is_pending:
            return instant_of(self.valid_until)
        return instant_of(self.expires_at) if self.status == ACCEPTED else None

    def is_forgotten(self, now: int) -> bool:
        """Whether what was shared is not to be shown any more."""
        expires_at = instant_of(self.expires_at)
        return expires_at is not None and expires_at <= now


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """What a step brings along; requirements are JSON text of lists."""

    accepted_requirements: msgspec.Raw | None = None
    declined_requirements: msgspec.Raw | None = None
    expires_in: Span | None = None
    notification_message: str | None = None


_FACTS = msgspec.json.Decoder(Facts)
_MEMBERS = msgspec.json.Decoder(Members)
_ENTRIES = msgspec.json.Decoder(list[msgspec.Raw])
_REQUIREMENTS = msgspec.json.Decoder(list[Requirement])
_encode = msgspec.json.Encoder().encode


def facts_of(data: str) -> Facts:
    """Read data that was checked when it was recorded."""
    return _FACTS.decode(data)


def instant_of(moment: Moment) -> int | None:
    """Microseconds since 1970 of a time that was checked when it was recorded."""
    if moment is None:
        return None
    return _instant(moment) if isinstance(moment, str) else moment * MILLISECOND


_instant = lru_cache(maxsize=4096)(instant_from_text)
"""A time is often looked at twice: whether it has come, and to be shown."""


def counterpart_of(activity: Activity) -> Entity | None:
    """The other party, also one that was deleted since."""
    for link in activity.links:
        if COUNTERPART in link.roles:
            return link.entity
    return None


def direction_of(activity: Activity) -> Direction:
    """IN where the other party acts, else OUT."""
    for link in activity.links:
        if COUNTERPART in link.roles and ACTOR in link.roles:
            return IN
    return OUT


def status_at(facts: Facts, direction: Direction, now: int) -> str:
    """The status at an instant: what was recorded, and what time has made of it."""
    lapses_at = facts.lapses_at()
    if lapses_at is not None and lapses_at <= now:
        return facts.status_then
    return PENDING[direction] if facts.is_pending else facts.status or PENDING[direction]


def due_at(kind: str, data: str) -> int | None:
    """When time alone changes what is recorded, or None."""
    if kind not in KINDS:
        return None
    facts = facts_of(data)
    lapses_at = facts.lapses_at()
    if lapses_at is None and _holds_data(facts):
        return instant_of(facts.expires_at)
    return lapses_at


def check_step(step: StepName, status: str, direction: Direction | None) -> None:
    """Raise Conflict for a step that the state or the party (None speaks for both) rules out."""
    rule = RULES[step]
    if status not in rule.before:
        raise Conflict(f"{status} interactions take no {step}")
    if direction is not None and rule.party not in {None, direction}:
        party = "receptor" if rule.party == IN else "initiator"
        raise Conflict(f"only the {party} may {step}")


def members_of_step(step: StepName, given: Attendance, facts: Facts, now: int) -> Members:
    """What a step sets in the data of both sides; `facts` are the initiator's."""
    rule = RULES[step]
    members: Members = {"status": _raw(rule.after)}
    if rule.stamp:
        members[rule.stamp] = _raw(text_from_instant(now))
    if given.notification_message is not None:
        members["notification_message"] = _raw(given.notification_message)
    if step == "accept":
        members |= _members_of_acceptance(given, facts, now)
    elif step == "decline":
        members["declined_requirements"] = given.declined_requirements or _raw(
            _without_data(facts.requirements or [])
        )
    return members


def data_with(data: str, members: Members, at: int) -> str:
    """The data with members set and a line about the new status in its timeline."""
    whole = _MEMBERS.decode(data) | members
    entries = _ENTRIES.decode(whole["timeline"]) if _has(whole, "timeline") else []
    entry = msgspec.Raw(_encode({"status": whole["status"], "at": text_from_instant(at)}))
    return _text(whole | {"timeline": _raw([*entries, entry])})


def data_in_time(data: str, direction: Direction, now: int) -> str:
    """The data as time has made it: the same where nothing was due."""
    facts = facts_of(data)
    if facts.is_forgotten(now) and _holds_data(facts):
        rest = _raw(_without_data(facts.accepted_requirements or []))
        data = _text(_MEMBERS.decode(data) | {"accepted_requirements": rest})
    lapses_at = facts.lapses_at()
    if lapses_at is None or lapses_at > now:
        return data
    return data_with(data, {"status": _raw(status_at(facts, direction, now))}, lapses_at)


def begun_draft(draft: Draft, own: EntityKey) -> Draft:
    """The draft as an interaction begins: pending, and both parties named as far as is known.

    We act where nobody else does; another party that acts is the counterpart where none is named.
    """
    links = _with_parties(draft.links, own)
    given = _MEMBERS.decode(draft.data)
    members = {name: value for name, value in given.items() if name not in SERVER_SET}
    members["status"] = _raw(PENDING[_direction_of_links(links)])
    data = data_with(_text(members), {}, draft.occurred_at)
    return msgspec.structs.replace(draft, links=links, data=data)


def mirrored_draft(draft: Draft, initiator: Link, external_id: str) -> Draft:
    """What the other party has of a begun interaction: the same, received, and nothing of ours.

    Our own metadata and links are ours; what is offered is told when it is accepted.
    """
    given = _MEMBERS.decode(draft.data)
    members = {name: value for name, value in given.items() if name not in SERVER_SET}
    offered = facts_of(draft.data).requirements
    if offered is not None:
        members["requirements"] = _raw(_without_data(offered))
    theirs = Draft(
        kind=draft.kind,
        occurred_at=draft.occurred_at,
        time_zone=draft.time_zone,
        summary=draft.summary,
        body=draft.body,
        data=_text(members),
        links=tuple([Link(*initiator.key, role, initiator.name) for role in (ACTOR, COUNTERPART)]),
        origin=ORIGIN,
        external_id=external_id,
    )
    return begun_draft(theirs, initiator.key)


def counterpart_slug(links: tuple[Link, ...]) -> str | None:
    """The account that the other party may be: a business goes by its slug."""
    return next(
        (link.id for link in links if link.role == COUNTERPART and link.type == BUSINESS), None
    )


def is_outgoing(draft: Draft) -> bool:
    """Whether a draft is an interaction that the other party receives."""
    return draft.kind in KINDS and _direction_of_links(draft.links) == OUT


def check_revision(old: Activity, new: Draft) -> None:
    """Raise Conflict for a change to what both parties rely on."""
    if old.kind not in KINDS and new.kind not in KINDS:
        return
    if old.kind != new.kind or old.data != new.data or _parties(old) != _parties_of(new.links):
        raise Conflict("an interaction's kind, data and parties change by its steps alone")


def _parties(activity: Activity) -> set[tuple[EntityKey, str]]:
    return {
        (link.entity.key, role)
        for link in activity.links
        for role in link.roles
        if role in {ACTOR, COUNTERPART}
    }


def _parties_of(links: tuple[Link, ...]) -> set[tuple[EntityKey, str]]:
    return {(link.key, link.role) for link in links if link.role in {ACTOR, COUNTERPART}}


def _direction_of_links(links: tuple[Link, ...]) -> Direction:
    acting = {link.key for link in links if link.role == ACTOR}
    others = {link.key for link in links if link.role == COUNTERPART}
    return IN if acting & others else OUT


def _members_of_acceptance(given: Attendance, facts: Facts, now: int) -> Members:
    """All that was asked or offered is accepted, unless the step says what is."""
    span = given.expires_in or facts.expires_in
    declined = given.declined_requirements or _raw([])
    refused = {one.get("code") for one in _REQUIREMENTS.decode(declined)}
    accepted = [one for one in facts.requirements or [] if one.get("code") not in refused]
    members = {
        "accepted_requirements": given.accepted_requirements or _raw(accepted),
        "declined_requirements": declined,
    }
    if given.expires_in is not None:
        members["expires_in"] = _raw(given.expires_in)
    if span is not None and span.seconds is not None:
        members["expires_at"] = _raw(text_from_instant(now + span.seconds * SECOND))
    return members


def _holds_data(facts: Facts) -> bool:
    return any(
        one.get("data") is not None
        or any(item.get("data") is not None for item in one.get("items") or [])
        for one in facts.accepted_requirements or []
    )


def _without_data(requirements: list[Requirement]) -> list[Requirement]:
    return [_less_data(one) for one in requirements]


def _less_data(requirement: Requirement) -> Requirement:
    rest = {name: value for name, value in requirement.items() if name != "data"}
    if rest.get("items"):
        rest["items"] = [_less_data(item) for item in rest["items"]]
    return rest


def _with_parties(links: tuple[Link, ...], own: EntityKey) -> tuple[Link, ...]:
    acting = [link for link in links if link.role == ACTOR]
    if not acting:
        return (Link(*own, ACTOR), *links)
    if any(link.role == COUNTERPART for link in links):
        return links
    others = [link for link in acting if link.type in PARTIES and link.key != own]
    return (*links, *[Link(*link.key, COUNTERPART, link.name) for link in others[:1]])


def _has(members: Members, name: str) -> bool:
    return name in members and bytes(members[name]) != b"null"


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(_encode(value))


def _text(members: Members) -> str:
    return _encode(members).decode()

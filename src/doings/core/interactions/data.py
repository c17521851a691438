"""How the data of an interaction changes: as it begins, with every step, and in time.

Members that a change is not about stay as they were, in their order and to the letter.
"""

import msgspec

from doings.core.activity import ACTOR, Draft, Link
from doings.core.clock import SECOND, text_from_instant
from doings.core.entity import EntityKey
from doings.core.interactions.lifecycle import (
    COUNTERPART,
    ORIGIN,
    PARTIES,
    PENDING,
    RULES,
    Direction,
    Facts,
    Requirement,
    StepName,
    direction_of_links,
    facts_of,
    status_at,
)
from doings.core.kinds.shapes import Span

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

Members = dict[str, msgspec.Raw]


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """What a step brings along; requirements are JSON text of lists."""

    accepted_requirements: msgspec.Raw | None = None
    declined_requirements: msgspec.Raw | None = None
    expires_in: Span | None = None
    notification_message: str | None = None


_MEMBERS = msgspec.json.Decoder(Members)
_ENTRIES = msgspec.json.Decoder(list[msgspec.Raw])
_REQUIREMENTS = msgspec.json.Decoder(list[Requirement])
_encode = msgspec.json.Encoder().encode


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
    if facts.is_forgotten(now) and facts.holds_data():
        data = _data_without_shared(data, facts)
    lapses_at = facts.lapses_at()
    if lapses_at is None or lapses_at > now:
        return data
    return data_with(data, {"status": _raw(status_at(facts, direction, now))}, lapses_at)


def past_without_data(before: str) -> str:
    """What a change replaced, as JSON text of members, without what had been shared."""
    members = _MEMBERS.decode(before)
    if not _has(members, "data"):
        return before
    data = bytes(members["data"]).decode()
    facts = facts_of(data)
    if not facts.holds_data():
        return before
    return _text(members | {"data": msgspec.Raw(_data_without_shared(data, facts).encode())})


def _data_without_shared(data: str, facts: Facts) -> str:
    rest = _raw(_without_data(facts.accepted_requirements or []))
    return _text(_MEMBERS.decode(data) | {"accepted_requirements": rest})


def begun_draft(draft: Draft, own: EntityKey) -> Draft:
    """The draft as an interaction begins: pending, and both parties named as far as is known.

    We act where nobody else does; another party that acts is the counterpart where none is named.
    """
    links = _with_parties(draft.links, own)
    given = _MEMBERS.decode(draft.data)
    members = {name: value for name, value in given.items() if name not in SERVER_SET}
    members["status"] = _raw(PENDING[direction_of_links(links)])
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

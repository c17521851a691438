"""How the data of an interaction changes: as it begins, with every step, and in time.

Members that a change does not set keep their order and their exact text.
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
"""The members of data that only steps and time set, never a caller."""

Members = dict[str, msgspec.Raw]


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller sends with a step; requirements are JSON text of lists."""

    accepted_requirements: msgspec.Raw | None = None
    declined_requirements: msgspec.Raw | None = None
    expires_in: Span | None = None
    notification_message: str | None = None


_MEMBERS = msgspec.json.Decoder(Members)
_ENTRIES = msgspec.json.Decoder(list[msgspec.Raw])
_REQUIREMENTS = msgspec.json.Decoder(list[Requirement])
_encode = msgspec.json.Encoder().encode


def members_of_step(step: StepName, attendance: Attendance, facts: Facts, now: int) -> Members:
    """The members that a step sets in the data of both sides; `facts` are the initiator's."""
    rule = RULES[step]
    members: Members = {"status": _raw(rule.after)}
    if rule.stamp:
        members[rule.stamp] = _raw(text_from_instant(now))
    if attendance.notification_message is not None:
        members["notification_message"] = _raw(attendance.notification_message)
    if step == "accept":
        members |= _members_of_acceptance(attendance, facts, now)
    elif step == "decline":
        members["declined_requirements"] = attendance.declined_requirements or _raw(
            _without_data(facts.requirements or [])
        )
    return members


def data_with(data: str, members: Members, at: int) -> str:
    """The data with these members set, and the status at this instant added to its timeline."""
    whole = _MEMBERS.decode(data) | members
    entries = _ENTRIES.decode(whole["timeline"]) if _has(whole, "timeline") else []
    entry = msgspec.Raw(_encode({"status": whole["status"], "at": text_from_instant(at)}))
    return _text(whole | {"timeline": _raw([*entries, entry])})


def data_in_time(data: str, direction: Direction, now: int) -> str:
    """The data as time has made it by now; unchanged where nothing was due."""
    facts = facts_of(data)
    data = data_as_kept(data, now)
    lapses_at = facts.lapses_at()
    if lapses_at is None or lapses_at > now:
        return data
    return data_with(data, {"status": _raw(status_at(facts, direction, now))}, lapses_at)


def data_as_kept(data: str, now: int) -> str:
    """The data without what had been shared, if that may not be shown any more."""
    facts = facts_of(data)
    is_over = facts.is_forgotten(now) and facts.holds_data()
    return _data_without_shared(data, facts) if is_over else data


def past_without_data(before: str) -> str:
    """The `before` of a change without the data that had been shared."""
    members = _MEMBERS.decode(before)
    if not _has(members, "data"):
        return before
    data = bytes(members["data"]).decode()
    facts = facts_of(data)
    if not facts.holds_data():
        return before
    return _text(members | {"data": msgspec.Raw(_data_without_shared(data, facts).encode())})


def _data_without_shared(data: str, facts: Facts) -> str:
    requirements = _raw(_without_data(facts.accepted_requirements or []))
    return _text(_MEMBERS.decode(data) | {"accepted_requirements": requirements})


def begun_draft(draft: Draft, own: EntityKey) -> Draft:
    """The draft of an interaction that begins: pending, with both parties linked if they are known.

    The account itself acts where the draft names no actor. An actor that is another party becomes
    the counterpart where the draft names none.
    """
    links = _with_parties(draft.links, own)
    members = _members_of_caller(draft.data)
    members["status"] = _raw(PENDING[direction_of_links(links)])
    data = data_with(_text(members), {}, draft.occurred_at)
    return msgspec.structs.replace(draft, links=links, data=data)


def draft_with_state(draft: Draft, recorded: str, own: EntityKey) -> Draft:
    """A draft that is to replace an interaction with the data `recorded`, with what it has become.

    A caller that sends an interaction once more does not know the status and what else steps and
    time have set. Those stay if the caller's own members are as recorded. If not, the draft keeps
    its own data, which may not replace the recorded one.
    """
    begun = begun_draft(draft, own)
    if _members_of_caller(draft.data) == _members_of_caller(recorded):
        return msgspec.structs.replace(begun, data=recorded)
    return begun


def mirrored_draft(draft: Draft, initiator: Link, external_id: str) -> Draft:
    """The draft of the other party's record of an interaction that began.

    It has the prose and the data of ours, and goes IN. Our metadata and our links stay with us. The
    data that is offered is left out: the other party sees it once it has accepted.
    """
    members = _members_of_caller(draft.data)
    requirements = facts_of(draft.data).requirements
    if requirements is not None:
        members["requirements"] = _raw(_without_data(requirements))
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


def _members_of_caller(data: str) -> Members:
    members = _MEMBERS.decode(data)
    return {name: value for name, value in members.items() if name not in SERVER_SET}


def _members_of_acceptance(attendance: Attendance, facts: Facts, now: int) -> Members:
    """Accept all requirements, unless the attendance names those that are accepted or declined."""
    span = attendance.expires_in or facts.expires_in
    declined = attendance.declined_requirements or _raw([])
    declined_codes = {requirement.get("code") for requirement in _REQUIREMENTS.decode(declined)}
    accepted = [
        requirement
        for requirement in facts.requirements or []
        if requirement.get("code") not in declined_codes
    ]
    members = {
        "accepted_requirements": attendance.accepted_requirements or _raw(accepted),
        "declined_requirements": declined,
    }
    if attendance.expires_in is not None:
        members["expires_in"] = _raw(attendance.expires_in)
    if span is not None and span.seconds is not None:
        members["expires_at"] = _raw(text_from_instant(now + span.seconds * SECOND))
    return members


def _without_data(requirements: list[Requirement]) -> list[Requirement]:
    return [_requirement_without_data(requirement) for requirement in requirements]


def _requirement_without_data(requirement: Requirement) -> Requirement:
    members = {name: value for name, value in requirement.items() if name != "data"}
    if members.get("items"):
        members["items"] = [_requirement_without_data(item) for item in members["items"]]
    return members


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

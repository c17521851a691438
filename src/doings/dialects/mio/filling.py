"""What two saved answers say together about one interaction, in any order.

A list lacks what was granted, and a detail has it. Members that one answer lacks come from the
other. Where both have a member, the answer that shows the later status counts, else the first one.
"""

from collections.abc import Mapping

import msgspec

from doings.core.activity import Activity, Draft, draft_of
from doings.core.interactions.data import SERVER_SET, data_as_kept
from doings.core.interactions.lifecycle import ACCEPTED, COMPLETED, COUNTERPART, EXPIRED, facts_of

Members = dict[str, msgspec.Raw]

GRANTED = "accepted_requirements"

_FOLLOWING_ACCEPTANCE = frozenset({COMPLETED, EXPIRED})

_members = msgspec.json.Decoder(Members).decode
_objects = msgspec.json.Decoder(list[Members]).decode
_encode = msgspec.json.Encoder().encode


def filled_draft(activity: Activity, draft: Draft, now: int) -> Draft:
    """The activity with what it lacks and the draft of another answer says.

    What was granted is left out once it may not be kept any longer at the instant `now`.
    """
    known = draft_of(activity)
    if draft.kind != known.kind:
        return known
    data = _filled_data(known.data, draft.data)
    if data != known.data:
        data = data_as_kept(data, now)
    has_counterpart = any(link.role == COUNTERPART for link in known.links)
    added = () if has_counterpart else [link for link in draft.links if link not in known.links]
    return msgspec.structs.replace(
        known,
        body=known.body or draft.body,
        time_zone=known.time_zone or draft.time_zone,
        links=(*known.links, *added),
        data=data,
    )


def _filled_data(known: str, other: str) -> str:
    first, second = facts_of(known), facts_of(other)
    stored, said = _members(known), _members(other)
    if _rank(second.status, is_pending=second.is_pending) > _rank(
        first.status, is_pending=first.is_pending
    ):
        return _text(_filled(said, stored))
    is_same_course = first.status == second.status or (
        second.status == ACCEPTED and first.status in _FOLLOWING_ACCEPTANCE
    )
    if not is_same_course:
        said = {name: value for name, value in said.items() if name not in SERVER_SET}
    return _text(_filled(stored, said))


def _rank(status: str | None, *, is_pending: bool) -> int:
    """How far an interaction has come: pending, attended or canceled, at its end."""
    if is_pending:
        return 0
    return 2 if status in _FOLLOWING_ACCEPTANCE else 1


def _filled(members: Mapping[str, msgspec.Raw], others: Mapping[str, msgspec.Raw]) -> Members:
    """The members, and those of the others that are missing among them."""
    whole = dict(members)
    for name, value in others.items():
        if _is_empty(whole.get(name)):
            whole[name] = value
        elif name in {GRANTED, "items"} and not _is_empty(value):
            whole[name] = _filled_list(whole[name], value)
    return whole


def _filled_list(known: msgspec.Raw, other: msgspec.Raw) -> msgspec.Raw:
    """The requirements or items, each filled from the one of the same code and type."""
    by_name = {_name(members): members for members in _objects(other)}
    before = _objects(known)
    after = [_filled(members, by_name.get(_name(members), {})) for members in before]
    return known if after == before else msgspec.Raw(_encode(after))


def _name(members: Members) -> tuple[bytes, bytes]:
    return bytes(members.get("code", b"null")), bytes(members.get("type", b"null"))


def _is_empty(value: msgspec.Raw | None) -> bool:
    return value is None or bytes(value) in {b"null", b"[]"}


def _text(members: Members) -> str:
    return _encode(members).decode()

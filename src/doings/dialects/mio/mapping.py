"""Between activities and the vendor's documents, in both directions; it knows no HTTP."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from doings.core.account import Account
from doings.core.activity import ACTOR, Activity, Draft, Link, Linked, rendered_links
from doings.core.documents.rendering import encoded_documents
from doings.core.entity import Entity, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.core.imports import element_decoder
from doings.core.interactions.data import SERVER_SET
from doings.core.interactions.lifecycle import (
    COUNTERPART,
    INDIVIDUAL,
    MILLISECOND,
    PENDING,
    Direction,
    Entry,
    Facts,
    Moment,
    counterpart_among,
    direction_among,
    facts_of,
    instant_of,
)
from doings.core.presentation.prose import plain_body
from doings.core.store.rendering import Uncacheable
from doings.core.text import json_text, object_from_text
from doings.core.values.json_values import as_integer, as_number, as_text
from doings.dialects.mio.documents import (
    NOTHING,
    AcceptedItemDocument,
    AcceptedRequirementDocument,
    ActivityDocument,
    EntryDocument,
    ItemDocument,
    MemberDocument,
    RequirementDocument,
    SavedActivity,
    SavedMember,
    SpanDocument,
)
from doings.dialects.mio.vocabulary import (
    KIND_OF_TYPE,
    MEMBER_TYPES,
    ORIGIN,
    PARTY_OF_MEMBER,
    TYPES,
)

MAX_MEMBERS = 2048
"""How many rendered parties are kept: a page shows few, and often the same ones."""

MAX_ATTRS_KEPT = 1024
"""Parties with more characters of attributes are not kept, so that the memory has a bound."""

Members = dict[str, Any]


def activity_documents(
    activities: Sequence[Activity], account: Account, *, now: int
) -> list[ActivityDocument]:
    """Render activities of the vocabulary's kinds, as the list shows them."""
    return [document for document, _ in _dated_documents(activities, account, now)]


def rendered_documents(
    activities: Sequence[Activity],
    account: Account,
    *,
    now: int,
    lapse_at: Callable[[int], None],
) -> list[bytes]:
    """Render what the list shows as JSON; Uncacheable where time will change the status.

    `lapse_at` is told of each instant at which it does.
    """
    dated = _dated_documents(activities, account, now)
    encoded = encoded_documents([document for document, _ in dated])
    for index, (_, lapses_at) in enumerate(dated):
        if lapses_at is not None and lapses_at > now:
            encoded[index] = Uncacheable(encoded[index])
            lapse_at(lapses_at)
    return encoded


Dated = tuple[ActivityDocument, int | None]
"""A document, and when time alone changes its status, or did."""


def _dated_documents(activities: Sequence[Activity], account: Account, now: int) -> list[Dated]:
    return [
        _activity_document(activity, party, account, now)
        for activity, party in zip(activities, rendered_links(activities, _party), strict=True)
    ]


class _Party(NamedTuple):
    """The direction of an activity, and the other party, rendered."""

    direction: Direction
    other: MemberDocument | None


def _party(links: tuple[Linked, ...]) -> _Party:
    other = counterpart_among(links)
    return _Party(direction_among(links), member_document(other) if other else None)


def _activity_document(activity: Activity, party: _Party, account: Account, now: int) -> Dated:
    type_, type_name = TYPES[activity.kind]
    facts = facts_of(activity.data)
    pending = PENDING[party.direction]
    # By position, which takes msgspec half the time: the order is that of the class.
    document = ActivityDocument(
        activity.id_at(ORIGIN),
        type_,
        type_name,
        party.direction,
        plain_body(activity) or activity.summary,
        pending if facts.is_pending else facts.status or pending,
        facts.notification_message,
        activity.time_zone or account.time_zone,
        _milliseconds(facts.valid_until),
        _milliseconds(facts.attended_at),
        _milliseconds(facts.completed_at),
        _milliseconds(facts.expires_at),
        activity.occurred_at // MILLISECOND,
        activity.updated_at // MILLISECOND,
        party.other,
        [requirement_document(requirement) for requirement in facts.requirements or ()],
        UNSET,
        [requirement_document(requirement) for requirement in facts.declined_requirements or ()],
        [entry_document(entry) for entry in facts.timeline or ()],
        span_document(facts),
    )
    lapses_at = facts.lapses_at()
    if lapses_at is not None and lapses_at <= now:
        document.status = facts.status_then
        document.timeline.append(EntryDocument(facts.status_then, lapses_at // MILLISECOND))
    return document, lapses_at


def lapses_of(activity: Activity) -> list[int]:
    """The instants at which time alone changes, or changed, what the detail shows."""
    facts = facts_of(activity.data)
    instants = (facts.lapses_at(), instant_of(facts.expires_at))
    return [instant for instant in instants if instant is not None]


def activity_detail_document(activity: Activity, account: Account, *, now: int) -> ActivityDocument:
    """Render an activity with what was granted, and without shared data that has expired."""
    (document,) = activity_documents([activity], account, now=now)
    facts = facts_of(activity.data)
    is_over = facts.is_forgotten(now)
    document.accepted_requirements = [
        accepted_requirement_document(requirement, with_data=not is_over)
        for requirement in facts.accepted_requirements or []
    ]
    return document


_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def member_document(entity: Entity) -> MemberDocument:
    """Render the other party."""
    is_kept = len(entity.attrs) <= MAX_ATTRS_KEPT
    return _kept_member(entity) if is_kept else _member_document(entity)


def _member_document(entity: Entity) -> MemberDocument:
    attrs, written = object_from_text(entity.attrs), _members(entity.attrs)
    scoring_level, social_media = attrs.get("scoring_level"), attrs.get("social_media")
    has_score = as_number(attrs.get("score")) is not None
    has_level = isinstance(scoring_level, str) or as_integer(scoring_level) is not None
    return MemberDocument(
        id=entity.id,
        name=entity.name,
        cifcode=as_text(attrs.get("cifcode")),
        type=MEMBER_TYPES.get(entity.type, MEMBER_TYPES[INDIVIDUAL]),
        avatar=as_text(attrs.get("avatar")),
        score=written["score"] if has_score else NOTHING,
        scoring_level=written["scoring_level"] if has_level else NOTHING,
        social_media=social_media if isinstance(social_media, list) else [],
        created_at=entity.created_at // MILLISECOND,
        unregistered=attrs.get("unregistered") is True,
    )


_kept_member = lru_cache(maxsize=MAX_MEMBERS)(_member_document)


def requirement_document(requirement: Members) -> RequirementDocument:
    """Render what is asked for, never the data itself."""
    items = [
        ItemDocument(item.get("code"), item.get("type")) for item in requirement.get("items") or []
    ]
    return RequirementDocument(
        requirement.get("code"), requirement.get("type"), requirement.get("category"), items
    )


def accepted_requirement_document(
    requirement: Members, *, with_data: bool
) -> AcceptedRequirementDocument:
    """Render what was granted; without its data where `with_data` is false."""
    return AcceptedRequirementDocument(
        code=requirement.get("code"),
        type=requirement.get("type"),
        category=requirement.get("category"),
        data=requirement.get("data") if with_data else None,
        items=[
            AcceptedItemDocument(
                code=item.get("code"),
                type=item.get("type"),
                data=item.get("data") if with_data else None,
            )
            for item in requirement.get("items") or []
        ],
    )


def entry_document(entry: Entry) -> EntryDocument:
    """Render when an activity reached a status."""
    return EntryDocument(entry.status, _milliseconds(entry.at))


def span_document(facts: Facts) -> SpanDocument | None:
    """Render how long what is shared can be seen."""
    span = facts.expires_in
    return None if span is None or span.seconds is None else SpanDocument(span.seconds)


saved_activity = element_decoder(SavedActivity)
"""One activity of a saved answer, from JSON; raises Invalid."""


def draft_from_document(document: SavedActivity, *, own: EntityKey) -> Draft:
    """Read an activity of a saved answer, of the account that `own` stands for; raises Invalid."""
    kind = KIND_OF_TYPE.get(document.type)
    if kind is None:
        raise Invalid.of("type", f"{document.type!r} is none of {', '.join(KIND_OF_TYPE)}")
    return Draft(
        kind=kind,
        occurred_at=document.created_at * MILLISECOND,
        time_zone=document.time_zone or None,
        body=document.description,
        data=json_text(_data(document)),
        links=_links(document, own),
        origin=ORIGIN,
        external_id=document.id,
    )


def entity_drafts_from_document(document: SavedActivity) -> list[tuple[EntityKey, EntityDraft]]:
    """What an activity of a saved answer says about the other party."""
    member = document.entity
    if member is None:
        return []
    if as_number(msgspec.json.decode(member.score)) is None and not _is_empty(member.score):
        raise Invalid.of("entity.score", "must be a number")
    attrs = {
        name: value
        for name, value in _members(msgspec.json.encode(member)).items()
        if name not in {"id", "name", "type"} and bytes(value) != b"null"
    }
    return [(_key(member), EntityDraft(name=member.name, attrs=json_text(attrs)))]


DATA_MEMBERS = (
    "requirements",
    "valid_until",
    "expires_in",
    "notification_message",
    *SERVER_SET,
)
"""The members that are kept in data; instants stay milliseconds."""


def _data(document: SavedActivity) -> Members:
    """The members of data that are neither null nor an empty list."""
    members = {name: getattr(document, name) for name in DATA_MEMBERS}
    return {name: value for name, value in members.items() if not _is_empty(value)}


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, msgspec.Raw) and bytes(value) in {b"null", b"[]"})


def _links(document: SavedActivity, own: EntityKey) -> tuple[Link, ...]:
    """The actor, then the other party."""
    member = document.entity
    counterpart = [] if member is None else [Link(*_key(member), COUNTERPART, member.name)]
    if document.in_out_bound == "OUT" or member is None:
        return (Link(*own, ACTOR), *counterpart)
    return (Link(*_key(member), ACTOR, member.name), *counterpart)


def _key(member: SavedMember) -> EntityKey:
    return PARTY_OF_MEMBER.get(member.type, INDIVIDUAL), member.id


def _milliseconds(moment: Moment) -> int | None:
    if moment is None or isinstance(moment, int):
        return moment
    instant = instant_of(moment)
    return None if instant is None else instant // MILLISECOND

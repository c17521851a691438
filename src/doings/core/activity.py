"""Activities: what happened, once recorded (Activity) and still to be recorded (Draft)."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import TypeVar

import msgspec

from doings.core.clock import EARLIEST, LATEST, zone
from doings.core.entity import (
    CONTACT,
    NAME_LENGTH,
    Entity,
    EntityKey,
    checked_id,
    checked_type,
)
from doings.core.errors import Invalid, Problem, TooMuch
from doings.core.kinds.rules import CATALOGUE, Kind, checked_data
from doings.core.text import checked_json, checked_size, checked_text
from doings.core.values.markup import HTML_KINDS, links_only

KIND = re.compile(r"[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}")
WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
DEFAULT_ORIGIN = "api"
ORIGIN = re.compile(r"[a-z][a-z0-9_.-]{0,63}")

RESERVED_ORIGINS = frozenset({"interaction", "monica", "cobot", "invent", "agendize", "mio"})
"""Origins that the server itself writes, and no caller.

`interaction` is the other party's record of an interaction, which is found by it; the others are
what the dialects record, and what was read from their vendors' own answers.
"""

SUMMARY_LENGTH = 10_000
BODY_LENGTH = 1_000_000
JSON_LENGTH = 1_000_000
LINKS = 200
CHANNELS = 20

ACTOR = "actor"
"""The role of the entity that did it."""

SUBJECT = "subject"
"""The role of an entity that the activity is about: the role of a link that names none."""

OWNER = "owner"
"""The role of a contact that is linked because a linked thing belongs to it."""

NAMED_IN_DATA = "data"
"""The role of a thing that is linked because `data` names it, like the appointment that moved."""

DERIVED_ROLES = frozenset({OWNER, NAMED_IN_DATA})
"""Roles that the server gives. They are shown; given by a caller they are ignored."""

LEVELS = frozenset({"ERROR", "WARN"})
DEFAULT_CHANNELS = ("admin",)


class Link(msgspec.Struct, frozen=True, gc=False):
    """That an activity concerns an entity, and how; `name` names an entity that is new.

    `is_deleted` and `is_erased` say what had become of an entity that is new here where the
    activity comes from.
    """

    type: str
    id: str
    role: str = SUBJECT
    name: str | None = None
    is_deleted: bool = False
    is_erased: bool = False

    @property
    def key(self) -> EntityKey:
        """(type, id)."""
        return self.type, self.id


class Linked(msgspec.Struct, frozen=True, gc=False):
    """A link as read: the entity as it is now, with all the roles it has here.

    The entity may have been deleted or erased since. Then it has no name any more, and is shown by
    its id.

    Where the entity is one person with others, `named` holds those that the activity itself names,
    each with its own roles; it is empty where the activity names the entity alone. `place` is then
    that of the link among those that the activity names.
    """

    entity: Entity
    roles: tuple[str, ...]
    named: tuple["Linked", ...] = ()
    place: int = 0

    def via(self, role: str) -> EntityKey | None:
        """The key that the activity names in this role, None where it is the entity's own."""
        keys = [link.entity.key for link in self.named if role in link.roles]
        return None if not keys or self.entity.key in keys else keys[0]


class Draft(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is to be recorded; its constructor refuses what may not exist.

    A body that is HTML is cleaned here, so that no door leaves it as it came.

    Instants are microseconds UTC, `data` and `metadata` JSON text of an object.
    """

    kind: str
    occurred_at: int
    time_zone: str | None = None
    summary: str | None = None
    body: str | None = None
    data: str = "{}"
    metadata: str = "{}"
    level: str | None = None
    channels: tuple[str, ...] = DEFAULT_CHANNELS
    links: tuple[Link, ...] = ()
    origin: str = DEFAULT_ORIGIN
    external_id: str | None = None

    def __post_init__(self) -> None:
        """Raise Invalid."""
        checked_kind(self.kind)
        if not EARLIEST <= self.occurred_at < LATEST:
            raise Invalid.of("occurred_at", "the time lies outside the years 1000 to 9999")
        _check_prose(self)
        if self.body and self.kind in HTML_KINDS:
            msgspec.structs.force_setattr(self, "body", links_only(self.body))
            checked_text(self.body, field="body", most=BODY_LENGTH)
        checked_size(self.data, field="data", most=JSON_LENGTH)
        checked_json(self.metadata, field="metadata", most=JSON_LENGTH)
        checked_data(self.kind, self.data)
        _check_marks(self)
        _check_links(self.links)


class Activity(msgspec.Struct, frozen=True, gc=False):
    """One recorded activity, its fields in the order of the table's columns.

    `own_kind` says how it is shown where the account has a kind of that name of its own.
    """

    seq: int
    id: str
    kind: str
    occurred_at: int
    time_zone: str | None
    summary: str | None
    body: str | None
    data: str
    metadata: str
    level: str | None
    channels: tuple[str, ...]
    origin: str
    external_id: str | None
    recorded_at: int
    updated_at: int
    links: tuple[Linked, ...]
    own_kind: Kind | None = None

    def linked(self, entity_type: str, role: str | None = None) -> Entity | None:
        """The first linked entity of that type (and role), or None."""
        return first_linked(self.links, entity_type, role)

    def actor(self) -> Entity | None:
        """The entity that did it; None where it is not known."""
        for link in self.links:
            if ACTOR in link.roles:
                return link.entity
        return None

    def id_at(self, origin: str) -> str:
        """The id that another service knows it by if it came from there, else our own."""
        return self.external_id if self.origin == origin and self.external_id else self.id

    def contacts(self) -> list[Entity]:
        """The linked contacts that are not deleted, each once, in the order of the links."""
        return linked_contacts(self.links)


def first_linked(
    links: tuple[Linked, ...], entity_type: str, role: str | None = None
) -> Entity | None:
    """The first linked entity of that type (and role), or None."""
    for link in links:
        if link.entity.type == entity_type and (role is None or role in link.roles):
            return link.entity
    return None


def linked_contacts(links: tuple[Linked, ...]) -> list[Entity]:
    """The linked contacts that are not deleted, each once, in the order of the links."""
    return [
        link.entity for link in links if link.entity.type == CONTACT and not link.entity.is_deleted
    ]


T = TypeVar("T")

_LINKS = attrgetter("links")


def rendered_links(
    activities: Sequence[Activity], render: Callable[[tuple[Linked, ...]], T]
) -> list[T]:
    """What `render` makes of the links of each activity, in the order of the activities.

    The store gives activities that are linked alike one and the same tuple. Each tuple is rendered
    once. Tuples are told apart by identity, because a comparison by value would hash every entity
    in them.
    """
    linked = list(map(_LINKS, activities))
    identities = list(map(id, linked))
    distinct = dict(zip(identities, linked, strict=True))
    rendered = {identity: render(links) for identity, links in distinct.items()}
    return list(map(rendered.__getitem__, identities))


def draft_of(activity: Activity) -> Draft:
    """The draft that would record this activity again, to be changed; without derived links."""
    return Draft(
        kind=activity.kind,
        occurred_at=activity.occurred_at,
        time_zone=activity.time_zone,
        summary=activity.summary,
        body=activity.body,
        data=activity.data,
        metadata=activity.metadata,
        level=activity.level,
        channels=activity.channels,
        links=given_links(activity),
        origin=activity.origin,
        external_id=activity.external_id,
    )


def is_same(one: Draft, other: Draft) -> bool:
    """Whether two drafts would record the same; the names of linked entities are not compared."""
    return _essence(one) == _essence(other)


def _essence(draft: Draft) -> Draft:
    """The draft with its links as they would be read back: each entity's roles together.

    The inner dicts serve as sets that keep their order.
    """
    roles_by_key: dict[EntityKey, dict[str, None]] = {}
    for link in draft.links:
        if link.role not in DERIVED_ROLES:
            roles_by_key.setdefault(link.key, {})[link.role] = None
    links = tuple(Link(*key, role) for key, roles in roles_by_key.items() for role in roles)
    return msgspec.structs.replace(draft, links=links)


def named_links(links: tuple[Linked, ...]) -> tuple[Linked, ...]:
    """The links as the activity names them, no matter who stands for whom by now."""
    if not any(link.named for link in links):
        return links
    named = [named for link in links for named in link.named or (link,)]
    return tuple(sorted(named, key=attrgetter("place")))


def as_named(old: Activity, draft: Draft) -> Draft:
    """The draft that replaces an activity, with the same people named as the activity names.

    A caller sees who stands for a person, and sends that back. The link goes on naming whom it
    named, so that it is right also when the two are parted again.
    """
    named: dict[tuple[EntityKey, str], list[EntityKey]] = {}
    for link in old.links:
        for one in link.named:
            for role in one.roles:
                named.setdefault((link.entity.key, role), []).append(one.entity.key)
    if not named:
        return draft
    links = [
        msgspec.structs.replace(link, type=key[0], id=key[1])
        for link in draft.links
        for key in named.get((link.key, link.role), (link.key,))
    ]
    return msgspec.structs.replace(draft, links=tuple(links))


def given_links(activity: Activity) -> tuple[Link, ...]:
    """The links that a caller gave, one for each role; derived links are left out."""
    return tuple(
        Link(link.entity.type, link.entity.id, role, link.entity.name)
        for link in named_links(activity.links)
        for role in link.roles
        if role not in DERIVED_ROLES
    )


@lru_cache(maxsize=4096)
def checked_kind(kind: str) -> str:
    """The kind itself; raises Invalid for one that is not `noun.verb`."""
    if kind not in CATALOGUE and not KIND.fullmatch(kind):
        raise Invalid.of("kind", "must be noun.verb in lower case, like note.created")
    return kind


@lru_cache(maxsize=4096)
def checked_role(role: str, *, field: str = "role") -> str:
    """The role itself; raises Invalid for one that may not be given."""
    if not WORD.fullmatch(role):
        raise Invalid.of(field, "a lower-case word: letters, digits and _")
    return role


def checked_origin(origin: str) -> str:
    """The origin itself; raises Invalid for one that a caller may not give."""
    if origin in RESERVED_ORIGINS:
        raise Invalid.of("origin", f"{origin} is reserved for what the server itself records")
    return origin


def _check_prose(draft: Draft) -> None:
    checked_text(draft.summary, field="summary", most=SUMMARY_LENGTH)
    checked_text(draft.body, field="body", most=BODY_LENGTH)
    if draft.time_zone is not None:
        try:
            zone(draft.time_zone)
        except ValueError as error:
            raise Invalid.of("time_zone", str(error)) from None


def _check_marks(draft: Draft) -> None:
    if draft.level is not None and draft.level not in LEVELS:
        raise Invalid.of("level", "must be ERROR, WARN or null")
    if draft.channels != DEFAULT_CHANNELS:
        if len(draft.channels) > CHANNELS:
            raise TooMuch("list", Problem("channels", f"at most {CHANNELS}"))
        for channel in draft.channels:
            checked_role(channel, field="channels")
    if draft.origin != DEFAULT_ORIGIN and not ORIGIN.fullmatch(draft.origin):
        raise Invalid.of("origin", "lower-case letters, digits, dots, hyphens and _, at most 64")
    if draft.external_id is not None:
        checked_id(draft.external_id, field="external_id")


def _check_links(links: tuple[Link, ...]) -> None:
    if len(links) > LINKS:
        raise TooMuch("list", Problem("links", f"at most {LINKS}"))
    for position, link in enumerate(links):
        try:
            _check_link(link)
        except Invalid as error:
            field, reason = error.problems[0]
            raise Invalid.of(f"links[{position}].{field}", reason) from None


@lru_cache(maxsize=4096)
def _check_link(link: Link) -> None:
    """Raise Invalid. Links that passed are remembered, as most entities are linked many times."""
    checked_type(link.type)
    checked_id(link.id)
    checked_role(link.role)
    checked_text(link.name, field="name", most=NAME_LENGTH)

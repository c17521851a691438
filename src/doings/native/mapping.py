"""Between the native API's JSON and the model: plain functions that know no HTTP."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar, cast

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.activity import (
    ACTOR,
    CHANNELS,
    DEFAULT_CHANNELS,
    DERIVED_ROLES,
    LINKS,
    Activity,
    Draft,
    Link,
    checked_origin,
    given_links,
)
from doings.core.clock import datetime_from_instant
from doings.core.documents.document import change_document, entity_change_item
from doings.core.entity import (
    Entity,
    EntityDraft,
    EntityKey,
    checked_contact,
    checked_id,
    checked_type,
)
from doings.core.errors import Invalid, Problem, TooMuch
from doings.core.people.suggestions import Suggestion
from doings.core.store.changes import Change, EntityChange
from doings.core.store.credentials import Credential
from doings.core.store.merges import Merge
from doings.core.text import compact
from doings.core.values.instants import instant_from_text
from doings.native.documents.account import TokenDocument
from doings.native.documents.activities import (
    ActivityInput,
    ActivityPatch,
    ActorInput,
    LinkInput,
    NameInput,
)
from doings.native.documents.entities import EntityInput, EntityPatch
from doings.native.documents.feed import ChangePage
from doings.native.documents.log import FeedPage
from doings.native.documents.merges import MergeDocument, SuggestionDocument
from doings.native.http.merge_patch import merged

T = TypeVar("T")


def draft_from_input(document: ActivityInput, *, now: int) -> Draft:
    """Read an activity of a caller, who may not give a reserved origin; raises Invalid."""
    checked_origin(document.origin)
    return draft_from_document(document, now=now)


def draft_from_document(document: ActivityInput, *, now: int) -> Draft:
    """Read an activity; `now` is when it happened unless it says so. Raises Invalid."""
    _check_counts(document.links, document.channels)
    try:
        return Draft(
            kind=document.kind,
            occurred_at=now if document.occurred_at is None else instant_of(document.occurred_at),
            time_zone=document.time_zone,
            summary=document.summary,
            body=document.body,
            data=_object_text(document.data),
            metadata=_object_text(document.metadata),
            level=document.level,
            channels=document.channels,
            links=_links(document.actor, document.links),
            origin=document.origin,
            external_id=document.external_id,
        )
    except Invalid as error:
        given = () if document.actor is None else (document.actor,)
        raise _as_sent(error, given, 0, document.links) from None


def _check_counts(links: Sequence[object], channels: Sequence[object]) -> None:
    """Raise TooMuch before anything is made of lists that are too long."""
    if len(links) > LINKS:
        raise TooMuch("list", Problem("links", f"at most {LINKS}"))
    if len(channels) > CHANNELS:
        raise TooMuch("list", Problem("channels", f"at most {CHANNELS}"))


def named_draft_from_document(
    document: ActivityInput, named: NameInput, name: tuple[str, str], *, now: int
) -> Draft:
    """Read an activity that its path names, by (origin, external_id); raises Invalid.

    `named` is what the body says of the name, which may not be another, nor one of a reserved
    origin.
    """
    origin, external_id = name
    if named.origin not in {None, origin}:
        raise Invalid.of("origin", "is another one than in the path")
    if named.external_id not in {None, external_id}:
        raise Invalid.of("external_id", "is another one than in the path")
    draft = draft_from_document(document, now=now)
    return msgspec.structs.replace(draft, origin=checked_origin(origin), external_id=external_id)


def draft_from_patch(activity: Activity, patch: ActivityPatch) -> Draft:
    """The activity with a merge patch applied; raises Invalid."""
    _check_counts(patch.links or (), patch.channels or ())
    try:
        return _patched_draft(activity, patch)
    except Invalid as error:
        actors, _ = _actors_and_others(activity)
        is_kept = patch.actor is UNSET
        given = (patch.actor,) if patch.actor else ()
        raise _as_sent(error, given, len(actors) if is_kept else 0, patch.links or ()) from None


def _patched_draft(activity: Activity, patch: ActivityPatch) -> Draft:
    occurred_at = activity.occurred_at
    if patch.occurred_at is not UNSET:
        occurred_at = instant_of(patch.occurred_at)
    return Draft(
        kind=_either(patch.kind, activity.kind),
        occurred_at=occurred_at,
        time_zone=_either(patch.time_zone, activity.time_zone),
        summary=_either(patch.summary, activity.summary),
        body=_either(patch.body, activity.body),
        data=_merged_text(activity.data, patch.data, field="data"),
        metadata=_merged_text(activity.metadata, patch.metadata, field="metadata"),
        level=_either(patch.level, activity.level),
        channels=_patched_channels(activity, patch),
        links=_patched_links(activity, patch),
        origin=activity.origin,
        external_id=activity.external_id,
    )


def entity_draft_from_document(document: EntityInput) -> EntityDraft:
    """Read an entity; raises Invalid."""
    return EntityDraft(
        name=document.name,
        attrs=_object_text(document.attrs),
        contact=checked_contact(document.contact),
    )


def entity_draft_from_patch(entity: Entity, patch: EntityPatch) -> EntityDraft:
    """The entity with a merge patch applied; raises Invalid."""
    contact = entity.contact if patch.contact is UNSET else checked_contact(patch.contact)
    return EntityDraft(
        name=_either(patch.name, entity.name),
        attrs=_merged_text(entity.attrs, patch.attrs, field="attrs"),
        contact=contact,
    )


def change_page(changes: Sequence[Change], after: int) -> ChangePage:
    """Render changes that were read from `after` on."""
    items = [change_document(change) for change in changes]
    return ChangePage(items, last=items[-1].seq if items else after)


def feed_page(changes: Sequence[Change | EntityChange], after: int) -> FeedPage:
    """Render what was read from `after` on, of entities as well."""
    items = [
        change_document(change) if isinstance(change, Change) else entity_change_item(change)
        for change in changes
    ]
    last = items[-1].seq if items else after
    # msgspec can describe no list of two kinds of objects, so the class says what it takes.
    return FeedPage(cast("list[msgspec.Raw]", items), last=last)


def merge_document(merge: Merge) -> MergeDocument:
    """Render a merge."""
    return MergeDocument(
        id=merge.id,
        keep=":".join(merge.keep),
        merged=[":".join(key) for key in merge.merged],
        reason=merge.reason,
        at=datetime_from_instant(merge.at),
        by=merge.by,
        automatic=merge.is_by_itself,
        status="active" if merge.reverted_at is None else "reverted",
        reverted_at=_moment(merge.reverted_at),
        reverted_by=merge.reverted_by,
    )


def suggestion_document(suggestion: Suggestion) -> SuggestionDocument:
    """Render a suggestion."""
    entities = [":".join(key) for key in suggestion.pair]
    return SuggestionDocument(entities, suggestion.score, list(suggestion.reasons))


def named_key(text: str, *, field: str) -> EntityKey:
    """(type, id) of an entity that may exist, from `contact:8`; raises Invalid."""
    entity_type, entity_id = key_from_text(text, field=field)
    return checked_type(entity_type, field=field), checked_id(entity_id, field=field)


def token_document(credential: Credential) -> TokenDocument:
    """Render a credential."""
    return TokenDocument(
        key=credential.key,
        label=credential.label,
        scopes=credential.scopes,
        created_at=datetime_from_instant(credential.created_at),
        expires_at=_moment(credential.expires_at),
        last_used_at=_moment(credential.last_used_at),
    )


def key_from_text(text: str, *, field: str) -> EntityKey:
    """(type, id) from `contact:8`; neither is checked further here. Raises Invalid."""
    entity_type, colon, entity_id = text.partition(":")
    if not colon:
        raise Invalid.of(field, "must be type:id, like contact:8")
    return entity_type, entity_id


def instant_of(text: str, *, field: str = "occurred_at") -> int:
    """Microseconds since 1970 from RFC 3339; raises Invalid."""
    try:
        return instant_from_text(text)
    except ValueError as error:
        raise Invalid.of(field, str(error)) from None


def _moment(instant: int | None) -> datetime | None:
    return None if instant is None else datetime_from_instant(instant)


def _object_text(value: msgspec.Raw | UnsetType) -> str:
    return "{}" if value is UNSET else compact(value)


def _links(actor: ActorInput | str | None, links: tuple[LinkInput | str, ...]) -> tuple[Link, ...]:
    """The actor first, then the links that were sent, without those that the server derives."""
    sent = [_link(link, position) for position, link in enumerate(links)]
    own = tuple(link for link in sent if link.role not in DERIVED_ROLES)
    return own if actor is None else (_actor_link(actor), *own)


def _link(link: LinkInput | str, position: int) -> Link:
    if isinstance(link, str):
        return Link(*key_from_text(link, field=f"links[{position}]"))
    return Link(link.type, link.id, link.role, link.name, link.deleted, link.erased)


def _actor_link(actor: ActorInput | str) -> Link:
    if isinstance(actor, str):
        return Link(*key_from_text(actor, field="actor"), ACTOR)
    return Link(actor.type, actor.id, ACTOR, actor.name, actor.deleted, actor.erased)


_LINK_FIELD = re.compile(r"links\[(\d+)\]\.(\w+)")


def _as_sent(
    error: Invalid,
    actors: Sequence[ActorInput | str],
    kept: int,
    links: Sequence[LinkInput | str],
) -> Invalid:
    """The error with the members of links named as they were sent.

    A draft has all its links in one row: the actor that was sent or else `kept` ones, then those
    of the links sent that the server does not derive.
    """
    names: list[tuple[str, ActorInput | LinkInput | str]] = [("actor", actor) for actor in actors]
    names += [("", "")] * kept
    names += [
        (f"links[{position}]", link)
        for position, link in enumerate(links)
        if isinstance(link, str) or link.role not in DERIVED_ROLES
    ]
    return Invalid(*[_problem_as_sent(problem, names) for problem in error.problems])


def _problem_as_sent(
    problem: Problem, names: Sequence[tuple[str, ActorInput | LinkInput | str]]
) -> Problem:
    found = _LINK_FIELD.fullmatch(problem.field)
    if found is None or int(found[1]) >= len(names):
        return problem
    name, sent = names[int(found[1])]
    if name == "actor" and isinstance(sent, str):
        return Problem(name, f"{found[2]}: {problem.reason}")
    return Problem(f"{name}.{found[2]}", problem.reason)


def _patched_channels(activity: Activity, patch: ActivityPatch) -> tuple[str, ...]:
    if patch.channels is UNSET:
        return activity.channels
    return DEFAULT_CHANNELS if patch.channels is None else patch.channels


def _patched_links(activity: Activity, patch: ActivityPatch) -> tuple[Link, ...]:
    actors, others = _actors_and_others(activity)
    if patch.actor is not UNSET:
        actors = () if patch.actor is None else (_actor_link(patch.actor),)
    if patch.links is not UNSET:
        others = _links(None, patch.links or ())
    return (*actors, *others)


def _actors_and_others(activity: Activity) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """The link that the document shows as its actor, and those that it shows as links."""
    actor = activity.actor()
    keys = {
        one.entity.key
        for link in activity.links
        if link.entity is actor
        for one in (link, *link.named)
    }
    actors: list[Link] = []
    others: list[Link] = []
    for link in given_links(activity):
        is_shown = link.role == ACTOR and link.key in keys
        (actors if is_shown else others).append(link)
    return tuple(actors), tuple(others)


def _merged_text(text: str, patch: msgspec.Raw | UnsetType, *, field: str) -> str:
    if patch is UNSET:
        return text
    value = compact(patch)
    if value == "null":
        return "{}"
    if not value.startswith("{"):
        raise Invalid.of(field, "must be an object")
    return merged(text, value, field=field)


def _either(patched: T | UnsetType, stored: T) -> T:
    return stored if patched is UNSET else patched

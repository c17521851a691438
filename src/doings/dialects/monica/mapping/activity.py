"""Activities as Monica's documents. Pure: knows nothing of HTTP."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import msgspec

from doings.core.activity import (
    Activity,
    Linked,
    first_linked,
    linked_contacts,
    rendered_links,
)
from doings.core.clock import local_date, second_from_instant
from doings.core.defaults import ACTIVITY_TYPE
from doings.core.entity import CONTACT, Entity, EntityKey
from doings.core.presentation.prose import plain_body
from doings.core.presentation.title import title
from doings.core.store.counts import Newest
from doings.dialects.monica.documents import (
    ActivityDocument,
    Attendees,
    ContactShort,
)
from doings.dialects.monica.mapping.contact_attributes import facts_of
from doings.dialects.monica.mapping.contact_short import contact_short, keys_of_attendee
from doings.dialects.monica.mapping.emotions import emotion_documents
from doings.dialects.monica.mapping.references import references_of
from doings.dialects.monica.mapping.render_context import AccountApi, RenderContext
from doings.dialects.monica.mapping.resources.entities import entity_document
from doings.dialects.monica.mapping.resources.fields import Document
from doings.dialects.monica.mapping.resources.settings import TYPES
from doings.dialects.monica.vocabulary import DATED_KINDS


class Encounter(msgspec.Struct, kw_only=True):
    """What an activity's `data` says that Monica shows.

    `happened_on` is `YYYY-MM-DD` and stays as it was sent when the account's zone changes.
    """

    happened_on: str | None = None
    emotions: list[int] | None = None


NO_ENCOUNTER = Encounter()
_DECODER = msgspec.json.Decoder(Encounter)


def encounter_of(activity: Activity | Newest) -> Encounter:
    """Read the data; data that has other types is read as empty.

    Only in kinds that Monica records is `happened_on` the date of the activity. Data of another
    kind may mean something else by that word, so its `happened_on` is not read.
    """
    if activity.data == "{}":
        return NO_ENCOUNTER
    try:
        encounter = _DECODER.decode(activity.data)
    except msgspec.ValidationError:
        return NO_ENCOUNTER
    if activity.kind in DATED_KINDS:
        return encounter
    return Encounter(emotions=encounter.emotions)


def is_shown(activity: Activity) -> bool:
    """Whether Monica has the activity: it concerns a contact, which may have been deleted since."""
    return any(link.entity.type == CONTACT for link in activity.links)


class LinkedEntity:
    """A contact or a type that activities are linked to, with its attributes decoded once.

    `keys` are the entities that its document refers to, one at most. `render` makes the document
    from the entity that the key leads to, if it exists. Equal entities have equal attributes, so
    the entity alone decides whether two are equal.
    """

    __slots__ = ("entity", "keys", "render")

    def __init__(self, entity: Entity, keys: list[EntityKey], render: "Render") -> None:
        self.entity = entity
        self.keys = keys
        self.render = render

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LinkedEntity) and self.entity == other.entity

    def __hash__(self) -> int:
        return hash(self.entity)


Render = Callable[[Entity | None, AccountApi], ContactShort | Document]


def _linked_contact(contact: Entity) -> LinkedEntity:
    facts = facts_of(contact)
    return LinkedEntity(contact, keys_of_attendee(facts), partial(contact_short, contact, facts))


def _linked_type(activity_type: Entity) -> LinkedEntity:
    def render(category: Entity | None, api: AccountApi) -> Document:
        entities = {category.key: category} if category else {}
        return entity_document(TYPES, activity_type, RenderContext(api, "", entities))

    return LinkedEntity(activity_type, references_of(activity_type), render)


LINKED_ENTITIES: Mapping[str, Callable[[Entity], LinkedEntity]] = {
    CONTACT: _linked_contact,
    ACTIVITY_TYPE: _linked_type,
}
"""The types of linked entities that are shown, and how one of each is read."""


class LinkedEntities(msgspec.Struct, frozen=True):
    """The contacts and types that some activities are linked to, by seq."""

    by_seq: dict[int, LinkedEntity]

    def all_keys(self) -> set[EntityKey]:
        """What must be looked up to render them: genders and categories."""
        return {key for linked in self.by_seq.values() for key in linked.keys}


def linked_entities(activities: Sequence[Activity]) -> LinkedEntities:
    """The contacts and types of these activities, each read once."""
    linked = {link.entity.seq: link.entity for activity in activities for link in activity.links}
    return LinkedEntities(
        {
            seq: LINKED_ENTITIES[entity.type](entity)
            for seq, entity in linked.items()
            if entity.type in LINKED_ENTITIES
        }
    )


class RenderedLinks(NamedTuple):
    """What an activity's document shows of its links: the contacts, and the type of activity."""

    attendees: Attendees
    activity_type: msgspec.Raw | None


def activity_documents(
    activities: Sequence[Activity], linked: LinkedEntities, context: RenderContext
) -> list[ActivityDocument]:
    """Render activities of any kind; an entity that is linked to several is rendered once."""
    rendered: dict[int, msgspec.Raw] = {}
    for seq, entity in linked.by_seq.items():
        referred = [context.entities[key] for key in entity.keys if key in context.entities]
        rendered[seq] = _rendered(entity, referred[0] if referred else None, context.api)

    def render_links(links: tuple[Linked, ...]) -> RenderedLinks:
        contacts = [rendered[contact.seq] for contact in linked_contacts(links)]
        activity_type = first_linked(links, ACTIVITY_TYPE)
        is_shown = activity_type is not None and not activity_type.is_deleted
        return RenderedLinks(
            Attendees(len(contacts), contacts),
            rendered[activity_type.seq] if activity_type and is_shown else None,
        )

    links_of_each = rendered_links(activities, render_links)
    return [
        _activity_document(activity, links, context)
        for activity, links in zip(activities, links_of_each, strict=True)
    ]


def _activity_document(
    activity: Activity, links: RenderedLinks, context: RenderContext
) -> ActivityDocument:
    encounter = encounter_of(activity)
    created_at = second_from_instant(activity.recorded_at)
    is_unchanged = activity.updated_at == activity.recorded_at
    number = context.api.numbers.of_activity(activity)
    # By position, which takes msgspec half the time: the order is that of the class.
    return ActivityDocument(
        number,
        activity.id,
        "activity",
        shown_summary(activity),
        shown_description(activity),
        encounter.happened_on or _local_date(activity, context.time_zone),
        links.activity_type,
        links.attendees,
        emotion_documents(encounter.emotions) if encounter.emotions else [],
        f"{context.api.url}/activities/{number}",
        context.api.account,
        created_at,
        created_at if is_unchanged else second_from_instant(activity.updated_at),
    )


MAX_DOCUMENTS_KEPT = 2048
"""How many encoded documents of contacts and types are kept at most."""

MAX_ATTRS_KEPT = 1024
"""Documents of more characters of attributes are not kept, so that the memory has a bound."""


def _rendered(linked: LinkedEntity, referred: Entity | None, api: AccountApi) -> msgspec.Raw:
    """The encoded document of a contact or a type; one that was encoded before is used again.

    Everything that goes into a document is among the arguments, so no kept document is outdated.
    """
    size = len(linked.entity.attrs) + (len(referred.attrs) if referred else 0)
    render = _kept if size <= MAX_ATTRS_KEPT else _encoded
    return render(linked, referred, api)


def _encoded(linked: LinkedEntity, referred: Entity | None, api: AccountApi) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(linked.render(referred, api)))


_kept = lru_cache(MAX_DOCUMENTS_KEPT)(_encoded)


def shown_summary(activity: Activity) -> str:
    """The activity's own summary, else the title of its kind."""
    return activity.summary if activity.summary is not None else title(activity)


def shown_description(activity: Activity) -> str | None:
    """The body as text."""
    return plain_body(activity)


def happened_on(activity: Activity | Newest, time_zone: str) -> str:
    """The date, `YYYY-MM-DD`, that was sent, else that of the account's calendar."""
    return encounter_of(activity).happened_on or _local_date(activity, time_zone)


def _local_date(activity: Activity | Newest, time_zone: str) -> str:
    return local_date(activity.occurred_at, time_zone).isoformat()

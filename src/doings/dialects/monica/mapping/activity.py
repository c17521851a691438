"""Activities as Monica's documents. Pure: knows nothing of HTTP."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
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
from doings.core.presentation.markup import HTML_KINDS, text_from_html
from doings.core.presentation.title import title
from doings.dialects.monica.documents import (
    ActivityDocument,
    Attendees,
    ContactShort,
    EmotionDocument,
    TypeDocument,
)
from doings.dialects.monica.mapping.contact import contact_short, keys_of_attendee
from doings.dialects.monica.mapping.emotions import EMOTIONS, has_emotion
from doings.dialects.monica.mapping.setting import keys_of_type, type_document
from doings.dialects.monica.view import Place, View
from doings.dialects.monica.vocabulary import RECORDED_KIND


class Encounter(msgspec.Struct, kw_only=True):
    """What `data` tells here; `happened_on` holds whatever became of the account's zone."""

    happened_on: str | None = None
    emotions: list[int] | None = None


NOTHING_TOLD = Encounter()
_DECODER = msgspec.json.Decoder(Encounter)


def encounter_of(activity: Activity) -> Encounter:
    """Read the data; that of another kind may mean something else by these words."""
    if activity.data == "{}":
        return NOTHING_TOLD
    try:
        told = _DECODER.decode(activity.data)
    except msgspec.ValidationError:
        return NOTHING_TOLD
    return told if activity.kind == RECORDED_KIND else Encounter(emotions=told.emotions)


def is_shown(activity: Activity) -> bool:
    """Whether Monica has the activity: it concerns a contact, be it one that was deleted."""
    return any(link.entity.type == CONTACT for link in activity.links)


KEYS: Mapping[str, Callable[[Entity], list[EntityKey]]] = {
    CONTACT: keys_of_attendee,
    ACTIVITY_TYPE: keys_of_type,
}
"""The linked entities that are shown, by type: what their documents refer to, one key at most."""


class Cast(msgspec.Struct, frozen=True):
    """The contacts and types of some activities by seq, each with what its document refers to."""

    entities: dict[int, Entity]
    keys: dict[int, list[EntityKey]]

    def all_keys(self) -> set[EntityKey]:
        """What is to be looked up to render them: genders and categories."""
        return {key for keys in self.keys.values() for key in keys}


def cast_of(activities: Sequence[Activity]) -> Cast:
    """Who and what has a part in these activities."""
    linked = {link.entity.seq: link.entity for activity in activities for link in activity.links}
    entities = {seq: entity for seq, entity in linked.items() if entity.type in KEYS}
    return Cast(entities, {seq: KEYS[one.type](one) for seq, one in entities.items()})


def activity_documents(
    activities: Sequence[Activity], cast: Cast, view: View
) -> list[ActivityDocument]:
    """Render activities of any kind; who and what is linked to several is rendered once."""
    rendered: dict[int, msgspec.Raw] = {}
    for seq, entity in cast.entities.items():
        referred = [view.entities[key] for key in cast.keys[seq] if key in view.entities]
        rendered[seq] = _rendered(entity, referred[0] if referred else None, view.place)

    def company(links: tuple[Linked, ...]) -> Company:
        contacts = [rendered[contact.seq] for contact in linked_contacts(links)]
        activity_type = first_linked(links, ACTIVITY_TYPE)
        return Company(
            Attendees(len(contacts), contacts),
            rendered[activity_type.seq] if activity_type else None,
        )

    return [
        _activity_document(activity, of_links, view)
        for activity, of_links in zip(activities, rendered_links(activities, company), strict=True)
    ]


class Company(NamedTuple):
    """Who was there and at what kind of thing, rendered."""

    attendees: Attendees
    activity_type: msgspec.Raw | None


def _activity_document(activity: Activity, company: Company, view: View) -> ActivityDocument:
    told = encounter_of(activity)
    created_at = second_from_instant(activity.recorded_at)
    is_unchanged = activity.updated_at == activity.recorded_at
    # By position, which takes msgspec half the time: the order is that of the class.
    return ActivityDocument(
        activity.seq,
        activity.id,
        "activity",
        shown_summary(activity),
        shown_description(activity),
        told.happened_on or _local_date(activity, view.time_zone),
        company.activity_type,
        company.attendees,
        emotion_documents(told.emotions) if told.emotions else [],
        f"{view.place.url}/activities/{activity.seq}",
        view.place.account,
        created_at,
        created_at if is_unchanged else second_from_instant(activity.updated_at),
    )


REMEMBERED = 2048
LONGEST_REMEMBERED = 4096


def _rendered(entity: Entity, referred: Entity | None, place: Place) -> msgspec.Raw:
    """The encoded document of a contact or a type, from memory where it was rendered just so.

    What goes into a document is all among the arguments, so what is remembered is never outdated.
    """
    render = _remembered if len(entity.attrs) <= LONGEST_REMEMBERED else _encoded
    return render(entity, referred, place)


def _encoded(entity: Entity, referred: Entity | None, place: Place) -> msgspec.Raw:
    document: ContactShort | TypeDocument
    if entity.type == CONTACT:
        document = contact_short(entity, referred, place)
    else:
        document = type_document(entity, referred, place)
    return msgspec.Raw(msgspec.json.encode(document))


_remembered = lru_cache(REMEMBERED)(_encoded)


def shown_summary(activity: Activity) -> str:
    """The activity's own summary, else the title of its kind."""
    return activity.summary if activity.summary is not None else title(activity)


def shown_description(activity: Activity) -> str | None:
    """The body as text."""
    if activity.body and activity.kind in HTML_KINDS:
        return text_from_html(activity.body)
    return activity.body


def happened_on(activity: Activity, time_zone: str) -> str:
    """The date it happened on, `YYYY-MM-DD`: as it was told, else by the account's calendar."""
    return encounter_of(activity).happened_on or _local_date(activity, time_zone)


def _local_date(activity: Activity, time_zone: str) -> str:
    return local_date(activity.occurred_at, time_zone).isoformat()


def emotion_documents(emotions: list[int]) -> list[EmotionDocument]:
    """The documents of emotions; ids that no emotion has are left out."""
    return [_EMOTIONS[emotion] for emotion in emotions if has_emotion(emotion)]


_EMOTIONS = {
    number: EmotionDocument(id=number, object="emotion", name=name)
    for number, name in enumerate(EMOTIONS, 1)
}

"""Activities and their types as Monica's documents. Pure: knows nothing of HTTP."""

from collections.abc import Iterable

import msgspec

from doings.core.activity import Activity
from doings.core.clock import local_date, second_from_instant
from doings.core.defaults import ACTIVITY_CATEGORY, ACTIVITY_TYPE, IS_DEFAULT
from doings.core.entity import CONTACT, Entity, EntityKey
from doings.core.markup import HTML_KINDS, text_from_html
from doings.core.text import object_from_text
from doings.core.title import title
from doings.dialects.monica.contact_mapping import contact_short, keys_of_contact
from doings.dialects.monica.documents import (
    ActivityDocument,
    Attendees,
    CategoryDocument,
    EmotionDocument,
    TypeDocument,
)
from doings.dialects.monica.emotions import EMOTIONS, has_emotion
from doings.dialects.monica.view import View, number_of


class Encounter(msgspec.Struct, kw_only=True):
    """What `data` tells here; `happened_on` holds whatever became of the account's zone."""

    happened_on: str | None = None
    emotions: list[int] | None = None


NOTHING_TOLD = Encounter()
_DECODER = msgspec.json.Decoder(Encounter)
_ENCODER = msgspec.json.Encoder()


def encounter_of(activity: Activity) -> Encounter:
    """Read the data; that of another kind may mean something else by these words."""
    if activity.data == "{}":
        return NOTHING_TOLD
    try:
        return _DECODER.decode(activity.data)
    except msgspec.ValidationError:
        return NOTHING_TOLD


def is_shown(activity: Activity) -> bool:
    """Whether Monica has the activity: it concerns a contact, be it one that was deleted."""
    return any(link.entity.type == CONTACT for link in activity.links)


def keys_of_activities(activities: Iterable[Activity]) -> set[EntityKey]:
    """What the documents of activities refer to beside what is linked: categories, genders."""
    linked = {link.entity.seq: link.entity for one in activities for link in one.links}
    keys: set[EntityKey] = set()
    for entity in linked.values():
        if entity.type == CONTACT:
            keys.update(keys_of_contact(entity))
        elif entity.type == ACTIVITY_TYPE:
            keys.update(keys_of_type(entity))
    return keys


def keys_of_type(activity_type: Entity) -> list[EntityKey]:
    """What a type's document refers to: its category."""
    category = object_from_text(activity_type.attrs).get("category")
    return [(ACTIVITY_CATEGORY, category)] if isinstance(category, str) else []


def activity_document(activity: Activity, view: View) -> ActivityDocument:
    """Render an activity of any kind."""
    told = encounter_of(activity)
    activity_type = activity.linked(ACTIVITY_TYPE)
    contacts = activity.contacts()
    return ActivityDocument(
        id=activity.seq,
        uuid=activity.id,
        object="activity",
        summary=shown_summary(activity),
        description=shown_description(activity),
        happened_at=happened_on(activity, view.account.time_zone),
        activity_type=_type_once(activity_type, view) if activity_type else None,
        attendees=Attendees(
            total=len(contacts), contacts=[_contact_once(contact, view) for contact in contacts]
        ),
        emotions=emotion_documents(told.emotions) if told.emotions else [],
        url=f"{view.url}/activities/{activity.seq}",
        account=view.owner,
        created_at=second_from_instant(activity.recorded_at),
        updated_at=second_from_instant(activity.updated_at),
    )


def _contact_once(contact: Entity, view: View) -> msgspec.Raw:
    found = view.rendered.get(contact.seq)
    if found is None:
        found = msgspec.Raw(_ENCODER.encode(contact_short(contact, view)))
        view.rendered[contact.seq] = found
    return found


def _type_once(activity_type: Entity, view: View) -> msgspec.Raw:
    found = view.rendered.get(activity_type.seq)
    if found is None:
        found = msgspec.Raw(_ENCODER.encode(type_document(activity_type, view)))
        view.rendered[activity_type.seq] = found
    return found


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
    """Render emotions; ids that no emotion has are left out."""
    return [
        EmotionDocument(id=emotion, object="emotion", name=EMOTIONS[emotion - 1])
        for emotion in emotions
        if has_emotion(emotion)
    ]


def type_document(activity_type: Entity, view: View) -> TypeDocument:
    """Render a type with its category."""
    category = next(
        (view.entities[key] for key in keys_of_type(activity_type) if key in view.entities), None
    )
    is_default = _is_default(activity_type)
    return TypeDocument(
        id=number_of(activity_type),
        uuid=view.uuid(activity_type),
        object="activityType",
        name=activity_type.name,
        location_type=None,
        activity_type_category=category_document(category, view) if category else None,
        account=view.owner,
        created_at=None if is_default else second_from_instant(activity_type.created_at),
        updated_at=None if is_default else second_from_instant(activity_type.updated_at),
    )


def category_document(category: Entity, view: View) -> CategoryDocument:
    """Render a category."""
    is_default = _is_default(category)
    return CategoryDocument(
        id=number_of(category),
        uuid=view.uuid(category),
        object="activityTypeCategory",
        name=category.name,
        account=view.owner,
        created_at=None if is_default else second_from_instant(category.created_at),
        updated_at=None if is_default else second_from_instant(category.updated_at),
    )


def _is_default(entity: Entity) -> bool:
    return object_from_text(entity.attrs).get(IS_DEFAULT) is True

"""Contacts, genders and tags as Monica's documents. Pure: knows nothing of HTTP."""

import re
from typing import Literal

from doings.core.clock import second_from_instant
from doings.core.defaults import GENDER, IS_DEFAULT, TAG
from doings.core.entity import Entity, EntityKey
from doings.core.text import object_from_text
from doings.dialects.monica import facts
from doings.dialects.monica.documents import (
    Avatar,
    Career,
    ContactDocument,
    ContactShort,
    GenderDocument,
    HowYouMet,
    Information,
    OldBirthdate,
    Relationships,
    Relatives,
    ShortInformation,
    SpecialDates,
    Statistics,
    TagDocument,
)
from doings.dialects.monica.facts import NOTHING, ContactFacts, facts_of
from doings.dialects.monica.view import View, number_of
from doings.dialects.monica.vocabulary import AVATAR_COLORS, NAMES_OF_GENDERS

AVATAR = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'%3E"
    "%3Cpath fill='%23{}' d='M0 0h1v1H0z'/%3E%3C/svg%3E"
)
"""A tile of one colour, for whoever has no picture: it comes from no other server."""

Exactness = Literal["exact", "approximate", "unknown"]

NO_RELATIVES = Relatives(total=0, contacts=[])
NO_RELATIONSHIPS = Relationships(NO_RELATIVES, NO_RELATIVES, NO_RELATIVES, NO_RELATIVES)
NO_MEETING = HowYouMet(
    general_information=None, first_met_date=NOTHING, first_met_through_contact=None
)


def keys_of_contact(contact: Entity) -> list[EntityKey]:
    """What a contact's document refers to."""
    told = facts_of(contact)
    genders = [(GENDER, str(told.gender_id))] if told.gender_id is not None else []
    return [*genders, *((TAG, str(tag)) for tag in told.tags)]


def contact_short(contact: Entity, view: View) -> ContactShort:
    """Render a contact as an attendee is shown."""
    told = facts_of(contact)
    name = facts.complete_name(told)
    gender, gender_type = _gender(told, view)
    birthdate = facts.birthdate(told)
    return ContactShort(
        id=contact.seq,
        uuid=view.uuid(contact),
        object="contact",
        hash_id=view.identities.hash_id(contact.seq),
        first_name=told.first_name or "",
        last_name=told.last_name,
        nickname=told.nickname,
        complete_name=name,
        initials=facts.initials(name),
        gender=gender,
        gender_type=gender_type,
        is_starred=told.is_starred,
        is_partial=told.is_partial,
        is_active=told.is_active,
        is_dead=told.is_dead,
        is_me=False,
        information=ShortInformation(
            dates=[
                OldBirthdate(
                    name="birthdate",
                    is_birthdate_approximate=_exactness(told, birthdate.date),
                    birthdate=birthdate.date,
                )
            ],
            birthdate=birthdate,
            deceased_date=facts.deceased_date(told),
            avatar=_avatar(contact, told),
        ),
        url=f"{view.url}/contacts/{contact.seq}",
        account=view.owner,
    )


def contact_document(
    contact: Entity, view: View, *, activities: int, last_activity: str | None
) -> ContactDocument:
    """Render a contact in full: with how many activities, and when the last one happened."""
    told = facts_of(contact)
    short = contact_short(contact, view)
    return ContactDocument(
        id=short.id,
        uuid=short.uuid,
        object=short.object,
        hash_id=short.hash_id,
        first_name=short.first_name,
        last_name=short.last_name,
        nickname=short.nickname,
        complete_name=short.complete_name,
        initials=short.initials,
        description=told.description,
        gender=short.gender,
        gender_type=short.gender_type,
        is_starred=short.is_starred,
        is_partial=short.is_partial,
        is_active=short.is_active,
        is_dead=short.is_dead,
        is_me=short.is_me,
        last_called=None,
        last_activity_together=last_activity,
        stay_in_touch_frequency=None,
        stay_in_touch_trigger_date=None,
        information=Information(
            relationships=NO_RELATIONSHIPS,
            dates=SpecialDates(short.information.birthdate, short.information.deceased_date),
            career=Career(told.job, told.company),
            avatar=short.information.avatar,
            food_preferences=told.food_preferences,
            how_you_met=NO_MEETING,
        ),
        addresses=[],
        tags=[tag_document(tag, view) for tag in _tags(told, view)],
        statistics=Statistics(
            number_of_calls=0,
            number_of_notes=0,
            number_of_activities=activities,
            number_of_reminders=0,
            number_of_tasks=0,
            number_of_gifts=0,
            number_of_debts=0,
        ),
        url=short.url,
        account=short.account,
        created_at=second_from_instant(contact.created_at),
        updated_at=second_from_instant(contact.updated_at),
    )


def gender_document(gender: Entity, view: View) -> GenderDocument:
    """Render a gender."""
    attrs = object_from_text(gender.attrs)
    is_default = attrs.get(IS_DEFAULT) is True
    return GenderDocument(
        id=number_of(gender),
        object="gender",
        name=gender.name,
        type=type_of_gender(gender),
        account=view.owner,
        created_at=None if is_default else second_from_instant(gender.created_at),
        updated_at=None if is_default else second_from_instant(gender.updated_at),
    )


def type_of_gender(gender: Entity) -> str | None:
    """One of GENDER_TYPES."""
    found = object_from_text(gender.attrs).get("type")
    return found if isinstance(found, str) else None


def tag_document(tag: Entity, view: View) -> TagDocument:
    """Render a tag."""
    return TagDocument(
        id=number_of(tag),
        object="tag",
        name=tag.name,
        name_slug=re.sub(r"[\W_]+", "-", (tag.name or "").lower()).strip("-"),
        account=view.owner,
        created_at=second_from_instant(tag.created_at),
        updated_at=second_from_instant(tag.updated_at),
    )


def _gender(told: ContactFacts, view: View) -> tuple[str | None, str | None]:
    """The name and the type of a gender: the account's own, or one in words."""
    own = view.entities.get((GENDER, str(told.gender_id))) if told.gender_id is not None else None
    if own is not None:
        return own.name, type_of_gender(own)
    return told.gender, NAMES_OF_GENDERS.get((told.gender or "").lower())


def _tags(told: ContactFacts, view: View) -> list[Entity]:
    found = (view.entities.get((TAG, str(tag))) for tag in told.tags)
    return [tag for tag in found if tag is not None]


def _exactness(told: ContactFacts, birthdate: str | None) -> Exactness:
    if birthdate is None:
        return "unknown"
    is_guessed = told.birthdate_is_age_based or told.birthdate_is_year_unknown
    return "approximate" if is_guessed else "exact"


def _avatar(contact: Entity, told: ContactFacts) -> Avatar:
    color = AVATAR_COLORS[contact.seq % len(AVATAR_COLORS)]
    if told.avatar:
        return Avatar(url=told.avatar, source="photo", default_avatar_color=color)
    return Avatar(
        url=AVATAR.format(color.removeprefix("#")), source="default", default_avatar_color=color
    )

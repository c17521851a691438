"""Contacts as Monica's documents. Pure: knows nothing of HTTP."""

from typing import Literal

from doings.core.clock import second_from_instant
from doings.core.defaults import GENDER, TAG
from doings.core.entity import Entity, EntityKey
from doings.dialects.monica.documents import (
    Avatar,
    Career,
    ContactDocument,
    ContactShort,
    HowYouMet,
    Information,
    OldBirthdate,
    Relationships,
    Relatives,
    ShortInformation,
    SpecialDates,
    Statistics,
)
from doings.dialects.monica.mapping import contact_attributes
from doings.dialects.monica.mapping.contact_attributes import NOTHING, ContactFacts, facts_of
from doings.dialects.monica.mapping.setting import setting_facts, tag_document
from doings.dialects.monica.view import Place, View
from doings.dialects.monica.vocabulary import AVATAR_COLORS, NAMES_OF_GENDERS, PHOTO

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


def keys_of_attendee(contact: Entity) -> list[EntityKey]:
    """What a contact's short document refers to: its gender."""
    return _keys_of_gender(facts_of(contact))


def keys_of_contact(contact: Entity) -> list[EntityKey]:
    """What a contact's full document refers to: its gender and its tags."""
    told = facts_of(contact)
    return [*_keys_of_gender(told), *((TAG, str(tag)) for tag in told.tags)]


def _keys_of_gender(told: ContactFacts) -> list[EntityKey]:
    return [(GENDER, str(told.gender_id))] if told.gender_id is not None else []


def contact_short(contact: Entity, own_gender: Entity | None, place: Place) -> ContactShort:
    """Render a contact as an attendee is shown."""
    told = facts_of(contact)
    name = contact_attributes.complete_name(told)
    gender, gender_type = _gender(told, own_gender)
    birthdate = contact_attributes.birthdate(told)
    return ContactShort(
        id=contact.seq,
        uuid=place.uuid(contact),
        object="contact",
        hash_id=place.identities.hash_id(contact.seq),
        first_name=told.first_name or "",
        last_name=told.last_name,
        nickname=told.nickname,
        complete_name=name,
        initials=contact_attributes.initials(name),
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
            deceased_date=contact_attributes.deceased_date(told),
            avatar=_avatar(contact, told),
        ),
        url=f"{place.url}/contacts/{contact.seq}",
        account=place.account,
    )


def contact_document(
    contact: Entity, view: View, *, activities: int, last_activity: str | None
) -> ContactDocument:
    """Render a contact in full: with how many activities, and when the last one happened."""
    told = facts_of(contact)
    gender = next((view.entities.get(key) for key in _keys_of_gender(told)), None)
    short = contact_short(contact, gender, view.place)
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
        tags=[tag_document(tag, view.place) for tag in _tags(told, view)],
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


def _gender(told: ContactFacts, own: Entity | None) -> tuple[str | None, str | None]:
    """The name and the type of a gender: the account's own, or one in words."""
    if own is not None:
        return own.name, setting_facts(own).type
    return told.gender, told.gender_type or NAMES_OF_GENDERS.get((told.gender or "").lower())


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
        return Avatar(url=told.avatar, source=PHOTO, default_avatar_color=color)
    return Avatar(
        url=AVATAR.format(color.removeprefix("#")), source="default", default_avatar_color=color
    )

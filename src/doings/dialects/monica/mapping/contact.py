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
from doings.dialects.monica.mapping.contact_attributes import NOTHING, ContactFacts
from doings.dialects.monica.mapping.render_context import AccountApi, RenderContext
from doings.dialects.monica.mapping.setting import setting_facts, tag_document
from doings.dialects.monica.vocabulary import AVATAR_COLORS, NAMES_OF_GENDERS, PHOTO

AVATAR = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'%3E"
    "%3Cpath fill='%23{}' d='M0 0h1v1H0z'/%3E%3C/svg%3E"
)
"""A tile of one colour, for a contact without a picture. It comes from no other server."""

Exactness = Literal["exact", "approximate", "unknown"]

NO_RELATIVES = Relatives(total=0, contacts=[])
NO_RELATIONSHIPS = Relationships(NO_RELATIVES, NO_RELATIVES, NO_RELATIVES, NO_RELATIVES)
NO_MEETING = HowYouMet(
    general_information=None, first_met_date=NOTHING, first_met_through_contact=None
)


def keys_of_attendee(facts: ContactFacts) -> list[EntityKey]:
    """What a contact's short document refers to: its gender, if it is one of the account's."""
    return [(GENDER, str(facts.gender_id))] if facts.gender_id is not None else []


def keys_of_contact(facts: ContactFacts) -> list[EntityKey]:
    """What a contact's full document refers to: its gender and its tags."""
    return [*keys_of_attendee(facts), *((TAG, str(tag)) for tag in facts.tags)]


def contact_short(
    contact: Entity, facts: ContactFacts, own_gender: Entity | None, api: AccountApi
) -> ContactShort:
    """Render a contact as an attendee is shown; `facts` are its attributes, decoded."""
    name = contact_attributes.complete_name(facts)
    gender, gender_type = _gender(facts, own_gender)
    birthdate = contact_attributes.birthdate(facts)
    return ContactShort(
        id=contact.seq,
        uuid=api.uuid(contact),
        object="contact",
        hash_id=api.identities.hash_id(contact.seq),
        first_name=facts.first_name or "",
        last_name=facts.last_name,
        nickname=facts.nickname,
        complete_name=name,
        initials=contact_attributes.initials(name),
        gender=gender,
        gender_type=gender_type,
        is_starred=facts.is_starred,
        is_partial=facts.is_partial,
        is_active=facts.is_active,
        is_dead=facts.is_dead,
        is_me=False,
        information=ShortInformation(
            dates=[
                OldBirthdate(
                    name="birthdate",
                    is_birthdate_approximate=_exactness(facts, birthdate.date),
                    birthdate=birthdate.date,
                )
            ],
            birthdate=birthdate,
            deceased_date=contact_attributes.deceased_date(facts),
            avatar=_avatar(contact, facts),
        ),
        url=f"{api.url}/contacts/{contact.seq}",
        account=api.account,
    )


def contact_document(
    contact: Entity,
    facts: ContactFacts,
    context: RenderContext,
    *,
    activities: int,
    last_activity: str | None,
) -> ContactDocument:
    """Render a contact in full; `facts` are its attributes, decoded.

    `activities` is how many it has, `last_activity` the date of the newest as an instant.
    """
    gender = next((context.entities.get(key) for key in keys_of_attendee(facts)), None)
    short = contact_short(contact, facts, gender, context.api)
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
        description=facts.description,
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
            career=Career(facts.job, facts.company),
            avatar=short.information.avatar,
            food_preferences=facts.food_preferences,
            how_you_met=NO_MEETING,
        ),
        addresses=[],
        tags=[tag_document(tag, context.api) for tag in _tags(facts, context)],
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


def _gender(facts: ContactFacts, own: Entity | None) -> tuple[str | None, str | None]:
    """The name and the type of a gender: the account's own, or one in words."""
    if own is not None:
        return own.name, setting_facts(own).type
    return facts.gender, facts.gender_type or NAMES_OF_GENDERS.get((facts.gender or "").lower())


def _tags(facts: ContactFacts, context: RenderContext) -> list[Entity]:
    tags = (context.entities.get((TAG, str(number))) for number in dict.fromkeys(facts.tags))
    return [tag for tag in tags if tag is not None]


def _exactness(facts: ContactFacts, birthdate: str | None) -> Exactness:
    if birthdate is None:
        return "unknown"
    is_guessed = facts.birthdate_is_age_based or facts.birthdate_is_year_unknown
    return "approximate" if is_guessed else "exact"


def _avatar(contact: Entity, facts: ContactFacts) -> Avatar:
    color = AVATAR_COLORS[contact.seq % len(AVATAR_COLORS)]
    if facts.avatar:
        return Avatar(url=facts.avatar, source=PHOTO, default_avatar_color=color)
    return Avatar(
        url=AVATAR.format(color.removeprefix("#")), source="default", default_avatar_color=color
    )

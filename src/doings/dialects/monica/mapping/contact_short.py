"""Contacts as they stand in other documents, such as attendees. Pure."""

from typing import Literal

import msgspec

from doings.core.defaults import GENDER
from doings.core.entity import Entity, EntityKey
from doings.core.text import object_from_text
from doings.dialects.monica.documents import (
    Avatar,
    ContactShort,
    OldBirthdate,
    ShortInformation,
)
from doings.dialects.monica.mapping import contact_attributes
from doings.dialects.monica.mapping.contact_attributes import ContactFacts
from doings.dialects.monica.mapping.render_context import AccountApi
from doings.dialects.monica.vocabulary import AVATAR_COLORS, NAMES_OF_GENDERS, PHOTO

AVATAR = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'%3E"
    "%3Cpath fill='%23{}' d='M0 0h1v1H0z'/%3E%3C/svg%3E"
)
"""A tile of one colour, for a contact without a picture. It comes from no other server."""

Exactness = Literal["exact", "approximate", "unknown"]


def keys_of_attendee(facts: ContactFacts) -> list[EntityKey]:
    """What a contact's short document refers to: its gender, if it is one of the account's."""
    return [(GENDER, str(facts.gender_id))] if facts.gender_id is not None else []


def contact_short(
    contact: Entity, facts: ContactFacts, own_gender: Entity | None, api: AccountApi
) -> ContactShort:
    """Render a contact as an attendee is shown; `facts` are its attributes, decoded."""
    name = contact_attributes.complete_name(facts)
    gender, gender_type = _gender(facts, own_gender)
    birthdate = contact_attributes.birthdate(facts)
    number = api.numbers.of_entity(contact)
    return ContactShort(
        id=number,
        uuid=api.uuid(contact),
        object="contact",
        hash_id=api.identities.hash_id(number),
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
            dates=_dates(facts, birthdate.date) if api.version.has_list_of_dates else msgspec.UNSET,
            birthdate=birthdate,
            deceased_date=contact_attributes.deceased_date(facts),
            avatar=_avatar(number, facts),
        ),
        url=f"{api.url}/contacts/{number}",
        account=api.account,
    )


def _gender(facts: ContactFacts, own: Entity | None) -> tuple[str | None, str | None]:
    """The name and the type of a gender: the account's own, or one in words."""
    if own is not None:
        kind = object_from_text(own.attrs).get("type")
        return own.name, kind if isinstance(kind, str) else None
    return facts.gender, facts.gender_type or NAMES_OF_GENDERS.get((facts.gender or "").lower())


def _dates(facts: ContactFacts, birthdate: str | None) -> list[OldBirthdate]:
    return [
        OldBirthdate(
            name="birthdate",
            is_birthdate_approximate=_exactness(facts, birthdate),
            birthdate=birthdate,
        )
    ]


def _exactness(facts: ContactFacts, birthdate: str | None) -> Exactness:
    if birthdate is None:
        return "unknown"
    is_guessed = facts.birthdate_is_age_based or facts.birthdate_is_year_unknown
    return "approximate" if is_guessed else "exact"


def _avatar(number: int, facts: ContactFacts) -> Avatar:
    color = AVATAR_COLORS[number % len(AVATAR_COLORS)]
    if facts.avatar:
        return Avatar(url=facts.avatar, source=PHOTO, default_avatar_color=color)
    return Avatar(
        url=AVATAR.format(color.removeprefix("#")), source="default", default_avatar_color=color
    )

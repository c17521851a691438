"""From documents of Monica's that somebody saved to drafts. Pure: knows nothing of HTTP."""

import msgspec

from doings.core.account import OWN_NUMBERS
from doings.core.activity import Draft, Link
from doings.core.clock import start_of_date
from doings.core.defaults import ACTIVITY_CATEGORY, ACTIVITY_TYPE, TAG
from doings.core.entity import CONTACT, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.core.imports import ImportItem, NamedRef, element_decoder
from doings.core.text import json_text
from doings.dialects.monica.documents import SpecialDate
from doings.dialects.monica.mapping.contact_attributes import NOTHING, ContactFacts, complete_name
from doings.dialects.monica.mapping.emotions import has_emotion
from doings.dialects.monica.saved_documents.elements import (
    SavedActivity,
    SavedCareer,
    SavedCategory,
    SavedContact,
    SavedDates,
    SavedEmotion,
    SavedFullContact,
    SavedFullInformation,
    SavedHowYouMet,
    SavedInformation,
    SavedType,
)
from doings.dialects.monica.validation import date_of
from doings.dialects.monica.vocabulary import (
    ATTENDEE,
    NAMES_OF_GENDERS,
    ORIGIN,
    PHOTO,
    RECORDED_KIND,
)

saved_activity = element_decoder(SavedActivity)
"""One activity of a saved answer, from JSON; raises Invalid."""

saved_contact = element_decoder(SavedFullContact)
"""One contact of a saved answer, in full, from JSON; raises Invalid."""


def draft_from_document(document: SavedActivity, time_zone: str) -> Draft:
    """Read an activity of a saved answer, which begins with its day; raises Invalid."""
    contacts = document.attendees.contacts
    day = date_of(document.happened_at)
    if day is None:
        raise Invalid.of("happened_at", "must be a date like 2018-02-02")
    data: dict[str, object] = {"happened_on": day}
    if document.emotions:
        data["emotions"] = [_emotion(emotion) for emotion in document.emotions]
    return Draft(
        kind=RECORDED_KIND,
        occurred_at=start_of_date(day, time_zone),
        summary=document.summary,
        body=document.description,
        data=json_text(data),
        links=tuple([Link(*contact_key(contact), ATTENDEE) for contact in contacts]),
        origin=ORIGIN,
        external_id=str(document.id),
    )


def _emotion(emotion: SavedEmotion) -> int:
    if not has_emotion(emotion.id):
        raise Invalid.of("emotions", f"there is no emotion {emotion.id}")
    return emotion.id


def named_from_document(document: SavedActivity, *, is_kept: bool = False) -> tuple[NamedRef, ...]:
    """The activity's type, which is found by its name within its category.

    Where numbers are kept both are found by theirs.
    """
    type_ = document.activity_type
    if type_ is None or not is_said(type_):
        return ()
    number = _number(type_.id, is_kept=is_kept)
    category = type_.activity_type_category
    if category is None or not is_said(category):
        return (NamedRef(ACTIVITY_TYPE, type_.name, number=number),)
    of_category = _number(category.id, is_kept=is_kept)
    within = ("category", NamedRef(ACTIVITY_CATEGORY, category.name, number=of_category))
    return (NamedRef(ACTIVITY_TYPE, type_.name, within, number),)


def is_said(thing: SavedType | SavedCategory) -> bool:
    """Whether it is more than an empty object: Monica knows such things without a name."""
    return thing.name is not None or thing.id is not None


def _number(number: int | None, *, is_kept: bool) -> int | msgspec.UnsetType:
    """A number that is kept, if it can be."""
    is_good = is_kept and number is not None and 0 < number < OWN_NUMBERS
    return number if is_good and number is not None else msgspec.UNSET


def entity_drafts_from_document(document: SavedActivity) -> list[tuple[EntityKey, EntityDraft]]:
    """The contacts of an activity of a saved answer, each with its key and draft."""
    return [
        (contact_key(contact), contact_draft(contact)) for contact in document.attendees.contacts
    ]


def contact_key(contact: SavedContact) -> EntityKey:
    """The key of a saved contact; its number is marked, as it could be that of another of ours."""
    return CONTACT, f"{ORIGIN}-{contact.id}"


def contact_draft(contact: SavedContact) -> EntityDraft:
    """What a saved contact says of itself."""
    facts = _facts(contact)
    return EntityDraft(name=complete_name(facts) or None, attrs=json_text(facts))


def _facts(contact: SavedContact) -> ContactFacts:
    information = contact.information or SavedInformation()
    born, died = _birthdate(information), information.deceased_date or NOTHING
    avatar = information.avatar
    return ContactFacts(
        first_name=contact.first_name,
        middle_name=_middle_name(contact),
        last_name=contact.last_name,
        nickname=contact.nickname,
        gender=contact.gender,
        gender_type=_gender_type(contact),
        is_starred=contact.is_starred,
        is_partial=contact.is_partial,
        is_active=contact.is_active,
        birthdate=born.date,
        birthdate_is_age_based=born.is_age_based is True,
        birthdate_is_year_unknown=born.is_year_unknown is True,
        is_dead=contact.is_dead,
        deceased_date=died.date,
        deceased_date_is_age_based=died.is_age_based is True,
        deceased_date_is_year_unknown=died.is_year_unknown is True,
        avatar=avatar.url if avatar and avatar.source == PHOTO else None,
    )


def contact_item(contact: SavedFullContact, *, is_kept: bool = False) -> ImportItem:
    """What a contact that is shown in full says; its tags go by their names.

    Where numbers are kept they go by these.
    """
    information = contact.information or SavedFullInformation()
    dates = information.dates if isinstance(information.dates, SavedDates) else SavedDates()
    career = information.career or SavedCareer()
    met = information.how_you_met or SavedHowYouMet()
    met_on = met.first_met_date or NOTHING
    short = SavedContact(
        **{name: getattr(contact, name) for name in _OF_BOTH},
        information=SavedInformation(
            birthdate=dates.birthdate,
            deceased_date=dates.deceased_date,
            avatar=information.avatar,
        ),
    )
    facts = msgspec.structs.replace(
        _facts(short),
        description=contact.description,
        job=career.job,
        company=career.company,
        food_preferences=information.food_preferences,
        first_met_general_information=met.general_information,
        first_met_date=met_on.date,
        first_met_date_is_age_based=met_on.is_age_based is True,
        first_met_date_is_year_unknown=met_on.is_year_unknown is True,
    )
    draft = EntityDraft(name=complete_name(facts) or None, attrs=json_text(facts))
    named = tuple(
        [NamedRef(TAG, tag.name, number=_number(tag.id, is_kept=is_kept)) for tag in contact.tags]
    )
    return ImportItem(draft=None, entities=((contact_key(short), draft),), named=named)


_OF_BOTH = tuple([name for name in SavedContact.__struct_fields__ if name != "information"])
"""The members that a contact has in full and as an attendee."""


def _middle_name(contact: SavedContact) -> str | None:
    """The middle of the complete name: what stands between the first and the last name."""
    first, last = contact.first_name or "", contact.last_name or ""
    whole = contact.complete_name or ""
    middle = whole[len(first) : len(whole) - len(last)].strip()
    is_between = whole == " ".join([part for part in (first, middle, last) if part])
    return middle if middle and is_between else None


def _gender_type(contact: SavedContact) -> str | None:
    """The type of the gender, unless it follows from the name."""
    type_of_name = NAMES_OF_GENDERS.get((contact.gender or "").lower())
    return contact.gender_type if contact.gender_type != type_of_name else None


def _birthdate(information: SavedInformation) -> SpecialDate:
    if information.birthdate is not None or not information.dates:
        return information.birthdate or NOTHING
    old = information.dates[0]
    return SpecialDate(
        is_age_based=old.is_birthdate_approximate == "approximate",
        is_year_unknown=False,
        date=old.birthdate,
    )

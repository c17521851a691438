"""The attributes of a contact as typed values, also where another surface stored them."""

import re
from collections.abc import Callable, Sequence

import msgspec
from anyascii import anyascii

from doings.core.clock import text_from_instant
from doings.core.entity import Entity, EntityDraft
from doings.core.text import json_text, object_from_text
from doings.core.values.instants import date_from_text, instant_from_text
from doings.dialects.monica.documents import SpecialDate


class ContactFacts(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The attributes of a contact that Monica reads and writes.

    A date is `YYYY-MM-DD` or RFC 3339; where only an age is known it is the first day of a year.
    `gender_id` names a gender of the account, `gender` is one in words, `gender_type` its type
    where it does not follow from the words. `first_met_through` is the number of the contact who
    introduced one to this one. `without_tags` are tags that were taken away while it stood for
    others who have them.
    """

    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    nickname: str | None = None
    description: str | None = None
    email: str | None = None
    gender_id: int | None = None
    gender: str | None = None
    gender_type: str | None = None
    is_partial: bool = False
    is_starred: bool = False
    is_active: bool = True
    birthdate: str | None = None
    birthdate_is_age_based: bool = False
    birthdate_is_year_unknown: bool = False
    is_dead: bool = False
    deceased_date: str | None = None
    deceased_date_is_age_based: bool = False
    deceased_date_is_year_unknown: bool = False
    job: str | None = None
    company: str | None = None
    food_preferences: str | None = None
    first_met_through: int | None = None
    first_met_general_information: str | None = None
    first_met_where: str | None = None
    first_met_date: str | None = None
    first_met_date_is_age_based: bool = False
    first_met_date_is_year_unknown: bool = False
    avatar: str | None = None
    tags: list[int] = []
    without_tags: list[int] = []


_LIFE = ("", "_is_age_based", "_is_year_unknown")

ONE_FACT: tuple[tuple[str, ...], ...] = (
    ("nickname",),
    ("description",),
    ("email",),
    ("gender_id", "gender", "gender_type"),
    tuple(f"birthdate{part}" for part in _LIFE),
    (*(f"deceased_date{part}" for part in _LIFE), "is_dead"),
    ("job",),
    ("company",),
    ("food_preferences",),
    ("first_met_through",),
    ("first_met_general_information",),
    ("first_met_where",),
    tuple(f"first_met_date{part}" for part in _LIFE),
    ("avatar",),
)
"""What is taken from another contact who is the same person; names that only mean it together."""

Change = Callable[[Entity], EntityDraft]
"""What a request makes of a contact."""


_INITIAL = re.compile(r"(?<!\S)[a-zA-Z0-9]")

NOTHING = SpecialDate(is_age_based=None, is_year_unknown=None, date=None)

_DECODER = msgspec.json.Decoder(ContactFacts)


def facts_of(contact: Entity) -> ContactFacts:
    """The facts about a contact; a name without parts is split at its first space."""
    facts = facts_as_stored(contact)
    if not facts.first_name and not facts.last_name:
        first, _, rest = (contact.name or contact.id).strip().partition(" ")
        facts.first_name, facts.last_name = first, rest.strip() or None
    return facts


def facts_as_stored(contact: Entity) -> ContactFacts:
    """Read the attributes; one of another type than expected counts as missing."""
    try:
        return _DECODER.decode(contact.attrs)
    except msgspec.ValidationError:
        return _sound_facts(contact.attrs)


def facts_of_person(contact: Entity, others: Sequence[Entity]) -> ContactFacts:
    """The facts about a contact, and what only `others` say, who are the same person.

    What is null in the contact was taken away, and comes from nobody else.
    """
    facts = facts_of(contact)
    if not others:
        return facts
    taken_away = {name for name, said in object_from_text(contact.attrs).items() if said is None}
    known = [facts_as_stored(other) for other in others]
    for names in ONE_FACT:
        if taken_away.isdisjoint(names):
            first = next((one for one in (facts, *known) if _says(one, names)), facts)
            for name in names:
                setattr(facts, name, getattr(first, name))
    if facts.first_met_through in {contact.seq, *(other.seq for other in others)}:
        facts.first_met_through = None
    without = set(facts.without_tags)
    more = [tag for one in known for tag in one.tags if tag not in without]
    facts.tags = list(dict.fromkeys([*facts.tags, *more]))
    return facts


def changed_person(contact: Entity, others: Sequence[Entity], change: Change) -> EntityDraft:
    """The contact as a change makes it; what only the others say is gone where that was the change.

    Their own records stay, so that all have their own again once they are parted.
    """
    draft = change(contact)
    before = facts_of_person(contact, others)
    attrs = object_from_text(contact.attrs) | msgspec.to_builtins(before)
    whole = msgspec.structs.replace(contact, attrs=json_text(attrs))
    after = facts_as_stored(msgspec.structs.replace(contact, attrs=change(whole).attrs))
    stored = msgspec.json.decode(draft.attrs, type=dict[str, msgspec.Raw])
    for names in ONE_FACT:
        if _says(before, names) and not _says(after, names):
            stored[names[0]] = msgspec.Raw(b"null")
    of_others = dict.fromkeys([tag for one in others for tag in facts_as_stored(one).tags])
    without = [tag for tag in of_others if tag not in after.tags]
    if without:
        stored["without_tags"] = msgspec.Raw(msgspec.json.encode(without))
    else:
        stored.pop("without_tags", None)
    return msgspec.structs.replace(draft, attrs=json_text(stored))


def _says(facts: ContactFacts, names: Sequence[str]) -> bool:
    """Whether there is a fact."""
    return any(getattr(facts, name) for name in names)


def _sound_facts(attrs: str) -> ContactFacts:
    """Read attribute by attribute, which is slow, and leave out those of another type."""
    facts = ContactFacts()
    types = {field.name: field.type for field in msgspec.structs.fields(ContactFacts)}
    for name, value in object_from_text(attrs).items():
        if name in types:
            try:
                setattr(facts, name, msgspec.convert(value, types[name]))
            except msgspec.ValidationError:
                continue
    return facts


def complete_name(facts: ContactFacts) -> str:
    """The parts of the name with spaces between."""
    parts = (facts.first_name, facts.middle_name, facts.last_name)
    return " ".join([part for part in parts if part])


def initials(name: str) -> str:
    """The first letter of every word, or digit, in ASCII; capital only where it is in the name."""
    return "".join(_INITIAL.findall(name if name.isascii() else anyascii(name)))


def birthdate(facts: ContactFacts) -> SpecialDate:
    """The date of birth as documents show it."""
    return _special_date(
        facts.birthdate, facts.birthdate_is_age_based, facts.birthdate_is_year_unknown
    )


def deceased_date(facts: ContactFacts) -> SpecialDate:
    """The date of death as documents show it."""
    return _special_date(
        facts.deceased_date, facts.deceased_date_is_age_based, facts.deceased_date_is_year_unknown
    )


def first_met_date(facts: ContactFacts) -> SpecialDate:
    """The date on which one met the contact, as documents show it."""
    return _special_date(
        facts.first_met_date,
        facts.first_met_date_is_age_based,
        facts.first_met_date_is_year_unknown,
    )


def _special_date(text: str | None, is_age_based: bool, is_year_unknown: bool) -> SpecialDate:  # noqa: FBT001
    shown = instant_text(text)
    return SpecialDate(is_age_based, is_year_unknown, shown) if shown else NOTHING


def instant_text(text: str | None) -> str | None:
    """A date or a time as Monica shows both, or None for what is neither."""
    if not text:
        return None
    try:
        if len(text) == len("YYYY-MM-DD"):
            return f"{date_from_text(text)}T00:00:00Z"
        return text_from_instant(instant_from_text(text))
    except ValueError:
        return None

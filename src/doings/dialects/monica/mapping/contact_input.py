"""From the contacts that clients send to drafts of entities. Pure: knows nothing of HTTP."""

from calendar import isleap
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

import msgspec

from doings.core.entity import Entity, EntityDraft
from doings.core.text import json_text
from doings.dialects.monica.mapping.contact_attributes import (
    ContactFacts,
    complete_name,
    facts_as_stored,
    facts_of,
)
from doings.dialects.monica.validation import integer_of, is_true

TEXTS = (
    "middle_name", "last_name", "nickname", "email", "job", "company", "food_preferences",
)  # fmt: skip
FLAGS = ("is_partial", "is_starred")

DateName = Literal["birthdate", "deceased_date", "first_met_date"]

DATES: dict[DateName, str] = {
    "birthdate": "is_birthdate_known",
    "deceased_date": "is_deceased_date_known",
}
"""The dates of a life, and the flags that say whether they are known."""


class LifeDate(NamedTuple):
    """A date as it is stored: the day, and what of it is a guess."""

    text: str | None = None
    is_age_based: bool = False
    is_year_unknown: bool = False


def broken_dates(members: Mapping[str, Any], today: date) -> list[str]:
    """Messages about the dates that are sent as known and cannot be read."""
    messages: list[str] = []
    for name, flag in DATES.items():
        if is_true(members.get(flag)):
            messages += broken_date(members, name, today)
    return messages


def broken_date(members: Mapping[str, Any], name: DateName, today: date) -> list[str]:
    """Messages about a date that is sent as known, if it cannot be read."""
    words = name.replace("_", " ")
    needed = ("age",) if is_true(members.get(f"{name}_is_age_based")) else ("day", "month")
    missing = [part for part in needed if members.get(f"{name}_{part}") is None]
    if missing:
        return [f"The {words} {part} field is required." for part in missing]
    is_date = life_date(members, name, today) is not None
    return [] if is_date else [f"The {words} is not a valid date."]


def life_date(members: Mapping[str, Any], name: DateName, today: date) -> LifeDate | None:
    """The date that was sent; None for one that the calendar does not have.

    An age becomes the first day of the year of birth. A day without a year gets the present year, a
    29 February the last leap year.
    """
    day, month, year, age = (
        integer_of(members.get(f"{name}_{part}")) for part in ("day", "month", "year", "age")
    )
    try:
        if is_true(members.get(f"{name}_is_age_based")):
            born = today.year - age if age is not None and age >= 0 else 0
            return LifeDate(date(born, 1, 1).isoformat(), is_age_based=True)
        shown = year or _year_of(day, month, today)
        text = date(shown, month or 0, day or 0).isoformat()
    except (ValueError, OverflowError):
        return None
    return LifeDate(text, is_year_unknown=not year)


def _year_of(day: int | None, month: int | None, today: date) -> int:
    is_leap_day = (month, day) == (2, 29)
    return today.year if not is_leap_day else next(filter(isleap, range(today.year, 0, -1)))


def asked_reminders(members: Mapping[str, Any]) -> dict[DateName, bool]:
    """The dates that are sent, and whether a yearly reminder of each is asked for."""
    return {
        name: is_true(members.get(f"{name}_add_reminder"))
        for name, flag in DATES.items()
        if members.get(flag) is not None
    }


def contact_draft(
    members: Mapping[str, Any], gender_id: int | None, today: date, old: Entity | None = None
) -> EntityDraft:
    """A contact made of members that passed the rules, or an old one changed by them.

    What is not sent stays as it is, except the description. Attributes that Monica does not know
    stay as well. `gender_id` is the gender that the members name, by its number or its name.
    """
    facts = facts_of(old) if old else ContactFacts()
    _set_names(facts, members)
    _set_gender(facts, members, gender_id)
    for name in FLAGS:
        if name in members:
            setattr(facts, name, is_true(members[name]))
    _set_dates(facts, members, today)
    return EntityDraft(
        name=complete_name(facts),
        attrs=changed_attrs(old, facts),
        contact=old.contact if old else None,
    )


def _set_names(facts: ContactFacts, members: Mapping[str, Any]) -> None:
    facts.first_name = members.get("first_name") or facts.first_name
    facts.description = members.get("description")
    for name in TEXTS:
        if name in members:
            setattr(facts, name, members[name])


def _set_gender(facts: ContactFacts, members: Mapping[str, Any], gender_id: int | None) -> None:
    if "gender_id" in members or "gender" in members:
        facts.gender_id = gender_id
        facts.gender = members.get("gender") if gender_id is None else None
        facts.gender_type = None


def _set_dates(facts: ContactFacts, members: Mapping[str, Any], today: date) -> None:
    if "is_deceased" in members:
        facts.is_dead = is_true(members["is_deceased"])
    for name, flag in DATES.items():
        if members.get(flag) is not None:
            day = life_date(members, name, today) if is_true(members[flag]) else None
            set_date(facts, name, day)
    if "is_deceased" in members and not facts.is_dead:
        set_date(facts, "deceased_date", None)


def set_date(facts: ContactFacts, name: DateName, day: LifeDate | None) -> None:
    """Set a date of a contact, or that it is not known."""
    text, is_age_based, is_year_unknown = day or LifeDate()
    setattr(facts, name, text)
    setattr(facts, f"{name}_is_age_based", is_age_based)
    setattr(facts, f"{name}_is_year_unknown", is_year_unknown)


def changed_attrs(old: Entity | None, facts: ContactFacts) -> str:
    """The attributes, in which only the facts that differ from the old ones are written.

    Attributes that Monica does not know stay, and so does a value of another type than Monica's, as
    long as its fact was not changed.
    """
    attrs = msgspec.json.decode(old.attrs, type=dict[str, msgspec.Raw]) if old else {}
    before = msgspec.to_builtins(facts_as_stored(old) if old else ContactFacts())
    after = msgspec.to_builtins(facts)
    for name in ContactFacts.__struct_fields__:
        if name not in after:
            if name in before:
                attrs.pop(name, None)
        elif after[name] != before.get(name):
            attrs[name] = msgspec.Raw(msgspec.json.encode(after[name]))
    return json_text(attrs)

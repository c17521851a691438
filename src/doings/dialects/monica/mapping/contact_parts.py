"""The parts of a contact that have an address of their own, as a table. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import msgspec

from doings.core.entity import CONTACT
from doings.dialects.monica.mapping.contact_attributes import ContactFacts
from doings.dialects.monica.mapping.contact_input import (
    DateName,
    broken_date,
    life_date,
    set_date,
)
from doings.dialects.monica.validation import (
    FLAG,
    INTEGER,
    NAME,
    NUMBER,
    REQUIRED,
    TEXT,
    Exists,
    Rules,
    integer_of,
    is_true,
)

Members = Mapping[str, Any]

UNKNOWN = "The selected contact id is invalid."


class ContactPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a contact, replaced as a whole.

    `put` writes the members into the facts, `broken` gives messages about what the rules do not
    say. `dated` is the date that is among them. `unknown` is the message for a contact that is not
    there; without it that is 404.
    """

    path: str
    rules: Rules
    put: Callable[[ContactFacts, Members, date], None]
    broken: Callable[[Members, date], list[str]] = lambda _, __: []
    unknown: str | None = None
    dated: DateName | None = None


def _put_work(facts: ContactFacts, members: Members, _: date) -> None:
    facts.job = members.get("job")
    facts.company = members.get("company")


def _put_food(facts: ContactFacts, members: Members, _: date) -> None:
    facts.food_preferences = members.get("food_preferences")


PREFIX: DateName = "first_met_date"


def _prefixed(members: Members) -> dict[str, Any]:
    """The parts of the date under the names that dates of a contact have."""
    parts = ("day", "month", "year", "age", "is_age_based")
    return {f"{PREFIX}_{part}": members.get(part) for part in parts}


def _put_introduction(facts: ContactFacts, members: Members, today: date) -> None:
    facts.first_met_through = integer_of(members.get("met_through_contact_id"))
    facts.first_met_general_information = members.get("general_information")
    facts.first_met_where = members.get("where")
    known = is_true(members.get("is_date_known"))
    set_date(facts, PREFIX, life_date(_prefixed(members), PREFIX, today) if known else None)


def _broken_introduction(members: Members, today: date) -> list[str]:
    if not is_true(members.get("is_date_known")):
        return []
    messages = broken_date(_prefixed(members), PREFIX, today)
    # What is sent is called `day`, not `first_met_date_day`.
    return [
        message.replace("first met date is", "date is").replace("first met date ", "")
        for message in messages
    ]


WORK = ContactPart(
    path="/work", rules={"job": NAME, "company": NAME}, put=_put_work, unknown=UNKNOWN
)

FOOD = ContactPart(path="/food", rules={"food_preferences": TEXT}, put=_put_food, unknown=UNKNOWN)

INTRODUCTION = ContactPart(
    path="/introduction",
    rules={
        "met_through_contact_id": (INTEGER, Exists(CONTACT)),
        "general_information": TEXT,
        "where": NAME,
        "is_date_known": (REQUIRED, FLAG),
        "is_age_based": (FLAG,),
        "day": NUMBER,
        "month": NUMBER,
        "year": NUMBER,
        "age": NUMBER,
        "add_reminder": (FLAG,),
    },
    put=_put_introduction,
    broken=_broken_introduction,
    unknown=UNKNOWN,
    dated=PREFIX,
)

"""Who is one person without a doubt."""

from typing import Any

import msgspec
import pytest

from doings.core.entity import Entity
from doings.core.people.sure import shared_with_others, sure_pairs
from tests.core.people.test_suggestions import person

JIM = person("1", "Jim Halpert", email="jim@example.org", email_verified=True)

DEEP: dict[str, Any] = {"emails": [{"value": "Jim@Example.org", "verified": True}]}


@pytest.mark.parametrize(
    ("other", "is_sure"),
    [
        (person("2", "J. Halpert", email="JIM@example.org", email_verified=True), True),
        (person("2", "Halpert, James", **DEEP), True),
        (person("2", **DEEP), True),
        (person("2", "Pam Halpert", email="jim@example.org", email_verified=True), False),
        (person("2", "Jim Halpert", email="jim@example.org"), False),
        (person("2", "Jim Halpert", email="jim@example.org", email_verified="true"), False),
        (person("2", "Jim Halpert", email="jim@example.org", verified=True), False),
        (person("2", "Jim Halpert", email="jim@example.org", phone_verified=True), False),
        (person("2", "Pam Beesly", email="jim@example.org", email_verified=True), False),
    ],
    ids=[
        "case",
        "object",
        "no name",
        "first names",
        "plain",
        "text",
        "of the person",
        "of another",
        "couple",
    ],
)
def test_both_have_it_verified_and_names_are_not_unlike(other: Entity, is_sure: bool) -> None:  # noqa: FBT001
    """A word that the attributes say of the address itself, as true and not as text."""
    found = sure_pairs([other, JIM], None)

    assert bool(found) is is_sure
    for one in found:
        assert one.pair == (("contact", "1"), ("contact", "2"))
        assert one.reason == "same verified e-mail jim@example.org"


def test_what_a_third_has_is_nobody_s() -> None:
    """Whether it is verified there or not; numbers are compared however they are written."""
    one = person("1", "Jim", phone="+49 40 5550-0012", phone_verified=True)
    two = person("2", "Jim", mobile="040 55500012", mobile_verified=True)
    third = person("3", "Somebody", tel="(040) 5550 0012")

    (pair,) = sure_pairs([one, two], "DE")

    assert pair.reason == "same verified phone +494055500012"
    assert sure_pairs([one, two, third], "DE") == []
    assert shared_with_others([pair], [one, two], "DE") == set()
    assert shared_with_others([pair], [two, third], "DE") == {pair.value}


@pytest.mark.parametrize(
    "attrs",
    [
        {f"mail{number}": f"x{number}@example.org" for number in range(9)}
        | {"z": "JIM@example.org"},
        {"a": {"b": {"c": {"d": ["Jim <jim@example.org>"]}}}},
    ],
    ids=["many", "deep"],
)
def test_what_a_third_has_anywhere_is_shared(attrs: dict[str, Any]) -> None:
    """Beyond what is compared of a person, too."""
    two = person("2", "Jim Halpert", email="jim@example.org", email_verified=True)

    (pair,) = sure_pairs([JIM, two], None)

    assert shared_with_others([pair], [JIM, two, person("3", "Ann", **attrs)], None) == {pair.value}


def test_how_a_third_contact_is_reached_is_shared() -> None:
    """It is an entity of its own, with the number as its name."""
    one = person("1", "Jim", phone="+49 40 5550-0012", phone_verified=True)
    two = person("2", "Jim", phone=494055500012, mobile="040 55500012", mobile_verified=True)
    field = msgspec.structs.replace(person("5", "040 5550 0012"), type="contact_field")
    (pair,) = sure_pairs([one, two], "DE")

    shared = [
        shared_with_others([pair], [msgspec.structs.replace(field, contact=owner)], "DE")
        for owner in ("2", "3")
    ]

    assert shared == [set(), {pair.value}]

"""Who may be one person: what speaks for it, what does not, and how much is compared."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.entity import Entity
from doings.core.people import suggestions as compared
from doings.core.people.suggestions import suggestions
from doings.core.people.traits import (
    phone_from_text,
    region_of,
    traits_of,
    words_of,
)
from tests.builders import entity


def person(id_: str, name: str | None = None, **attrs: object) -> Entity:
    """A contact; its seq is that of its number."""
    return entity("contact", id_, name, json.dumps(attrs), seq=int(id_))


def suggested(*people: Entity, region: str | None = None) -> list[tuple[str, str]]:
    """The ids of the pairs that are suggested."""
    return [(one.pair[0][1], one.pair[1][1]) for one in suggestions(people, region)]


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (
            person("1", "Jim Halpert", email="jim@example.org"),
            person("2", "J. H.", contact={"mail": " Jim@Example.org "}),
            ["same e-mail jim@example.org"],
        ),
        (
            person("1", "Jim", phone="+49 40 5550-0012"),
            person("2", "James", phones=[{"mobile": "040 / 55500012"}]),
            ["same phone +494055500012"],
        ),
        (person("1", "Jim Halpert"), person("2", "Halpert, Jim"), ["same name Jim Halpert"]),
        (person("1", "Иван Петров"), person("2", "Ivan Petrov"), ["same name Иван Петров"]),
        (person("1", "Zoë Müller"), person("2", "Zoe Muller"), ["same name Zoë Müller"]),
        (
            person("1", "Jim Halpert"),
            person("2", "Jim Halpret"),
            ["similar names Jim Halpert and Jim Halpret"],
        ),
        (
            person("1", "Ann Lee", email="a@b.org", tel="+1 650 253 0000"),
            person("2", "Ann Lee", email="a@b.org", tel="+1 (650) 253-0000"),
            ["same e-mail a@b.org", "same phone +16502530000", "same name Ann Lee"],
        ),
    ],
)
def test_reasons(one: Entity, other: Entity, reasons: list[str]) -> None:
    """The first that was recorded comes first, whoever is given first."""
    (found,) = suggestions([other, one], "DE")

    assert found.pair == (one.key, other.key)
    assert list(found.reasons) == reasons
    assert 0.4 <= found.score <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (person("1", "Jim"), person("2", "Jim")),
        (person("1", "Jim Halpert"), person("2", "Pam Halpert")),
        (person("1"), person("2")),
        (person("1", "-", email=""), person("2", "-", email="")),
        (person("1", "Jim", email="jim@"), person("2", "Joe", email="jim@")),
        (person("1", "Jim", order="040 55500012"), person("2", "Joe", order="040 55500012")),
        (person("1", "Jim", phone="12"), person("2", "Joe", phone="12")),
    ],
)
def test_what_speaks_for_nothing(one: Entity, other: Entity) -> None:
    """One word alone, a family name, nothing, and what is no address or number."""
    assert suggested(one, other, region="DE") == []


def test_what_many_share_says_nothing() -> None:
    """The address of an office is nobody's own, however many people have it."""
    few = [person(str(number), email="info@example.org") for number in range(1, 4)]
    many = [*few, person("4", email="info@example.org")]

    assert suggested(*few) == [("1", "2"), ("1", "3"), ("2", "3")]
    assert suggested(*many) == []
    alike = [person(id_, "Ann Lee", email="info@example.org") for id_ in ("5", "6")]
    found = suggestions([*many, *alike], None)
    assert [one.reasons for one in found] == [("same name Ann Lee",)]


def test_likeliest_come_first() -> None:
    """More evidence, then an address, then a name; unlike names speak against an address."""
    people = [
        person("1", "Jim Halpert"),
        person("2", "Jim Halpert"),
        person("3", "Ann Lee", email="ann@example.org"),
        person("4", "Ann Lee", email="ann@example.org"),
        person("5", "Roy Anderson", email="home@example.org"),
        person("6", "Pam Beesly", email="home@example.org"),
    ]

    assert suggested(*people) == [("3", "4"), ("5", "6"), ("1", "2")]


def test_those_of_one_person_alone() -> None:
    """They are the same as among those of everybody, and nobody else is compared."""
    people = [person(str(n), f"Ann Lee{n % 3}", email=f"a{n % 4}@b.de") for n in range(8)]
    everybody = suggestions(people, "DE")

    for one in people:
        expected = [suggestion for suggestion in everybody if one.key in suggestion.pair]
        assert suggestions(people, "DE", one.key) == expected
        assert expected


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frequent names are not compared with each other, and no more pairs than so many are."""
    crowd = [person(str(number), "John Smith") for number in range(1, 40)]
    assert suggested(*crowd) == []

    monkeypatch.setattr(compared, "PAIRS", 3)
    few = [person(str(number), "Jim Halpert") for number in range(1, 6)]
    assert len(suggested(*few)) == 3


@pytest.mark.parametrize(
    ("time_zone", "region"), [("Europe/Berlin", "DE"), ("America/New_York", "US"), ("UTC", None)]
)
def test_country_of_a_time_zone(time_zone: str, region: str | None) -> None:
    """It says where numbers without a country code belong."""
    assert region_of(time_zone) == region


def test_numbers_without_a_country() -> None:
    """They are none where the zone names no country."""
    assert phone_from_text("040 55500012", "DE") == "+494055500012"
    assert phone_from_text("040 55500012", None) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.none() | st.text(max_size=30), st.dictionaries(st.text(max_size=5), json_values))
def test_anybody_can_be_compared(name: str | None, attrs: dict[str, object]) -> None:
    """Whatever the name and the attributes are, and with oneself it is the same."""
    one, other = person("1", name, **{"phone": "1", **attrs}), person("2", name)

    assert words_of(name) == traits_of(one, "DE").words
    suggestions([one, other], "DE")


@pytest.mark.parametrize(
    "number", ["+49 30 901821", "0049 30 901821", "tel:+49-30-901821", "TEL:0049-30-901821;ext=1"]
)
def test_forms_of_a_number(number: str) -> None:
    """Also where the account's country is not known."""
    assert phone_from_text(number, None) == "+4930901821"
    assert phone_from_text(number, "DE") == "+4930901821"


def test_umlauts_are_spelled_in_several_ways() -> None:
    """With two points, with an e, and with nothing."""
    people = [person("1", "Jürgen Müller"), person("2", "Juergen Mueller"),
              person("3", "Jurgen Muller")]  # fmt: skip

    assert len(suggested(*people)) == 3

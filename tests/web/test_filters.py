"""The filters of an address, as a table."""

from datetime import date

import pytest

from doings.core.clock import DAY
from doings.core.query import Gap, Query, Word
from doings.httpkit.input.params import query_from_bytes
from doings.web.timeline.filters import (
    Asked,
    Filters,
    address_of,
    asked_from_params,
    query_of,
)
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database is asked

MIDNIGHT = NOON - DAY // 2


def asked(query: str) -> Asked:
    """What an address asks for."""
    return asked_from_params(query_from_bytes(query.encode(), skip_unreadable=True))


@pytest.mark.parametrize(
    ("address", "filters"),
    [
        ("", Filters()),
        ("kind=&person=+&actor=&origin=&level=&from=&to=&text=+&on=&older=", Filters()),
        ("kind=note.created", Filters(kinds=("note.created",))),
        (
            "kind=note.*&kind=call.logged,a.b",
            Filters(kinds=("a.b", "call.logged", "note.*")),
        ),
        ("person=contact:8", Filters(person=("contact", "8"))),
        ("person=contact:zo%C3%AB:1", Filters(person=("contact", "zoë:1"))),
        ("actor=user:u1", Filters(actor=("user", "u1"))),
        ("origin=crm", Filters(origin="crm")),
        ("level=error", Filters(level="ERROR")),
        (
            "from=2026-01-02&to=2026-01-02",
            Filters(first_on=date(2026, 1, 2), last_on=date(2026, 1, 2)),
        ),
        ("text=a+b", Filters(text="a b")),
    ],
)
def test_filters_are_read_and_said_again(address: str, filters: Filters) -> None:
    """An empty one is none; what is said again is read as the same."""
    read = asked(address)

    assert read.filters == filters
    assert read.remarks == []
    assert asked(address_of(filters).partition("?")[2]).filters == filters


@pytest.mark.parametrize(
    ("address", "name", "reason"),
    [
        ("kind=Note", "kind", "neither noun.verb nor noun.*"),
        ("kind=*", "kind", "neither noun.verb nor noun.*"),
        ("kind=" + ",".join(f"a.k{n}" for n in range(101)), "kind", "at most 100"),
        ("person=No:8", "person", "must be type:id like contact:8, or a name"),
        ("person=contact:", "person", "must be type:id like contact:8, or a name"),
        ("person=" + "x" * 256, "person", "at most 255 characters"),
        ("actor=:1", "actor", "must be type:id like contact:8, or a name"),
        ("origin=A+B", "origin", "an origin has lower-case letters, digits, dots, - and _"),
        ("level=BANANA", "level", "must be ERROR or WARN"),
        ("from=yesterday", "from", "must be a date like 2026-11-22"),
        ("from=0001-01-01", "from", "must be a day from 1000-01-01 to 9999-12-29"),
        ("to=2026-02-30", "to", "there is no 2026-02-30 in the calendar"),
        ("to=9999-12-31", "to", "must be a day from 1000-01-01 to 9999-12-29"),
        (
            "from=2026-02-02&to=2026-02-01",
            "from and to",
            "the first is after the last; neither counts",
        ),
        ("text=" + "x" * 1001, "text", "at most 1000 characters"),
        ("text=" + "+".join(f"w{n}" for n in range(40)), "text", "at most 32 different words"),
        ("on=monday", "on", "must be a date like 2026-11-22"),
        ("older=here", "older", "is no place in a timeline"),
        ("newer=1-2-3", "newer", "is no place in a timeline"),
        ("year=12", "year", "must be a year like 2026"),
        ("year=%D9%A1%D9%A1%D9%A1%D9%A1", "year", "must be a year like 2026"),
        ("limit=0", "limit", "must be a whole number from 1 to 100"),
        ("limit=101", "limit", "must be a whole number from 1 to 100"),
        ("q=lunch", "q", "there is no such filter"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_rest_counts(
    address: str, name: str, reason: str
) -> None:
    """No filter is an error, and none is left out silently."""
    read = asked(f"{address}&origin=crm" if name != "origin" else f"{address}&level=WARN")

    assert [(remark.name, remark.reason) for remark in read.remarks] == [(name, reason)]
    rest = Filters(level="WARN") if name == "origin" else Filters(origin="crm")
    assert read.filters == rest


def test_of_several_values_the_last_one_counts() -> None:
    """And the others are named; the same value again is nothing."""
    read = asked("from=2026-11-05&from=2026-11-07&level=WARN&level=WARN&person=a:1&person=a:2")

    assert [(one.name, one.value) for one in read.remarks] == [
        ("person", "a:1"),
        ("from", "2026-11-05"),
    ]
    assert read.filters.person == ("a", "2")


def test_remarks_are_few_and_short() -> None:
    """Whatever an address holds."""
    read = asked("&".join(f"x{number}={'y' * 500}" for number in range(100)))

    assert len(read.remarks) == 20
    assert max(len(remark.value) for remark in read.remarks) == 100


def test_somebody_may_be_named_by_words() -> None:
    """They are looked for once there is something to look in."""
    read = asked("person=Jim+Halpert&actor=8")

    assert read.names == {"person": "Jim Halpert", "actor": "8"}
    assert read.filters == Filters()


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("", Query()),
        ("from=2026-03-01", Query(since=MIDNIGHT)),
        ("to=2026-03-01", Query(until=MIDNIGHT + DAY)),
        ("on=2026-03-01", Query(gap=Gap(MIDNIGHT + DAY, 0, "older"))),
        ("limit=7", Query(limit=7)),
        ("older=-5-7", Query(gap=Gap(-5, 7, "older"))),
        ("newer=5-7&on=2026-03-01", Query(gap=Gap(5, 7, "newer"))),
        ("person=contact:8&kind=a.b", Query(entities=(("contact", "8"),), kinds=("a.b",))),
        ("text=a*", Query(words=(Word("a", is_prefix=True),))),
        (
            "actor=user:u1&origin=crm&level=WARN",
            Query(actor=("user", "u1"), origin="crm", level="WARN"),
        ),
    ],
)
def test_an_address_is_a_query(address: str, query: Query) -> None:
    """The day of `to` is included, and so is the one that is jumped to."""
    assert query_of(asked(address), "UTC") == query


def test_days_are_those_of_the_zone() -> None:
    """In Tokyo they begin nine hours before."""
    query = query_of(asked("from=2026-03-01&to=2026-03-01"), "Asia/Tokyo")

    assert query.since == MIDNIGHT - 9 * DAY // 24
    assert query.until == MIDNIGHT + 15 * DAY // 24

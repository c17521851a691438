"""Which activities a list holds, in which order, and as what it is sent."""

from collections.abc import Sequence

import pytest

from doings.core.activity import Link
from doings.core.clock import DAY, SECOND
from tests.builders import note
from tests.clocks import NOON
from tests.dialects.cobot.space import EVER, PATH, Space, write
from tests.engines import SQLITE_ONLY

HOUR = 3600 * SECOND


async def test_oldest_comes_first(space: Space) -> None:
    """By when it happened, then by when it was recorded."""
    await space.business.record(
        note(at=NOON + 5, body="c"), note(at=NOON, body="a"), note(at=NOON + 5, body="d"),
        note(at=NOON + 1, body="b"),
    )  # fmt: skip

    assert await space.texts() == ["a", "b", "c", "d"]
    assert await space.texts(last=3) == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("from_", "to", "expected"),
    [
        ("2026-03-01 12:00:00 +0000", "2026-03-01 14:00:00 +0000", "abc"),
        ("2026-03-01 12:00:01 +0000", "2026-03-01 13:59:59 +0000", "b"),
        ("2026/03/01 12:00:00 +0000", "2026/03/01 12:00:00 +0000", "a"),
        ("2026-03-01 13:00:00 +0100", "2026-03-01T13:00:00Z", "ab"),
        ("2026-03-01T13:00:00.5Z", "2026-03-01T14:00:00.0Z", "c"),
        ("2026-03-01", "2026-03-01", "abc"),
        ("2026-03-02", "2026-03-02", "d"),
        ("2026-03-01", "2026-03-02", "abcd"),
        ("2026-03-02", "2026-03-02 00:00:00 +0000", ""),
        ("1000-01-01", "9999-12-31", "abcd"),
        ("2027-01-01", "2028-01-01", ""),
    ],
)
async def test_from_and_to_include_both_ends(
    space: Space, from_: str, to: str, expected: str
) -> None:
    """A bare date is a whole day, a time without fractions a whole second."""
    await write(space, "a", "b", "c", step=HOUR)
    await write_at(space, NOON + DAY, "d")

    assert await space.texts(**{"from": from_, "to": to}) == list(expected)


async def write_at(space: Space, at: int, body: str) -> None:
    """Record one note."""
    await space.business.record(note(at=at, body=body))


async def test_second_of_to_includes_its_fractions(space: Space) -> None:
    """What is shown as that second is in it."""
    await write_at(space, NOON + 999_999, "a")

    assert await space.texts(**{"from": "2026-03-01 12:00:00", "to": "2026-03-01 12:00:00"}) == [
        "a"
    ]
    assert await space.texts(**{"from": "2026-03-01", "to": "2026-03-01T12:00:00.5Z"}) == []


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("1", "e"),
        ("3", "cde"),
        ("5", "abcde"),
        ("500", "abcde"),
        (" 2 ", "de"),
        ("9" * 17, "abcde"),
    ],
)
async def test_last_gives_the_newest_oldest_first(space: Space, last: str, expected: str) -> None:
    """For any number."""
    await write(space, *"abcde")

    assert await space.texts(last=last) == list(expected)


@pytest.mark.parametrize("count", [199, 200, 201, 700, 1201, 1300])
@pytest.mark.parametrize("types", [None, "note_created"])
async def test_last_of_a_long_list(space: Space, count: int, types: str | None) -> None:
    """Where it no longer fits one page, on one day and over many."""
    numbers = [str(number) for number in range(1250)]
    for first in range(0, 1250, 250):
        await space.business.record(
            *[note(at=NOON + int(n) * 97 * SECOND, body=n) for n in numbers[first : first + 250]]
        )
    await space.business.record(note(at=NOON - DAY, kind="own.kind"))
    params = {"last": count} | ({"types": types} if types else {})

    documents = await space.listed(**params)

    expected = numbers if types else [None, *numbers]
    assert [one["attributes"].get("text") for one in documents] == expected[-count:]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("text", "t"),
        ("note_created", "n"),
        ("new_invoice", "i"),
        ("plan_change", "p"),
        ("plan_changed", ""),
        ("text,note_created", "nt"),
        (" text , plan_change ,", "pt"),
        ("own_kind_seen", "or"),
        ("unknown", ""),
        ("unknown,text", "t"),
        ("invoice_created", ""),
    ],
)
async def test_types(space: Space, types: str, expected: str) -> None:
    """Every kind that is shown as one of them."""
    kinds = {
        "n": "note.created", "p": "plan.changed", "i": "invoice.created", "t": "text.posted",
        "o": "own.kind_seen", "r": "own_kind.seen",
    }  # fmt: skip
    for index, (body, kind) in enumerate(kinds.items()):
        await space.business.record(note(at=NOON + index, body=body, kind=kind))

    everything = sorted(await space.texts(**EVER, types=types))

    assert everything == sorted(expected)
    assert sorted(await space.texts(last=10, types=types)) == sorted(expected)


async def test_types_count_for_last(space: Space) -> None:
    """The newest of the types, not the types among the newest."""
    await write(space, "a", "b", kind="text.posted")
    await write_at(space, NOON + DAY, "n")

    assert await space.texts(last=1, types="text") == ["b"]


async def sourced(space: Space) -> None:
    """Activities of two memberships and an invoice, and one of none."""
    links: dict[str, Sequence[Link]] = {
        "a": [Link("membership", "m1")],
        "b": [Link("membership", "m2")],
        "c": [Link("membership", "m1"), Link("invoice", "i1")],
        "d": [Link("contact", "m3")],
        "e": [],
    }
    for index, (body, of_one) in enumerate(links.items()):
        await space.business.record(note(*of_one, at=NOON + index * HOUR, body=body))


@pytest.mark.parametrize(
    ("source_ids", "expected"),
    [
        ("m1", "ac"),
        ("m2", "b"),
        ("i1", "c"),
        ("m3", "d"),
        ("m1,m2", "abc"),
        ("i1, m1", "ac"),
        ("nobody", ""),
        ("nobody,m2", "b"),
    ],
)
async def test_source_ids(space: Space, source_ids: str, expected: str) -> None:
    """Linked to any of them, each activity once."""
    await sourced(space)

    assert await space.texts(source_ids=source_ids) == list(expected)
    assert await space.texts(source_ids=source_ids, last=10) == list(expected)


@pytest.mark.parametrize("count", [101, 1000])
@pytest.mark.parametrize("types", [None, "text,note_created"])
async def test_many_source_ids(space: Space, count: int, types: str | None) -> None:
    """Whatever their number, each activity comes once and in order; so does the newest alone."""
    members = [f"member-{number}" for number in range(count)]
    drafts = [
        note(Link("membership", member), Link("membership", members[0]), body=member, at=number)
        for number, member in enumerate(members)
    ]
    await space.business.record(*drafts)
    asked = {"source_ids": ",".join(members)} | ({"types": types} if types else {})

    assert await space.texts(**asked) == members
    assert await space.texts(**asked, last=3) == members[-3:]


async def test_source_ids_in_every_spelling(space: Space) -> None:
    """Repeated, and with brackets."""
    await sourced(space)

    assert await space.texts(source_ids=["m2", "i1"]) == ["b", "c"]
    assert await space.texts(**{"source_ids[]": ["m2", "i1"]}) == ["b", "c"]


async def test_filters_narrow_each_other(space: Space) -> None:
    """Sources within a time, and the newest of either."""
    await sourced(space)
    afternoon = {"from": "2026-03-01 13:00:00", "to": "2026-03-01 23:00:00"}

    assert await space.texts(source_ids="m1,m2", **afternoon) == ["b", "c"]
    assert await space.texts(source_ids="m1,m2", last=2) == ["b", "c"]
    assert await space.texts(source_ids="m1", last=1, types="note_created") == ["c"]
    assert await space.texts(last=2, **afternoon) == ["d", "e"]
    assert await space.texts(last=1, **{"from": "2026-03-01", "to": "2026-03-01 13:30:00"}) == ["b"]
    assert await space.texts(source_ids="m1", types="text") == []


async def test_deleted_source_keeps_its_list(space: Space) -> None:
    """Its activities stay, and its id finds them."""
    await sourced(space)
    before = await space.texts(source_ids="m1")
    await space.business.delete("membership", "m1")

    assert await space.texts(source_ids="m1") == before
    assert await space.texts() == list("abcde")


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("params", "errors"),
    [
        ({}, {"from": ["can't be blank"], "to": ["can't be blank"]}),
        ({"types": "text"}, {"from": ["can't be blank"], "to": ["can't be blank"]}),
        ({"from": "2026-03-01"}, {"to": ["can't be blank"]}),
        ({"to": "2026-03-01"}, {"from": ["can't be blank"]}),
        ({"from": "", "to": " "}, {"from": ["can't be blank"], "to": ["can't be blank"]}),
        ({"from": "2026-03-01", "last": "3"}, {"to": ["can't be blank"]}),
        ({"from": "soon"},
         {"from": ["is not a time like 2014/04/01 00:01:02 +0000"], "to": ["can't be blank"]}),
        ({"from": "2026-1-1", "to": " 2026-01-01"},
         {"from": ["is not a time like 2014/04/01 00:01:02 +0000"],
          "to": ["is not a time like 2014/04/01 00:01:02 +0000"]}),
        ({"from": "soon", "to": "2026-03-01"},
         {"from": ["is not a time like 2014/04/01 00:01:02 +0000"]}),
        ({"from": "2026-03-01", "to": "2026-02-30"},
         {"to": ["is not a time like 2014/04/01 00:01:02 +0000"]}),
        ({"from": "2026-03-02", "to": "2026-03-01"}, {"to": ["must not be before from"]}),
        ({"from": "2026-03-01 12:00:01", "to": "2026-03-01 12:00:00"},
         {"to": ["must not be before from"]}),
        ({"last": "0"}, {"last": ["must be an integer greater than 0"]}),
        ({"last": "-1"}, {"last": ["must be an integer greater than 0"]}),
        ({"last": "many"}, {"last": ["must be an integer greater than 0"]}),
        ({"last": "1.5"}, {"last": ["must be an integer greater than 0"]}),
        ({"last": "", "source_ids": ""}, {"from": ["can't be blank"], "to": ["can't be blank"]}),
        ({"source_ids": ",".join(map(str, range(2001)))}, {"source_ids": ["at most 2000"]}),
        ({"last": "9", "types": ""}, {"types": ["can't be blank"]}),
        ({"last": "9", "types": " , "}, {"types": ["can't be blank"]}),
        ({"last": "9", "types[]": ""}, {"types": ["can't be blank"]}),
        ({"last": "9", "source_ids": ""}, {"source_ids": ["can't be blank"]}),
        ({"last": "9", "source_ids[]": ","}, {"source_ids": ["can't be blank"]}),
        ({"source_ids": "m1", "types": ""}, {"types": ["can't be blank"]}),
        ({"from": "2026-03-01", "to": "2026-03-02", "source_ids": "", "types": ""},
         {"types": ["can't be blank"], "source_ids": ["can't be blank"]}),
    ],
)  # fmt: skip
async def test_wrong_parameters(
    space: Space, params: dict[str, str], errors: dict[str, list[str]]
) -> None:
    """422, naming the fields."""
    answer = await space.get(**params)

    assert (answer.status_code, answer.json()) == (422, {"errors": errors})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("last", ["9" * 18, "9" * 19, "9" * 30, "0" * 30 + "9"])
async def test_last_with_more_digits_than_a_number_has(space: Space, last: str) -> None:
    """There are no more than all."""
    await sourced(space)

    assert await space.texts(last=last) == list("abcde")
    assert (await space.get(last=f"-{last}")).status_code == 422


@pytest.mark.parametrize("accept", ["application/json", "text/html", None])
async def test_empty_list(space: Space, accept: str | None) -> None:
    """An empty list is answered in each format."""
    answer = await space.get(accept=accept, **EVER)

    assert answer.text == ("<ul>\n</ul>\n" if accept == "text/html" else "[]")


async def test_trailing_slash_and_head(space: Space) -> None:
    """A slash at the end changes nothing, and HEAD is GET without the body."""
    await write(space, "a")

    slash = await space.get(PATH + "/", last=1)
    head = await space.served.client.head(f"{PATH}?last=1", headers=space.business.bearer)

    assert [one["attributes"]["text"] for one in slash.json()] == ["a"]
    assert (head.status_code, head.content) == (200, b"")


async def test_unknown_parameters_are_ignored(space: Space) -> None:
    """Those that are no filter."""
    await write(space, "a")

    assert await space.texts(last=1, page=7, color="x") == ["a"]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("name", "near"),
    [("lst", "last"), ("type", "types"), ("source_id", "source_ids"), ("level", None)],
)
async def test_a_filter_that_the_list_does_not_have_is_refused(
    space: Space, name: str, near: str | None
) -> None:
    """With the one that is like it, also where something else is missing."""
    answer = await space.get(PATH, **{name: "3"})

    hint = f"; did you mean {near}?" if near else ""
    assert answer.status_code == 422
    assert answer.json() == {"errors": {name: [f"no filter of this list{hint}"]}}


@SQLITE_ONLY
@pytest.mark.parametrize("name", ["plan", "email", "ids", "from", "attributes[]"])
async def test_memberships_have_no_filter(space: Space, name: str) -> None:
    """So one that is asked for is refused."""
    answer = await space.get("/cobot/co-up/api/memberships", **{name: "3"})

    assert answer.status_code == 422
    assert answer.json() == {"errors": {name: ["no filter of this list"]}}


async def test_last_of_a_long_list_of_several_sources(space: Space) -> None:
    """What belongs to two of them counts once."""
    both = (Link("membership", "m1"), Link("membership", "m2"))
    await space.business.record(
        *[note(*both, at=NOON + number * SECOND, body=str(number)) for number in range(500)]
    )

    found = await space.texts(last=300, source_ids="m1,m2")

    assert found == [str(number) for number in range(200, 500)]

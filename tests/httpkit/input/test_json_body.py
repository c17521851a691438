"""JSON bodies whose members are read one by one, and what is too much in them."""

import pytest

from doings.core.budget import LIST_ITEMS
from doings.core.errors import Invalid, Malformed, TooMuch
from doings.core.text import DEEPEST
from doings.httpkit.errors import LongList
from doings.httpkit.input.forms import members_from_pairs
from doings.httpkit.input.json_body import members_from_json
from doings.httpkit.input.params import listed


@pytest.mark.parametrize(
    ("body", "members"),
    [
        (b'{"a":"x","b":null,"c":[1,{"d":2}]}', {"a": "x", "b": None, "c": [1, {"d": 2}]}),
        (b" {}", {}),
        (b"[1,2]", {}),
        (b'"text"', {}),
        (b"-0", {}),
        (b'{"a":-0}', {"a": 0}),
        (b'{"a":"[[[[{{{{"}', {"a": "[[[[{{{{"}),
        (b'{"a":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}", None),
        (b'{"a":[' + b",".join([b"0"] * LIST_ITEMS) + b"]}", {"a": [0] * LIST_ITEMS}),
    ],
    ids=["all types", "empty", "list", "text", "number", "zero", "brackets", "deep", "long"],
)  # fmt: skip
def test_members_are_read(body: bytes, members: dict[str, object] | None) -> None:
    """Whatever their type; JSON that is no object has none."""
    found = members_from_json(body)

    assert members is None or found == members


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"a":[' + b",".join([b"0"] * (LIST_ITEMS + 1)) + b"]}", "a"),
        (b'{"a":[' + b",".join([b"{}"] * 200_000) + b"]}", "a"),
        (b'{"a":{"b":[' + b",".join([b"[]"] * 200_000) + b"]}}", "a"),
        (b"{" + b",".join(b'"%d":0' % number for number in range(LIST_ITEMS + 1)) + b"}", "body"),
    ],
    ids=["list", "objects", "lists within", "members"],
)
def test_too_much_is_refused_by_name(body: bytes, field: str) -> None:
    """TooMuch names the member, and counts as a list."""
    with pytest.raises(TooMuch) as refused:
        members_from_json(body)

    assert (refused.value.bound, refused.value.problems[0].field) == ("list", field)


def nested(levels: int, opening: bytes, closing: bytes) -> bytes:
    """A member nested so deeply."""
    return b'{"a":' + opening * levels + b"1" + closing * levels + b"}"


@pytest.mark.parametrize("levels", [DEEPEST + 1, 490, 900, 990, 5000, 100_000])
@pytest.mark.parametrize(
    ("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["list", "object"]
)
def test_deep_nesting_is_refused(levels: int, opening: bytes, closing: bytes) -> None:
    """However deep: what reads it later never has to go deeper than it can."""
    with pytest.raises((Malformed, TooMuch)):
        members_from_json(nested(levels, opening, closing))


@pytest.mark.parametrize(
    "value",
    [b"1" * 5000, b"-" + b"1" * 5000, b"1e400", b"NaN", b"Infinity", b'"\\ud800"', b"[1", b"+1"],
)
def test_odd_values_are_refused(value: bytes) -> None:
    """Numbers that are too large, half of a character, and what is no JSON."""
    for body in (b'{"a":%s}' % value, b'{"a":[%s]}' % value):
        with pytest.raises((Malformed, Invalid)):
            members_from_json(body)


def test_a_long_list_of_a_form_is_refused() -> None:
    """However it is spelled."""
    for name in ("a[]", "a[0]", "a"):
        with pytest.raises(TooMuch, match="at most 1,000"):
            members_from_pairs([(name, "1")] * (LIST_ITEMS + 1), frozenset({"a"}))


def test_a_name_of_brackets_is_read_in_one_go() -> None:
    """The first brackets say which member it is; however many follow."""
    assert members_from_pairs([("a" + "[b]" * 100_000, "1")]) == {"a": {"b": "1"}}


def test_a_long_list_of_the_query_is_refused() -> None:
    """Different values count; the same one again does not."""
    assert listed({"a": ["x,x", "x"] * LIST_ITEMS}, "a") == ["x"]
    with pytest.raises(LongList) as refused:
        listed({"a": [",".join(map(str, range(LIST_ITEMS + 1)))]}, "a")

    assert (refused.value.bound, refused.value.field) == ("list", "a")

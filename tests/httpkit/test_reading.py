"""Reading what callers send: accepted types, parameters, forms."""

import pytest

from doings.core.errors import Invalid, Malformed, NotAcceptable
from doings.httpkit.input.accept import negotiated
from doings.httpkit.input.forms import members_from_pairs
from doings.httpkit.input.params import integer, last, listed, one_of

OFFERED = ("application/json", "text/html")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "text/html"),
        ("text/*", "text/html"),
        ("text/html;q=0.5, application/json;q=0.4", "text/html"),
        ("text/html;q=0.4, */*;q=0.5", "application/json"),
        ("image/png, text/html;q=0.1", "text/html"),
        ("TEXT/HTML; charset=utf-8", "text/html"),
        ("application/json;q=0, */*", "text/html"),
    ],
)
def test_the_best_of_what_is_offered_is_chosen(accept: str | None, chosen: str) -> None:
    """By quality, then by specificity, then by our own preference."""
    assert negotiated(accept, OFFERED) == chosen


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/html;q=0, application/json;q=0"])
def test_what_is_not_offered_is_refused(accept: str) -> None:
    """NotAcceptable is raised and names what is offered."""
    with pytest.raises(NotAcceptable) as refused:
        negotiated(accept, OFFERED)

    assert refused.value.offered == OFFERED


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, []),
        ({"a": ["1"]}, ["1"]),
        ({"a": ["1", "2"]}, ["1", "2"]),
        ({"a": ["1, 2,,3 "]}, ["1", "2", "3"]),
    ],
)
def test_a_list_is_repeated_or_has_commas(values: dict[str, list[str]], found: list[str]) -> None:
    """Brackets are gone by then."""
    assert listed(values, "a") == found


@pytest.mark.parametrize("text", ["0", "101", "x", "1.5", "1e2", "٣", "9" * 30, "-"])
def test_a_number_out_of_bounds_is_refused_by_name(text: str) -> None:
    """Whole numbers in ASCII digits, within bounds."""
    with pytest.raises(Malformed) as refused:
        integer({"limit": [text]}, "limit", 50, least=1, most=100)

    assert refused.value.field == "limit"


def test_the_last_of_repeated_values_counts() -> None:
    """The last value counts, as in most of the vendors' frameworks."""
    assert last({"a": ["1", "2"]}, "a") == "2"
    assert integer({"limit": ["7", "8"]}, "limit", 50, least=1, most=100) == 8
    assert integer({}, "limit", 50, least=1, most=100) == 50


def test_a_word_is_one_of_a_few() -> None:
    """Anything else is refused, nothing is nothing."""
    assert one_of({"sort": ["asc"]}, "sort", ("asc", "desc")) == "asc"
    assert one_of({}, "sort", ("asc", "desc")) is None
    with pytest.raises(Malformed, match="asc or desc"):
        one_of({"sort": ["up"]}, "sort", ("asc", "desc"))


def test_brackets_in_a_form_make_lists_and_objects() -> None:
    """Brackets make lists and objects, as in PHP and Rails."""
    pairs = [("a", "2"), ("a", "2"), ("b[]", "1"), ("b[]", "2"), ("c[0]", "x"), ("d[e]", "y")]

    members = members_from_pairs(pairs)

    assert members == {"a": "2", "b": ["1", "2"], "c": ["x"], "d": {"e": "y"}}


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (("a", "a"), "a"),
        (("a", "a[]"), "a"),
        (("a[]", "a"), "a"),
        (("a", "a[x]"), "a"),
        (("a[x]", "a[x]"), "a.x"),
        (("a[x]", "a[]"), "a"),
    ],
)
def test_a_form_that_says_two_things_of_one_member_is_refused(
    names: tuple[str, str], field: str
) -> None:
    """Neither value is better than the other."""
    with pytest.raises(Invalid, match="takes one value, and was given several") as refused:
        members_from_pairs([(name, str(number)) for number, name in enumerate(names)])

    assert [problem.field for problem in refused.value.problems] == [field]


def test_long_header_is_read_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers make up as many as they like."""
    monkeypatch.setattr("doings.httpkit.input.accept._kept", None)
    long = f"{','.join(f'a/{number}' for number in range(200))},{OFFERED[1]}"

    assert negotiated(long, OFFERED) == OFFERED[1]

"""Which query parameters an operation reads, and how lists may be spelled."""

import msgspec
import pytest

from doings.httpkit.errors import Unreadable
from doings.httpkit.input.filters import filter_names
from doings.httpkit.input.params import Parameters, QueryString, known_parameters, query_from_bytes


class Shown(msgspec.Struct, rename="camel"):
    """What is listed."""

    shade: str
    made_at: str
    time_zone: str


OPEN = known_parameters("actor", "page", "since", lists=("kind",), may_be_empty=("page",))
LIST = known_parameters(
    "actor", "page", "clientId", lists=("kind",), filters=filter_names(Shown, others=("client",))
)
CLOSED = Parameters(OPEN.lists, OPEN.singles, is_closed=True, may_be_empty=OPEN.may_be_empty)


@pytest.mark.parametrize("parameters", [OPEN, CLOSED], ids=["open", "closed"])
@pytest.mark.parametrize(
    ("query", "known"),
    [
        ("", {}),
        ("kind=a", {"kind": ["a"]}),
        ("kind=a&kind=b", {"kind": ["a", "b"]}),
        ("kind[]=a&kind[]=b", {"kind": ["a", "b"]}),
        ("kind[0]=a&kind[1]=b", {"kind": ["a", "b"]}),
        ("kind[17]=a", {"kind": ["a"]}),
        ("kind%5B%5D=a&kind%5b0%5d=b", {"kind": ["a", "b"]}),
        ("kind=a&kind[]=b&kind[0]=c", {"kind": ["a", "b", "c"]}),
        ("actor=a&actor=a", {"actor": ["a", "a"]}),
        ("_=1&_method=x&_kind[]=a&kind=b", {"kind": ["b"]}),
        ("kind=a,,b,", {"kind": ["a,,b,"]}),
        ("page=&page=", {"page": ["", ""]}),
        ("page", {"page": [""]}),
    ],
)
def test_known_parameters_have_plain_names(
    parameters: Parameters, query: str, known: QueryString
) -> None:
    """However a list is spelled; names that begin with _ are ignored."""
    assert parameters.read(query_from_bytes(query.encode())) == known


@pytest.mark.parametrize("parameters", [OPEN, CLOSED], ids=["open", "closed"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("actor[]=a", "actor"),
        ("actor[0]=a", "actor"),
        ("since[]=a", "since"),
        ("since[gte]=a", "since"),
        ("actor[=a", "actor"),
        ("kind[x]=a", "kind"),
        ("kind[0][x]=a", "kind"),
        ("kind[][]=a", "kind"),
        ("kind[0=a", "kind"),
        ("kind[-1]=a", "kind"),
        ("kind[٣]=a", "kind"),
        ("actor=a&actor=b", "actor"),
        ("actor=&actor=b", "actor"),
        ("actor=", "actor"),
        ("actor", "actor"),
        ("actor=%20", "actor"),
        ("actor=%09", "actor"),
        ("since=", "since"),
        ("kind=", "kind"),
        ("kind", "kind"),
        ("kind[]=", "kind"),
        ("kind[0]=", "kind"),
        ("kind=,", "kind"),
        ("kind=,%20,", "kind"),
        ("kind=%20", "kind"),
        ("kind=a&kind=", "kind"),
        ("kind[]=a&kind[]=,", "kind"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(
    parameters: Parameters, query: str, field: str
) -> None:
    """It is never left out."""
    with pytest.raises(Unreadable) as refused:
        parameters.read(query_from_bytes(query.encode()))

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ("kidn=a", "kidn", "unknown parameter; did you mean kind?"),
        ("Kind=a", "Kind", "unknown parameter; did you mean kind?"),
        ("type=a", "type", "unknown parameter; did you mean kind?"),
        ("from=a", "from", "unknown parameter; did you mean since?"),
        ("sort=a", "sort", "unknown parameter; known are actor, kind, page, since"),
        ("untilsince=a", "untilsince", "unknown parameter; did you mean since?"),
        ("zzz=a", "zzz", "unknown parameter; known are actor, kind, page, since"),
        ("=a", "", "unknown parameter; known are actor, kind, page, since"),
    ],
)
def test_an_unknown_parameter_is_refused_or_ignored(query: str, field: str, reason: str) -> None:
    """With the nearest known one, where others are refused."""
    found = query_from_bytes(query.encode())

    with pytest.raises(Unreadable) as refused:
        CLOSED.read(found)

    assert (refused.value.field, refused.value.reason) == (field, reason)
    assert OPEN.read(found) == {}


def test_what_repeats_the_path_is_no_filter() -> None:
    """Programs send the id once more; another id would be a filter, and so would two."""
    filtered = known_parameters("page", filters=filter_names(Shown))
    path = {"id": "8"}

    assert filtered.read({"id": ["8"], "page": ["2"]}, path) == {"page": ["2"]}
    for values in (["9"], ["8", "9"], [""]):
        with pytest.raises(Unreadable):
            filtered.read({"id": values}, path)
    with pytest.raises(Unreadable):
        CLOSED.read({"id": ["8"]}, path)
    assert known_parameters("id").read({"id": ["8"]}, path) == {"id": ["8"]}


def test_brackets_on_an_unknown_parameter_are_refused() -> None:
    """They are a filter's, also where others are ignored."""
    found = query_from_bytes(b"kinds[]=a")

    with pytest.raises(Unreadable, match=r"kinds\[\]: unknown parameter; did you mean kind\?"):
        CLOSED.read(found)
    with pytest.raises(Unreadable, match=r"kinds\[\]: no filter of this list; did you mean kind\?"):
        OPEN.read(found)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Kind", "kind"),
        ("kinds", "kind"),
        ("knd", "kind"),
        ("clientid", "clientId"),
        ("client_id", "clientId"),
        ("client", "clientId"),
        ("actor_id", "actor"),
        ("madeAt", None),
        ("made_at", None),
        ("shade", None),
        ("shades", None),
        ("shadeId", None),
        ("SHADE", None),
        ("created_after", None),
        ("dateFrom", None),
        ("from_date", None),
        ("filter", None),
        ("filter.shade", None),
        ("search_term", None),
        ("status", None),
        ("id", "kind"),
        ("ids", None),
        ("q", None),
    ],
)
def test_what_is_named_like_a_filter_is_refused(name: str, near: str | None) -> None:
    """With the filter that is meant, where there is one that is like it."""
    with pytest.raises(Unreadable) as refused:
        LIST.read({name: [""]})

    hint = f"; did you mean {near}?" if near else ""
    assert (refused.value.field, refused.value.reason) == (name, f"no filter of this list{hint}")


@pytest.mark.parametrize(
    "name",
    ["", "_kind", "pages", "account", "account_id", "time_zone", "timezone", "api_key", "apikey",
     "token", "limit", "per_page", "lang", "format", "utm_source", "total", "list", "x"],
)  # fmt: skip
def test_what_is_no_filter_is_ignored(name: str) -> None:
    """Clients send more than a server knows."""
    assert LIST.read({name: ["1"], "kind": ["a"]}) == {"kind": ["a"]}


def test_where_nothing_is_known_nothing_is_near() -> None:
    """An operation without parameters."""
    with pytest.raises(Unreadable, match=r"unknown parameter$"):
        Parameters(is_closed=True).read({"a": ["1"]})


@pytest.mark.parametrize(
    "query",
    ["a=%FF", "a=caf%E9", "%E9=1", "a=%C3", "a=%ED%A0%80", "a=%C0%80", "a=\xff", "a=%00", "%00=1"],
)
def test_a_query_that_is_no_text_is_refused(query: str) -> None:
    """Not UTF-8, half a character, a surrogate, an overlong NUL, a NUL."""
    with pytest.raises(Unreadable, match=r"UTF-8|NUL"):
        query_from_bytes(query.encode("latin-1"))


@pytest.mark.parametrize(
    ("query", "value"),
    [("a=caf%C3%A9", "café"), ("a=café", "café"), ("a=b+c%2Bd", "b c+d"), ("a=%zz%", "%zz%")],
)
def test_a_query_is_read_as_utf_8(query: str, value: str) -> None:
    """Escaped or not."""
    assert query_from_bytes(query.encode()) == {"a": [value]}

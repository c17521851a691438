"""Answers that are wrong at any one place: each is refused, or read as if that were missing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doings.core.account import Account
from doings.core.errors import Invalid, Malformed
from doings.core.imports import Context
from doings.core.pulling.service import Answer, Beginning, Inconsistent, Seen
from doings.importing.pull.names import digest_of
from doings.importing.pull.services import SERVICES
from tests.pull.conftest import BASES, Puller, Vendor
from tests.pull.proxy import Asked, Given, proxy
from tests.pull.test_round_trips import (
    interactions,
    notes,
    others,
    put_entries,
    put_people,
)

WRONG: tuple[object, ...] = (
    None, True, -1, 1e300, 2**62, "", "x" * 2000, "\0", [None], {"id": {}},
)  # fmt: skip
"""What stands in the place of each member and element."""

DEEP = "[" * 3000 + "]" * 3000


def places(document: object, depth: int = 0) -> Iterator[tuple[object, ...]]:
    """The path to each member and to the first elements of lists, down to six levels."""
    if depth == 6:
        return
    members = document.items() if isinstance(document, dict) else ()
    elements = enumerate(document[:2]) if isinstance(document, list) else ()
    for name, value in (*members, *elements):
        yield (name,)
        for rest in places(value, depth + 1):
            yield (name, *rest)


def first_elements(document: Any) -> Any:  # noqa: ANN401 - JSON
    """The document with the first two elements of each list."""
    if isinstance(document, dict):
        return {name: first_elements(value) for name, value in document.items()}
    return [first_elements(one) for one in document[:2]] if isinstance(document, list) else document


def with_value(document: Any, path: tuple[Any, ...], value: object) -> Any:  # noqa: ANN401 - JSON
    """The document with another value at a place."""
    first, *rest = path
    new = value if not rest else with_value(document[first], tuple(rest), value)
    if isinstance(document, dict):
        return {**document, first: new}
    return [new if at == first else one for at, one in enumerate(document)]


def check(dialect: str, body: bytes, context: Context) -> None:
    """Read an answer as a pull does; what it raises otherwise is a fault of ours."""
    service = SERVICES[dialect]
    place = service.begin(None, Beginning(now=context.now, is_first=True, contact="8"))
    try:
        page = service.page(place, Answer(body, {}, context.now))
        service.turn(place, page, Seen(1, 1, 1))
    except (Invalid, Malformed, ValueError, RecursionError, Inconsistent):
        return
    for element in page.elements:
        if service.detail is not None:
            service.detail(element)
        try:
            item = service.read(element, context)
        except (Invalid, Malformed):
            continue
        digest_of(item)
        service.twins(item)


@pytest.mark.parametrize("dialect", list(BASES))
def test_a_wrong_value_anywhere_is_refused_in_words(
    dialect: str, vendor: Vendor, pull: Puller, tmp_path: Path
) -> None:
    """Null, a list, a number, text that is no date, and what is very deep."""
    put_people(vendor)
    vendor.record(interactions()[:2] if dialect == "mio" else [*notes()[:2], *others()])
    if dialect == "monica":
        put_entries(vendor)
    bodies: dict[str, bytes] = {}

    def keep(asked: Asked, given: Given) -> Given:
        list_ = asked.path.partition("?")[0]
        if len(given.body) > len(bodies.get(list_, b"[]")):
            bodies[list_] = given.body
        return given

    (tmp_path / "ids").write_text("8")
    options = ("--contacts", str(tmp_path / "ids")) if dialect in {"invent", "agendize"} else ()
    with proxy(vendor.server.url, keep) as between:
        pull.counts(dialect, *options, url=between.url)
    account = Account(id=1, slug="here", name="Here", time_zone="Europe/Berlin", created_at=0)
    context = Context(account=account, contact_id="8", now=1_700_000_000_000_000, url="")

    assert bodies
    done: set[object] = set()
    for body in bodies.values():
        document = first_elements(json.loads(body))
        for path in list(places(document)):
            # The same member of the same thing, wherever it is shown.
            if path[-2:] in done and len(path) > 3:
                continue
            done.add(path[-2:])
            for value in WRONG:
                check(dialect, json.dumps(with_value(document, path, value)).encode(), context)
            text = json.dumps(with_value(document, path, "<deep>"))
            check(dialect, text.replace('"<deep>"', DEEP).encode(), context)

"""Every parser returns what it read or raises an error of ours, whatever it is given."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from itertools import cycle
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doings.auth.jwt import claims_from_jwt
from doings.core.account import Account
from doings.core.errors import DoingsError
from doings.core.imports import Context, answers_from_text
from doings.core.resuming.cursor import CursorSigner
from doings.dialects.agendize.params import params_from_query as agendize_params
from doings.dialects.cobot.params import input_from_members
from doings.dialects.cobot.params import params_from_query as cobot_params
from doings.dialects.invent import params as invent
from doings.dialects.mio.params import activities_query as mio_query
from doings.dialects.mio.params import zone_name
from doings.dialects.monica import validation
from doings.dialects.monica.mapping.references import RESOURCES
from doings.dialects.monica.mapping.resources.entities import EntityResource, draft_of_values
from doings.dialects.monica.mapping.resources.fields import sent_values
from doings.dialects.monica.params import (
    activity_from_members,
    id_from_path,
    ids_from_list,
    listing_from_query,
)
from doings.httpkit.etags import is_unchanged
from doings.httpkit.input.accept import negotiated
from doings.httpkit.input.body import coding_from_header, content_chunks
from doings.httpkit.input.forms import members_from_form, members_from_multipart
from doings.httpkit.input.json_body import decoded
from doings.httpkit.input.params import query_from_bytes
from doings.httpkit.input.path import segments_from_escaped
from doings.importing.ndjson import line_from_text
from doings.importing.registry import SAVED
from doings.native import params as native
from doings.native.documents.activities import ActivityInput
from doings.native.documents.entities import EntityPatch
from doings.native.formats.ndjson import EXPORTED, LineCutter, decoded_line
from doings.native.mapping import draft_from_document
from tests.clocks import NOON
from tests.fuzz.examples import (
    ACTIVITY,
    ADDRESS,
    CONTACT,
    CONTACT_FIELD,
    EXAMPLES,
    LUNCH,
    Document,
    operations,
    places,
    with_value,
)
from tests.fuzz.values import HEADER_VALUES, JSON_VALUES, TEXTS
from tests.fuzz.world import Case, world_in

ACCOUNT = Account(id=1, slug="acme", name="Acme", time_zone="UTC", settings="{}", created_at=NOON)
CONTEXT = Context(account=ACCOUNT, contact_id="8", now=NOON, url="http://server")
SIGNER = CursorSigner(b"secret")

QUICKLY = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def returns_or_refuses(parse: Callable[[Any], object], given_: object) -> None:
    """Fail for any other error."""
    try:
        result = parse(given_)
        if asyncio.iscoroutine(result):
            asyncio.run(result)
    except DoingsError:
        return


BYTES = st.binary(max_size=60) | st.sampled_from(TEXTS)
TEXT = st.text(max_size=40) | st.sampled_from([text.decode("latin-1") for text in TEXTS])
HEADER = st.binary(max_size=30).map(lambda value: value.decode("latin-1")) | st.sampled_from(
    [value.decode("latin-1") for values in HEADER_VALUES.values() for value in values]
)
PARAMETERS = [operation.parameters for _, operation in operations()]
NAMES = sorted({name for known in PARAMETERS for name in known.lists | known.singles})
QUERY = st.dictionaries(st.sampled_from(NAMES), st.lists(TEXT, min_size=1, max_size=3), max_size=4)


@st.composite
def bodies_like(draw: st.DrawFn, *examples: Document) -> bytes:
    """JSON like one of the examples, with one value replaced, perhaps cut off."""
    example = draw(st.sampled_from(examples))
    place = draw(st.sampled_from(list(places(example))))
    body = with_value(example, place, draw(st.sampled_from(JSON_VALUES)))
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


def members_like(example: Document) -> st.SearchStrategy[dict[str, Any]]:
    """Members like the example's, of which any may have any JSON value."""
    values = [value for value in map(_value, JSON_VALUES) if value is not NO_VALUE]
    return st.fixed_dictionaries(
        {}, optional={name: st.just(old) | st.sampled_from(values) for name, old in example.items()}
    )


NO_VALUE = object()


def _value(text: bytes) -> object:
    try:
        return msgspec.json.decode(text)
    except ValueError:
        return NO_VALUE


def _native_filters(query: dict[str, list[str]]) -> None:
    native.query_from_params(query, "Europe/Berlin")


def _invent(query: dict[str, list[str]]) -> None:
    invent.activities_query(query, ("contact", "8"))
    invent.page_number(query)


QUERY_PARSERS: dict[str, Callable[[dict[str, list[str]]], object]] = {
    "native filters": _native_filters,
    "native types": native.types_in,
    "native after": native.after,
    "native options": native.replaces_repeated,
    "monica": listing_from_query,
    "cobot": cobot_params,
    "agendize": agendize_params,
    "invent": _invent,
    "mio": lambda query: mio_query(query, "Pacific/Kiritimati", now=NOON),
}


@pytest.mark.parametrize("name", QUERY_PARSERS)
def test_parameters(name: str) -> None:
    """Of every list, with dates, numbers, cursors and words of any form."""

    @QUICKLY
    @given(query=QUERY)
    def check(query: dict[str, list[str]]) -> None:
        returns_or_refuses(QUERY_PARSERS[name], query)

    check()


async def _inflated(body: bytes, coding: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield body[:7]
        yield body[7:]

    async for _ in content_chunks(chunks(), coding):
        pass


async def _multipart(body: bytes) -> None:
    framed = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + body + b"\r\n--x--\r\n"
    for content in (body, framed):
        try:
            await members_from_multipart(content, "multipart/form-data; boundary=x")
        except DoingsError:
            continue


BYTE_PARSERS: dict[str, Callable[[bytes], object]] = {
    "query": query_from_bytes,
    "path": lambda path: segments_from_escaped(path.split(b"/")),
    "form": members_from_form,
    "multipart": _multipart,
    "gzip": lambda body: _inflated(body, "gzip"),
    "deflate": lambda body: _inflated(body, "deflate"),
    "lines": lambda body: LineCutter(20).cut(body),
    "saved text": answers_from_text,
}


@pytest.mark.parametrize("name", BYTE_PARSERS)
def test_bytes(name: str) -> None:
    """Of paths, queries, forms and compressed bodies."""

    @QUICKLY
    @given(body=BYTES)
    def check(body: bytes) -> None:
        returns_or_refuses(BYTE_PARSERS[name], body)

    check()


HEADER_PARSERS: dict[str, Callable[[str], object]] = {
    "Accept": lambda header: negotiated(header, ("application/json", "text/csv")),
    "If-None-Match": lambda header: is_unchanged(header, '"x"'),
    "Content-Encoding": coding_from_header,
    "x-pvt-timezone": lambda header: zone_name(header, "UTC"),
    "JWT": lambda header: claims_from_jwt(b"secret", header, now=NOON),
    "cursor": lambda header: SIGNER.gap(header, b"filters"),
    "id in Monica's path": id_from_path,
    "multipart boundary": lambda header: members_from_multipart(b"--x", f"multipart/x; {header}"),
}


@pytest.mark.parametrize("name", HEADER_PARSERS)
def test_headers_and_tokens(name: str) -> None:
    """With any byte in them."""

    @QUICKLY
    @given(header=HEADER | TEXT)
    def check(header: str) -> None:
        returns_or_refuses(HEADER_PARSERS[name], header)

    check()


def _draft(body: bytes) -> None:
    draft_from_document(decoded(body, ActivityInput), now=NOON)


JSON_PARSERS: dict[str, Callable[[bytes], object]] = {
    "activity": _draft,
    "patch of an entity": lambda body: decoded(body, EntityPatch),
    "exported line": lambda body: decoded_line(body, EXPORTED),
    "imported line": lambda body: line_from_text(body, origin=None, now=NOON),
}


@pytest.mark.parametrize("name", JSON_PARSERS)
def test_json(name: str) -> None:
    """Of bodies and lines like good ones."""

    @QUICKLY
    @given(body=bodies_like(ACTIVITY, {"entity": {"type": "contact", "id": "8", "attrs": {}}}))
    def check(body: bytes) -> None:
        returns_or_refuses(JSON_PARSERS[name], body)

    check()


@QUICKLY
@given(members=members_like(EXAMPLES["cobot", "POST", "/{space}/api/activities"]))
def test_members_of_cobot(members: dict[str, Any]) -> None:
    """A post of any types."""
    returns_or_refuses(input_from_members, members)


class NothingThere:
    """An account that has nothing."""

    async def exists(self, _type: str, _number: int | None) -> bool:
        """Nothing does."""
        return False


@QUICKLY
@given(members=members_like({**LUNCH, **CONTACT, **CONTACT_FIELD, **ADDRESS, "tags": ["vip"]}))
def test_members_of_monica(members: dict[str, Any]) -> None:
    """Any that pass its rules can be read."""
    for rules in (validation.ACTIVITY, validation.CONTACT_CHANGE, validation.TAG_NAMES):
        returns_or_refuses(partial(_checked, rules), members)
    for kept in RESOURCES.values():
        returns_or_refuses(partial(_checked, kept.resource.rules, kept=kept), members)


async def _checked(
    rules: validation.Rules, members: dict[str, Any], kept: EntityResource | None = None
) -> None:
    await validation.check(rules, members, NothingThere())
    if rules is validation.ACTIVITY:
        activity_from_members(members)
    if kept is not None:
        draft_of_values(kept, sent_values(kept.resource, members), None, None)
    ids_from_list(members.get("tags") if isinstance(members.get("tags"), list) else [])


@pytest.mark.parametrize("value", JSON_VALUES)
@pytest.mark.parametrize("name", ["id", "name", "plan"])
def test_saved_memberships(name: str, value: bytes) -> None:
    """An element of Cobot that is no activity."""
    membership = {"id": "m1", "name": "Joe", "plan": {"name": "Flex"}}
    returns_or_refuses(
        lambda text: SAVED["cobot"].parse_element(text, CONTEXT),
        with_value(membership, (name,), value),
    )


def test_saved_text_with_a_number_that_nobody_can_read() -> None:
    """It is kept as it was written."""
    text = f"&#{'9' * 5000};"
    attributes = {"text": text}
    created_at = "2014/04/01 00:01:02 +0000"
    element = {"created_at": created_at, "type": "new_invoice", "attributes": attributes}

    item = SAVED["cobot"].parse_element(msgspec.json.encode(element), CONTEXT)

    assert item.draft is not None
    assert json.loads(item.draft.data) == attributes


LISTS = {
    "monica": b"/monica/api/activities",
    "cobot": b"/cobot/acme/api/activities?last=200",
    "invent": b"/invent/orgs/c/contacts/8/activities",
    "agendize": b"/agendize/api/2.3/activities?clientId=8",
    "mio": b"/mio/business/v1/activities",
}


@pytest.mark.parametrize("dialect", LISTS)
async def test_saved_answers(dialect: str) -> None:
    """Each value of a saved list in turn replaced by one of every type."""
    path, _, query = LISTS[dialect].partition(b"?")
    async with world_in() as world:
        answer = await world.ask(Case(surface=dialect, method="GET", path=path, query=query))
    elements = SAVED[dialect].elements_from_answer(answer.body)
    values = cycle(JSON_VALUES)

    for element in elements:
        document = json.loads(element)
        for place in places(document):
            changed = with_value(document, place, next(values))
            returns_or_refuses(lambda text: SAVED[dialect].parse_element(text, CONTEXT), changed)

    assert len(elements) > 0

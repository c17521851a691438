"""A call: what a request says, and that reading it quickly reads the same."""

from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect

from doings.core.errors import TooLarge
from doings.httpkit.errors import Unreadable
from doings.httpkit.input.params import query_from_bytes
from doings.httpkit.request import Request, Services

SERVICES = cast("Services", SimpleNamespace(settings=SimpleNamespace(behind_proxy=False)))


def call_of(*messages: dict[str, Any], limit: int = 100, **scope: Any) -> Request:  # noqa: ANN401
    """A call with this scope, and these messages to be received."""
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    return Request(SERVICES, {"type": "http", "headers": [], **scope}, receive, limit)


def part(body: bytes, *, is_last: bool) -> dict[str, Any]:
    """A message with some of the body."""
    return {"type": "http.request", "body": body, "more_body": not is_last}


@given(st.text(alphabet="ab=&%+;2B0 é", max_size=30))
@example("a=%00")
@example("a=%B0")
def test_query_is_read_as_the_library_reads_it(text: str) -> None:
    """Whether anything is escaped in it or not; what is no text is refused."""
    query = text.encode()
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        pairs = [("not UTF-8", "\0")]
    if any("\0" in name + value for name, value in pairs):
        with pytest.raises(Unreadable):
            query_from_bytes(query)
        return
    expected: dict[str, list[str]] = {}
    for name, value in pairs:
        expected.setdefault(name, []).append(value)

    assert call_of(query_string=query).query == expected


def test_a_header_is_one_list() -> None:
    """All of its lines, where it is repeated."""
    call = call_of(
        headers=[(b"accept", b"a"), (b"accept", b"b"), (b"token", "é".encode("latin-1"))]
    )

    assert call.header("accept") == "a, b"
    assert call.header("token") == "é"
    assert call.header("host") is None


def test_no_header_is_read_that_kept_answers_do_not_know_of() -> None:
    """Else an answer made of it would be given to callers that sent another one."""
    with pytest.raises(KeyError):
        call_of(headers=[(b"x-new", b"1")]).header("x-new")


async def test_body_comes_in_parts() -> None:
    """However many there are."""
    call = call_of(part(b"ab", is_last=False), part(b"", is_last=False), part(b"c", is_last=True))

    assert await call.body() == b"abc"


async def test_body_that_grows_too_large_is_refused_while_it_comes() -> None:
    """What follows is not waited for."""
    call = call_of(part(b"abc", is_last=False), part(b"d", is_last=False), limit=3)

    with pytest.raises(TooLarge):
        await call.body()


@pytest.mark.parametrize("declared", [b"4", b"9" * 5000])
async def test_body_that_is_declared_too_large_is_refused_before_it_comes(declared: bytes) -> None:
    """However many digits say so."""
    call = call_of(headers=[(b"content-length", declared)], limit=3)

    with pytest.raises(TooLarge):
        await call.body()


async def test_caller_who_goes_away_in_the_middle_has_sent_nothing() -> None:
    """Half a body is none."""
    call = call_of(part(b"ab", is_last=False), {"type": "http.disconnect"})

    with pytest.raises(ClientDisconnect):
        await call.body()


def test_address_is_the_peer_s() -> None:
    """Where the server knows it."""
    assert call_of(client=("10.0.0.1", 5)).address == "10.0.0.1"
    assert call_of(client=None).address == "unknown"

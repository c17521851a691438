"""Errors before a handler, or instead of its answer, in Monica's shape."""

import re
from pathlib import Path

import httpx
import pytest

from doings.auth.grants import Over
from doings.auth.jwt import TokenExpired
from doings.core import errors
from doings.dialects.monica.errors import ERROR_RESPONSES
from doings.dialects.monica.handlers.oauth import Refused
from doings.dialects.monica.params import LimitTooBig, NotSortable, UnknownSort
from doings.dialects.monica.validation import Rejected
from doings.httpkit.errors import (
    AddressTooLong,
    Broken,
    HeaderTooLarge,
    LongList,
    MethodNotAllowed,
    NoRoute,
    TooSlow,
    Unreadable,
    UnsupportedCoding,
)
from tests.dialects.monica.conftest import API
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served, serving

UNAUTHENTICATED = {"message": "Unauthenticated."}

PATHS = (
    "", "/me", "/activities", "/activities/1", "/contacts", "/contacts/1", "/contacts/1/activities",
    "/activitytypes", "/activitytypes/1", "/activitytypecategories", "/genders", "/genders/1",
    "/tags",
)  # fmt: skip


def error(code: int, message: str | list[str]) -> dict[str, object]:
    """The document of an error of Monica's own."""
    return {"error": {"message": message, "error_code": code}}


TOO_BIG = error(30, "The limit parameter is too big")
NOT_FOUND = error(31, "The resource has not been found")
NO_JSON = error(37, "Problems parsing JSON")
NO_SORT = error(39, "The sorting criteria is invalid")
NO_QUERY = error(40, "Invalid query")


@SQLITE_ONLY
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic eDp5", "Bearer"])
@pytest.mark.parametrize("path", [*PATHS, "/nowhere"])
async def test_refuses_callers_without_a_credential_first(
    served: Served, path: str, authorization: str | None
) -> None:
    """Also on a path that does not exist, and when other things are wrong too."""
    headers = {"Authorization": authorization} if authorization else {}

    answer = await served.client.get(f"{API}{path}?sort=x&limit=1000", headers=headers)

    assert (answer.status_code, answer.json()) == (401, UNAUTHENTICATED)


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("method", "path", "body", "status", "expected"),
    [
        ("GET", "/activities?sort=x&limit=101", None, 400, NO_SORT),
        ("GET", "/activities?limit=101", None, 400, TOO_BIG),
        ("GET", "/activities/99?limit=101", None, 400, TOO_BIG),
        ("GET", "/me?limit=1000", None, 400, TOO_BIG),
        ("POST", "/activities?sort=x", "{", 400, NO_SORT),
        ("POST", "/activities?limit=101", "{", 400, TOO_BIG),
        ("POST", "/activities", "{", 400, NO_JSON),
        ("PUT", "/activities/99", "{", 400, NO_JSON),
        ("POST", "/contacts", "nothing", 400, NO_JSON),
        ("POST", "/activities", b"\xff", 400, NO_JSON),
        ("DELETE", "/contacts/99", "{", 400, NO_JSON),
        ("GET", "/activities?sort=called_at", None, 500, NO_QUERY),
    ],
)
async def test_checks_sort_then_limit_then_body(
    monica: httpx.AsyncClient,
    *,
    method: str,
    path: str,
    body: str | bytes | None,
    status: int,
    expected: object,
) -> None:
    """On every path, before the handler."""
    answer = await monica.request(method, path, content=body)

    assert (answer.status_code, answer.json()) == (status, expected)


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/activities", "/contacts", "/genders", "/tags"])
@pytest.mark.parametrize(
    ("sort", "status", "expected"),
    [
        *((sort, 500, NO_QUERY) for sort in ("completed_at", "-called_at", "favorited_at")),
        *((sort, 400, NO_SORT) for sort in ("id", "", "-", "--created_at", "happened_at", "-id")),
    ],
)
async def test_refuses_orders_that_a_list_does_not_have(
    monica: httpx.AsyncClient, path: str, sort: str, status: int, expected: object
) -> None:
    """Columns of other lists are an error of the server's, as they are of the vendor's."""
    answer = await monica.get(path, params={"sort": sort})

    assert (answer.status_code, answer.json()) == (status, expected)


@SQLITE_ONLY
@pytest.mark.parametrize("limit", ["101", "1000", "ten", "1.5", "9" * 30])
async def test_refuses_limits_that_are_too_big_or_no_numbers(
    monica: httpx.AsyncClient, limit: str
) -> None:
    """400 with code 30."""
    answer = await monica.get("/activities", params={"limit": limit})

    assert (answer.status_code, answer.json()) == (400, TOO_BIG)


@pytest.mark.parametrize(
    "path",
    [
        *(
            f"/{list_}/{id_}"
            for list_ in ("activities", "contacts", "activitytypes", "genders")
            for id_ in ("99", "0", "-1", "x", "1.0", "9" * 30, "²")
        ),
        "/contacts/99/activities",
        "/activitytypecategories/99",
    ],
)
async def test_does_not_find_what_is_not_there(monica: httpx.AsyncClient, path: str) -> None:
    """404 with code 31."""
    answer = await monica.get(path)

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/contacts/99"),
        ("DELETE", "/contacts/99"),
        ("POST", "/contacts/99/setTags"),
        ("POST", "/contacts/99/unsetTag"),
    ],
)
async def test_does_not_change_what_is_not_there(
    monica: httpx.AsyncClient, method: str, path: str
) -> None:
    """404 with code 31 comes before any rule."""
    answer = await monica.request(method, path, json={})

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


async def test_shows_nothing_of_another_account(served: Served, monica: httpx.AsyncClient) -> None:
    """What belongs to others answers as what does not exist."""
    other = await served.business("other")
    for _ in range(5):
        await other.record_one("their contact")
    theirs = await other.record_one("their contact")
    contact = theirs.contacts()[0]

    answers = [
        await monica.get(f"/activities/{theirs.seq}"),
        await monica.get(f"/contacts/{contact.seq}"),
        await monica.get(f"/contacts/{contact.seq}/activities"),
    ]
    deleted = await monica.delete(f"/activities/{theirs.seq}")

    assert {answer.status_code for answer in answers} == {404}
    assert deleted.status_code == 422
    assert len(await other.timeline("their contact")) == 6


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/activities", "GET, HEAD, POST"),
        ("POST", "/activities/1", "GET, HEAD, PUT, PATCH, DELETE"),
        ("POST", "/contacts/1/activities", "GET, HEAD"),
        ("GET", "/contacts/1/setTags", "POST"),
        ("DELETE", "/me", "GET, HEAD"),
    ],
)
async def test_names_the_methods_that_a_path_has(
    monica: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    """405 with Allow."""
    answer = await monica.request(method, path)

    assert answer.status_code == 405
    assert answer.json() == {
        "message": f"The {method} method is not supported for this route."
        f" Supported methods: {allowed}."
    }
    assert set(answer.headers["allow"].split(", ")) == set(allowed.split(", "))


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/nowhere", "/emotions", "/activities/1/x"])
async def test_knows_no_other_paths(monica: httpx.AsyncClient, path: str) -> None:
    """404 in the shape of the vendor's framework."""
    answer = await monica.get(path)

    assert answer.status_code == 404
    assert answer.json() == {"message": f"The route monica/api{path} could not be found."}


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("write_activities", "GET", "/activities"),
        ("write_activities", "GET", "/me"),
        ("read_activities", "POST", "/activities"),
        ("read_activities", "DELETE", "/contacts/1"),
        ("admin", "GET", "/activities"),
    ],
)
async def test_refuses_what_a_credential_does_not_include(
    served: Served, acme: Business, scope: str, method: str, path: str
) -> None:
    """401 with code 42."""
    issued = await served.credential(acme.account, scopes=(scope,))

    answer = await served.client.request(
        method, API + path, headers={"Authorization": f"Bearer {issued.secret}"}
    )

    assert (answer.status_code, answer.json()) == (401, error(42, "Not authorized"))


@SQLITE_ONLY
async def test_refuses_bodies_over_the_limit(tmp_path: Path) -> None:
    """413, and the body is not read to its end."""
    async with serving(tmp_path, body_limit=100) as served:
        acme = await served.business()

        answer = await served.client.post(
            f"{API}/activities", headers=acme.bearer, json={"summary": "x" * 200}
        )

    assert (answer.status_code, answer.json()) == (413, {"message": "The body is too large."})


ANSWERS: tuple[tuple[errors.DoingsError, int, object], ...] = (
    (errors.Malformed("broken"), 400, NO_JSON),
    (
        errors.WrongEncoding("UTF-16"),
        400,
        error(37, "the text is UTF-16, and only UTF-8 is read; save or send it as UTF-8"),
    ),
    (Unreadable("takes one value", "page"), 400, {"message": "page: takes one value"}),
    (LongList("type", 3), 400, {"message": "type: at most 3"}),
    (
        UnsupportedCoding("gzip", "deflate"),
        415,
        {"message": "the Content-Encoding of the body must be gzip or deflate"},
    ),
    (LimitTooBig("too much", "limit"), 400, TOO_BIG),
    (UnknownSort("unknown", "sort"), 400, NO_SORT),
    (errors.Unauthenticated(), 401, UNAUTHENTICATED),
    (TokenExpired(), 401, UNAUTHENTICATED),
    (Over("the token is over"), 401, UNAUTHENTICATED),
    (
        Refused(400, "invalid_request", "It is malformed.", "Check it"),
        400,
        {
            "error": "invalid_request",
            "error_description": "It is malformed.",
            "hint": "Check it",
            "message": "It is malformed.",
        },
    ),
    (errors.Forbidden("admin"), 401, error(42, "Not authorized")),
    (errors.NotFound("contact", 1), 404, NOT_FOUND),
    (NoRoute("/api/x"), 404, {"message": "The route api/x could not be found."}),
    (
        MethodNotAllowed("PUT", ("POST", "GET")),
        405,
        {
            "message": "The PUT method is not supported for this route."
            " Supported methods: GET, POST."
        },
    ),
    (errors.Conflict("taken"), 409, {"message": "taken"}),
    (TooSlow(9), 408, {"message": "The body came too slowly."}),
    (errors.TooLarge(9), 413, {"message": "The body is too large."}),
    (AddressTooLong(9), 414, {"message": "The address is too long."}),
    (HeaderTooLarge(9, "it is"), 431, {"message": "The headers are too large."}),
    (
        errors.Invalid.of("birth_date", "too late"),
        422,
        error(32, ["The birth date field is invalid: too late."]),
    ),
    (
        errors.TooMuch("list", errors.Problem("tags", "at most 9")),
        422,
        error(32, ["The tags field is invalid: at most 9."]),
    ),
    (Rejected(["One.", "Two."]), 422, error(32, ["One.", "Two."])),
    (
        errors.TooManyRequests(7),
        429,
        error(34, "Too many attempts, please slow down the request"),
    ),
    (NotSortable("no such column"), 500, NO_QUERY),
    (Broken(), 500, {"message": "Server Error"}),
    (errors.Unavailable("away"), 503, {"message": "Service Unavailable"}),
    (errors.Busy("readers", "full"), 503, {"message": "Service Unavailable"}),
    (errors.Outdated("changed"), 400, {"message": "changed"}),
    (
        errors.HistoryReplaced("abc-1"),
        400,
        {"message": "the history was replaced since; read the lists again and go on from here"},
    ),
    (
        errors.BrokenOff(
            errors.Malformed("cut off"), line=9, recorded=4, replaced=3, repeated=2, refused=0
        ),
        400,
        {"message": "cut off; 4 recorded and nothing after line 9"},
    ),
    (errors.UnsupportedType("a", "b"), 400, {"message": "the body must be a or b"}),
    (errors.NotAcceptable("a", "b"), 400, {"message": "this is available as a, b"}),
    (errors.Misconfigured("no such file"), 400, {"message": "no such file"}),
    (errors.DoingsError("anything else"), 400, {"message": "anything else"}),
)
"""(error, status, document): one of every class that a request to Monica can meet."""


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("raised", "status", "expected"), ANSWERS, ids=lambda value: type(value).__name__
)
async def test_answers_every_error_in_its_shape(
    served: Served,
    monica: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    *,
    raised: errors.DoingsError,
    status: int,
    expected: object,
) -> None:
    """With the status, the code and the message of the error's class."""

    async def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(served.database, "read", fail)

    answer = await monica.get("/genders")

    assert (answer.status_code, answer.json()) == (status, expected)
    assert answer.headers["content-type"] == "application/json"


@SQLITE_ONLY
async def test_answers_a_defect_in_its_shape(
    served: Served, monica: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception that is not ours is 500 and shows nothing of itself."""

    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(served.database, "read", fail)

    answer = await monica.get("/genders")

    assert (answer.status_code, answer.json()) == (500, {"message": "Server Error"})


def subclasses(kind: type[errors.DoingsError]) -> set[type[errors.DoingsError]]:
    """The class and all classes below it that have been imported."""
    return {kind}.union(*map(subclasses, kind.__subclasses__()))


OTHER_SURFACES = re.compile(
    r"tests\.|doings\.(native|web|auth\.sessions|importing\.pull|dialects\.(?!monica\.))"
)


def test_expects_an_answer_to_every_error() -> None:
    """An error class that is added anywhere but in another surface must be added here too."""
    kinds = {
        kind for kind in subclasses(errors.DoingsError) if not OTHER_SURFACES.match(kind.__module__)
    }

    assert {type(raised) for raised, _, _ in ANSWERS} == kinds
    assert set(ERROR_RESPONSES) <= kinds

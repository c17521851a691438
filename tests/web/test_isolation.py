"""Every path of the pages: who is asked to sign in, and that nothing odd breaks any."""

from random import Random
from urllib.parse import quote

import pytest

from doings.httpkit.surface import Operation
from doings.web.page import FRAGMENTS, HTML
from doings.web.routes import SURFACE
from tests.builders import note
from tests.engines import SQLITE_ONLY
from tests.fuzz.values import TEXTS
from tests.serving import Business
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY

ROUTES: list[tuple[str, str, Operation]] = [
    (method, one.path, operation)
    for one in SURFACE.resources
    for method, operation in one.operations.items()
]

PUBLIC = {
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/{token}",
    "GET /static/{version}/{name}",
}
"""What is there for who is not signed in."""


def test_what_anybody_may_see_is_known() -> None:
    """Everything else takes a session."""
    public = {f"{method} {path}" for method, path, operation in ROUTES if operation.is_public}

    assert public == PUBLIC


@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for method, path, operation in ROUTES if not operation.is_public],
)
async def test_nothing_is_shown_without_a_session(
    visitor: Visitor, acme: Business, method: str, path: str
) -> None:
    """A secret of the API is no session; people are led to the form, scripts are told."""
    answer = await visitor.http.request(method, path, headers=acme.bearer)

    if path in FRAGMENTS:
        assert answer.status_code == 401
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "path",
    [
        "/timeline",
        "/timeline/part",
        "/sign-in",
        "/search",
        "/record/lunch",
        "/entities/contact:8",
        "/entities/contact:8/merge",
        "/entities/contact:8/erase",
        "/settings/imports",
        "/settings/pulls",
        "/settings/erasures",
    ],
)
@pytest.mark.parametrize("seed", range(3))
async def test_nothing_odd_in_an_address_breaks_a_page(
    member: Visitor, acme: Business, path: str, seed: int
) -> None:
    """Each is answered with the page."""
    await acme.record(note("8"))
    random = Random(seed)
    names = ["kind", "person", "actor", "origin", "level", "from", "to", "text", "on", "older",
             "newer", "year", "limit", "next", "q", "after", "proof", "activities",
             "before", "status", "done", "x"]  # fmt: skip
    odd = [*TEXTS, b"9" * 18 + b"-1", b"-9-9", b"2026-03-01", b"contact:8", b"note.*", b"\xff"]

    for _ in range(25):
        pairs = [(random.choice(names), random.choice(odd)) for _ in range(random.randrange(1, 5))]
        query = "&".join(f"{name}={quote(value)}" for name, value in pairs)
        answer = await member.get(f"{path}?{query[:3000]}")
        # A search for too much is the one thing that is refused.
        is_search = path in {"/search", "/entities/contact:8/merge"}
        assert answer.status_code == 200 or (is_search and answer.status_code == 422), query


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_odd_in_a_form_breaks_a_page(
    member: Visitor, acme: Business, seed: int
) -> None:
    """It is taken, or refused with a page."""
    activity = await acme.record_one("8", kind="encounter.logged", summary="x")
    random = Random(seed)
    token = await member.token()
    names = ["account", "secret", "next", "theme", "zone", "everywhere", "name", "seen", "once",
             "on", "at", "summary", "body", "level", "type", "people", "person", "feeling",
             "message", "grant", "other", "reason", "merge", "activities", "person[]",
             "on[x]"]  # fmt: skip
    odd = [*TEXTS, b"2026-03-01", b"12:00", b"contact:8", b"new:x", str(activity.seq).encode()]
    own = f"/activities/{activity.id}"
    paths = ("/sign-in", "/display", "/record/note", "/record/lunch", "/entities/contact:8",
             f"{own}/edit", f"{own}/accept", "/activities/x/delete",
             *[f"/entities/contact:8/{what}" for what in
               ("merge", "dismiss", "part", "hold", "release", "erase")])  # fmt: skip
    for _ in range(15):
        fields = {
            name: [random.choice(odd).decode("latin-1") for _ in range(random.randrange(1, 3))]
            for name in names
            if random.random() < 0.5
        }
        for path in paths:
            data = {"csrf": token, **fields}
            answer = await member.http.post(path, data=data)
            assert answer.status_code in {303, 400, 401, 403, 404, 409, 422, 429}, (path, fields)
            assert answer.headers["content-type"] == HTML or answer.status_code == 303
            if path == "/sign-in" and answer.status_code == 303:
                token = await member.token()


@pytest.mark.parametrize("path", ["/activities/{}", "/entities/{}", "/record/{}"])
async def test_nothing_odd_in_a_path_breaks_a_page(
    member: Visitor, acme: Business, path: str
) -> None:
    """What is not there is not found."""
    del acme
    for text in [*TEXTS, b"contact:\xff", b"contact:\0", b"contact:x/y", b":", b"x" * 3000]:
        answer = await member.get(path.format(quote(text, safe="")))
        assert answer.status_code in {303, 400, 404, 414, 422}, text

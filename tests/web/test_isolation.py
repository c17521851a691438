"""Every path of the pages: who is asked to sign in, and that nothing odd breaks any."""

from random import Random
from urllib.parse import quote

import pytest

from doings.httpkit.surface import Operation
from doings.web.page import FRAGMENTS
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


@pytest.mark.parametrize("path", ["/timeline", "/timeline/part", "/sign-in"])
@pytest.mark.parametrize("seed", range(3))
async def test_nothing_odd_in_an_address_breaks_a_page(
    member: Visitor, acme: Business, path: str, seed: int
) -> None:
    """Each is answered with the page."""
    await acme.record(note("8"))
    random = Random(seed)
    names = ["kind", "person", "actor", "origin", "level", "from", "to", "text", "on", "older",
             "newer", "year", "limit", "next", "x"]  # fmt: skip
    odd = [*TEXTS, b"9" * 18 + b"-1", b"-9-9", b"2026-03-01", b"contact:8", b"note.*", b"\xff"]

    for _ in range(25):
        pairs = [(random.choice(names), random.choice(odd)) for _ in range(random.randrange(1, 5))]
        query = "&".join(f"{name}={quote(value)}" for name, value in pairs)
        answer = await member.get(f"{path}?{query[:3000]}")
        assert answer.status_code == 200, query


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_odd_in_a_form_breaks_a_page(member: Visitor, seed: int) -> None:
    """It is taken, or refused with a page."""
    random = Random(seed)
    token = await member.token()
    for _ in range(15):
        fields = {
            name: random.choice(TEXTS).decode("latin-1")
            for name in ("account", "secret", "next", "theme", "zone", "everywhere")
            if random.random() < 0.7
        }
        for path in ("/sign-in", "/display"):
            answer = await member.send(path, token=token, **fields)
            assert answer.status_code in {303, 401, 403, 422, 429}, fields

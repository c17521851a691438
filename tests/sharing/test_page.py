"""The page for a frame."""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256

import httpx
import pytest

from doings.app import Application
from tests.native.client import URL, Native
from tests.native.viewing.viewers import token_for
from tests.transport import transport

SITE = "https://app.example.org"
MARKUP = "<script>alert(1)</script>"


async def shown(
    app: Application, token: str, params: Mapping[str, str] | None = None
) -> httpx.Response:
    """The answer to a browser that loads a frame."""
    async with httpx.AsyncClient(transport=transport(app), base_url=URL) as http:
        query = {"token": token, **(params or {})}
        return await http.get("/embed", params=query, headers={"Accept": "text/html,*/*;q=0.8"})


async def test_the_page_shows_a_timeline_as_text(app: Application, native: Native) -> None:
    """By days of the account's calendar; it runs nothing, and loads nothing."""
    await native.put("contact:8", name=f"Jim {MARKUP}")
    await native.call("PUT", "/kinds/visit.logged", json={"title": "Visit", "colour": "#cc3366"})
    at = "2026-11-06T10:05:00Z"
    await native.record("visit.logged", body=MARKUP, occurred_at=at, links=["contact:8"])
    page = await shown(app, await token_for(native), {"entity": "contact:8"})

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert MARKUP not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<h2>Friday, 6 November 2026</h2>" in page.text
    assert f'<time datetime="{at[:-1]}+00:00">10:05</time>' in page.text
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert ".ccc3366{--kind:#cc3366}" in style
    # The times alone stay in one piece: a long name has to wrap in a narrow frame.
    assert re.findall(r"([^}]*){[^}]*nowrap", style) == ["\ntime "]
    assert page.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'self' *"
    )


async def test_the_page_leads_to_older_ones(app: Application, native: Native) -> None:
    """And back, with the same token, theme and size."""
    for summary in ("first", "second"):
        await native.record(summary=summary, links=["contact:8"])
    token = await token_for(native)
    newest = await shown(app, token, {"limit": "1", "theme": "dark"})
    link = newest.text.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
    async with httpx.AsyncClient(transport=transport(app), base_url=URL) as http:
        older = await http.get(f"/embed{link}")

    assert "second" in newest.text
    assert "first" not in newest.text
    assert "first" in older.text
    assert ":root{color-scheme:dark}" in older.text
    assert ">Newer</a>" in older.text
    assert ">Older</a>" not in older.text


async def test_frames_stand_on_named_sites_only(app: Application, native: Native) -> None:
    """Those of the token, or of the account."""
    await native.put("contact:8")
    bound = await shown(app, await token_for(native, origins=[SITE]))
    account = await app.services().store.account("acme")
    await app.services().store.change_settings(account.id, lambda _: {"origins": [SITE]})
    unbound = await shown(app, await token_for(native))

    for page in (bound, unbound):
        policy = page.headers["content-security-policy"]
        assert policy.endswith(f"frame-ancestors 'self' {SITE}")
    assert "Nothing has happened yet." in unbound.text


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"token": "a.b.c"}, 401),
        ({"entity": "contact:9"}, 403),
        ({"limit": "0"}, 400),
        ({"theme": "red"}, 400),
        ({"cursor": "x"}, 400),
        ({"kind": "note.*"}, 400),
    ],
)
async def test_odd_requests_are_told_so_in_the_frame(
    app: Application, native: Native, params: dict[str, str], status: int
) -> None:
    """As a page for people, as a problem for programs."""
    await native.put("contact:8")
    token = await token_for(native)
    page = await shown(app, token, params)
    async with httpx.AsyncClient(transport=transport(app), base_url=URL) as http:
        problem = await http.get("/embed", params={"token": token, **params})

    assert page.status_code == problem.status_code == status
    assert "<h1>" in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert token not in problem.text


async def test_an_entity_that_is_gone_is_not_found(app: Application, native: Native) -> None:
    """Its token has nothing to show."""
    page = await shown(app, await token_for(native))

    assert page.status_code == 404
    assert "There is nothing to show." in page.text

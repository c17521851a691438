"""Viewer tokens: what they show, to whom and for how long."""

from typing import Any

import httpx
import pytest

from doings.app import Application
from doings.core.clock import SECOND, text_from_instant
from tests.engines import SQLITE_ONLY
from tests.native.client import URL, Native, problems, signed_in, store_now
from tests.native.viewing.viewers import token_for, viewer
from tests.transport import transport

TIMELINE = "/entities/contact/8/activities"
SITE = "https://app.example.org"
OTHER_SITE = "https://evil.example"


async def fill(native: Native) -> None:
    """Jim's timeline, and an activity that is not in it."""
    await native.put("contact:8", name="Jim", attrs={"email": "secret@example.org"})
    await native.record(
        summary="Called back",
        actor={"type": "user", "id": "u1", "name": "Ann"},
        links=["contact:8", {"type": "contact", "id": "9", "name": "Pam"}],
    )
    await native.record("call.logged", summary="Rang", links=["contact:8"])
    await native.record(summary="of another", links=["contact:9"])


async def test_a_viewer_sees_one_timeline_without_other_ids(
    app: Application, native: Native
) -> None:
    """Names and types of others are shown, their ids are not; a title says what to show."""
    await fill(native)
    async with viewer(app, await token_for(native)) as http:
        answer = await http.get(TIMELINE)

    rang, called = answer.json()["items"]
    assert called["title"] == "Called back"
    assert (rang["title"], rang["icon"], rang["colour"]) == ("Call with Jim: Rang", "📞", None)
    assert called["actor"] == {"type": "user", "id": None, "name": "Ann"}
    links = [(link["id"], link["name"], link["role"]) for link in called["links"]]
    assert links == [("8", "Jim", "subject"), (None, "Pam", "subject")]
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")


@SQLITE_ONLY
@pytest.mark.parametrize(
    "path",
    [
        "/activities",
        "/activities?link=contact:8",
        "/entities/contact/9/activities",
        "/entities/contact/8",
        "/entities",
        f"{TIMELINE}?link=contact:9",
        f"{TIMELINE}?actor=user:u1",
        "/stats",
        "/stats?link=contact:9",
        "/stream",
        "/stream?entity=contact:9",
        "/stream?entity=contact:8&link=contact:9",
        "/changes",
        "/kinds/note.created",
        "/webhooks",
        "/tokens",
        "/account",
        "/no/such/path",
    ],
)
async def test_a_viewer_sees_nothing_else(app: Application, native: Native, path: str) -> None:
    """403 for whatever is not that timeline, and for filters that would tell ids."""
    await fill(native)
    async with viewer(app, await token_for(native)) as http:
        answer = await http.get(path)

    assert answer.status_code == 403
    assert problems(answer) == []
    assert answer.json()["detail"] == "this token shows the timeline of contact:8 only"
    assert "www-authenticate" not in answer.headers


async def test_a_viewer_changes_nothing(app: Application, native: Native) -> None:
    """Neither activities nor tokens can be made with a token, and none widens itself."""
    await fill(native)
    async with viewer(app, await token_for(native)) as http:
        answers = [
            await http.post("/activities", json={"kind": "note.created"}),
            await http.post("/viewer-tokens", json={"entity": "contact:9"}),
            await http.put("/kinds/visit.logged", json={"title": "x"}),
            await http.delete(TIMELINE),
        ]

    assert {answer.status_code for answer in answers} == {403}


async def test_kinds_narrow_what_is_seen(app: Application, native: Native) -> None:
    """In the timeline, in the counts and in the list of kinds; no filter widens it again."""
    await fill(native)
    await native.call("PUT", "/kinds/call.logged", json={"title": "Rang"})
    async with viewer(app, await token_for(native, kinds=["note.*"])) as http:
        whole = (await http.get(TIMELINE)).json()["items"]
        asked = (await http.get(TIMELINE, params={"kind": "call.logged,note.created"})).json()
        none = (await http.get(TIMELINE, params={"kind": "call.*"})).json()["items"]
        counts = (await http.get("/stats?by=kind&link=contact:8")).json()["items"]
        kinds = (await http.get("/kinds")).json()["items"]

    assert [item["kind"] for item in whole] == ["note.created"]
    assert [item["kind"] for item in asked["items"]] == ["note.created"]
    assert none == []
    assert counts == [{"kind": "note.created", "count": 1}]
    assert {item["kind"].partition(".")[0] for item in kinds} == {"note"}


async def test_a_viewer_pages_by_cursor(app: Application, native: Native) -> None:
    """The cursors are those of what the viewer sees, so they are good for no other list."""
    await fill(native)
    async with viewer(app, await token_for(native)) as http:
        first = (await http.get(TIMELINE, params={"limit": 1})).json()
        second = await http.get(TIMELINE, params={"limit": 1, "cursor": first["next"]})
        narrowed = await http.get(TIMELINE, params={"kind": "a.b", "cursor": first["next"]})

    assert [item["summary"] for item in second.json()["items"]] == ["Called back"]
    assert narrowed.status_code == 400


@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson"])
async def test_other_formats_are_not_for_viewers(
    app: Application, native: Native, accept: str
) -> None:
    """They show ids."""
    await fill(native)
    async with viewer(app, await token_for(native), Accept=accept) as http:
        answer = await http.get(TIMELINE)

    assert answer.status_code == 406


async def test_bad_tokens_are_refused(app: Application, native: Native) -> None:
    """401 for a garbled one, for a secret of another form, and for one of no server of ours."""
    await fill(native)
    good = await token_for(native)
    head, claims, signature = good.split(".")
    for bad in ("a.b.c", f"{good}x", f"{head}.{claims}.", f"{head}.{claims[:-4]}.{signature}"):
        async with viewer(app, bad) as http:
            answer = await http.get(TIMELINE)
        assert answer.status_code == 401, bad
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_token_of_another_account_shows_nothing_here(
    app: Application, native: Native, stranger: Native
) -> None:
    """It is about the account that made it, where there may be a contact of the same id."""
    await fill(native)
    await stranger.record(summary="theirs", links=["contact:8"])
    async with viewer(app, await token_for(stranger)) as http:
        items = (await http.get(TIMELINE)).json()["items"]

    assert [item["summary"] for item in items] == ["theirs"]


async def test_revoking_the_credential_ends_its_tokens(app: Application, native: Native) -> None:
    """At once, for the timeline that was just shown, too."""
    await fill(native)
    maker = await signed_in(app, "acme", ["admin"])
    async with maker.http, viewer(app, await token_for(maker)) as http:
        before = await http.get(TIMELINE)
        key = (maker.secret or "").partition("_")[0]
        revoked = await native.call("DELETE", f"/tokens/{key}")
        after = await http.get(TIMELINE)

    assert (before.status_code, revoked.status_code, after.status_code) == (200, 204, 401)


async def test_a_token_ends_with_its_credential(app: Application, native: Native) -> None:
    """It is told so when it is made."""
    ends_at = store_now(app) // SECOND * SECOND + 60 * SECOND
    made = await native.call(
        "POST",
        "/tokens",
        json={"scopes": ["admin"], "expires_at": text_from_instant(ends_at)},
    )
    maker = Native(app, made.json()["secret"])
    answer = await maker.call("POST", "/viewer-tokens", json={"entity": "contact:8"})

    await maker.http.aclose()
    assert answer.json()["expires_at"] == made.json()["expires_at"]


async def test_origins_say_which_pages_may_ask(app: Application, native: Native) -> None:
    """A browser names the site; a program, and a page of this server, name none."""
    await fill(native)
    token = await token_for(native, origins=[f"{SITE.upper()}:443/"])
    async with viewer(app, token) as http:
        own = await http.get(TIMELINE, headers={"Origin": SITE})
        other = await http.get(TIMELINE, headers={"Origin": OTHER_SITE})
        sandboxed = await http.get(TIMELINE, headers={"Origin": "null"})
        none = await http.get(TIMELINE)
        again = await http.get(TIMELINE, headers={"Origin": SITE})

    assert [answer.status_code for answer in (own, other, sandboxed, none, again)] == [
        200, 403, 403, 200, 200,
    ]  # fmt: skip
    for answer in (own, again):
        assert answer.headers["access-control-allow-origin"] == SITE
        assert "Origin" in answer.headers["vary"]
    for answer in (other, sandboxed, none):
        assert "access-control-allow-origin" not in answer.headers


async def test_the_account_s_origins_hold_for_all_tokens(app: Application, native: Native) -> None:
    """A token may name some of them, and no others."""
    await fill(native)
    account = await app.services().store.account("acme")
    unbound = await token_for(native)
    await app.services().store.change_settings(account.id, lambda _: {"origins": [SITE]})
    refused = await native.call(
        "POST", "/viewer-tokens", json={"entity": "contact:8", "origins": [OTHER_SITE]}
    )
    async with viewer(app, unbound) as http:
        own = await http.get(TIMELINE, headers={"Origin": SITE})
        other = await http.get(TIMELINE, headers={"Origin": OTHER_SITE})

    assert (own.status_code, other.status_code) == (200, 403)
    assert problems(refused) == [
        ("origins[0]", f"{OTHER_SITE} is none of the account's origins"),
    ]


async def test_a_browser_is_given_leave_to_ask(app: Application) -> None:
    """Before it asks with a token; not where no viewer may, and not for what only looks like it."""
    asked = {"Origin": SITE, "Access-Control-Request-Method": "GET"}
    async with httpx.AsyncClient(transport=transport(app), base_url=f"{URL}/v1") as http:
        leave = await http.options(TIMELINE, headers=asked)
        others = [
            await http.options("/activities", headers=asked),
            await http.options(TIMELINE, headers={"Origin": SITE}),
        ]

    assert leave.status_code == 204
    assert leave.headers["access-control-allow-origin"] == "*"
    assert "Authorization" in leave.headers["access-control-allow-headers"]
    for answer in others:
        assert answer.status_code == 401
        assert "access-control-allow-origin" not in answer.headers


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "entity"),
        ({"entity": "contact"}, "entity"),
        ({"entity": "contact:"}, "entity"),
        ({"entity": "contact:8", "kinds": ["x"]}, "kinds[0]"),
        ({"entity": "contact:8", "kinds": []}, "kinds"),
        ({"entity": "contact:8", "origins": ["*"]}, "origins[0]"),
        ({"entity": "contact:8", "origins": ["https://a/b"]}, "origins[0]"),
        ({"entity": "contact:8", "expires_in": 0}, "expires_in"),
        ({"entity": "contact:8", "expires_in": 2_592_001}, "expires_in"),
        ({"entity": "contact:8", "expires_in": "60"}, "expires_in"),
        ({"entity": "contact:8", "scope": "write"}, "scope"),
    ],
)
async def test_odd_wishes_are_refused(native: Native, body: dict[str, Any], field: str) -> None:
    """422, with the member that is wrong."""
    answer = await native.call("POST", "/viewer-tokens", json=body)

    assert answer.status_code == 422
    assert [name for name, _ in problems(answer)] == [field]


async def test_a_repeated_request_does_not_show_the_token_again(native: Native) -> None:
    """What is kept for the repetition holds no secret."""
    body = {"entity": "contact:8"}
    first = await native.call("POST", "/viewer-tokens", json=body, headers={"Idempotency-Key": "k"})
    again = await native.call("POST", "/viewer-tokens", json=body, headers={"Idempotency-Key": "k"})

    assert first.json()["token"]
    assert again.json() == {**first.json(), "token": None}
    assert first.headers["cache-control"] == "no-store"

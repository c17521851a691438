"""Each operation, each credential that is not good enough: refused, in the surface's own shape.

And a good credential of another account: it reads, changes and finds nothing of this one.
"""

from typing import Any

import pytest

from doings.auth.principal import ADMIN, SCOPES
from doings.core.clock import SECOND
from tests.dialects.dialect import DIALECTS
from tests.engines import SQLITE_ONLY
from tests.isolation.operations import (
    GIVES_TOKENS,
    PUBLIC,
    READING,
    SECRET_ADDRESS,
    SIGN_IN,
    Route,
    body_of,
    holds_canary,
    routes,
    tried_queries,
    url_of,
)
from tests.isolation.world import Headers, World, sign_in, viewing

pytestmark = SQLITE_ONLY

ALL = list(routes())
ASKING = [route for route in ALL if not route.operation.is_public and route.name != SECRET_ADDRESS]
"""The operations that take a credential."""

MOUNTS = sorted({route.mount for route in ASKING})

MINUTE = 60 * SECOND

ERRORS = {dialect.name: dialect.error for dialect in DIALECTS}


def check_shape(mount: str, status: int, answer: Any) -> None:  # noqa: ANN401 - an answer
    """An error as the surface has them."""
    document = answer.json()
    if mount in ERRORS:
        assert answer.headers["content-type"].startswith("application/json")
        assert ERRORS[mount](document)
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert document["status"] == status


def tokens(headers: Headers, change: Any) -> Headers:  # noqa: ANN401 - from text to text
    """The headers with each secret changed; a key is none."""
    return [
        (name, value if name.lower() in {"x-api-key", "apikey"} else change(value))
        for name, value in headers
    ]


async def no_credential(_world: World, _mount: str) -> list[Headers]:
    """Nothing to sign in with, or nothing in it."""
    return [[], [("Authorization", "")], [("Authorization", "Bearer")]]


async def malformed(world: World, mount: str) -> list[Headers]:
    """What is no credential at all, and two that differ."""
    good = await sign_in(mount, world.served, world.owner.account, world.owner)
    key = [(name, value) for name, value in good if name.lower() in {"x-api-key", "apikey"}]
    return [
        [("Authorization", "Basic !!!"), *key],
        [("Authorization", "Bearer \x01\x7f"), *key],
        [("Authorization", f"Bearer {'x' * 5000}"), *key],
        [("Authorization", "Bearer a.b.c.d.e"), *key],
        [*tokens(good, lambda value: f"{value}x"), *good],
    ]


async def wrong(world: World, mount: str) -> list[Headers]:
    """A secret that is almost good, and one of a key that there is not."""
    good = await sign_in(mount, world.served, world.owner.account, world.owner)
    return [
        tokens(good, lambda value: f"{value}x"),
        tokens(good, lambda value: value.replace("_", "0_", 1).replace(".", "x.", 1) + "x"),
    ]


async def expired(world: World, mount: str) -> list[Headers]:
    """One whose time was over a minute ago."""
    ends_at = world.served.clock.now() + MINUTE
    issued = await world.served.credential(world.owner.account, expires_at=ends_at)
    headers = await sign_in(mount, world.served, world.owner.account, issued)
    world.served.clock.instant += 2 * MINUTE
    return [headers]


async def revoked(world: World, mount: str) -> list[Headers]:
    """One that was good before."""
    issued = await world.served.credential(world.owner.account)
    headers = await sign_in(mount, world.served, world.owner.account, issued)
    await world.owner.write(lambda writer: writer.revoke_credential(issued.key))
    return [headers]


NOT_GOOD = [no_credential, malformed, wrong, expired, revoked]


@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.parametrize("credential", NOT_GOOD, ids=lambda function: function.__name__)
async def test_no_operation_answers_without_a_good_credential(
    world: World,
    mount: str,
    credential: Any,  # noqa: ANN401 - one of the functions above
) -> None:
    """401 for whatever is asked, for paths and methods that do not exist, too; nothing changes."""
    presented = await credential(world, mount)
    before = await world.rows(world.owner.account)
    asked = [(route.method, url_of(route, world.things), route) for route in ASKING]
    asked += [("HEAD", url, route) for method, url, route in asked if method == "GET"]
    asked += [("TRACE", url, route) for _, url, route in asked[:3]]
    asked = [(method, url, route) for method, url, route in asked if route.mount == mount]

    for headers in presented:
        for method, url, route in asked:
            answer = await world.request(method, url, headers, body_of(route, world.things))
            assert answer.status_code == 401, (method, url, headers, answer.text)
            if method != "HEAD":
                check_shape(mount, 401, answer)
            assert not holds_canary(answer.text)
        unknown = await world.request("GET", f"/{mount}/no/such/path", headers)
        assert unknown.status_code == 401

    assert await world.rows(world.owner.account) == before


WEAK = {"monica": 401}
"""How a surface refuses a credential that lacks a scope, where that is not 403."""


@pytest.mark.parametrize("mount", MOUNTS)
async def test_no_operation_answers_without_its_scope(world: World, mount: str) -> None:
    """All other scopes together do not include it."""
    status = WEAK.get(mount, 403)
    for scope in SCOPES:
        others = tuple(one for one in SCOPES if one != scope)
        issued = await world.served.credential(world.owner.account, scopes=others)
        headers = await sign_in(mount, world.served, world.owner.account, issued)
        before = await world.rows(world.owner.account)
        for route in _needing(mount, scope):
            answer = await world.request(
                route.method, url_of(route, world.things), headers, body_of(route, world.things)
            )
            assert answer.status_code == status, (route.name, scope, answer.text)
            check_shape(mount, status, answer)
            assert not holds_canary(answer.text)
        assert await _unused(world) == {**before, "credentials": None}


async def test_a_viewer_is_answered_by_what_it_may_see_only(world: World) -> None:
    """With a token that is good, of the native API; no other surface knows such a credential."""
    headers = viewing(world.served, world.owner.account, world.owner.key)
    before = await _unused(world)
    for route in ASKING:
        url = url_of(route, world.things)
        answer = await world.request(route.method, url, headers, body_of(route, world.things))
        if route.mount in {"v1", "embed"}:
            is_seen = route.operation.is_viewable and answer.status_code == 200
            assert is_seen or answer.status_code == 403, (route.name, answer.text)
        else:
            assert answer.status_code in {401, WEAK.get(route.mount, 401)}, route.name
        if answer.status_code != 200:
            assert not holds_canary(answer.text)

    assert await _unused(world) == before


async def test_a_viewer_finds_no_other_ids(world: World) -> None:
    """By no parameter of what it may see."""
    headers = viewing(world.served, world.owner.account, world.owner.key)
    shown = 0
    for route in ASKING:
        if not route.operation.is_viewable:
            continue
        for url in sorted({*tried_queries(route, world.things, world.owner.account.slug)}):
            answer = await world.request("GET", url, headers)
            shown += answer.status_code == 200
            assert f'"{world.things.membership_id}"' not in answer.text, url
            assert answer.status_code < 500, (url, answer.text)

    assert shown > 10


async def _unused(world: World) -> dict[str, Any]:
    """The owner's rows without when credentials were used."""
    return {**await world.rows(world.owner.account), "credentials": None}


def _needing(mount: str, scope: str) -> list[Route]:
    """The operations that need a scope; in a space of Cobot's, admin as well as their own."""
    return [
        route
        for route in ASKING
        if route.mount == mount
        and (
            route.operation.scope == scope
            or (scope == ADMIN and mount == "cobot" and not route.path.endswith("/user"))
        )
    ]


_ORDER = ("GET", "POST", "PATCH", "PUT", "DELETE")


def in_order() -> list[Route]:
    """The operations that take a credential: those that destroy last, and inner paths first."""
    return sorted(
        ASKING,
        key=lambda one: (
            _ORDER.index(one.method),
            one.name in TAKING_ALONG,
            -one.path.count("/"),
        ),
    )


TAKING_ALONG = {
    "DELETE /monica/api/contacts/{id}",
    "DELETE /monica/api/contactfieldtypes/{id}",
    "DELETE /v1/entities/{type}/{id}",
}
"""What other things go with; so these come last."""

EFFECTLESS = {
    # Nobody is on hold until the request that comes after this one.
    "GET /v1/entities/{type}/{id}/hold": 404,
    "POST /v1/activities/{id}/accept": 409,
    "POST /v1/activities/{id}/decline": 409,
    "POST /v1/activities/{id}/complete": 409,
    "POST /v1/activities/{id}/cancel": 409,
}
"""Requests of the table that are refused by what they are about: a note takes no steps."""


async def test_the_owner_is_answered_by_every_operation(world: World) -> None:
    """So what others are refused is really there, and the requests of the table are good ones."""
    shown = set()
    for route in in_order():
        headers = await sign_in(route.mount, world.served, world.owner.account, world.owner)
        answer = await world.request(
            route.method, url_of(route, world.things), headers, body_of(route, world.things)
        )
        expected = EFFECTLESS.get(route.name)
        assert answer.status_code == expected or answer.status_code < 300, (route.name, answer.text)
        if holds_canary(answer.text):
            shown.add(route.mount)

    assert shown == set(MOUNTS)


async def test_another_account_gets_and_changes_nothing(world: World) -> None:
    """It asks for this one's things by their ids, in paths, bodies and parameters."""
    before = await world.rows(world.owner.account)
    mixed = (world.things, world.stranger_things)

    for _ in range(2):  # what was written in the first round may lead further in the second
        for route in in_order():
            headers = await sign_in(
                route.mount, world.served, world.stranger.account, world.stranger
            )
            for things in mixed:
                answer = await world.request(
                    route.method, url_of(route, things), headers, body_of(route, world.things)
                )
                assert not holds_canary(answer.text), route.name
                assert not holds_canary(str(answer.headers)), route.name
                assert answer.status_code < 500, (route.name, answer.text)
                if things is world.things and "{" in route.path:
                    check_hidden(route, answer)

    assert await world.rows(world.owner.account) == before


OWN_IDS = {
    "/monica/api/activitytypes/{id}",
    "/monica/api/activitytypecategories/{id}",
    "/monica/api/genders/{id}",
    "/monica/api/tags/{id}",
    "/monica/api/tags/{id}/contacts",
    "/monica/api/currencies/{id}",
    "/monica/api/contactfieldtypes/{id}",
    "/monica/api/contactfields/{id}",
    "/monica/api/addresses/{id}",
    "/monica/api/tasks/{id}",
    "/monica/api/reminders/{id}",
    "/monica/api/reminders/upcoming/{month}",
    "/v1/activities/by-external-id/{origin}/{external_id}",
    "/v1/entities/{type}/{id}",
    "/v1/log/tile/{level}/{number}",
    "/v1/proofs/{seq}",
    "/v1/entities/{type}/{id}/activities",
    "/v1/kinds/{kind}",
    "/v1/entities/{type}/{id}/hold",
    "/invent/orgs/{org_id}/contacts/{contact_id}/activities",
}
"""Where a stranger may have a thing of its own under the same id, or make one."""


UNKNOWN = {"monica": (404, 422)}
"""What a surface says of an unknown id, where that is not 404 alone."""


def check_hidden(route: Route, answer: Any) -> None:  # noqa: ANN401 - an answer
    """What an account has is unknown in every other one."""
    if f"/{route.mount}{route.path}" not in OWN_IDS:
        status = answer.status_code
        assert status in UNKNOWN.get(route.mount, (404,)), (route.name, answer.text)
        check_shape(route.mount, status, answer)


async def test_another_account_finds_nothing(world: World) -> None:
    """By no parameter of any list, neither by a word, an id, nor by a cursor of this account."""
    count = 0
    for route in ASKING:
        if route.method not in READING:
            continue
        headers = await sign_in(route.mount, world.served, world.stranger.account, world.stranger)
        for url in sorted({*tried_queries(route, world.things, world.stranger.account.slug)}):
            answer = await world.request("GET", url, headers)
            count += 1
            assert not holds_canary(answer.text), url
            assert answer.status_code < 500, (url, answer.text)

    assert count > 300


async def test_a_cursor_of_another_account_is_refused(world: World) -> None:
    """It is signed for the account whose list it was made for."""
    activities, entities = world.things.cursors
    for path, cursor in (("activities", activities), ("entities", entities)):
        url = f"/v1/{path}?limit=1&cursor={cursor}"

        own = await world.served.client.get(url, headers=world.owner.bearer)
        foreign = await world.served.client.get(url, headers=world.stranger.bearer)

        assert (own.status_code, foreign.status_code) == (200, 400)


async def test_an_idempotency_key_is_an_account_s_own(world: World) -> None:
    """The same key and body of another account are another request."""
    body = {"kind": "note.created", "body": "mine"}

    answers = [
        await world.served.client.post(
            "/v1/activities", json=body, headers=one.bearer | {"Idempotency-Key": "k1"}
        )
        for one in (world.owner, world.stranger, world.owner)
    ]

    first, foreign, again = [answer.json()["id"] for answer in answers]
    assert first == again != foreign


async def test_a_token_goes_with_its_own_key(world: World) -> None:
    """A token of one credential and the key of another are refused, of whichever account."""
    mine = await sign_in("mio", world.served, world.owner.account, world.owner)
    other = await world.served.credential(world.owner.account)

    for key in (other.key, world.stranger.key):
        answer = await world.request(
            "GET", "/mio/business/v1/activities", [mine[0], ("x-api-key", key)]
        )
        assert answer.status_code == 403
        check_shape("mio", 403, answer)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Basic !!!"), ("x-api-key", "k0")],
        [("Authorization", "Bearer x"), ("x-api-key", "k0")],
        [("Authorization", "Basic YWNtZTp4"), ("x-api-key", "k0")],
    ],
)
async def test_a_token_is_made_for_a_good_secret_only(world: World, headers: Headers) -> None:
    """401, like where such a token would be used."""
    method, url = SIGN_IN.split()

    answer = await world.request(method, url, headers)

    assert answer.status_code == 401
    check_shape("mio", 401, answer)


async def test_what_anybody_may_see_is_known(world: World) -> None:
    """An operation that takes no credential is in the list, and tells nothing of an account."""
    public = [route for route in ALL if route.operation.is_public]

    assert {route.name for route in public} == {*PUBLIC, SIGN_IN, *GIVES_TOKENS}
    for route in public:
        answer = await world.request(route.method, url_of(route, world.things), [])
        assert not holds_canary(answer.text)

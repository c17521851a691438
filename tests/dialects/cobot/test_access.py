"""Scopes, the addresses of a space, and every other error in the vendor's shape."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from doings.auth.principal import ADMIN, READ, WRITE
from doings.core.clock import SECOND
from doings.core.errors import Unavailable
from tests.dialects.cobot.space import EVER, PATH, Space
from tests.engines import SQLITE_ONLY
from tests.serving import Served, serving

UNAUTHORIZED = {"error": "unauthorized"}


async def ask(
    space: Space, secret: str | None, method: str = "GET", path: str = f"{PATH}?last=1"
) -> httpx.Response:
    """Ask with this secret."""
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return await space.served.client.request(method, path, headers=headers)


async def secret_of(space: Space, *scopes: str) -> str:
    """A credential of the space with these scopes."""
    issued = await space.served.credential(space.business.account, scopes=scopes)
    return issued.secret


@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
async def test_bearer(space: Space, word: str) -> None:
    """In any case."""
    headers = {"Authorization": f"{word} {space.business.secret}"}

    answer = await space.served.client.get(f"{PATH}?last=1", headers=headers)

    assert answer.status_code == 200


async def test_access_token_as_a_parameter(space: Space) -> None:
    """The token may stand in `access_token`, as in OAuth 2."""
    answer = await ask(space, None, path=f"{PATH}?last=1&access_token={space.business.secret}")

    assert answer.status_code == 200


@SQLITE_ONLY
@pytest.mark.parametrize(
    "path",
    [
        f"{PATH}?last=1",
        f"{PATH}?last=nonsense",
        "/cobot/nobody/api/activities",
        "/cobot/api/user",
        "/cobot/co-up/api/memberships",
        "/cobot/co-up/api/memberships/x",
        "/cobot/nowhere",
        "/cobot",
    ],
)
async def test_credential_comes_first(space: Space, path: str) -> None:
    """Without one, the answer tells nothing, not even which spaces exist."""
    for secret in (None, "nonsense", space.business.secret + "x"):
        answer = await ask(space, secret, path=path)

        assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_expired_credential(space: Space) -> None:
    """401 is answered once it has expired."""
    issued = await space.served.credential(
        space.business.account, expires_at=space.served.clock.instant + SECOND
    )
    space.served.clock.instant += 2 * SECOND

    assert (await ask(space, issued.secret)).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "method", "status", "error"),
    [
        ((READ, ADMIN), "GET", 200, None),
        (("read", "admin"), "GET", 200, None),
        ((WRITE, ADMIN), "POST", 422, None),
        (("write", "admin"), "POST", 422, None),
        ((WRITE, ADMIN), "GET", 403, {"error": "insufficient_scope", "scope": READ}),
        ((READ, ADMIN), "POST", 403, {"error": "insufficient_scope", "scope": WRITE}),
        ((ADMIN,), "GET", 403, {"error": "insufficient_scope", "scope": READ}),
        ((READ, WRITE), "GET", 403, {"error": "forbidden"}),
        ((READ, WRITE), "POST", 403, {"error": "forbidden"}),
    ],
)
async def test_scopes_and_role(
    space: Space, scopes: tuple[str, ...], method: str, status: int, error: object
) -> None:
    """Reading and writing take their scope, and both the role of an admin."""
    secret = await secret_of(space, *scopes)

    answer = await ask(space, secret, method)

    assert answer.status_code == status
    if error is not None:
        assert answer.json() == error
        assert answer.headers["www-authenticate"].startswith('Bearer error="insufficient_scope"')


async def test_other_space_is_as_good_as_none(space: Space) -> None:
    """Its own credential finds it, another's does not."""
    await space.served.business("other")
    other = await ask(space, space.business.secret, path="/cobot/other/api/activities?last=1")
    nobody = await ask(space, space.business.secret, path="/cobot/nobody/api/activities?last=1")

    assert (other.status_code, other.json()) == (404, {"error": "not_found"})
    assert (nobody.status_code, nobody.content) == (404, other.content)


@SQLITE_ONLY
@pytest.mark.parametrize(
    "path", ["/cobot", "/cobot/", "/cobot/co-up", "/cobot/co-up/api", "/cobot/co-up/api/bookings"]
)
async def test_unknown_path(space: Space, path: str) -> None:
    """404."""
    answer = await ask(space, space.business.secret, path=path)

    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", PATH, "GET, POST, HEAD"),
        ("PUT", PATH, "GET, POST, HEAD"),
        ("POST", "/cobot/api/user", "GET, HEAD"),
        ("PATCH", "/cobot/co-up/api/memberships", "GET, HEAD"),
        ("DELETE", "/cobot/co-up/api/memberships/m", "GET, HEAD"),
    ],
)
async def test_wrong_method(space: Space, method: str, path: str, allowed: str) -> None:
    """405, saying which are right."""
    answer = await ask(space, space.business.secret, method, path)

    assert (answer.status_code, answer.json()) == (405, {"error": "method_not_allowed"})
    assert answer.headers["allow"] == allowed


@SQLITE_ONLY
async def test_store_that_is_away(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 before anything is sent; a defect is 500."""
    timeline = "doings.core.timeline.Timeline.rendered_page"
    for error, status, word in (
        (Unavailable("away"), 503, "service_unavailable"),
        (RuntimeError("defect"), 500, "internal_server_error"),
    ):

        async def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(timeline, fail)
        answer = await space.get(**EVER)

        assert (answer.status_code, answer.json()) == (status, {"error": word})


@SQLITE_ONLY
async def test_guessing_is_limited(space: Space) -> None:
    """Ten wrong credentials in a minute, then 429 for further wrong ones of that address."""
    wrong = {"Authorization": "Bearer wrong_one"}
    async with space.served.client_at("192.0.2.1") as client:
        for _ in range(10):
            answer = await client.get(PATH, headers=wrong)
            assert answer.status_code == 401
        answer = await client.get(PATH, headers=wrong)

    assert (answer.status_code, answer.json()) == (429, {"error": "too_many_requests"})
    assert int(answer.headers["retry-after"]) >= 1


async def test_vendors_rate_where_switched_on(tmp_path: Path) -> None:
    """60 requests a minute and user."""
    async with serving(tmp_path, rate_limits="vendor") as served:
        space = Space(served, await served.business("co-up"))
        answers = [await space.get(last=1) for _ in range(61)]
        other = await secret_of(space, READ, ADMIN)

        assert [answer.status_code for answer in answers] == [200] * 60 + [429]
        assert answers[-1].json() == {"error": "too_many_requests"}
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert (await ask(space, other)).status_code == 200


async def test_user(space: Space) -> None:
    """The credential, and the space it administers."""
    answer = await ask(space, space.business.secret, path="/cobot/api/user")

    assert answer.json() == {
        "id": space.business.key,
        "email": None,
        "admin_of": [{"space_subdomain": "co-up", "space_name": "Co-Up"}],
    }


async def test_user_who_is_no_admin(space: Space) -> None:
    """Administers nothing, and may ask for that with any scope."""
    answer = await ask(space, await secret_of(space, WRITE), path="/cobot/api/user")

    assert answer.json()["admin_of"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [("/cobot/co-up/api/user", 200), ("/cobot/www/api/user", 200), ("/cobot/other/api/user", 404)],
)
async def test_user_within_a_space(space: Space, path: str, status: int) -> None:
    """For clients that have a host name in front of every path."""
    assert (await ask(space, space.business.secret, path=path)).status_code == status


async def test_memberships(space: Space) -> None:
    """All of them, in the order they came, in several chunks."""
    for number in range(1001):
        await space.business.put("membership", f"m{number}", name=f"Member {number}")

    answer = await space.get("/cobot/co-up/api/memberships")

    found = answer.json()
    assert [one["id"] for one in found[1:]] == [f"m{number}" for number in range(1001)]
    assert list(found[0]) == ["id", "name", "email", "plan", "confirmed_at", "canceled_to"]


async def test_membership(space: Space) -> None:
    """One, or 404."""
    attrs = '{"email":"j@x.org","plan":{"name":"Full"}}'
    await space.business.put("membership", "a/b", name="Joe", attrs=attrs)

    found = await space.get("/cobot/co-up/api/memberships/a%2Fb")
    missing = await space.get("/cobot/co-up/api/memberships/nobody")

    assert found.json() == {
        "id": "a/b",
        "name": "Joe",
        "email": "j@x.org",
        "plan": {"name": "Full"},
        "confirmed_at": None,
        "canceled_to": None,
    }
    assert (missing.status_code, missing.json()) == (404, {"error": "not_found"})


@pytest.fixture
async def hosted(tmp_path: Path) -> AsyncIterator[Served]:
    """An application that finds spaces by host name, and has an address of its own."""
    hosts = {"*.cobot.example.org": "cobot"}
    async with serving(tmp_path, hosts=hosts, public_url="https://doings.example") as served:
        yield served


async def test_space_by_host_name(hosted: Served) -> None:
    """The label is the space, and links lead to that host, not to the installation's own."""
    business = await hosted.business("co-up")
    data = '{"invoice_id":"1","invoice_number":1}'
    await business.record_one(kind="invoice.created", data=data)
    headers = {**business.bearer, "Accept": "text/html"}
    url = "http://co-up.cobot.example.org/api/activities?last=1"

    found = await hosted.client.get(url, headers=headers)
    other = await hosted.client.get(url.replace("co-up", "other"), headers=headers)
    user = await hosted.client.get("http://www.cobot.example.org/api/user", headers=headers)
    by_path = await hosted.client.get(f"{PATH}?last=1", headers=headers)
    dotted = {**headers, "Host": "CO-UP.cobot.example.org.:80"}
    whole = await hosted.client.get("http://server/api/activities?last=1", headers=dotted)

    assert whole.status_code == 200
    assert '<a href="http://co-up.cobot.example.org/admin/invoices/1">' in found.text
    assert (other.status_code, other.json()) == (404, {"error": "not_found"})
    assert user.json()["id"] == business.key
    assert '<a href="https://doings.example/cobot/co-up/admin/invoices/1">' in by_path.text


async def test_posting_by_host_name(hosted: Served) -> None:
    """A post to the host name is recorded."""
    business = await hosted.business("co-up")

    answer = await hosted.client.post(
        "http://co-up.cobot.example.org/api/activities/",
        json={"text": "x"},
        headers=business.bearer,
    )

    assert answer.status_code == 201

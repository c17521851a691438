"""Every status of the contract, and that nobody sees what is another account's."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from doings.app import Application
from doings.config import Settings
from doings.core.errors import Unavailable
from tests.engines import SQLITE_ONLY
from tests.native.client import SCOPES, Native, problems, signed_in

READS = ["/activities", "/entities", "/stats", "/changes", "/kinds"]
BODY = {"kind": "a.b"}


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is not JSON: Input data was truncated"),
        (b"{", "the body is not JSON: Input data was truncated"),
        (b'{"kind":"a.b"', "the body is not JSON: Input data was truncated"),
        (b'{"kind":"\xff"}', "the body is not UTF-8"),
        (
            b'{"kind":"a.b","data":' + b"[" * 5000 + b"]" * 5000 + b"}",
            "the body is nested too deeply",
        ),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/activities"), ("PATCH", "/activities/{id}"), ("PUT", "/entities/contact/8")],
)
async def test_400_a_body_that_cannot_be_read(
    native: Native, method: str, path: str, body: bytes, reason: str
) -> None:
    """The detail says what is wrong with it."""
    if path.startswith("/entities"):
        body = body.replace(b"kind", b"name").replace(b"data", b"attrs")
    document = await native.record()

    answer = await native.call(method, path.format(id=document["id"]), content=body)

    assert (answer.status_code, answer.json()["detail"]) == (400, reason)


@SQLITE_ONLY
@pytest.mark.parametrize("path", [*READS, "/account", "/tokens", "/activities/x", "/nothing"])
@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Basic x"}, {"Authorization": "Bearer wrong"}]
)
async def test_401_before_everything_else(
    app: Application, path: str, headers: dict[str, str]
) -> None:
    """Without a good credential not even the paths are told."""
    nobody = Native(app, None)

    answer = await nobody.call("GET", path, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["title"] == "Unauthorized"


WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/activities", BODY),
    ("POST", "/activities/batch", [BODY]),
    ("PATCH", "/activities/x", {}),
    ("DELETE", "/activities/x", None),
    ("PUT", "/entities/contact/8", {}),
    ("DELETE", "/entities/contact/8", None),
]
ADMINISTRATION: list[tuple[str, str, Any]] = [
    ("GET", "/account", None),
    ("GET", "/tokens", None),
    ("POST", "/tokens", {"scopes": ["read"]}),
    ("DELETE", "/tokens/x", None),
]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("method", "path", "body", "scope"),
    [
        *[("GET", path, None, "read_activities") for path in READS],
        *[(*write, "write_activities") for write in WRITES],
        *[(*call, "admin") for call in ADMINISTRATION],
    ],
)
async def test_403_without_the_scope(
    app: Application, method: str, path: str, body: object, scope: str
) -> None:
    """Each operation takes its one scope, and no other will do."""
    others = [one for one in SCOPES if one != scope]
    client = await signed_in(app, "acme", others)

    answer = await client.call(method, path, **({} if body is None else {"json": body}))

    assert answer.status_code == 403
    assert f'scope="{scope}"' in answer.headers["www-authenticate"]


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/nothing", "/", "/activities/x/y", "/entities/contact"])
async def test_404_for_a_path_that_is_not_there(native: Native, path: str) -> None:
    """As a problem document."""
    answer = await native.call("GET", path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/activities", "GET, POST, HEAD"),
        ("GET", "/activities/batch", "POST"),
        ("POST", "/entities/contact/8", "GET, PUT, PATCH, DELETE, HEAD"),
    ],
)
async def test_405_says_what_is_allowed(
    native: Native, method: str, path: str, allowed: str
) -> None:
    """In `Allow`; a batch is no activity of that name."""
    answer = await native.call(method, path)

    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed


@SQLITE_ONLY
async def test_413_for_a_body_over_the_limit(native: Native) -> None:
    """1 MiB, whatever is in it, declared or not; an array of a batch may hold more."""
    item = b'{"kind":"a.b","body":"' + b"x" * 700_000 + b'"}'
    headers = {"Content-Type": "application/json"}

    one = await native.call("POST", "/activities", content=b" " * 1_048_577)
    two = await native.call("POST", "/activities/batch", content=b"[%b,%b]" % (item, item))
    three = await native.call(
        "POST", "/activities/batch", content=b" " * (16 * 1_048_576 + 1), headers=headers
    )

    assert (one.status_code, two.status_code, three.status_code) == (413, 200, 413)


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("method", "path", "media_type"),
    [
        ("POST", "/activities", "text/plain"),
        ("POST", "/activities", "application/x-ndjson"),
        ("POST", "/activities/batch", "text/csv"),
        ("PATCH", "/activities/{id}", "application/json-patch+json"),
        ("PUT", "/entities/contact/8", "application/x-www-form-urlencoded"),
        ("POST", "/tokens", "text/plain"),
    ],
)
async def test_415_for_a_body_in_another_format(
    native: Native, method: str, path: str, media_type: str
) -> None:
    """The detail names the formats that are read."""
    document = await native.record()

    answer = await native.call(
        method,
        path.format(id=document["id"]),
        content=b"{}",
        headers={"Content-Type": media_type},
    )

    assert answer.status_code == 415
    assert "application/" in answer.json()["detail"]


@SQLITE_ONLY
@pytest.mark.parametrize(
    "media_type", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"]
)
async def test_takes_json_however_it_is_called(native: Native, media_type: str) -> None:
    """Parameters and case of the type do not matter."""
    answer = await native.call(
        "POST", "/activities", content=b'{"kind":"a.b"}', headers={"Content-Type": media_type}
    )

    assert answer.status_code == 201


@SQLITE_ONLY
@pytest.mark.parametrize("media_type", ["application/merge-patch+json", "application/json"])
async def test_takes_a_merge_patch_under_both_names(native: Native, media_type: str) -> None:
    """Its own, and plain JSON."""
    document = await native.record()

    answer = await native.call(
        "PATCH",
        f"/activities/{document['id']}",
        content=b'{"body":"x"}',
        headers={"Content-Type": media_type},
    )

    assert answer.json()["body"] == "x"


@SQLITE_ONLY
async def test_429_for_who_guesses(tmp_path: Path) -> None:
    """After the limit of wrong credentials further wrong ones wait, and good ones do not."""
    app = Application(Settings(database=f"sqlite:///{tmp_path}/x.db", failed_sign_ins=3))
    await app.start()
    good = await signed_in(app, "acme", SCOPES)
    bad = Native(app, "wrong")

    statuses = [(await bad.call("GET", "/activities")).status_code for _ in range(4)]
    answer = await bad.call("GET", "/activities")
    welcome = await good.call("GET", "/activities")
    await app.stop()

    assert statuses == [401, 401, 401, 429]
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert welcome.status_code == 200


@SQLITE_ONLY
@pytest.mark.parametrize("request_", [("GET", "/activities", None), *WRITES[:2]])
async def test_503_while_the_store_is_away(
    app: Application,
    native: Native,
    monkeypatch: pytest.MonkeyPatch,
    request_: tuple[str, str, object],
) -> None:
    """With the reason, and nothing is half written."""
    method, path, body = request_

    async def away(*_: object, **__: object) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(app.services().store, "write", away)
    monkeypatch.setattr(app.services().store, "read", away)

    answer = await native.call(method, path, **({} if body is None else {"json": body}))

    assert answer.status_code == 503
    assert answer.json() == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "the disk is full",
    }


async def test_a_trailing_slash_is_as_good_as_none(native: Native) -> None:
    """Without a redirect."""
    answer = await native.call("GET", "/activities/")

    assert answer.status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
async def test_head_is_get_without_the_body(native: Native, accept: str) -> None:
    """The same status and type, whatever the format."""
    await native.record()

    answer = await native.call("HEAD", "/activities", headers={"Accept": accept})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith(accept)


OBJECTS: list[tuple[str, str, Any]] = [
    ("GET", "/activities/{id}", None),
    ("PATCH", "/activities/{id}", {"summary": "mine"}),
    ("DELETE", "/activities/{id}", None),
    ("GET", "/activities/{id}/changes", None),
    ("GET", "/entities/contact/8", None),
    ("DELETE", "/entities/contact/8", None),
    ("GET", "/entities/contact/8/activities", None),
    ("DELETE", "/tokens/{key}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), OBJECTS)
async def test_another_account_s_objects_are_not_there(
    native: Native, stranger: Native, method: str, path: str, body: object
) -> None:
    """404, word for word as for what does not exist, and they stay as they are."""
    document = await native.record(links=["contact:8"])
    names = {"id": document["id"], "key": str(native.secret).partition("_")[0]}
    options: dict[str, Any] = {} if body is None else {"json": body}

    answer = await stranger.call(method, path.format(**names), **options)

    assert answer.status_code == 404
    assert await native.get(f"/activities/{document['id']}") == document


@pytest.mark.parametrize(
    "path", ["/activities", "/activities?link=contact:8", "/activities?q=secret", "/changes"]
)
async def test_another_account_s_activities_are_in_no_list(
    native: Native, stranger: Native, path: str
) -> None:
    """Nor are they found, nor counted."""
    await native.record(summary="secret", links=["contact:8"], external_id="x", origin="crm")

    assert (await stranger.get(path))["items"] == []
    assert (await stranger.get("/stats"))["total"] == 0
    assert (await stranger.get("/stats?by=kind&link=contact:8"))["items"] == []


async def test_an_external_id_is_an_account_s_own(native: Native, stranger: Native) -> None:
    """Two accounts may use the same."""
    one = await native.record(external_id="x")

    other = await stranger.record(external_id="x")

    assert one["id"] != other["id"]


async def test_many_writers_at_once_lose_nothing(native: Native) -> None:
    """Concurrent duplicates of one external id are recorded once, all else each for itself."""
    writes = [{"kind": "a.b", "external_id": str(number % 20)} for number in range(100)]

    answers = await asyncio.gather(
        *(native.call("POST", "/activities", json=write) for write in writes)
    )

    assert sorted(answer.status_code for answer in answers) == [200] * 80 + [201] * 20
    assert len({answer.json()["id"] for answer in answers}) == 20
    assert problems(await native.call("GET", "/activities/x")) == []

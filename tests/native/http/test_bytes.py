"""Paths, queries, headers and bodies as people really send them.

What reaches the store is tried on both engines.
"""

import httpx
import pytest

from doings.app import Application
from tests.engines import SQLITE_ONLY
from tests.native.client import URL, Native, problems

Headers = list[tuple[str, str]]


async def ask(native: Native, path: str, headers: Headers | None = None) -> httpx.Response:
    """A GET with field lines of its own beside the credential's."""
    lines = [("Authorization", f"Bearer {native.secret}"), *(headers or [])]
    return await native.http.get(path, headers=lines)


@SQLITE_ONLY
@pytest.mark.parametrize(
    "path",
    [
        "/entities/contact/caf%E9",
        "/entities/contact/caf%E8/activities",
        "/entities/contact/%C3",
        "/entities/contact/%ED%A0%80",
        "/entities/contact/%C0%80",
        "/entities/contact/a%00b",
        "/entities/contact/%00",
        "/activities/%FF",
        "/%FF",
        "/activities?link=contact:%FF",
        "/activities?%FF=1",
        "/activities?q=a%00b",
        "/activities?_=%FF",
        "/kinds?_=%00",
    ],
)
async def test_a_path_or_query_that_is_no_text_is_400(native: Native, path: str) -> None:
    """And so is one with a NUL."""
    answer = await ask(native, path)

    assert (answer.status_code, problems(answer)) == (400, [])
    assert "UTF-8" in answer.json()["detail"] or "NUL" in answer.json()["detail"]


async def test_at_the_root_it_leads_to_the_sign_in(app: Application) -> None:
    """As every page does without a session; what no address may hold is refused before that."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        answers = [await client.get(path) for path in ("/%FF", "/v%FF/activities", "/a/%00")]

    assert [answer.status_code for answer in answers] == [303, 303, 400]


async def test_different_ids_are_different_entities(native: Native) -> None:
    """However they are escaped."""
    ids = {
        "a%2Fb": "a/b", "a%252Fb": "a%2Fb", "caf%C3%A9": "café", "cafe%CC%81": "cafe\u0301",
        "a%25": "a%", "%EF%BB%BFa": "\ufeffa", "%20a": " a", "%2F": "/", "a%2fb%2F": "a/b/",
    }  # fmt: skip

    for escaped, id_ in ids.items():
        answer = await native.http.put(f"/entities/contact/{escaped}", json={"name": escaped})
        assert (answer.status_code, answer.json()["id"]) == (201, id_)

    for escaped in ids:
        answer = await native.http.get(f"/entities/contact/{escaped}")
        assert answer.json()["name"] == escaped


async def test_an_id_with_a_nul_is_refused_in_a_body(native: Native) -> None:
    """Wherever ids stand."""
    for member, value in [
        ("links", ["contact:a\0b"]),
        ("links", [{"type": "contact", "id": "a\0"}]),
        ("actor", "user:\0"),
        ("external_id", "a\0b"),
    ]:
        answer = await native.call("POST", "/activities", json={"kind": "a.b", member: value})
        assert answer.status_code == 422, (member, answer.text)


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kidn=a.b", "kidn"),
        ("actor[]=user:1", "actor"),
        ("since[]=2026-01-01T00:00:00Z", "since"),
        ("cursor[]=x", "cursor"),
        ("actor=user:1&actor=user:2", "actor"),
        ("type=contact", "type"),
        ("kind[x]=a.b", "kind"),
    ],
)
@pytest.mark.parametrize("path", ["/activities", "/entities/contact/8/activities"])
async def test_a_filter_that_is_not_known_is_refused(
    native: Native, path: str, query: str, field: str
) -> None:
    """It is never left out."""
    answer = await native.call("GET", f"{path}?{query}")

    assert answer.status_code == 400
    assert [found for found, _ in problems(answer)] == [field]


TIMELINES = ("/activities", "/entities/contact/8/activities")


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("paths", "query", "field"),
    [
        *[
            (TIMELINES, query, field)
            for query, field in [
                ("link=", "link"), ("link", "link"), ("link[]=", "link"), ("link[0]=,", "link"),
                ("link=contact:8&link=", "link"), ("kind=", "kind"), ("kind[]=", "kind"),
                ("kind=,", "kind"), ("kind=%20,%20", "kind"), ("kind=a.b&kind=", "kind"),
                ("actor=", "actor"), ("actor=%20", "actor"), ("origin=", "origin"),
                ("level=", "level"), ("channel=", "channel"), ("external_id=", "external_id"),
                ("since=", "since"), ("until=", "until"), ("q=", "q"), ("q=%20", "q"),
                ("order=", "order"), ("limit=", "limit"), ("cursor=", "cursor"), ("bom=", "bom"),
            ]
        ],
        *[
            (("/entities",), query, field)
            for query, field in [
                ("type=", "type"), ("type[]=", "type"), ("type=,", "type"), ("q=", "q"),
                ("type=contact&type=", "type"), ("limit=", "limit"), ("cursor=", "cursor"),
            ]
        ],
        *[
            (("/stats",), query, field)
            for query, field in [
                ("by=", "by"), ("link=", "link"), ("kind[]=", "kind"), ("since=", "since"),
            ]
        ],
        (("/changes",), "after=", "after"),
        (("/changes",), "wait=", "wait"),
    ],
)  # fmt: skip
async def test_an_empty_filter_is_refused(
    native: Native, paths: tuple[str, ...], query: str, field: str
) -> None:
    """It is never left out, which would show more than was asked for."""
    for path in paths:
        answer = await native.call("GET", f"{path}?{query}")

        assert answer.status_code == 400, answer.text
        assert [found for found, _ in problems(answer)] == [field]


async def test_an_id_may_be_a_space(native: Native) -> None:
    """So a filter by it is not empty."""
    await native.record(summary="space", external_id=" ")
    await native.record(summary="other", external_id="x")

    assert await native.summaries("/activities?external_id=%20") == ["space"]


@SQLITE_ONLY
@pytest.mark.parametrize("accept", ["application/json", "application/activity+json", "text/csv"])
@pytest.mark.parametrize(
    ("query", "field"), [("bom=maybe", "bom"), ("limit=0", "limit"), ("cursor=x", "cursor")]
)
async def test_a_parameter_of_another_format_is_checked(
    native: Native, accept: str, query: str, field: str
) -> None:
    """As it would be refused where it counts."""
    for path in TIMELINES:
        answer = await native.call("GET", f"{path}?{query}", headers={"Accept": accept})

        assert answer.status_code == 400, answer.text
        assert field in answer.text


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/kinds"),
        ("GET", "/account"),
        ("GET", "/tokens"),
        ("GET", "/changes"),
        ("GET", "/stats"),
        ("GET", "/entities"),
        ("GET", "/openapi.json"),
        ("POST", "/activities"),
        ("POST", "/activities/batch"),
        ("PUT", "/entities/contact/8"),
        ("DELETE", "/entities/contact/8"),
    ],
)
async def test_every_operation_refuses_what_it_does_not_know(
    native: Native, method: str, path: str
) -> None:
    """And ignores names that begin with _."""
    answer = await native.call(method, f"{path}?no_such=1")
    ignored = await native.call(method, f"{path}?_no_such=1", json={"kind": "a.b"})

    assert (answer.status_code, problems(answer)[0][0]) == (400, "no_such")
    assert ignored.status_code != 400 or "no_such" not in ignored.text


@pytest.mark.parametrize(
    "query", ["link[]=contact:8", "link[0]=contact:8", "link=contact:8", "link%5B%5D=contact:8"]
)
async def test_a_list_narrows_however_it_is_spelled(native: Native, query: str) -> None:
    """In lists and in counts."""
    await native.record(summary="a", links=["contact:8"])
    await native.record(summary="b", links=["contact:9"])

    assert [one["summary"] for one in (await native.get(f"/activities?{query}"))["items"]] == ["a"]
    assert (await native.get(f"/stats?{query}"))["total"] == 1


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("lines", "status", "media_type"),
    [
        ([("Accept", "image/png"), ("Accept", "text/csv")], 200, "text/csv; charset=utf-8"),
        ([("Accept", "text/csv;q=0.1"), ("Accept", "*/*")], 200, "application/json"),
        ([("Accept", "image/png"), ("Accept", "image/gif")], 406, "application/problem+json"),
    ],
)
async def test_accept_may_have_several_lines(
    app: Application, native: Native, lines: Headers, status: int, media_type: str
) -> None:
    """They are one list."""
    lines = [("Authorization", f"Bearer {native.secret}"), *lines]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=f"{URL}/v1"
    ) as client:
        client.headers.pop("accept")
        answer = await client.get("/activities", headers=lines)

    assert (answer.status_code, answer.headers["content-type"]) == (status, media_type)


async def test_conditions_may_have_several_lines(native: Native) -> None:
    """One of the tags is enough, wherever it stands; a star inside a tag is none."""
    document = await native.record()
    path = f"/activities/{document['id']}"
    etag = (await native.http.get(path)).headers["etag"]

    unchanged = await ask(native, path, [("If-None-Match", '"x"'), ("If-None-Match", f"W/{etag}")])
    other = await ask(native, path, [("If-None-Match", '"x, *, y"')])
    refused = await native.http.patch(
        path, json={"summary": "no"}, headers={"If-Match": '"x, *, y"'}
    )
    headers = [("If-Match", '"x"'), ("If-Match", etag)]
    changed = await native.http.request("PATCH", path, json={"summary": "b"}, headers=headers)

    assert [one.status_code for one in (unchanged, other, refused, changed)] == [304, 200, 412, 200]


async def test_different_lines_of_what_is_no_list_are_refused(native: Native) -> None:
    """Nobody can tell which one was meant."""
    answer = await native.http.post(
        "/activities",
        json={"kind": "a.b"},
        headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "b")],
    )
    same = await native.http.post(
        "/activities",
        json={"kind": "a.b"},
        headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "a")],
    )

    assert (answer.status_code, same.status_code) == (400, 201)


async def test_every_answer_says_who_may_keep_it(native: Native, app: Application) -> None:
    """One caller, after asking; what holds a secret nobody."""
    nobody = Native(app, None)
    document = await native.record()
    answers = [
        await native.http.get("/activities"),
        await native.http.get("/activities", headers={"Accept": "text/csv"}),
        await native.http.get(f"/activities/{document['id']}"),
        await native.http.get("/activities?nonsense=1"),
        await native.http.get("/nothing"),
        await native.http.delete(f"/activities/{document['id']}"),
        await native.http.get("/openapi.json"),
        await nobody.http.get("/activities"),
    ]
    etag = answers[0].headers["etag"]
    answers.append(await native.http.get("/kinds", headers={"If-None-Match": etag}))
    secret = await native.http.post("/tokens", json={"scopes": ["read"]})

    assert {answer.headers["cache-control"] for answer in answers} == {"private, no-cache"}
    assert {answer.headers["vary"] for answer in answers} == {"Accept, Authorization"}
    assert (secret.status_code, secret.headers["cache-control"]) == (201, "no-store")

"""Writes that are only meant for one state: `If-Match` and `If-None-Match`, on both engines."""

from typing import Any

import pytest

from tests.native.client import Json, Native

BY_EXTERNAL_ID = "/activities/by-external-id/crm/1"
ENTITY = "/entities/deal/1"

PUTS: dict[str, tuple[Json, Json]] = {
    BY_EXTERNAL_ID: (
        {"kind": "a.b", "occurred_at": "2026-03-01T12:00:00Z", "summary": "first"},
        {"kind": "a.b", "summary": "second"},
    ),
    ENTITY: ({"name": "first"}, {"name": "second"}),
}
"""What is put first, and what would replace it."""


async def state(native: Native, path: str) -> tuple[Any, str]:
    """The document that a PUT to the path wrote, as it is now, and its ETag."""
    if path == BY_EXTERNAL_ID:
        found = (await native.get("/activities?external_id=1&origin=crm"))["items"]
        path = f"/activities/{found[0]['id']}"
    answer = await native.call("GET", path)
    return answer.json(), answer.headers["etag"]


@pytest.mark.parametrize("path", PUTS)
@pytest.mark.parametrize("tags", ["*", "{}", "W/{}", '"x", {}', '"x", *'])
async def test_a_put_that_wants_nothing_there_is_refused(
    native: Native, path: str, tags: str
) -> None:
    """412 by `*` or by the tag of the state; nothing is written."""
    first, second = PUTS[path]
    await native.call("PUT", path, json=first)
    before, etag = await state(native, path)
    head = (await native.get("/changes"))["last"]

    answer = await native.call(
        "PUT", path, json=second, headers={"If-None-Match": tags.format(etag)}
    )

    assert (answer.status_code, answer.json()["title"]) == (412, "Precondition Failed")
    assert await state(native, path) == (before, etag)
    assert (await native.get("/changes"))["last"] == head


@pytest.mark.parametrize("path", PUTS)
async def test_a_put_is_done_where_nothing_is_there(native: Native, path: str) -> None:
    """Also where it was deleted."""
    first, second = PUTS[path]
    headers = {"If-None-Match": "*"}

    made = await native.call("PUT", path, json=first, headers=headers)
    deleted = ENTITY if path == ENTITY else f"/activities/{made.json()['id']}"
    await native.call("DELETE", deleted)
    again = await native.call("PUT", path, json=second, headers=headers)

    assert [made.status_code, again.status_code] == [201, 201]


@pytest.mark.parametrize("path", PUTS)
async def test_a_put_is_done_where_the_state_is_another(native: Native, path: str) -> None:
    """A tag rules out one state only."""
    first, second = PUTS[path]
    await native.call("PUT", path, json=first)

    answer = await native.call("PUT", path, json=second, headers={"If-None-Match": '"x", "*"'})

    assert answer.status_code == 200
    assert "second" in answer.text


@pytest.mark.parametrize("path", PUTS)
async def test_both_conditions_hold_or_nothing_is_done(native: Native, path: str) -> None:
    """The state that was seen, and not that of the other."""
    first, second = PUTS[path]
    await native.call("PUT", path, json=first)
    _, etag = await state(native, path)
    table = [
        ({"If-Match": '"x"', "If-None-Match": '"y"'}, 412),
        ({"If-Match": etag, "If-None-Match": etag}, 412),
        ({"If-Match": etag, "If-None-Match": "*"}, 412),
        ({"If-Match": "*", "If-None-Match": '"y"'}, 200),
    ]

    for headers, status in table:
        answer = await native.call("PUT", path, json=second, headers=headers)
        assert answer.status_code == status, headers


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("path", PUTS)
async def test_other_writes_are_refused_alike(native: Native, path: str, method: str) -> None:
    """A change and a deletion, by `*` and by the tag."""
    await native.call("PUT", path, json=PUTS[path][0])
    document, etag = await state(native, path)
    target = ENTITY if path == ENTITY else f"/activities/{document['id']}"
    body: Json = {"json": {}} if method == "PATCH" else {}

    for tags, status in [("*", 412), (etag, 412), (f"W/{etag}", 412)]:
        answer = await native.call(method, target, headers={"If-None-Match": tags}, **body)
        assert answer.status_code == status, tags
    assert await state(native, path) == (document, etag)

    done = await native.call(method, target, headers={"If-None-Match": '"x"'}, **body)
    assert done.status_code == (200 if method == "PATCH" else 204)

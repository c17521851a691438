"""Changing activities: merge patches, and guards against lost updates."""

from typing import Any

import pytest

from tests.native.client import Native, problems


async def test_changes_only_what_a_merge_patch_names(native: Native) -> None:
    """Members are replaced, null members reset, data merged in depth, all else stays."""
    before = await native.record(
        summary="a", body="b", data={"x": 1, "deep": {"p": 1, "q": 2}}, links=["contact:8"]
    )
    patch = {"summary": "c", "body": None, "data": {"deep": {"p": None, "r": 3}, "y": 4}}

    after = (await native.call("PATCH", f"/activities/{before['id']}", json=patch)).json()

    assert after == {
        **before,
        "summary": "c",
        "body": None,
        "data": {"x": 1, "deep": {"q": 2, "r": 3}, "y": 4},
        "updated_at": after["updated_at"],
    }
    assert after["updated_at"] > before["updated_at"]


@pytest.mark.parametrize(
    ("patch", "changed"),
    [
        ({"kind": "email.created"}, {"kind": "email.created"}),
        ({"occurred_at": "2026-01-01T00:00:00Z"}, {"occurred_at": "2026-01-01T00:00:00Z"}),
        ({"data": None, "metadata": None}, {"data": {}, "metadata": {}}),
        ({"level": None, "channels": None}, {"level": None, "channels": ["admin"]}),
        ({"actor": None}, {"actor": None}),
        ({"actor": "user:u2"}, {"actor": {"type": "user", "id": "u2", "name": None}}),
        ({"links": None}, {"links": []}),
        (
            {"links": ["deal:1"]},
            {"links": [{"type": "deal", "id": "1", "role": "subject", "name": None}]},
        ),
        ({}, {}),
    ],
)
async def test_patches_each_member(
    native: Native, patch: dict[str, Any], changed: dict[str, Any]
) -> None:
    """What the patch names changes to this; actor and links are patched apart."""
    before = await native.record(
        level="WARN",
        channels=["api"],
        actor="user:u1",
        links=["contact:8"],
        data={"a": 1},
        metadata={"b": 2},
        occurred_at="2026-05-01T00:00:00Z",
    )

    answer = await native.call("PATCH", f"/activities/{before['id']}", json=patch)

    after = answer.json()
    assert after == {**before, **changed, "updated_at": after["updated_at"]}


@pytest.mark.parametrize(
    ("patch", "field", "reason"),
    [
        ({"id": "x"}, "id", "is set by the server and cannot be given"),
        ({"seq": 1}, "seq", "is set by the server and cannot be given"),
        ({"origin": "x"}, "origin", "cannot be changed once recorded"),
        ({"external_id": "x"}, "external_id", "cannot be changed once recorded"),
        ({"kind": None}, "kind", "Expected `str`, got `null`"),
        ({"occurred_at": None}, "occurred_at", "Expected `str`, got `null`"),
        ({"data": 1}, "data", "must be an object"),
        ({"data": {"note": 1}}, "data.note", "must be an object or null, not an integer"),
        ({"wrong": 1}, "wrong", "unknown member"),
    ],
)
async def test_refuses_a_patch_that_may_not_be(
    native: Native, patch: dict[str, Any], field: str, reason: str
) -> None:
    """422 with the member's path; the activity stays as it was."""
    before = await native.record()

    answer = await native.call("PATCH", f"/activities/{before['id']}", json=patch)

    assert answer.status_code == 422
    assert problems(answer) == [(field, reason)]
    assert await native.get(f"/activities/{before['id']}") == before


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_guards_against_lost_updates(native: Native, method: str) -> None:
    """If-Match with another state is 412 and changes nothing; with the present one it works."""
    created = await native.call("POST", "/activities", json={"kind": "a.b"})
    path, old = created.headers["location"], created.headers["etag"]
    changed = await native.call("PATCH", path, json={"summary": "new"}, headers={"If-Match": old})
    body = {"json": {"summary": "mine"}} if method == "PATCH" else {}

    late = await native.call(method, path, headers={"If-Match": old}, **body)
    seen = await native.call("GET", path)
    good = await native.call(
        method, path, headers={"If-Match": f'"x", {changed.headers["etag"]}'}, **body
    )

    assert late.status_code == 412
    assert seen.json()["summary"] == "new"
    assert good.status_code in {200, 204}


async def test_any_state_matches_a_star(native: Native) -> None:
    """`If-Match: *` asks only that there is something."""
    document = await native.record()

    answer = await native.call(
        "PATCH", f"/activities/{document['id']}", json={"body": "x"}, headers={"If-Match": "*"}
    )

    assert answer.status_code == 200

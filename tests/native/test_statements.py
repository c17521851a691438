"""How many SQL statements a list takes: few, and as many for a long list as for a short one."""

from typing import cast

import pytest

from doings.app import Application
from doings.native.routes import SURFACE
from doings.storage.database import Database
from doings.storage.document_cache import DocumentCache
from tests.counting import statements_of
from tests.native.client import Native

SHORT, LONG = 10, 40

SINGLE = {
    "/activities/{id}",
    "/activities/by-external-id/{origin}/{external_id}",
    "/entities/{type}/{id}",
    "/kinds",
    "/kinds/{kind}",
    "/account",
    "/openapi.json",
    "/stream",
    "/webhooks/{id}",
    "/webhooks/{id}/stats",
    "/log/checkpoint",
    "/log/key",
    "/log/consistency",
    "/log/tile/{level}/{number}",
    "/proofs/{seq}",
    "/retention",
    "/entities/{type}/{id}/hold",
}
"""The paths that answer GET with one document, with nothing that is stored, or without an end."""

LISTS = [
    ("/activities", "/activities?limit=100", 5),
    ("/activities", "/activities?limit=100&kind=note.*&link=contact:8", 5),
    ("/activities", "/activities?limit=100&actor=user:u1", 6),
    ("/activities", "/activities?limit=100&q=lunch", 6),
    ("/entities/{type}/{id}/activities", "/entities/contact/8/activities?limit=100", 5),
    ("/entities/{type}/{id}/addresses", "/entities/contact/8/addresses", 4),
    ("/entities", "/entities?limit=100", 3),
    ("/entities", "/entities?limit=100&type=guest&q=guest", 3),
    ("/holds", "/holds?limit=100", 3),
    ("/changes", "/changes?limit=100", 5),
    ("/changes", "/changes?limit=10&entities=true", 8),
    ("/erasures", "/erasures?limit=100", 2),
    ("/activities/{id}/changes", "/activities/{id}/changes?limit=100", 6),
    ("/stats", "/stats?by=kind", 3),
    ("/stats", "/stats?by=day", 3),
    ("/merges", "/merges?limit=100", 4),
    ("/merges/suggestions", "/merges/suggestions?limit=100", 12),
    ("/tokens", "/tokens", 2),
    ("/webhooks", "/webhooks", 2),
    ("/webhooks/{id}/deliveries", "/webhooks/{webhook}/deliveries?limit=100", 3),
]
"""Path, address and the most statements that it may take."""


async def fill(native: Native, first: int, end: int) -> tuple[str, str]:
    """Add rows to every list, each with people of its own; an activity and a webhook of them."""
    webhook = {"url": "https://example.org/", "enabled": False}
    hooks = []
    activity = await native.record(kind="note.created")
    for number in range(first, end):
        await native.put(f"guest:g{number}", name=f"Guest {number}")
        await native.record(
            kind=f"note.{'created' if number % 2 else 'updated'}",
            summary=f"lunch {number}",
            actor="user:u1",
            links=["contact:8", f"guest:g{number}"],
        )
        await native.http.patch(f"/activities/{activity['id']}", json={"summary": str(number)})
        await native.http.post("/tokens", json={"scopes": ["read_activities"]})
        await native.http.post("/entities/contact/8/addresses", json={"format": "feed"})
        await _meet_twice(native, number)
        hooks.append((await native.http.post("/webhooks", json=webhook)).json()["id"])
    await native.http.post(f"/webhooks/{hooks[0]}/redeliver", json={"after": 0})
    return activity["id"], hooks[0]


async def _meet_twice(native: Native, number: int) -> None:
    """Two who are merged, and two who should be."""
    for sign in "abcd":
        person = f"{sign < 'c'} {number}"
        attrs = {"email": f"{person.replace(' ', '')}@example.org"}
        await native.put(f"contact:{sign}{number}", name=f"Person {person}", attrs=attrs)
    merge = {"keep": f"contact:a{number}", "merge": [f"contact:b{number}"]}
    assert (await native.http.post("/merges", json=merge)).status_code == 201


async def test_lists_take_few_statements_however_long_they_are(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of documents that are shown for the first time."""
    database = cast("Database", app.services().store)
    statements = statements_of(database.engine, monkeypatch)

    async def count(activity: str, webhook: str) -> dict[str, int]:
        counts = {}
        for _, address, _ in LISTS:
            database.document_cache = DocumentCache()
            statements.clear()
            await native.get(address.replace("{id}", activity).replace("{webhook}", webhook))
            counts[address] = len(statements)
        return counts

    short = await count(*await fill(native, 0, SHORT))
    long = await count(*await fill(native, SHORT, LONG))

    assert short == long
    assert {address: long[address] for _, address, most in LISTS if long[address] > most} == {}
    assert all(long.values())


def test_counts_every_list() -> None:
    """A path that answers GET shows one document, or is counted here."""
    readable = {entry.path for entry in SURFACE.resources if "GET" in entry.operations}

    assert readable - SINGLE == {path for path, _, _ in LISTS}

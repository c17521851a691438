"""Lists end where the bytes of a page do, and go on from there, whatever is asked for."""

import json
from typing import Any, cast

import pytest

from doings.app import Application
from doings.core.budget import PAGE_BYTES
from doings.httpkit import endpoint
from doings.httpkit.bounds.answers import AnswerRoom
from doings.storage.database import Database
from doings.storage.document_cache import DocumentCache
from tests.counting import statements_of
from tests.native.client import Json, Native

LARGE = 400_000
"""Bytes of one large thing: two of them fit into a page, three do not."""

WIDE = "漢" * 120_000
"""Text of 360,000 bytes."""


async def record_large(native: Native, *names: str) -> None:
    """Record an activity of that summary for each name, the ones in capitals large."""
    for place, name in enumerate(names):
        data = {"blob": "x" * LARGE} if name.isupper() else {}
        at = f"2026-01-01T00:00:{place:02}Z"
        await native.record(summary=name, occurred_at=at, data=data, links=["contact:8"])


async def walk(native: Native, path: str, **params: Any) -> list[Json]:  # noqa: ANN401 - parameters
    """The pages from the first on, each by the cursor of the one before."""
    pages = [await native.get(path, **params)]
    while pages[-1]["next"]:
        pages.append(await native.get(path, **params, cursor=pages[-1]["next"]))
    return pages


def summaries(page: Json) -> list[str]:
    """The summaries of a page's items."""
    return [item["summary"] for item in page["items"]]


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_page_is_cut_and_goes_on_by_its_cursor(native: Native, order: str) -> None:
    """Forth and back, every activity comes once, and no page holds more than its bytes."""
    names = ["A", "b", "C", "D", "e", "F", "g", "H"]
    await record_large(native, *names)
    expected = names if order == "asc" else names[::-1]

    forth = await walk(native, "/activities", limit=50, order=order)
    back = [forth[-1]]
    while back[0]["prev"]:
        cursor = back[0]["prev"]
        back.insert(0, await native.get("/activities", limit=50, order=order, cursor=cursor))

    assert [name for page in forth for name in summaries(page)] == expected
    assert [name for page in back for name in summaries(page)] == expected
    assert len(forth) > 2
    assert all(len(json.dumps(page)) < 1.1 * PAGE_BYTES for page in (*forth, *back))


async def test_activity_that_is_larger_than_a_page_is_a_page(native: Native) -> None:
    """One item is shown whatever it holds."""
    for place in range(2):
        data, body = {"blob": "x" * 500_000}, "漢" * 150_000
        await native.record(summary=str(place), data=data)
        patched = await native.http.get("/activities")
        await native.http.patch(
            f"/activities/{patched.json()['items'][0]['id']}",
            json={"body": body, "metadata": {"blob": "y" * 500_000}},
        )

    pages = await walk(native, "/activities", limit=50)

    assert list(map(summaries, pages)) == [["1"], ["0"]]


async def test_feed_is_cut_and_goes_on_after_its_last_change(native: Native) -> None:
    """A change weighs what it keeps of the past and its activity, which each change shows."""
    activity = await native.record(summary="one", data={"blob": "x" * LARGE})
    for number in range(4):
        patch = {"data": {"blob": str(number) * LARGE}}
        await native.http.patch(f"/activities/{activity['id']}", json=patch)
    await native.record(summary="two")

    async def read(path: str) -> list[list[int]]:
        pages, last = [], 0
        while page := (await native.get(path, after=last, limit=50))["items"]:
            last = page[-1]["seq"]
            pages.append([change["seq"] for change in page])
        return pages

    feed = await read("/changes")
    history = await read(f"/activities/{activity['id']}/changes")

    assert sum(map(len, feed)) == 6
    assert sum(map(len, history)) == 5
    assert max(map(len, feed)) <= 2
    assert max(map(len, history)) <= 2


async def test_list_of_entities_is_cut(native: Native) -> None:
    """Also what a search finds."""
    for number in range(5):
        attrs = {"about": WIDE} if number % 2 else {}
        await native.put(f"guest:g{number}", name=f"Guest {number}", attrs=attrs)
        await native.put(f"guest:h{number}", name=f"Guest {number}", attrs={"about": WIDE})
    expected = [f"{letter}{number}" for number in range(5) for letter in "gh"]

    for params in ({}, {"q": "guest"}):
        pages = await walk(native, "/entities", type="guest", limit=50, **params)

        assert [item["id"] for page in pages for item in page["items"]] == expected
        assert max(len(page["items"]) for page in pages) < 5


@pytest.mark.parametrize("media_type", ["application/x-ndjson", "text/csv"])
async def test_export_holds_all(native: Native, media_type: str) -> None:
    """However many chunks it takes."""
    names = ["A", "b", "C", "D", "E", "F"]
    await record_large(native, *names)

    text = (await native.http.get("/activities", headers={"Accept": media_type})).text

    assert text.count("x" * LARGE) == 5
    assert len(text.splitlines()) == 6 + (media_type == "text/csv")


async def test_links_count_as_often_as_they_are_shown(native: Native) -> None:
    """Long names that many activities show make a page large."""
    links = [{"type": "guest", "id": f"g{number}", "name": WIDE[:1000]} for number in range(100)]
    for number in range(8):
        await native.record(summary=str(number), links=links)

    pages = await walk(native, "/activities", limit=50)

    assert sum(len(page["items"]) for page in pages) == 8
    assert len(pages) > 1


async def test_large_page_takes_as_many_statements_whatever_it_holds(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is large is weighed first, in one statement more, and read in another."""
    database = cast("Database", app.services().store)
    statements = statements_of(database.engine, monkeypatch)

    async def count() -> int:
        database.document_cache = DocumentCache()
        statements.clear()
        await native.get("/activities", limit=50)
        return len(statements)

    await record_large(native, "A", "b", "C", "D", "e")
    few = await count()
    await record_large(native, "A", "b", "C", "d", "E", "f", "G", "h")
    many = await count()

    assert few == many


async def test_large_page_is_read_where_it_keeps_nobody_waiting(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small page stays on the event loop."""
    engine = cast("Database", app.services().store).engine
    reads: list[bool] = []
    read = engine.read

    async def noted(work: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever the engine takes
        reads.append(options.get("bounded", True))
        return await read(work, **options)

    await record_large(native, "a")
    monkeypatch.setattr(engine, "read", noted)

    await native.get("/activities")
    small = reads.copy()
    await record_large(native, "B")
    reads.clear()
    await native.get("/activities")

    assert False not in small
    assert reads[-1] is False


async def test_answers_that_nobody_reads_have_an_end(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account whose large answers hold all the room is told to come again; small ones pass."""
    await record_large(native, "A", "B")
    room = AnswerRoom(most=3 * LARGE)
    monkeypatch.setattr(endpoint, "ROOM", room)

    alone = await native.http.get("/activities")
    account = (await native.get("/account"))["id"]
    room.take(account, LARGE)
    refused = await native.call("GET", "/activities?limit=51")
    room.give_back(account, LARGE)
    again = await native.http.get("/activities?limit=52")
    small = await native.http.get("/activities?limit=1&kind=text.posted")

    assert alone.status_code == 200
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert again.status_code == small.status_code == 200

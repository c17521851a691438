"""The feed as a stream of events."""

import asyncio
from typing import Any

import pytest

from doings.app import Application
from doings.live import hub, stream
from doings.live import tail as tails
from tests.engines import SQLITE_ONLY
from tests.native.client import Native, problems
from tests.native.handlers.feed.listening import QUICK, Event, listening, position, until


async def test_a_stream_begins_with_what_browsers_need(app: Application, native: Native) -> None:
    """No proxy keeps it, a browser knows when to come again, and has an id from the first."""
    here = await position(native)
    async with listening(app, native) as listener:
        assert listener.status == 200
        assert listener.headers["content-type"] == "text/event-stream"
        assert listener.headers["cache-control"] == "no-store"
        assert listener.headers["x-accel-buffering"] == "no"
        assert listener.text.startswith("retry: 2000\n: ")
        assert listener.events[0] == Event("position", here, {})


async def test_a_merge_is_told_and_joins_what_is_followed(app: Application, native: Native) -> None:
    """A stream that names the merged one is of the kept one, and hears of both."""
    for key in ("contact:8", "contact:77"):
        await native.put(key)
    async with listening(app, native) as everything:
        body = {"keep": "contact:8", "merge": ["contact:77"]}
        await native.http.post("/merges", json=body)
        gone = await everything.wait_for("entity.deleted")
        kept = await everything.wait_for("entity.updated")
    assert (gone.data["id"], gone.data["entity"], gone.data["merged_into"]) == (
        "77", None, "contact:8",
    )  # fmt: skip
    assert kept.data["entity"]["id"] == "8"

    async with listening(app, native, "entity=contact:77") as listener:
        await native.record(links=["contact:8"])
        note = await native.record(links=["contact:77"])
        await native.record(links=["contact:9"])
        await native.http.delete(f"/activities/{note['id']}")
        deleted = await listener.wait_for("deleted")

    assert [event.name for event in listener.events if event.name != "position"] == [
        "created", "created", "deleted",
    ]  # fmt: skip
    assert deleted.data["before"]["links"][0]["id"] == "77"


@pytest.mark.parametrize("name", ["8", "77"])
async def test_a_stream_follows_a_person_through_a_merge(
    app: Application, native: Native, name: str
) -> None:
    """By either id; what it is told goes by who is one person then, not when it began."""
    for key in ("contact:8", "contact:77"):
        await native.put(key)

    async def recorded() -> dict[str, int]:
        notes = {id_: await native.record(links=[f"contact:{id_}"]) for id_ in ("8", "77")}
        return {id_: note["seq"] for id_, note in notes.items()}

    async with listening(app, native, f"entity=contact:{name}") as listener:
        body = {"keep": "contact:8", "merge": ["contact:77"]}
        merge = (await native.http.post("/merges", json=body)).json()
        both = await recorded()
        await native.put("contact:8", name="Jim")
        await listener.wait_for("created", 2)
        await listener.wait_for("entity.updated", 2)
        await native.http.post(f"/merges/{merge['id']}/revert")
        parted = await recorded()
        await listener.wait_for("created", 3)

    created = [seq for event, seq in listener.told() if event in {"created", "reset"}]
    resets = [event.id for event in listener.events if event.name == "reset"]
    assert len(resets) == 2, "its list is another one twice"
    merging, parting = [int((one or "").rpartition("-")[2]) for one in resets]
    assert created == [merging, *both.values(), parting, parted[name]]


async def test_events_are_the_items_of_the_feed(app: Application, native: Native) -> None:
    """Each change of an activity as `/changes` has it, and what happens to entities between."""
    start = await position(native)
    async with listening(app, native) as listener:
        note = await native.record(links=["contact:8"])
        await native.http.patch(f"/activities/{note['id']}", json={"summary": "x"})
        items = (await native.get("/changes", after=start))["items"]
        await listener.wait_for("updated")
        await native.put("contact:8", name="Jim")
        await listener.wait_for("entity.updated")
        await native.http.delete("/entities/contact/8")
        await native.http.delete(f"/activities/{note['id']}")
        await listener.wait_for("deleted")

    first = int(start.rpartition("-")[2]) + 1
    assert listener.told() == [
        ("entity.created", first),
        ("created", first + 1),
        ("updated", first + 2),
        ("entity.updated", first + 3),
        ("entity.deleted", first + 4),
        ("deleted", first + 5),
    ]
    by_name = {event.name: event.data for event in listener.events}
    assert {**by_name["updated"]} == items[1]
    assert by_name["entity.updated"]["entity"]["name"] == "Jim"
    assert by_name["entity.deleted"]["entity"] is None
    assert (by_name["entity.deleted"]["type"], by_name["entity.deleted"]["id"]) == ("contact", "8")


async def test_a_page_and_its_stream_join_without_a_gap(app: Application, native: Native) -> None:
    """After the position of a page comes all that the page does not show."""
    await native.record(summary="shown")
    page = await native.http.get("/activities")
    missed = await native.record(summary="missed")

    async with listening(app, native, f"after={page.headers['doings-position']}") as listener:
        created = await listener.wait_for("created")

    assert created.data["activity_id"] == missed["id"]
    assert len(page.json()["items"]) == 1


@pytest.mark.parametrize("chunk", [1, 2, 200])
async def test_what_was_missed_comes_in_parts_and_only_once(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """However much is read at a time, and whatever of it the filter lets through."""
    monkeypatch.setattr(tails, "CHUNK", chunk)
    start = await position(native)
    for number in range(7):
        kind = "note.created" if number % 3 else "call.logged"
        await native.record(kind=kind, links=[f"contact:{number}"])

    async with (
        listening(app, native, f"after={start}") as everything,
        listening(app, native, "kind=call.*", headers={"last-event-id": start}) as calls,
    ):
        await native.record(kind="call.logged")
        await calls.wait_for("created", 4)
        await everything.wait_for("created", 8)

    first = int(start.rpartition("-")[2]) + 1
    assert [seq for _, seq in everything.told()] == list(range(first, first + 15))
    assert [name for name, _ in calls.told()] == ["created"] * 4


async def test_filters_tell_what_leaves_and_enters(app: Application, native: Native) -> None:
    """And of entities only those that they name."""
    query = "kind=note.*&link=contact:8"
    async with listening(app, native, query) as listener:
        note = await native.record(links=["contact:8"])
        await native.record(links=["contact:9"])
        await native.put("contact:9", name="Ann")
        await native.http.patch(f"/activities/{note['id']}", json={"kind": "call.logged"})
        await native.http.patch(f"/activities/{note['id']}", json={"kind": "note.updated"})
        await native.put("contact:8", name="Jim")
        await listener.wait_for("entity.updated")

    names = [name for name, _ in listener.told()]
    assert names == ["entity.created", "created", "left", "created", "entity.updated"]
    left = next(event for event in listener.events if event.name == "left")
    entered = [event for event in listener.events if event.name == "created"][1]
    assert left.data == {"activity_id": note["id"], "seq": int(str(left.id).rpartition("-")[2])}
    assert (entered.data["op"], entered.data["entered"]) == ("updated", True)


async def test_one_timeline_has_what_happens_to_its_owner(app: Application, native: Native) -> None:
    """`entity` is the timeline, and the other filters narrow its activities."""
    async with listening(app, native, "entity=contact:8&kind=note.*") as listener:
        await native.record(links=["contact:8"])
        await native.record(kind="call.logged", links=["contact:8"])
        await native.record(links=["contact:9"])
        await native.put("contact:8", name="Jim")
        await listener.wait_for("entity.updated")

    assert [name for name, _ in listener.told()] == ["entity.created", "created", "entity.updated"]


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"last-event-id": "garbage"}),
        ("", {"last-event-id": "abcdefgh-1"}),
        ("", {"last-event-id": "999999"}),
        ("after=1", {"last-event-id": "-1"}),
        ("after=abcdefgh-1", {}),
        ("after=999999", {}),
    ],
)
async def test_who_comes_from_elsewhere_is_told(
    app: Application, native: Native, query: str, headers: dict[str, str]
) -> None:
    """And goes on from the present end."""
    here = await position(native)
    async with listening(app, native, query, headers=headers) as listener:
        await native.record()
        await listener.wait_for("created")

    assert listener.events[0] == Event("reset", here, {"position": here})


async def test_another_accounts_position_is_elsewhere(
    app: Application, native: Native, stranger: Native
) -> None:
    """No account has the epoch of another."""
    theirs = await position(stranger)
    async with listening(app, native, headers={"last-event-id": theirs}) as listener:
        assert listener.events[0].name == "reset"


async def test_a_restored_history_resets_whoever_follows(app: Application, native: Native) -> None:
    """Those that listen at once, and those that ask for changes with a 410."""
    await native.record()
    old = await position(native)
    async with listening(app, native) as listener:
        await app.services().store.renew_epochs()  # type: ignore[attr-defined]
        await native.record()
        await listener.wait_for("reset")
    gone = await native.call("GET", f"/changes?after={old}")
    now = await position(native)

    assert gone.status_code == 410
    assert gone.json()["type"].endswith("/reset")
    assert gone.json()["position"] == now
    assert (await native.http.get(f"/changes?after={now}")).status_code == 200
    assert old.partition("-")[0] != now.partition("-")[0]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=x", "after"),
        ("after=", "after"),
        ("after=-1", "after"),
        ("q=word", "q"),
        ("since=2026-01-01", "since"),
        ("until=2026-01-01", "until"),
        ("order=asc", "order"),
        ("kind=Note", "kind"),
        ("link=contact", "link"),
        ("entity=contact", "entity"),
        ("actor=x", "actor"),
        ("kidn=note.created", "kidn"),
    ],
)
async def test_names_a_parameter_that_cannot_be_read(
    native: Native, query: str, field: str
) -> None:
    """A filter that is left out would tell too much."""
    answer = await native.call("GET", f"/stream?{query}", headers={"Last-Event-ID": "1"})

    assert answer.status_code == 400
    assert [name for name, _ in problems(answer)] == [field]


async def test_only_its_own_format_is_offered(native: Native) -> None:
    """406 for another one; HEAD answers the headers and ends."""
    refused = await native.call("GET", "/stream", headers={"Accept": "application/json"})
    head = await native.call("HEAD", "/stream")

    assert refused.status_code == 406
    assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream")
    assert "content-length" not in head.headers


async def test_positions_come_even_where_filters_hide_all(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to there nothing was missed."""
    monkeypatch.setattr(hub, "POSITION_SECONDS", QUICK)
    async with listening(app, native, "kind=call.*") as listener:
        await native.record()
        here = await position(native)
        await until(lambda: listener.events[-1].id == here)

    assert {event.name for event in listener.events} == {"position"}


@SQLITE_ONLY
async def test_the_position_is_told_to_one_who_comes_again(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Soon after the last stream ended, when not all that goes by time has ended."""
    for name in ("POSITION_SECONDS", "BEAT_SECONDS"):
        monkeypatch.setattr(hub, name, QUICK)
    async with listening(app, native):
        pass
    await until(lambda: not [one for one in asyncio.all_tasks() if one.get_name() == "beat"])
    async with listening(app, native) as listener:
        await listener.wait_for("position", 3)


async def test_the_feed_is_read_once_for_all_who_listen(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And encoded once for all filters."""
    reads = 0
    read = tails.read

    async def counted(*given: Any) -> Any:  # noqa: ANN401 - as it is
        nonlocal reads
        reads += 1
        return await read(*given)

    async with (
        listening(app, native) as first,
        listening(app, native) as second,
        listening(app, native, "kind=note.*") as third,
    ):
        await asyncio.sleep(0.2)
        monkeypatch.setattr(tails, "read", counted)
        await native.record()
        for listener in (first, second, third):
            await listener.wait_for("created")

    assert reads <= 2, "one for the commit, and one where a look finds it again"
    assert stream.POSITION_SECONDS < 15


async def test_every_list_and_document_says_its_position(native: Native) -> None:
    """That of the state that it shows."""
    note = await native.record(links=["contact:8"])
    here = await position(native)
    paths = (
        "/activities", "/activities?kind=none.such", "/activities?q=word", "/entities",
        f"/activities/{note['id']}", f"/activities/{note['id']}/changes", "/entities/contact/8",
        "/entities/contact/8/activities", "/changes", "/stats", "/tokens",
    )  # fmt: skip

    shown = {path: (await native.http.get(path)).headers["doings-position"] for path in paths}
    csv = await native.http.get("/activities", headers={"Accept": "text/csv"})
    put = await native.http.put("/entities/contact/8", json={"name": "Jim"})
    recorded = await native.http.post("/activities", json={"kind": "note.created"})

    assert shown == dict.fromkeys(paths, here)
    assert csv.headers["doings-position"] == here
    epoch, _, seq = here.partition("-")
    assert put.headers["doings-position"] == f"{epoch}-{int(seq) + 1}"
    assert recorded.headers["doings-position"] == f"{epoch}-{recorded.json()['seq']}"


async def test_an_erasure_is_told_to_all_who_may_have_seen_it(
    app: Application, native: Native
) -> None:
    """An activity by its kind; a person to everybody, as each activity may have named them."""
    await native.put("contact:8", name="Jim Halpert")
    recorded = await native.record(body="Jim Halpert", links=["contact:8"])
    async with (
        listening(app, native, "entity=contact:8") as of_person,
        listening(app, native, "kind=call.*") as of_calls,
    ):
        await native.call("POST", "/erasures", json={"entity": "contact:8"})
        call = await native.record("call.logged")
        erased = await of_person.wait_for("erased")
        entity = await of_person.wait_for("entity.erased")
        created = await of_calls.wait_for("created")

    assert erased.data["activity_id"] == recorded["id"]
    assert (erased.data["activity"], erased.data["erased"]) == (None, True)
    assert entity.data["id"].startswith("erased-")
    assert created.data["activity_id"] == call["id"]
    assert {event.name for event in of_calls.events} <= {"position", "entity.erased", "created"}

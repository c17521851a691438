"""The feed, the counts, the catalogue, the account and its credentials."""

import asyncio
import time

import pytest

from doings.app import Application
from doings.auth.credentials import issue
from doings.core import timeline
from doings.core.kinds.rules import CATALOGUE
from tests.engines import SQLITE_ONLY
from tests.native.client import Native, problems, signed_in


async def test_tells_what_changed_oldest_first(native: Native) -> None:
    """Each change with the document as it is now, and what the change replaced."""
    document = await native.record(summary="a")
    path = f"/activities/{document['id']}"
    after = (await native.call("PATCH", path, json={"summary": "b"})).json()

    page = await native.get("/changes")

    created, updated = page["items"]
    assert created == {
        "seq": document["seq"],
        "op": "created",
        "at": document["recorded_at"],
        "by": str(native.secret).partition("_")[0],
        "kind": "note.created",
        "activity_id": document["id"],
        "activity": after,
        "before": None,
        "leaf": document["seq"] - 1,
    }
    assert (updated["op"], updated["before"]) == ("updated", {"summary": "a"})
    assert page["last"] == updated["seq"]


async def test_reads_on_from_the_last_seq(native: Native) -> None:
    """`last` is where to go on; at the end it stays where it was."""
    for number in range(5):
        await native.record(summary=str(number))
    seen, after = [], 0
    while items := (page := await native.get("/changes", after=after, limit=2))["items"]:
        seen += [item["activity"]["summary"] for item in items]
        after = page["last"]

    assert seen == ["0", "1", "2", "3", "4"]
    assert page == {"items": [], "last": after}


async def test_a_long_poll_ends_with_the_change_it_waits_for(native: Native) -> None:
    """Soon after the change, with it; what takes a seq and is no change does not end it."""
    last = (await native.record())["seq"]
    poll = asyncio.create_task(native.get("/changes", after=last, wait=30))
    await asyncio.sleep(0.05)
    await native.put("contact:8")
    await asyncio.sleep(0.05)
    assert not poll.done()

    document = await native.record("app.done")

    page = await asyncio.wait_for(poll, 5)
    assert [item["activity"] for item in page["items"]] == [document]


async def test_a_long_poll_ends_soon_after_its_credential_is_revoked(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it wanted to wait; those of other credentials go on."""
    monkeypatch.setattr(timeline, "CHECK_SECONDS", 0.1)
    last = (await native.record())["seq"]
    account = await app.services().store.account("acme")
    issued, stored = issue(account.id, scopes=["read"], now=app.services().clock.now())
    await app.services().store.write(account.id, lambda writer: writer.add_credential(stored))
    headers = {"Authorization": f"Bearer {issued.secret}"}
    path = f"/changes?after={last}&wait=30"
    other = asyncio.create_task(native.call("GET", f"/changes?after={last}&wait=2"))
    poll = asyncio.create_task(native.call("GET", path, headers=headers))
    await asyncio.sleep(0.3)

    await native.call("DELETE", f"/tokens/{issued.key}")

    assert (await asyncio.wait_for(poll, 5)).status_code == 401
    assert (await other).status_code == 200


async def test_a_position_beyond_the_end_is_of_another_history(native: Native) -> None:
    """It was never given out, so that waiting for it would pass over what comes."""
    await native.record()
    here = (await native.call("GET", "/activities")).headers["doings-position"]
    epoch, _, seq = here.partition("-")

    for after in (f"{epoch}-{int(seq) + 1}", int(seq) + 1, f"{int(seq) + 1}&wait=30", 2**40):
        beyond = await native.call("GET", f"/changes?after={after}")

        assert beyond.status_code == 410
        assert beyond.json()["type"].endswith("/reset")
        assert beyond.json()["position"] == here
    for after in (here, seq):
        assert (await native.call("GET", f"/changes?after={after}")).status_code == 200


async def test_a_long_poll_ends_when_its_time_is_over(native: Native) -> None:
    """With an empty page."""
    last = (await native.get("/changes"))["last"]
    started = time.monotonic()

    page = await native.get("/changes", after=last, wait=1)

    assert page == {"items": [], "last": last}
    assert 0.9 < time.monotonic() - started < 5


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("query", "field"),
    [("after=-1", "after"), ("after=x", "after"), ("limit=0", "limit"), ("wait=61", "wait")],
)
async def test_says_which_parameter_of_the_feed_cannot_be_read(
    native: Native, query: str, field: str
) -> None:
    """400 naming the parameter."""
    answer = await native.call("GET", f"/changes?{query}")

    assert answer.status_code == 400
    assert [found for found, _ in problems(answer)] == [field]


@pytest.fixture
async def counted(native: Native) -> Native:
    """Notes on the 1st (of contact 8) and 2nd, two emails on the 2nd."""
    for kind, day, links in [
        ("note.created", 1, ["contact:8"]),
        ("note.created", 2, []),
        ("email.created", 2, ["contact:8"]),
        ("email.created", 2, []),
    ]:
        await native.record(kind, occurred_at=f"2026-05-0{day}T23:30:00Z", links=links)
    return native


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ("by=day", {"2026-05-01": 1, "2026-05-02": 3}),
        ("", {"2026-05-01": 1, "2026-05-02": 3}),
        ("by=kind", {"email.created": 2, "note.created": 2}),
        ("by=day&link=contact:8", {"2026-05-01": 1, "2026-05-02": 1}),
        ("by=day&kind=note.*", {"2026-05-01": 1, "2026-05-02": 1}),
        ("by=kind&kind=note.created", {"note.created": 2}),
        ("by=kind&since=2026-05-02T00:00:00Z", {"email.created": 2, "note.created": 1}),
        ("by=kind&until=2026-05-02T00:00:00Z", {"note.created": 1}),
        ("by=day&since=2026-05-01T12:00:00Z&until=2026-05-01T13:00:00Z", {"2026-05-01": 1}),
        ("by=kind&link=contact:404", {}),
    ],
)
async def test_counts(counted: Native, query: str, counts: dict[str, int]) -> None:
    """By UTC day or by kind, of what is asked for; times are cut at whole days."""
    stats = await counted.get(f"/stats?{query}")

    assert {item.get("day", item.get("kind")): item["count"] for item in stats["items"]} == counts
    assert stats["total"] == sum(counts.values())
    assert list(stats) == ["by", "items", "total"]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("by=hour", "by"),
        ("q=x", "q"),
        ("actor=user:1", "actor"),
        ("origin=api", "origin"),
        ("level=WARN", "level"),
        ("channel=admin", "channel"),
        ("link=contact:8&link=contact:9", "link"),
        ("since=x", "since"),
    ],
)
async def test_refuses_what_is_not_counted(native: Native, query: str, field: str) -> None:
    """400: tallies are kept by entity, kind and day."""
    answer = await native.call("GET", f"/stats?{query}")

    assert answer.status_code == 400
    assert [found for found, _ in problems(answer)] == [field]


async def test_lists_the_catalogue(native: Native) -> None:
    """Every kind with its title, icon, meaning and the shape of its data."""
    items = {item["kind"]: item for item in (await native.get("/kinds"))["items"]}

    assert list(items) == list(CATALOGUE)
    assert list(items["note.created"]) == ["kind", "title", "icon", "meaning", "data"]
    assert items["segment.added"]["data"] is None
    shapes = items["file.uploaded"]["data"]["$defs"]
    assert shapes["FileData"]["required"] == ["file"]


async def test_shows_the_account(native: Native) -> None:
    """The credential's own, with the entity that stands for it."""
    account = await native.get("/account")

    assert account == {
        "id": account["id"],
        "slug": "acme",
        "name": "acme",
        "time_zone": "UTC",
        "self": {"type": "business", "id": "acme"},
        "interactions": "open",
        "merging": "manual",
        "keeps_ids_of": None,
        "monica": "document",
        "created_at": account["created_at"],
    }


async def test_makes_lists_and_revokes_credentials(app: Application, native: Native) -> None:
    """The secret is shown once and works until the credential is revoked."""
    body = {"scopes": ["read"], "label": "crm", "expires_at": "2100-01-01T00:00:00Z"}
    answer = await native.call("POST", "/tokens", json=body)
    issued = answer.json()
    other = Native(app, issued["secret"])

    works = await other.call("GET", "/activities")
    listed = (await native.get("/tokens"))["items"]
    gone = await native.call("DELETE", answer.headers["location"])
    refused = await other.call("GET", "/activities")

    assert answer.status_code == 201
    assert list(issued) == ["key", "secret", "label", "scopes", "created_at", "expires_at"]
    assert (works.status_code, gone.status_code, refused.status_code) == (200, 204, 401)
    assert [item["key"] for item in listed][-1] == issued["key"]
    assert "secret" not in listed[-1]
    assert listed[-1]["scopes"] == ["read_activities"]
    assert listed[-1]["expires_at"] == "2100-01-01T00:00:00Z"


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": ["read"], "expires_at": "2000-01-01T00:00:00Z"}, "expires_at"),
        ({"scopes": ["read"], "expires_at": "2100-01-01"}, "expires_at"),
        ({"scopes": ["read"], "secret": "mine"}, "secret"),
        ({"scopes": ["read"], "label": "a\0"}, "label"),
    ],
)
async def test_refuses_a_credential_that_may_not_be(
    native: Native, body: dict[str, object], field: str
) -> None:
    """422 with the member."""
    answer = await native.call("POST", "/tokens", json=body)

    assert answer.status_code == 422
    assert [found for found, _ in problems(answer)] == [field]


async def test_an_admin_neither_reads_nor_writes(app: Application) -> None:
    """Scopes are given one by one."""
    admin = await signed_in(app, "acme", ["admin"])

    statuses = [
        (await admin.call("GET", "/account")).status_code,
        (await admin.call("GET", "/activities")).status_code,
        (await admin.call("POST", "/activities", json={"kind": "a.b"})).status_code,
    ]

    assert statuses == [200, 403, 403]

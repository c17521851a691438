"""The log of changes over HTTP, verified by code that is not the server's."""

import base64
from typing import Any

import pytest

from doings.app import Application
from doings.core.store import Writer
from doings.native.handlers.feed.log import IMMUTABLE
from doings.storage.writer import AccountWriter
from doings.storage.writing.log.leaves import forget_leaves
from tests.native.client import Native
from tests.proof import verifier


async def filled(native: Native, count: int) -> None:
    """Record so many activities."""
    lines = b'{"kind":"note.created","summary":"Hello"}\n' * count
    answer = await native.http.post(
        "/activities/batch", content=lines, headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.status_code == 200, answer.text


async def text(native: Native, path: str) -> str:
    """The text of an answer."""
    answer = await native.call("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def proof(native: Native, seq: int) -> dict[str, Any] | None:
    """What a proof that is good says of a change."""
    return verifier.check_proof(await native.get(f"/proofs/{seq}"), await text(native, "/log/key"))


async def digests(native: Native, size: int) -> list[bytes]:
    """All digests of the log, of its entry bundles."""
    found = []
    for number in range(0, size, 256):
        width = min(256, size - number)
        name = f"{number // 256:03}" + (f".p/{width}" if width < 256 else "")
        body = (await native.call("GET", f"/log/tile/entries/{name}")).content
        assert len(body) == width * 34
        assert {body[place : place + 2] for place in range(0, len(body), 34)} == {b"\0\x20"}
        found += [body[place + 2 : place + 34] for place in range(0, len(body), 34)]
    return found


async def test_each_change_is_proved_with_what_it_left(native: Native) -> None:
    """Of activities and of entities, the present state and those before it."""
    await native.put("contact:8", name="Jim", attrs={"b": 1.50, "a": "x"})
    note = await native.record(summary="a", actor="contact:8", links=["contact:9"], data={"b": 2})
    await native.call("PATCH", f"/activities/{note['id']}", json={"summary": "b"})
    await native.put("contact:8", name="Pam")
    await native.call("DELETE", f"/activities/{note['id']}")
    await native.call("DELETE", "/entities/contact/8")

    last = (await native.get("/proofs/1"))["size"]
    said = [await proof(native, seq) for seq in range(1, last + 1)]

    told = [one for one in said if one and (one["type"], one["id"]) != ("contact", "9")][-6:]
    assert [(one["op"], one["type"], one["id"]) for one in told] == [
        ("created", "contact", "8"),
        ("created", "activity", note["id"]),
        ("updated", "activity", note["id"]),
        ("updated", "contact", "8"),
        ("deleted", "activity", note["id"]),
        ("deleted", "contact", "8"),
    ]
    documents = [one["document"] for one in told]
    assert [document and document.get("summary") for document in documents[1:3]] == ["a", "b"]
    assert [documents[0]["name"], documents[3]["name"], *documents[4:]] == [
        "Jim", "Pam", None, None,
    ]  # fmt: skip
    assert documents[0]["attrs"] == {"b": 1.5, "a": "x"}
    assert documents[1]["actor"] == {"type": "contact", "id": "8"}
    assert documents[1]["links"] == [{"type": "contact", "id": "9", "role": "subject"}]
    members = {"actor", "links", "summary", "updated_at"}
    assert {name for name in note if documents[1][name] != note[name]} <= members
    assert told[1]["by"] == str(native.secret).partition("_")[0] == told[0]["by"]


async def test_tiles_make_the_root_of_the_checkpoint(native: Native) -> None:
    """Leaves, their hashes, and the roots of full tiles one level above."""
    await filled(native, 600)
    origin, size, root = verifier.opened(
        await text(native, "/log/checkpoint"), await text(native, "/log/key")
    )

    leaves = [verifier.leaf(one) for one in await digests(native, size)]
    first = (await native.call("GET", "/log/tile/0/000")).content
    above = (await native.call("GET", "/log/tile/1/000.p/2")).content
    some = (await native.call("GET", "/log/tile/0/001.p/7")).content

    assert origin.startswith("doings/")
    assert verifier.root(leaves) == root
    assert first == b"".join(leaves[:256])
    assert some == b"".join(leaves[256:263])
    assert above == verifier.root(leaves[:256]) + verifier.root(leaves[256:512])


async def test_roots_are_the_same_once_they_are_stored(native: Native, app: Application) -> None:
    """Where the server has not yet stored them, it makes them."""
    await filled(native, 600)
    before = [await native.get("/proofs/40"), await native.get("/proofs/600")]
    store = app.services().store
    await store.settle_log((await store.account("acme")).id)

    assert [await native.get("/proofs/40"), await native.get("/proofs/600")] == before
    assert await proof(native, 40)


async def test_consistency_leads_from_one_root_to_the_other(native: Native) -> None:
    """Within tiles and across them; from a log to itself there is nothing to prove."""
    await filled(native, 512)
    all_leaves = [verifier.leaf(one) for one in await digests(native, 512)]

    for old, new in ((1, 7), (5, 300), (256, 512), (255, 257)):
        found = await native.get("/log/consistency", **{"from": old, "to": new})
        hashes = [base64.b64decode(one) for one in found["path"]]
        roots = verifier.root(all_leaves[:old]), verifier.root(all_leaves[:new])
        assert verifier.is_consistent(old, new, *roots, hashes)
    assert await native.get("/log/consistency", **{"from": 7, "to": 7}) == {"path": []}


async def test_full_tiles_may_be_kept_for_good(native: Native) -> None:
    """Others are asked for again."""
    await filled(native, 300)

    full = await native.call("GET", "/log/tile/0/000")
    partial = await native.call("GET", "/log/tile/0/000.p/255")

    assert full.headers["cache-control"] == IMMUTABLE
    assert partial.headers["cache-control"] == "private, no-cache"
    assert full.headers["content-type"] == "application/octet-stream"


NO_TILES = [
    "0/001",
    "0/000",
    "1/000",
    "entries/000",
    "0/000.p/0",
    "0/000.p/256",
    "0/000.p/255",
    "0/000.p/007",
    "0/0",
    "0/x000/000/000",
    "0/000/000",
    "6/000",
    "-1/000",
    "data/000",
    "0/x999/x999/x999/x999/999",
]


async def test_tiles_that_are_not_there_are_not_found(native: Native) -> None:
    """Those that are not full yet, those beyond the end, and names of no tile."""
    answers = [await native.call("GET", f"/log/tile/{name}") for name in NO_TILES]

    assert [(one.status_code, one.json()["title"]) for one in answers] == [
        (404, "Not Found") for _ in NO_TILES
    ]


async def test_seqs_that_are_no_change_are_not_found(native: Native) -> None:
    """There is nothing to prove."""
    for seq in ("0", "-1", "99999", "x", "1.0", "99999999999999999999"):
        assert (await native.call("GET", f"/proofs/{seq}")).status_code == 404


async def test_sizes_that_the_log_had_not_are_refused(native: Native) -> None:
    """With what is wrong."""
    for query in ("from=3&to=2", "from=1&to=9999", "from=x", "to=-1"):
        answer = await native.call("GET", f"/log/consistency?{query}")

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] in {"from", "to"}


async def test_another_account_has_another_log(native: Native, stranger: Native) -> None:
    """Its checkpoints are of another origin, and signed by another key."""
    note = await text(native, "/log/checkpoint")
    theirs = await text(stranger, "/log/key")

    with pytest.raises(AssertionError, match="not signed"):
        verifier.opened(note, theirs)


async def test_what_was_erased_stays_a_leaf(native: Native, app: Application) -> None:
    """It says nothing any more, and all proofs hold."""
    note = await native.record(summary="a")
    checkpoint = await text(native, "/log/checkpoint")
    store = app.services().store

    async def forget(writer: Writer) -> None:
        assert isinstance(writer, AccountWriter)
        await forget_leaves(writer._writing, [note["seq"]])  # noqa: SLF001 - as erasing does

    await store.write((await store.account("acme")).id, forget)

    assert await proof(native, note["seq"]) is None
    assert await proof(native, 1)
    assert await text(native, "/log/checkpoint") == checkpoint


async def test_the_feed_tells_of_entities_where_asked(native: Native) -> None:
    """With their leaves and who it was, in one order with activities."""
    start = (await native.get("/proofs/1"))["size"]
    await native.put("contact:8", name="Jim")
    note = await native.record(links=["contact:8"])
    await native.put("contact:8", name="Pam")
    await native.call("DELETE", "/entities/contact/8")

    page = await native.get("/changes", after=start, entities="true")
    plain = await native.get("/changes", after=start)

    key = str(native.secret).partition("_")[0]
    assert [
        (one["seq"] - start, one["leaf"] - start, one["op"], one["by"], one.get("type"))
        for one in page["items"]
    ] == [
        (1, 0, "created", key, "contact"),
        (2, 1, "created", key, None),
        (3, 2, "updated", key, "contact"),
        (4, 3, "deleted", key, "contact"),
    ]
    assert next(list(one) for one in page["items"] if "entity" in one) == [
        "seq", "op", "at", "by", "type", "id", "entity", "leaf",
    ]  # fmt: skip
    assert page["items"][0]["entity"] is None
    assert page["last"] == start + 4
    assert [one["activity_id"] for one in plain["items"]] == [note["id"]]


async def test_the_feed_of_entities_waits_and_goes_on(native: Native) -> None:
    """As the feed does; anything but true and false is refused."""
    start = (await native.get("/proofs/1"))["size"]

    empty = await native.get("/changes", after=start, entities="true", wait=0)
    refused = await native.call("GET", "/changes?entities=yes")

    assert empty == {"items": [], "last": start}
    assert refused.status_code == 400


async def test_without_a_key_nothing_is_signed(native: Native, app: Application) -> None:
    """Tiles and proofs between sizes need none."""
    app.services().log_keys._file = None  # noqa: SLF001 - as on PostgreSQL without the setting

    for path in ("/log/checkpoint", "/log/key", "/proofs/1"):
        answer = await native.call("GET", path)
        assert answer.status_code == 503
        assert "DOINGS_LOG_KEY" in answer.json()["detail"]
    assert (await native.call("GET", "/log/tile/0/000.p/1")).status_code == 200
    assert (await native.call("GET", "/log/consistency?from=1")).status_code == 200

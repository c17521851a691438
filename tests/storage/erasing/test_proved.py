"""Activities that stay when somebody is erased: their log says what they are from then on."""

import json
from typing import Any

import pytest

from doings.core.activity import Activity, Link, named_links
from doings.core.erasing.erasure import ErasureOrder
from doings.core.store.log import Leaf
from doings.storage.checks.check import check
from doings.storage.erasing import activities, pace
from tests.builders import contact, note
from tests.storage.book import Book
from tests.storage.erasing.conftest import JIM, erase, fill
from tests.storage.writing.test_log import leaves


async def last_said(book: Book) -> dict[str, dict[str, Any] | None]:
    """What the newest leaf of each activity says, None where it has lost its salt; by id.

    Only changes know whose leaf says nothing.
    """
    said: dict[str, dict[str, Any] | None] = {}
    found: list[Leaf] = await leaves(book)
    rows = await book.rows("SELECT seq, activity_id FROM changes ORDER BY seq")
    rows += await book.rows("SELECT seq, id FROM activities")
    for seq, id_ in sorted(rows):
        text = found[seq - 1].statement
        said[id_] = None if text is None else json.loads(text)
    return said


def shown(activity: Activity) -> dict[str, Any]:
    """What a statement has to say of an activity, less what never changes."""
    return {
        "summary": activity.summary,
        "body": activity.body,
        "external_id": activity.external_id,
        "links": [
            [link.entity.type, link.entity.id, role]
            for link in named_links(activity.links)
            for role in link.roles
            if role not in {"owner", "actor"}
        ],
    }


async def assert_proved(book: Book) -> None:
    """All activities that are there are what the newest leaf of each says.

    And leaves that say something tell of all that say nothing any more.
    """
    said, seqs = await last_said(book), await book.seqs()
    for activity in await book.read(lambda reader: reader.activities(seqs)):
        statement = said[activity.id]
        assert statement is not None, activity
        document = statement["document"]
        document["links"] = [[one["type"], one["id"], one["role"]] for one in document["links"]]
        assert document | shown(activity) == document
        assert (document["data"], document["metadata"]) == (
            json.loads(activity.data),
            json.loads(activity.metadata),
        )
    statements = [leaf.statement for leaf in await leaves(book)]
    told = [json.loads(one).get("forgets", []) for one in statements if one is not None]
    silent = {number for number, one in enumerate(statements) if one is None}
    assert silent <= {number for numbers in told for number in numbers}
    assert await check(book.database, lambda _done, _total: None) == []


async def told_again(book: Book) -> dict[int, int]:
    """How many changes of each activity replaced nothing, by its seq."""
    rows = await book.rows(
        "SELECT activity_seq, COUNT(*) FROM changes WHERE op = 'updated' AND before = '{}'"
        " GROUP BY activity_seq"
    )
    return dict(rows)


@pytest.mark.parametrize("mode", ["erase", "unlink"])
async def test_what_stays_is_proved_at_once(book: Book, mode: str) -> None:
    """Each once, also what the person was unlinked from before; and again at the next erasure."""
    seqs = await fill(book)
    await book.record(note("zwq8", contact("9"), external_id="x@quibble.example"))
    await book.write(lambda writer: writer.release_entity(("contact", "9")))

    await erase(book, activities=mode)

    await assert_proved(book)
    told = await told_again(book)
    assert {told[seqs[name]] for name in ("shared", "parted")} == {1}
    assert set(told.values()) == {1}
    await erase(book, entity=("contact", "9"), activities="unlink")
    await assert_proved(book)
    assert (await told_again(book))[seqs["shared"]] == 2


async def test_what_several_who_go_share_is_proved_when_the_last_was_looked_at(book: Book) -> None:
    """It is told of once, although the timeline of each leads there."""
    for id_ in ("zwq8", "zwq8-k"):
        await book.put("contact", id_, name=JIM)
    await book.put("membership", "zwq8-m", name=JIM, contact="zwq8")
    link = [contact(id_) for id_ in ("9", "zwq8", "zwq8-k")]
    one = await book.record_one(*link, Link("membership", "zwq8-m"), body=JIM)
    await book.write(
        lambda writer: writer.add_merge(("contact", "zwq8-k"), [("contact", "zwq8")], None)
    )

    await erase(book)

    assert await told_again(book) == {one.seq: 1}
    await assert_proved(book)


async def test_small_parts_prove_each_once(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few changes a transaction rewrites, and where an activity has more than that."""
    monkeypatch.setattr(pace, "FEWEST", 2)
    monkeypatch.setattr(pace, "MOST", 2)
    monkeypatch.setattr(activities, "CHANGES", 2)
    await book.put("contact", "zwq8", name=JIM)
    seqs = [(await book.record_one("zwq8", "9", body=f"{JIM} {n}")).seq for n in range(5)]
    own = await book.record_one("zwq8", body=JIM)
    for number in range(7):
        await book.revise(seqs[2], note("zwq8", "9", body=f"{JIM} again {number}"))
        await book.revise(own.seq, note("zwq8", body=f"{JIM} again {number}"))

    dry = await book.database.erasures.count(
        book.account.id, ErasureOrder(entity=("contact", "zwq8"))
    )
    done = await erase(book)

    assert await told_again(book) == dict.fromkeys(seqs, 1)
    assert done.counts == dry.counts
    await assert_proved(book)

"""A person with traces in every corner, and somebody who looks for them."""

from collections.abc import Callable
from typing import Any

import pytest

from doings.core.activity import Link
from doings.core.entity import EntityDraft
from doings.core.erasing.erasure import Erasure, ErasureOrder
from doings.core.store import Writer
from doings.core.store.imports import ImportCounts
from doings.core.store.webhooks import (
    Attempt,
    Delivery,
    Made,
    Outcome,
    Webhook,
    WebhookSettings,
)
from doings.storage.sql.schema.tables import ACCOUNT_TABLES
from tests.builders import contact, note
from tests.storage.book import Book

JIM = "Xavier Quibble"
WORDS = ("Quibble", "quibble", "zwq8", "152 7654321", "1527654321", "privateword")
"""What is said of nobody else: names, the id, a telephone, and a word in a note of his alone."""

ATTRS = '{"email":"x@quibble.example","phone":"+49 152 7654321","city":"quibbletown"}'

HOOK = Webhook(
    id="wh_1",
    settings=WebhookSettings(
        url="https://example.org/", description=f"for {JIM}", links=("contact:zwq8",)
    ),
    secrets=(),
    key="",
    position=0,
    created_at=0,
    updated_at=0,
)


async def fill(book: Book) -> dict[str, int]:
    """Record a person and all that keeps something of him; returns the seqs of his activities."""
    await book.put("contact", "zwq8", name=JIM, attrs=ATTRS)
    await book.put("membership", "zwq8-m", name=JIM, contact="zwq8")
    own = await book.record_one("zwq8", body="privateword", data='{"by":"Xavier Quibble"}')
    await book.revise(own.seq, note("zwq8", body="privateword again"))
    shared = await book.record_one(
        "zwq8",
        contact("9", name="Ann Lee"),
        summary=f"{JIM} met Ann",
        metadata='{"a":"x@quibble.example"}',
    )
    draft = note("zwq8", "9", body=f"mail x@quibble.example, {JIM}", metadata="{}")
    await book.revise(shared.seq, draft)
    deleted = await book.record_one("zwq8", body="privateword deleted")
    await book.erase(deleted.seq)
    parted = await book.record_one("zwq8", "9", body=f"{JIM} and Ann")
    await book.revise(parted.seq, note("9", body=f"{JIM} was here"))
    await book.write(lambda writer: writer.hold_entity(("contact", "9"), f"{JIM} asked for it"))
    await book.record(note(Link("membership", "zwq8-m"), body="privateword of a membership"))
    await _import(book)
    await book.write(lambda writer: _deliver(writer, own.seq))
    await book.write(lambda writer: writer.remember("key", b"1", f"an answer about {JIM}"))
    return {"own": own.seq, "shared": shared.seq, "deleted": deleted.seq, "parted": parted.seq}


async def _import(book: Book) -> None:
    async def run(writer: Writer) -> None:
        number = await writer.start_import(None, ["Xavier Quibble.ndjson"])
        await writer.follow_import(number)
        draft = EntityDraft(name="X. Quibble", attrs=ATTRS)
        await writer.put_entity(("contact", "zwq8"), lambda _: draft)
        await writer.note_import(number, ImportCounts())

    await book.write(run)


async def _deliver(writer: Writer, seq: int) -> None:
    await writer.add_webhook(HOOK)
    made = Delivery(
        seq=seq, message="msg_1", event="activity.created", subject="contact:zwq8", at=0
    )
    await writer.queue("wh_1", [made])
    await writer.note_bodies("wh_1", [Made(seq, "msg_1", f'{{"name":"{JIM}"}}')])
    attempt = Attempt(at=0, ms=1, status=500, response=f"no {JIM}")
    await writer.note_outcomes(
        "wh_1", [Outcome(seq=seq, status="pending", tries=1, next_at=0, attempt=attempt)]
    )


async def erase(book: Book, **members: Any) -> Erasure:  # noqa: ANN401 - an ErasureOrder's
    """Erase the person."""
    order = ErasureOrder(**{"entity": ("contact", "zwq8"), **members})
    return await book.database.erasures.erase(book.account.id, order)


async def dump(book: Book) -> str:
    """All that a database gives when it is dumped: each row of each table, the full text too."""
    names = [*ACCOUNT_TABLES, "accounts", "installation", "credentials"]
    if (await book.rows("SELECT 1"))[0] and not hasattr(book.database.engine, "path"):
        names += ["search_activities", "search_entities"]
    rows = [row for name in names for row in await book.rows(f"SELECT * FROM {name}")]  # noqa: S608
    return repr(rows)


@pytest.fixture
def found_in() -> Callable[[bytes | str], list[str]]:
    """Looks for what was said of the person."""

    def find(data: bytes | str) -> list[str]:
        text = data if isinstance(data, str) else data.decode("latin-1")
        return [word for word in WORDS if word in text]

    return find

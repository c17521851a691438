"""What is due is told over all accounts, also while some cannot be read."""

import json

import pytest

from doings.core.activity import Draft
from doings.core.clock import SECOND
from doings.core.errors import Unavailable
from doings.storage import due
from doings.storage.database import Database
from doings.storage.engine import Engine
from tests.builders import note
from tests.clocks import NOON, TickingClock
from tests.storage.book import Book


def request(valid_until: int | None = None, **data: object) -> Draft:
    """A draft that time will change, if ever."""
    if valid_until is not None:
        data["valid_until"] = valid_until // 1000
    return note("1", kind="details.requested", data=json.dumps(data))


async def test_due_are_those_whose_time_has_come(
    database: Database, book: Book, other: Book, clock: TickingClock
) -> None:
    """Of all accounts, the earliest first, and at most as many as asked for."""
    hour = 3600 * SECOND
    late, early, never = await book.record(
        request(NOON + 2 * hour), request(NOON + hour), request()
    )
    (theirs,) = await other.record(request(NOON + 3 * hour))
    ours, them = book.account.id, other.account.id

    clock.instant = NOON
    assert await database.due(10) == []
    clock.instant = NOON + 5 * hour
    assert await database.due(10) == [(ours, early.seq), (ours, late.seq), (them, theirs.seq)]
    assert await database.due(1) == [(ours, early.seq)]
    assert never.seq not in {seq for _, seq in await database.due(10)}


async def test_due_are_told_although_an_account_cannot_be_read(
    database: Database,
    book: Book,
    other: Book,
    clock: TickingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One machine of a cluster may be dead: what is due on the others is told all the same."""
    hour = 3600 * SECOND
    (ours,) = await book.record(request(NOON + hour))
    await other.record(request(NOON + hour))
    clock.instant = NOON + 2 * hour
    look, away = due._due_in, {other.account.id}  # noqa: SLF001 - a machine cannot be killed here

    async def fail(*_: object) -> due.Due:
        msg = "a machine is away"
        raise Unavailable(msg)

    async def look_unless_away(engine: Engine, account_id: int, now: int, limit: int) -> due.Due:
        return await (fail() if account_id in away else look(engine, account_id, now, limit))

    monkeypatch.setattr(due, "_due_anywhere", fail)
    monkeypatch.setattr(due, "_due_in", look_unless_away)

    assert await database.due(10) == [(book.account.id, ours.seq)]
    away.add(book.account.id)
    with pytest.raises(Unavailable):
        await database.due(10)


async def test_deadline_follows_the_activity(
    database: Database, book: Book, clock: TickingClock
) -> None:
    """It moves, goes and comes back with what data says, and goes with the activity."""
    hour = 3600 * SECOND
    (one,) = await book.record(request(NOON + hour))
    clock.instant = NOON + 2 * hour

    async def is_due() -> bool:
        return await database.due(10) == [(book.account.id, one.seq)]

    found = [await is_due()]
    for draft in (
        request(NOON + 9 * hour),
        request(NOON + hour),
        request(NOON + hour, status="DECLINED"),
        request(NOON + hour, status="SENT"),
        request(),
        request(NOON),
        note("1"),
        request(NOON),
    ):
        await book.revise(one.seq, draft)
        found.append(await is_due())
    await book.erase(one.seq)
    found.append(await is_due())

    assert found == [True, False, True, False, True, False, True, False, True, False]

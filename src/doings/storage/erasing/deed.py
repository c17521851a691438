"""`core.store.erasures.ErasureStore`: erasing in short transactions, one after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from doings.core.clock import HOUR, Clock
from doings.core.entity import EntityKey
from doings.core.erasing.erasure import Erasure, ErasureCounts, ErasureOrder, opaque_id
from doings.core.erasing.names import words_of
from doings.core.errors import Conflict, NotFound, Unavailable
from doings.core.store.erasures import Replayed
from doings.core.store.retention import DuePlace
from doings.storage.engine import Connection, Engine, in_parts
from doings.storage.erasing import copies, mentions, notes, people, retention, strays, walk
from doings.storage.erasing.job import Job, Member
from doings.storage.erasing.key import ErasureKey
from doings.storage.erasing.pace import MOST, Pace
from doings.storage.erasing.strays import START, Place
from doings.storage.reading import entities
from doings.storage.reading import erasures as read
from doings.storage.sql import erasure_statements as sql
from doings.storage.transaction import Transaction

T = TypeVar("T")
P = TypeVar("P")

FIRST = ("", 0)
"""Before every change."""

ALSO = 1_000
"""How many of those that would go with somebody are named."""

TYPES = 2_000
"""How many entities are compared with a register at a time."""

SCRUB_SECONDS = 2
"""How long a caller waits for the cleaning of the files, which is long where the full text is."""

SCRUB_AFTER = HOUR
"""How long what retention removed may lie in the files: making the full text again takes long."""


class Erasures:
    """Erases in the accounts of one database."""

    def __init__(self, engine: Engine, clock: Clock, key: ErasureKey) -> None:
        self._engine = engine
        self._clock = clock
        self._key = key
        self._scrubs: set[asyncio.Task[None]] = set()

    async def erase(self, account_id: int, order: ErasureOrder) -> Erasure:
        key = self._key.value()
        try:
            erasure: str = await self._engine.write(
                lambda connection: walk.begin(
                    self._transaction(connection, account_id, order.by), order, key
                ),
                account_id=account_id,
            )
        except NotFound:
            # It may be gone because this was asked for before, by a process that was killed.
            begun = await self._read(account_id, partial(walk.begun, order.entity))
            if begun is None:
                raise
            erasure = begun
        await self._finish(account_id, erasure, key)
        await self._scrub()
        return await self._read(account_id, lambda reading: read.erasure(reading, erasure))

    async def _scrub(self) -> None:
        """Clean the files; where that takes long, in the background."""
        task = asyncio.create_task(self._engine.scrub())
        self._scrubs.add(task)
        task.add_done_callback(self._scrubs.discard)
        done, _ = await asyncio.wait([task], timeout=SCRUB_SECONDS)
        for one in done:
            # The erasure itself is done, and the next look cleans.
            with suppress(Unavailable):
                one.result()

    async def cleaned(self) -> None:
        for task in list(self._scrubs):
            await task

    async def close(self) -> None:
        """Stop cleaning; the next process goes on, as that is noted in the database."""
        for task in list(self._scrubs):
            task.cancel()
            with suppress(asyncio.CancelledError, Unavailable):
                await task

    async def go_on(self) -> None:
        """Go on with what a process left undone that was killed, and clean the files."""
        rows = await self._engine.read(lambda connection: connection.fetch(sql.UNFINISHED_ERASURES))
        for account_id, erasure in dict.fromkeys(rows):
            await self._finish(account_id, erasure, self._key.value())
        await self._engine.scrub(noted_before=self._clock.now() - SCRUB_AFTER)

    async def _finish(self, account_id: int, erasure: str, key: bytes) -> None:
        """Do all that `begin` left."""
        pace = Pace()

        async def go_on(part: Transaction) -> bool:
            with pace.noted():
                return await walk.go_on(part, erasure, key, pace.count)

        await self._in_parts(account_id, go_on)
        place: tuple[str, int] | None = FIRST
        while place is not None:
            found = await self._read(account_id, partial(_suspects, erasure, place))
            if found is None:
                break
            ids, place = found
            for id_ in ids:
                await self._in_parts(
                    account_id,
                    lambda part, id_=id_: walk.treat_past(part, erasure, [id_]),  # type: ignore[misc]
                )
        await self._treat_all(account_id, erasure, mentions.START, _mentions, walk.treat_mentions)
        await self._treat_all(account_id, erasure, START, _strays, walk.forget_strays)
        changed = await self._read(account_id, partial(_notes, erasure))
        await self._in_parts(account_id, lambda part: walk.redact_notes(part, erasure, changed))
        await self._in_parts(account_id, lambda part: walk.end(part, erasure))

    async def _treat_all(
        self,
        account_id: int,
        erasure: str,
        start: P,
        find: Callable[[str, P, Transaction], Awaitable[tuple[list[int], P | None] | None]],
        treat: Callable[[Transaction, str, list[int]], Awaitable[bool]],
    ) -> None:
        """Find from one place to the next what still tells of the person, and treat that."""
        place: P | None = start
        while place is not None:
            found = await self._read(account_id, partial(find, erasure, place))
            if found is None:
                return
            seqs, place = found
            if seqs:
                await self._in_parts(account_id, lambda part, seqs=seqs: treat(part, erasure, seqs))  # type: ignore[misc]

    async def count(self, account_id: int, order: ErasureOrder) -> Erasure:
        key = self._key.value()
        job = await self._read(account_id, lambda reading: _planned(reading, order, key))
        counts = job.counts
        for member in job.members:
            place: Member = member
            while not place.is_walked:
                part = await self._read(account_id, partial(_walked, job, place))
                place, counts = part[0], counts + part[1]
        after: tuple[str, int] | None = FIRST
        while after is not None:
            past = await self._read(account_id, partial(_past, job, after))
            after, counts = past[0], counts + past[1]
        mention: mentions.Place | None = mentions.START
        while mention is not None:
            named = await self._read(account_id, partial(_counted_mentions, job, mention))
            mention, counts = named[0], counts + named[1]
        start: Place | None = START
        while start is not None:
            stray = await self._read(account_id, partial(_counted_strays, job, start))
            start, counts = stray[0], counts + stray[1]
        first = job.members[0]
        return Erasure(
            id=None,
            entity=f"{first.type}:{first.opaque_id}",
            activities=order.activities,
            reason=order.reason,
            at=self._clock.now(),
            by=order.by,
            counts=counts,
            also=tuple([one.key for one in job.members if one.key != order.entity][:ALSO]),
        )

    async def erase_again(self, account_id: int, register: Sequence[Erasure]) -> Replayed:
        key, left = self._key.value(), {entry.entity: entry for entry in register}
        known = await self._read(
            account_id, lambda reading: read.known(reading, [entry.id or "" for entry in register])
        )
        found: list[tuple[Erasure, EntityKey]] = []
        for type_ in sorted({entry.entity.partition(":")[0] for entry in register}):
            after = 0
            while rows := await self._read(account_id, partial(_entities, type_, after)):
                for seq, id_ in rows:
                    name = f"{type_}:{opaque_id(key, account_id, (type_, id_), seq)}"
                    entry = left.get(name)
                    if entry is not None and entry.id not in known:
                        found.append((entry, (type_, id_)))
                after = rows[-1][0]
        erased: list[Erasure] = []
        kept: list[str] = []
        # In the order of then: what went with one of two depends on whether the other had gone.
        for entry, entity in sorted(found, key=lambda one: (one[0].at, one[0].id or "")):
            # It may be gone already with another one that it is one person with.
            try:
                erased.append(await self._erase_again(account_id, entity, entry))
            except NotFound:
                continue
            except Conflict as error:
                kept.append(str(error))
        return Replayed(erased, kept)

    async def erased_keys(self, account_id: int, keys: Collection[EntityKey]) -> set[EntityKey]:
        erased, left = await self._read(account_id, partial(_erased_of_types, keys))
        if not left:
            return set()
        key = self._key.value()
        # An opaque id says nothing of who it was, so each is made again for each key.
        return await asyncio.to_thread(
            lambda: {
                one
                for one in left
                if any(
                    opaque_id(key, account_id, one, seq) == id_
                    for seq, id_ in erased.get(one[0], ())
                )
            }
        )

    def key_mark(self) -> str:
        return self._key.mark()

    async def _erase_again(
        self, account_id: int, entity: tuple[str, str], entry: Erasure
    ) -> Erasure:
        order = ErasureOrder(
            entity=entity,
            activities=entry.activities,
            reason=entry.reason,
            by=entry.by,
            id=entry.id,
            at=entry.at,
        )
        return await self.erase(account_id, order)

    async def accounts_with_retention(self) -> list[int]:
        rows = await self._engine.read(
            lambda connection: connection.fetch(sql.ACCOUNTS_WITH_RETENTION)
        )
        return sorted(account_id for (account_id,) in rows)

    async def retain(
        self, account_id: int, place: DuePlace | None, count: Callable[[int], None]
    ) -> tuple[int, DuePlace | None]:
        now, erased, and_recent, pace = self._clock.now(), 0, False, Pace()
        found = await self._read(account_id, partial(read.due, now=now, place=place))
        seqs = found.seqs

        async def erase(connection: Connection) -> retention.Part:
            with pace.noted():
                transaction = self._transaction(connection, account_id)
                return await retention.erase_due(transaction, seqs, now, pace.count)

        while seqs:
            part = await self._engine.write(erase, account_id=account_id)
            seqs, erased = seqs[part.covered :], erased + part.erased
            and_recent = and_recent or part.is_recent
            count(part.erased)
        if erased:
            await self._in_parts(
                account_id, lambda each: copies.forget_answers(each, and_recent=and_recent)
            )
        return erased, found.place

    def _transaction(
        self, connection: Connection, account_id: int, by: str | None = None
    ) -> Transaction:
        return Transaction(connection, account_id, clock=self._clock, by=by)

    async def _in_parts(
        self, account_id: int, part: Callable[[Transaction], Awaitable[bool]]
    ) -> None:
        await in_parts(
            self._engine,
            account_id,
            lambda connection: part(self._transaction(connection, account_id)),
        )

    async def _read(self, account_id: int, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Read what may take long; the transaction is one that could write, and does not."""
        return await self._engine.read(
            lambda connection: work(self._transaction(connection, account_id)),
            bounded=False,
            account_id=account_id,
        )


async def _erased_of_types(
    keys: Collection[EntityKey], reading: Transaction
) -> tuple[dict[str, list[tuple[int, str]]], list[EntityKey]]:
    """The seqs and opaque ids of who was erased, by type; and the keys that may be theirs."""
    erased: dict[str, list[tuple[int, str]]] = {}
    types = sorted({type_ for type_, _ in keys})
    for type_, seq, id_ in await reading.fetch(sql.ERASED_OF_TYPES, types=types):
        erased.setdefault(type_, []).append((seq, id_))
    perhaps = [key for key in keys if key[0] in erased]
    there = await entities.by_keys(reading, perhaps) if perhaps else {}
    return erased, [key for key in perhaps if key not in there]


async def _suspects(
    erasure: str, place: tuple[str, int], reading: Transaction
) -> tuple[list[str], tuple[str, int] | None] | None:
    job = await walk.job_of(reading, erasure)
    return None if job is None else await walk.suspects(reading, job, place)


async def _planned(reading: Transaction, order: ErasureOrder, key: bytes) -> Job:
    """The job that an erasure would be, and which it only counts."""
    stored = await people.named(reading, order.entity)
    found = await people.all_with(reading, stored)
    words = words_of(stored.entity.name, stored.entity.attrs)
    for one in found:
        words |= one.words | await people.earlier_words(reading, one.entity)
    members = [people.member_of(key, reading.account_id, one.entity) for one in found]
    job = Job(reading, members, words=words, mode=order.activities, only_counts=True)
    await people.count_copies(job, members)
    return job


def _again(job: Job, reading: Transaction) -> Job:
    """The same job in another transaction, which has counted nothing yet."""
    part = Job(reading, job.members, words=job.words, mode=job.mode, only_counts=True)
    part.counted, part.treated = job.counted, job.treated
    return part


async def _walked(job: Job, member: Member, reading: Transaction) -> tuple[Member, ErasureCounts]:
    part = _again(job, reading)
    return await walk.walk(part, member, MOST), part.counts


async def _past(
    job: Job, after: tuple[str, int], reading: Transaction
) -> tuple[tuple[str, int] | None, ErasureCounts]:
    part = _again(job, reading)
    ids, place = await walk.suspects(reading, part, after)
    await walk.treat_past_of(part, ids)
    return place, part.counts


async def _mentions(
    erasure: str, place: mentions.Place, reading: Transaction
) -> tuple[list[int], mentions.Place | None] | None:
    job = await walk.job_of(reading, erasure)
    return None if job is None else await mentions.found(await mentions.job_elsewhere(job), place)


async def _counted_mentions(
    job: Job, place: mentions.Place, reading: Transaction
) -> tuple[mentions.Place | None, ErasureCounts]:
    part = await mentions.job_elsewhere(_again(job, reading))
    seqs, following = await mentions.found(part, place)
    await mentions.treat(part, seqs)
    return following, part.counts


async def _strays(
    erasure: str, place: Place, reading: Transaction
) -> tuple[list[int], Place | None] | None:
    job = await walk.job_of(reading, erasure)
    return None if job is None else await strays.found(reading, job, place)


async def _notes(erasure: str, reading: Transaction) -> list[notes.Note]:
    job = await walk.job_of(reading, erasure)
    return [] if job is None else await notes.found(reading, job)


async def _counted_strays(
    job: Job, place: Place, reading: Transaction
) -> tuple[Place | None, ErasureCounts]:
    part = _again(job, reading)
    seqs, following = await strays.found(reading, part, place)
    await copies.forget_deliveries(part, seqs)
    return following, part.counts


async def _entities(type_: str, after: int, reading: Transaction) -> list[tuple[int, str]]:
    rows = await reading.fetch(sql.STORED_ENTITIES, type=type_, after=after, limit=TYPES)
    return [(seq, id_) for seq, id_ in rows]

"""Merges who is one person without a doubt, in the accounts that want it, while the server runs."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from doings.core.account import Account
from doings.core.background import BackgroundTask
from doings.core.budget import BREATH_SECONDS, PEOPLE_COMPARED
from doings.core.defaults import CONTACT_FIELD
from doings.core.entity import CONTACT, PEOPLE, Entity
from doings.core.errors import Conflict, NotFound, TooMuch
from doings.core.people.asking import in_thread, turn
from doings.core.people.sure import SurePair, shared_with_others, sure_pairs
from doings.core.people.traits import region_of
from doings.core.store import Reader, Store, Writer

SECONDS = 30
"""How many seconds a process waits between two looks."""

TURN_SECONDS = 120
"""How long a process that found something keeps the others from the same work."""

SHARE = 20
"""An account rests so many times as long as its last look took: comparing many takes seconds."""


class _Seen(msgspec.Struct):
    """Up to where the people of an account were compared, and until when it rests."""

    at: int
    rests_until: float


class PeopleMerger(BackgroundTask):
    """A task that looks for people who are surely one.

    `count` is told of each merge, and `report` of each error; it goes on then. Several processes
    may each have one: they take turns. An account is looked at when something happened to its
    people since.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        count: Callable[[int], None],
        report: Callable[[Exception], None],
    ) -> None:
        super().__init__()
        self._store = store
        self._name = name
        self._count = count
        self._report = report
        self._seen: dict[int, _Seen] = {}

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the next look may find the store back
                self._report(error)

    async def look(self) -> int:
        """Merge who is one person in each account that wants it; returns how many merges."""
        found = await self._store.accounts(merging=True)
        accounts = [account for account in found if account.merges_by_itself]
        if not accounts or not await self._store.take_turn("merging", self._name, TURN_SECONDS):
            return 0
        merged = 0
        for account in accounts:
            try:
                merged += await self._look_at(account)
            except NotFound:
                self._seen.pop(account.id, None)  # It was deleted meanwhile.
            except Exception as error:  # noqa: BLE001 - one account stops no other
                self._report(error)
        return merged

    async def _look_at(self, account: Account) -> int:
        now = asyncio.get_running_loop().time
        started, seen = now(), self._seen.get(account.id)
        if seen is not None and started < seen.rests_until:
            return 0
        at = await self._store.read(account.id, lambda reader: reader.last_seq_of_people())
        if seen is not None and at == seen.at:
            return 0
        merged = sum([await self._merge_type(account, type_) for type_ in sorted(PEOPLE)])
        ended = now()
        self._seen[account.id] = _Seen(at, ended + SHARE * (ended - started))
        return merged

    async def _merge_type(self, account: Account, entity_type: str) -> int:
        region = region_of(account.time_zone)
        async with turn(account.id):
            people = await self._read(
                account, lambda reader: reader.people(entity_type, PEOPLE_COMPARED)
            )
            found = await in_thread(sure_pairs, people, region)
            del people
            pairs = await self._unshared(account, entity_type, found, region)
        merged = 0
        for pair in pairs:
            is_merged = await self._store.write(
                account.id, partial(_merge, pair=pair, region=region)
            )
            merged += is_merged
            self._count(is_merged)
            await asyncio.sleep(BREATH_SECONDS)
        return merged

    async def _unshared(
        self, account: Account, entity_type: str, pairs: list[SurePair], region: str | None
    ) -> list[SurePair]:
        """The pairs that share with nobody else, however many people there are."""
        types = [entity_type, *([CONTACT_FIELD] if entity_type == CONTACT else [])]
        for type_ in types:
            after = 0
            while pairs and (people := await self._read(account, partial(_next, type_, after))):
                shared = await in_thread(shared_with_others, pairs, people, region)
                pairs = [pair for pair in pairs if pair.value not in shared]
                after = people[-1].seq
        return pairs

    async def _read(
        self, account: Account, work: Callable[[Reader], Awaitable[list[Entity]]]
    ) -> list[Entity]:
        return await self._store.read(account.id, work, bounded=False)


async def _next(entity_type: str, after: int, reader: Reader) -> list[Entity]:
    return await reader.all_people(entity_type, after, PEOPLE_COMPARED // 10)


async def _merge(writer: Writer, *, pair: SurePair, region: str | None) -> bool:
    """Merge two if they still are what was found, and nobody ever said that they are not one."""
    if not (await writer.account()).merges_by_itself:
        return False
    known = await writer.entities_by_key(pair.pair)
    people = [known[key] for key in pair.pair if key in known and known[key].key == key]
    if pair not in sure_pairs(people, region):
        return False
    if await writer.dismissed([pair.pair]) or await writer.were_parted(pair.pair):
        return False
    keep, other = pair.pair
    try:
        await writer.add_merge(keep, [other], pair.reason, is_by_itself=True)
    except (Conflict, TooMuch):
        return False  # They were merged with others meanwhile, or with too many.
    return True

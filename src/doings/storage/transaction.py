"""One account in one transaction: what every helper of `reading/` and `writing/` works on.

The helpers take a transaction and not the reader or the writer, so they never import those two,
which import them. No statement is run here without its account: each is given `account_id`.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from doings.core.account import Account
from doings.core.budget import INLINE_BYTES, PAGE_BYTES
from doings.core.clock import Clock
from doings.core.errors import NotFound
from doings.core.kinds.catalogue import Kind
from doings.core.kinds.own import own_kinds
from doings.core.store.rendering import Heavy
from doings.core.text import json_text, object_from_text
from doings.storage import effects
from doings.storage.engine import Connection, Row, SearchSql
from doings.storage.sql import account_statements as accounts
from doings.storage.sql import merge_statements as merges
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import account_from_row
from doings.storage.sql.tallies import Tally, changed


class ReadTransaction:
    """Reading one account from one consistent state; `is_inline` on the event loop.

    `page_bytes` is what a page may hold where that is not weighed before it is read.
    """

    def __init__(self, connection: Connection, account_id: int, *, is_inline: bool = False) -> None:
        self.connection = connection
        self.account_id = account_id
        self._is_inline = is_inline
        self.page_bytes = INLINE_BYTES if is_inline else PAGE_BYTES
        self._last_seq: int | None = None
        self._own_kinds: Mapping[str, Kind] | None = None

    def announce(self, size: int) -> None:
        """Say how many bytes are read next; raises Heavy where they keep the event loop."""
        if self._is_inline and size > INLINE_BYTES:
            raise Heavy

    @property
    def search(self) -> SearchSql:
        """The engine's statements of full text."""
        return self.connection.search

    def fetch(self, statement: str, **values: object) -> Awaitable[list[Row]]:
        """All rows of a statement about this account."""
        return self.connection.fetch(statement, account_id=self.account_id, **values)

    def fetch_one(self, statement: str, **values: object) -> Awaitable[Row | None]:
        """The first row of a statement about this account, or None."""
        return self.connection.fetch_one(statement, account_id=self.account_id, **values)

    def announce_walk(self) -> None:
        """Say that thousands of rows are passed next; raises Heavy on the event loop."""
        if self._is_inline:
            raise Heavy

    def fetch_page(self, statement: str, **values: object) -> Awaitable[list[Row]]:
        """The first rows of a statement about this account, whose sizes come to a page or more."""
        return self.connection.fetch_until(
            statement, PAGE_BYTES, account_id=self.account_id, **values
        )

    async def account(self) -> Account:
        """The account itself; raises NotFound once it is deleted."""
        return account_from_row(await self._row(accounts.ACCOUNT_BY_ID))

    async def own_kinds(self) -> Mapping[str, Kind]:
        """The account's own kinds by their names, read once; none once it is deleted."""
        if self._own_kinds is None:
            row = await self.fetch_one(accounts.ACCOUNT_BY_ID)
            self._own_kinds = own_kinds(account_from_row(row).settings) if row else {}
        return self._own_kinds

    async def last_seq(self) -> int:
        """The last seq given out; raises NotFound.

        It is read once, or not at all where a statement for something else has it in its rows.
        """
        if self._last_seq is None:
            self._last_seq = int((await self._row(sql.LAST_SEQ))[0])
        return self._last_seq

    def note_last_seq(self, last_seq: int) -> None:
        """Remember the last seq that a statement of this transaction has read or made."""
        self._last_seq = last_seq

    async def cache_version(self) -> int:
        """How often something that was there before was changed; raises NotFound."""
        cache_version, last_seq = await self._row(sql.CACHE_VERSION)
        self.note_last_seq(last_seq)
        return int(cache_version)

    async def _row(self, statement: str) -> Row:
        row = await self.fetch_one(statement)
        if row is None:
            raise NotFound("account")
        return row


class Followed(NamedTuple):
    """An import in a transaction: its first seq could be `first_seq`; the rows that it changed.

    Each row is what `import_statements.ADD_IMPORT_CHANGE` takes behind the account and the import.
    """

    first_seq: int
    rows: list[tuple[int, str, str | None, int, int]]


class Transaction(ReadTransaction):
    """Writing in one account: all of it lasts, or none. `by` is the key of who writes."""

    def __init__(
        self, connection: Connection, account_id: int, *, clock: Clock, by: str | None
    ) -> None:
        super().__init__(connection, account_id)
        self.clock = clock
        self.by = by
        self.tallies: Counter[Tally] = Counter()
        """What was counted and is not yet written down."""
        self.followed: Followed | None = None
        """What an import that writes here changes; None where none does."""
        self.relinked = 0
        """How many activities it brought in line with whom things belong to."""
        self.unfinished: list[int] = []
        """The seqs of entities whose activities other transactions have to bring in line."""
        self.keeps_log = False
        """Whether what takes a seq makes its leaf; else the log of an older account is made yet."""
        self.forgotten: set[int] = set()
        """The leaves that lost their salts and that no leaf tells of yet: the next one does."""
        self._time_zone: str | None = None
        self._is_told = False
        """Whether the last seq or the cache version has moved, so that kept answers end."""
        self._is_invalidating = False
        """Whether the cache version has moved, so that kept documents end, too."""
        self._merges: int | None = None

    async def execute(self, statement: str, **values: object) -> None:
        """Run a statement about this account."""
        await self.connection.execute(statement, account_id=self.account_id, **values)
        await self._end_what_is_kept(statement)

    async def execute_many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Run a statement for each row of its values in order, less `account_id`, given here."""
        if rows:
            own, place = (self.account_id,), _place_of_account(statement)
            # Nearly always it stands first, and adding it in front is the fastest.
            placed: Iterable[tuple[object, ...]] = (
                ((*row[:place], *own, *row[place:]) for row in rows)
                if place
                else map(own.__add__, rows)
            )
            await self.connection.execute_many(statement, placed)
            await self._end_what_is_kept(statement)

    async def _end_what_is_kept(self, statement: str) -> None:
        """Move the cache version where the statement changes what is shown; see `effects`.

        Most take a seq before they write anything, which ends kept answers by itself. So recording
        takes no statement more.
        """
        is_replaced = not self._is_invalidating and effects.is_replacing(statement)
        if is_replaced or (not self._is_told and effects.is_seen(statement)):
            await self._advance_cache_version()

    def note_new_account(self) -> None:
        """Nothing of the account was shown before, so there is nothing kept that has to end."""
        self._is_told = self._is_invalidating = True

    async def _advance_cache_version(self) -> None:
        self._is_told = self._is_invalidating = True
        await self.connection.execute(sql.ADVANCE_CACHE_VERSION, account_id=self.account_id)

    async def change_settings(
        self, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> dict[str, Any]:
        """Replace the account's settings by what `change` makes of them; raises NotFound.

        Documents are made of them, too. Counting that first makes others who do so wait here.
        """
        await self._advance_cache_version()
        settings = change(object_from_text((await self.account()).settings))
        await self.execute(accounts.SET_SETTINGS, settings=json_text(settings))
        self._own_kinds = None
        return settings

    async def advance(self, count: int, *, is_invalidating: bool = False) -> int:
        """Take `count` seqs; returns the first; raises NotFound once the account is deleted.

        `is_invalidating` where what follows changes what was there before: one statement counts
        both then.
        """
        statement = sql.ADVANCE_LAST_SEQ
        self._is_told = True
        if is_invalidating and not self._is_invalidating:
            self._is_invalidating = True
            statement = sql.ADVANCE_LAST_SEQ_AND_CACHE_VERSION
        row = await self.fetch_one(statement, count=count)
        if row is None:
            raise NotFound("account")
        last_seq, self._merges = int(row[0]), int(row[2])
        self.note_last_seq(last_seq)
        self.keeps_log = row[1] is None
        return last_seq - count + 1

    async def has_merges(self) -> bool:
        """Whether any entities of the account are one person; most writes know it already."""
        if self._merges is None:
            self._merges = int((await self._row(sql.MERGES_OF_ACCOUNT))[0])
        return self._merges > 0

    async def count_merges(self, count: int) -> None:
        """Count merges that begin or, where it is negative, end."""
        await self.execute(merges.COUNT_MERGES, count=count)
        self._merges = None

    async def time_zone(self) -> str:
        """The zone of the account's calendar, read once."""
        if self._time_zone is None:
            self._time_zone = (await self.account()).time_zone
        return self._time_zone

    async def write_tallies(self) -> None:
        """Write down what was counted since the last time."""
        rows = changed(self.tallies)
        self.tallies.clear()
        await self.execute_many(sql.ADD_TO_TALLY, rows)
        await self.execute_many(sql.DROP_EMPTY_TALLY, [row[:3] for row in rows if row[3] < 0])


_PLACEHOLDER = re.compile(r":(\w+)")


@lru_cache(maxsize=256)
def _place_of_account(statement: str) -> int:
    """Where `account_id` stands among the placeholders of a statement."""
    return _PLACEHOLDER.findall(statement).index("account_id")

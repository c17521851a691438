"""What the store asks of a database engine.

SQL is written once, in PostgreSQL's spelling, with `:name` placeholders. `= ANY(:names)` takes a
list. An engine turns that into what its driver wants and driver errors into `Unavailable`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from doings.core.budget import BREATH_SECONDS
from doings.core.query import Word
from doings.storage.notices import CommitNotices

T = TypeVar("T")

Row = tuple[Any, ...]

Texts = tuple[str | None, ...]
"""What one row of the full text is made of: summary and body of an activity, one text of an entity.
"""


def answer(done: "asyncio.Future[Any]", result: object, error: Exception | None) -> None:
    """Give a caller the result it waits for, or the error; one that is gone needs neither."""
    if done.done():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)


class SearchSql(msgspec.Struct, frozen=True, kw_only=True):
    """The statements of full text, the one thing that every engine has its own way for.

    `add_*` takes account_id, seq and what `indexed` makes of an account's texts; `remove_*`
    account_id and seq; `find_*` gives seqs in order for account_id, words, after, limit; `list_*`
    gives each seq from `first` to `end` and what is kept of its words. `match` writes words for an
    account in the engine's syntax, or None where they hold nothing to look for; `either` stands
    between such conditions of which one is enough. JSON text is cast to the type `json` to look
    into it. `unlike`
    takes the rows of a table by seq, each as what `list_*` gives of it and the texts that it should
    hold, and says which rows hold others.
    """

    add_activity: str
    remove_activity: str
    find_activities: str
    list_activities: str
    add_entity: str
    remove_entity: str
    find_entities: str
    list_entities: str
    clear: tuple[str, ...]
    indexed: Callable[..., tuple[object, ...]]
    match: Callable[[int, Sequence[Word]], str | None]
    either: str
    json: str
    unlike: (
        "Callable[[Connection, int, str, Mapping[int, tuple[bytes, Texts]]], Awaitable[set[int]]]"
    )


class Connection(Protocol):
    """One transaction's way to the database."""

    search: SearchSql

    is_on_loop: bool
    """Whether work runs on the event loop's thread, so that it may touch what belongs to that."""

    async def fetch(self, sql: str, **values: object) -> list[Row]:
        """All rows."""

    async def fetch_one(self, sql: str, **values: object) -> Row | None:
        """The first row, if any."""

    async def fetch_until(self, sql: str, most: int, /, **values: object) -> list[Row]:
        """The first rows, until the sizes in their last column come to more than `most`.

        There may be more rows: an engine that reads no large columns on the way gives all.
        """

    async def execute(self, sql: str, **values: object) -> None:
        """Run a statement for its effect."""

    async def execute_many(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement for every row, values in the order of its placeholders."""

    async def execute_script(self, sql: str) -> None:
        """Run several statements without values, a semicolon behind each, one after the other."""

    async def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""

    async def take_time(self) -> None:
        """Let the statements of this transaction take as long as they need: nobody waits for it."""

    async def note_remains(self) -> None:
        """Note that what this transaction removes may still lie in the files, until a `scrub`."""

    async def lock_schema(self) -> None:
        """Wait until no other process changes the schema, and keep others from it.

        What follows in the transaction may take as long as it needs.
        """

    async def is_spread(self) -> bool:
        """Whether the accounts lie on several machines."""

    async def spread_new_tables(self) -> None:
        """Put new tables where the others are, if those are spread over several machines."""


class Engine(Protocol):
    """A database that can be read and written in transactions.

    `group_sizes` is told how many callers' writes each commit makes durable; `waits` how many
    seconds work waited for a "reader" or for the "writer".
    """

    group_sizes: Callable[[int], None]
    waits: Callable[[str, float], None]

    notices: CommitNotices
    """Who waits for commits, no matter which process makes them."""

    @property
    def queue_depth(self) -> int:
        """How many writes wait for their turn."""

    def version(self) -> int | None:
        """A number that is another one after every commit of anybody.

        None where that takes a statement. The writes of this process count as those of others.
        """

    async def read(
        self,
        work: Callable[[Connection], Awaitable[T]],
        *,
        bounded: bool = True,
        account_id: int | None = None,
    ) -> T:
        """Run work on one consistent state.

        `account_id` says for whom; None is the program itself, which nothing here limits. Work that
        is not bounded shares few readers, which accounts take in turns. Raises Busy("readers")
        where too much waits already, and Busy("read_time") where the work takes longer than
        `budget.READ_SECONDS`, not counted what it waited for a reader. When the caller is
        cancelled, the work leaves the queue, or the statement that runs for it is interrupted.
        Bounded work that turns out to take long is begun again as work that is not bounded, so all
        work for an account may be run again from its start.
        """

    async def look_up(self, sql: str, **values: Hashable) -> Row | None:
        """The first row of one statement that is read by itself, and so takes no transaction."""

    async def write(
        self,
        work: Callable[[Connection], Awaitable[T]],
        *,
        account_id: int | None = None,
        also: tuple[int, ...] = (),
        callers: int = 1,
    ) -> T:
        """Run work in a transaction that is durable when this returns.

        It writes in the account `account_id` and in those that `also` names, and does what so many
        callers wait for. An engine that locks
        accounts one by one takes them in ascending order, so no two writes wait for each other.
        Work may be run again from its start where an engine had to give up the transaction. Raises
        Busy("writer") where too many writes wait already.
        """

    def check(self) -> None:
        """Raise Unavailable where the database is no longer the one that was opened."""

    async def verify(self) -> list[str]:
        """What the engine itself finds wrong with the database, one line for each finding."""

    async def scrub(self, *, noted_before: int | None = None) -> None:
        """Leave nothing in the files of what was removed, as far as `note_remains` noted it.

        With `noted_before` only where that was before an instant. It takes many short transactions.
        An engine whose files are none of ours does nothing.
        """

    async def close(self) -> None:
        """Finish what was accepted, then let go of the database."""


async def in_parts(
    engine: Engine, account_id: int, part: Callable[[Connection], Awaitable[bool]]
) -> None:
    """Run `part` in one transaction after the other, until it returns that nothing is left."""
    is_left = True
    while is_left:
        is_left = await engine.write(part, account_id=account_id)
        # Another process looks only every few milliseconds whether it may write.
        await asyncio.sleep(BREATH_SECONDS if is_left else 0)

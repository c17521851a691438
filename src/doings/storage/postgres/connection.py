"""PostgreSQL: one transaction's way to the database."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from doings.storage.engine import Row
from doings.storage.postgres.citus import distribute_new, is_distributed
from doings.storage.postgres.search import SEARCH

MANY = 20
"""From how many rows on COPY, or one INSERT of them all, is faster than as many INSERTs."""

FEW = 1000
"""From how many entities on it matters how they are found."""

PATIENT_SECONDS = 7 * 86_400
"""How long a statement may take that has no deadline: the driver takes no end for none."""

_PATIENTLY = "; ".join(
    f"SET LOCAL {name} = 0"
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
)

_ONE_BY_ONE = "SET LOCAL citus.multi_shard_modify_mode = 'sequential'"
"""Has Citus change tables that belong together in one transaction; PostgreSQL alone ignores it."""

SCHEMA_LOCK = 0x646F696E6773
"""The number of the advisory lock under which the schema is changed: "doings"."""

_NOWHERE = "\uffff" * 300
"""In the place of text that PostgreSQL cannot even be asked for: equal to no text there can be."""

_LARGEST = (1 << 63) - 1


class PostgresConnection:
    """`engine.Connection`."""

    search = SEARCH
    is_on_loop = True

    def __init__(self, raw: Any, figures: "Figures", end: asyncio.Timeout) -> None:  # noqa: ANN401
        self.raw = raw
        self._figures = figures
        self._end = end
        self._seconds: float | None = None
        """How long a statement may take; None is as long as connections are made for."""

    async def take_time(self) -> None:
        """Let the statements of this transaction take as long as they need."""
        self._end.reschedule(None)
        self._seconds = PATIENT_SECONDS
        await self.raw.execute(_PATIENTLY)

    async def fetch(self, sql: str, **values: object) -> list[Row]:
        """All rows."""
        text, names = compiled(sql)
        found = await self.raw.fetch(
            text, *[_askable(values[name]) for name in names], timeout=self._seconds
        )
        return [tuple(row) for row in found]

    async def fetch_one(self, sql: str, **values: object) -> Row | None:
        """The first row, if any."""
        text, names = compiled(sql)
        found = await self.raw.fetchrow(
            text, *[_askable(values[name]) for name in names], timeout=self._seconds
        )
        return None if found is None else tuple(found)

    async def fetch_until(self, sql: str, most: int, /, **values: object) -> list[Row]:  # noqa: ARG002 - large columns are kept outside of rows here
        """All rows."""
        return await self.fetch(sql, **values)

    async def execute(self, sql: str, **values: object) -> None:
        """Run a statement for its effect."""
        text, names = compiled(sql)
        await self.raw.execute(text, *[values[name] for name in names], timeout=self._seconds)

    async def execute_many(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement for every row, values in the order of its placeholders."""
        rows = rows if isinstance(rows, Sequence) else list(rows)
        insert = _plain_insert(sql) if len(rows) >= MANY else None
        if insert is None:
            await self.raw.executemany(compiled(sql)[0], rows, timeout=self._seconds)
        elif insert.conflict:
            columns = [list(column) for column in zip(*rows, strict=True)]
            statement = _insert_of_columns(insert, rows[0])
            await self.raw.execute(statement, *columns, timeout=self._seconds)
        else:
            await self._copy(insert, rows)

    async def _copy(self, insert: "_Insert", rows: Sequence[Row]) -> None:
        table = insert.table
        await self.raw.copy_records_to_table(
            table, columns=insert.columns, records=rows, timeout=self._seconds
        )
        if self._figures.are_outdated(table, len(rows)):
            await self.raw.execute(f"ANALYZE {table}", timeout=self._seconds)

    async def execute_script(self, sql: str) -> None:
        """Run several statements without values, one after the other."""
        # Citus takes no more than one statement about the tables that it has spread.
        for statement in filter(str.strip, sql.split(";")):
            await self.raw.execute(statement, timeout=self._seconds)

    async def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return bool(await self.raw.fetchval("SELECT to_regclass($1) IS NOT NULL", name))

    async def lock_schema(self) -> None:
        """Wait until no other process changes the schema, and keep others from it."""
        await self.take_time()
        await self.raw.execute(_ONE_BY_ONE)
        lock = f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})"
        await self.raw.execute(lock, timeout=self._seconds)

    async def note_remains(self) -> None:
        """Nothing: the files are the server's."""

    async def is_spread(self) -> bool:
        """Whether Citus keeps the accounts on several machines."""
        return await is_distributed(self)

    async def spread_new_tables(self) -> None:
        """Put new tables where the others are, if those are spread over several machines."""
        await distribute_new(self)


class Figures:
    """When to have PostgreSQL count again while a new database is filled.

    It takes a table that it has no figures of for small, and by default looks a minute later. Until
    then it would read all entities of an account where it is asked for a thousand of them.
    """

    def __init__(self) -> None:
        self._copied = 0
        self._due = FEW

    def are_outdated(self, table: str, added: int) -> bool:
        """Whether there are several times as many entities as at the last count."""
        if table != "entities":
            return False
        self._copied += added
        if self._copied < self._due:
            return False
        self._due = self._copied * 8
        return True


_PLACEHOLDER = re.compile(r"'[^']*'|::|:(\w+)")
_PLAIN_INSERT = re.compile(
    r"\s*INSERT INTO (\w+)\s*\(([\w\s,]+)\)\s*VALUES\s*\(([:\w\s,]+)\)\s*(ON CONFLICT.*)?",
    re.DOTALL,
)


@lru_cache(maxsize=512)
def compiled(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with `$1` for its first placeholder and so on, and their names in order."""
    names: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        name = found[1]
        return f"${names.setdefault(name, len(names) + 1)}" if name else found[0]

    return _PLACEHOLDER.sub(numbered, sql), tuple(names)


class _Insert(msgspec.Struct, frozen=True):
    """An INSERT of nothing but its placeholders, and what it does about a row that is there."""

    table: str
    columns: tuple[str, ...]
    conflict: str


@lru_cache(maxsize=256)
def _plain_insert(sql: str) -> _Insert | None:
    """What the statement inserts, if it inserts its placeholders as they are."""
    found = _PLAIN_INSERT.fullmatch(sql)
    if found is None:
        return None
    columns = tuple(re.findall(r"\w+", found[2]))
    if [f":{column}" for column in columns] != re.findall(r":?\w+", found[3]):
        return None
    return _Insert(found[1], columns, found[4] or "")


def _insert_of_columns(insert: _Insert, row: Row) -> str:
    """The same as a statement that takes a list for each column; `row` shows their types."""
    lists = [
        f"CAST(${number} AS {'BIGINT' if isinstance(value, int) else 'TEXT'}[])"
        for number, value in enumerate(row, 1)
    ]
    columns, values = ", ".join(insert.columns), ", ".join(lists)
    return (
        f"INSERT INTO {insert.table} ({columns}) SELECT * FROM unnest({values}) {insert.conflict}"
    )


def _askable(value: Any) -> Any:  # noqa: ANN401 - whatever a statement takes
    """The value, or in the place of one that no row can have one that no row does have."""
    if isinstance(value, str):
        return value if "\0" not in value else _NOWHERE
    if isinstance(value, int):
        return value if -_LARGEST <= value <= _LARGEST else _LARGEST if value > 0 else -_LARGEST
    if isinstance(value, list):
        return [_askable(one) for one in value]
    return value

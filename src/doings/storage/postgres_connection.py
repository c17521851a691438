"""PostgreSQL: one transaction's way to the database."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, cast

from doings.storage.engine import Row
from doings.storage.postgres_search import SEARCH

MANY = 20
"""From how many rows on COPY is faster than as many INSERTs."""

SCHEMA_LOCK = 0x646F696E6773
"""The number of the advisory lock under which the schema is changed: "doings"."""

_NOWHERE = "\uffff" * 300
"""In the place of text that PostgreSQL cannot even be asked for: equal to no text there can be."""

_LARGEST = (1 << 63) - 1


class PostgresConnection:
    """`engine.Connection`."""

    search = SEARCH

    def __init__(self, raw: Any) -> None:  # noqa: ANN401 - asyncpg publishes no types
        self.raw = raw

    async def fetch(self, sql: str, **values: object) -> list[Row]:
        """All rows."""
        text, names = compiled(sql)
        found = await self.raw.fetch(text, *[_askable(values[name]) for name in names])
        return cast("list[Row]", found)

    async def fetch_one(self, sql: str, **values: object) -> Row | None:
        """The first row, if any."""
        text, names = compiled(sql)
        found = await self.raw.fetchrow(text, *[_askable(values[name]) for name in names])
        return cast("Row | None", found)

    async def execute(self, sql: str, **values: object) -> None:
        """Run a statement for its effect."""
        text, names = compiled(sql)
        await self.raw.execute(text, *[values[name] for name in names])

    async def execute_many(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement for every row, values in the order of its placeholders."""
        rows = rows if isinstance(rows, Sequence) else list(rows)
        target = _copy_target(sql) if len(rows) >= MANY else None
        if target is None:
            await self.raw.executemany(compiled(sql)[0], rows)
        else:
            table, columns = target
            await self.raw.copy_records_to_table(table, columns=columns, records=rows)

    async def execute_script(self, sql: str) -> None:
        """Run several statements without values, one after the other."""
        await self.raw.execute(sql)

    async def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return bool(await self.raw.fetchval("SELECT to_regclass($1) IS NOT NULL", name))

    async def lock_schema(self) -> None:
        """Wait until no other process changes the schema, and keep others from it."""
        await self.raw.execute(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")


_PLACEHOLDER = re.compile(r"'[^']*'|::|:(\w+)")
_PLAIN_INSERT = re.compile(r"\s*INSERT INTO (\w+)\s*\(([\w\s,]+)\)\s*VALUES\s*\(([:\w\s,]+)\)\s*")


@lru_cache(maxsize=4096)
def compiled(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with `$1` for its first placeholder and so on, and their names in order."""
    names: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        name = found[1]
        return f"${names.setdefault(name, len(names) + 1)}" if name else found[0]

    return _PLACEHOLDER.sub(numbered, sql), tuple(names)


@lru_cache(maxsize=256)
def _copy_target(sql: str) -> tuple[str, list[str]] | None:
    """The table and columns that an INSERT fills with its placeholders as they are, else None."""
    insert = _PLAIN_INSERT.fullmatch(sql)
    if insert is None:
        return None
    columns = re.findall(r"\w+", insert[2])
    is_plain = [f":{column}" for column in columns] == re.findall(r":?\w+", insert[3])
    return (insert[1], columns) if is_plain else None


def _askable(value: Any) -> Any:  # noqa: ANN401 - whatever a statement takes
    """The value, or in the place of one that no row can have one that no row does have."""
    if isinstance(value, str):
        return value if "\0" not in value else _NOWHERE
    if isinstance(value, int):
        return value if -_LARGEST <= value <= _LARGEST else _LARGEST if value > 0 else -_LARGEST
    if isinstance(value, list):
        return [_askable(one) for one in value]
    return value

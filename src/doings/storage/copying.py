"""Moves a whole database into another, whatever the engines: streaming, resumable, verified.

Every table goes over in the order of its key, a chunk in a transaction. What is there already says
where to go on, so that a copy that was broken off is taken up by calling again. Full text is made
again from the rows, as every engine has its own. In the end both sides are read once more and
compared. Nobody may write to either side meanwhile.
"""

import hashlib
from collections.abc import AsyncIterator, Callable

from doings.core.errors import Conflict, Misconfigured
from doings.storage.database import Database, renew_epochs
from doings.storage.engine import Connection, Row
from doings.storage.sql import account_statements as sql
from doings.storage.sql.rows import search_text
from doings.storage.sql.schema.tables import SHARED, TABLES_OF_ACCOUNT, Table

ROW_CHUNK = 2000

SOURCE = "copied_from"
"""The installation's value that a target has for as long as its copy is not complete."""

Progress = Callable[[str, int], None]
"""Told of the table that is being copied or compared and how many rows went by."""


async def copy(source: Database, target: Database, progress: Progress) -> int:
    """Copy everything, compare, and return the number of rows.

    Raises Misconfigured for a target that is in use, and Conflict if the two differ in the end,
    which means that somebody wrote meanwhile.
    """
    await _begin(source, target)
    for table in SHARED:
        await _copy_table(source, target, table, None, progress)
    for account in await source.accounts():
        for table in TABLES_OF_ACCOUNT:
            await _copy_table(source, target, table, account.id, progress)
    rows = await _compare(source, target, progress)
    await target.engine.write(_end)
    return rows


async def _end(connection: Connection) -> None:
    """Take the mark away, and give the accounts other epochs.

    The target may have held the same accounts before, further on than the source is. Nobody can
    tell once it was emptied, so all that follow are told to begin again.
    """
    await renew_epochs(connection)
    await connection.execute(sql.DROP_INSTALLATION_VALUE, name=SOURCE)


async def _begin(source: Database, target: Database) -> None:
    """Make sure that the target is empty or holds a part of this very copy, and mark it."""
    mark = hashlib.sha256(source.secret).hexdigest()
    values = {"secret": source.secret.hex(), SOURCE: mark}
    for name in ("accounts", "import_runs"):
        numbered = await source.engine.read(
            lambda connection, name=name: connection.fetch_one(sql.INSTALLATION_VALUE, name=name)  # type: ignore[misc]
        )
        if numbered is not None:
            values[name] = numbered[0]

    async def begin(connection: Connection) -> None:
        found = await connection.fetch_one(sql.INSTALLATION_VALUE, name=SOURCE)
        if found is None and await connection.fetch(sql.ACCOUNTS):
            raise Misconfigured("the target holds accounts: copy into a new database")
        if found is not None and found[0] != mark:
            raise Misconfigured("the target holds a part of a copy of another database")
        for name, value in values.items():
            await connection.execute(sql.SET_INSTALLATION_VALUE, name=name, value=value)

    await target.engine.write(begin)


async def _copy_table(
    source: Database, target: Database, table: Table, account_id: int | None, progress: Progress
) -> None:
    last = await target.engine.read(
        lambda connection: connection.fetch_one(_last(table), **_of(account_id))
    )
    async for rows in _chunks(source, table, account_id, after=last):
        await target.engine.write(
            lambda connection, rows=rows: _insert(connection, table, account_id, rows),  # type: ignore[misc]
            account_id=account_id,
        )
        progress(table.name, len(rows))


async def _insert(
    connection: Connection, table: Table, account_id: int | None, rows: list[Row]
) -> None:
    await connection.take_time()
    await connection.execute_many(_insertion(table), rows)
    texts = _TEXTS.get(table.name)
    if texts is None or account_id is None:
        return
    search = connection.search
    found = [(row[1], texts(dict(zip(table.columns, row, strict=True)))) for row in rows]
    statement = search.add_entity if table.name == "entities" else search.add_activity
    await connection.execute_many(
        statement,
        [(account_id, seq, *search.indexed(account_id, *text)) for seq, text in found if text],
    )


def _texts_of_activity(row: dict[str, str | None]) -> tuple[str | None, ...]:
    return (row["summary"], row["body"]) if row["summary"] or row["body"] else ()


def _texts_of_entity(row: dict[str, str | None]) -> tuple[str | None, ...]:
    if row["deleted_at"] is not None:
        return ()
    return (search_text(row["name"], row["id"] or "", row["attrs"] or "{}"),)


_TEXTS = {"activities": _texts_of_activity, "entities": _texts_of_entity}
"""What the full text of a table's row is made of; empty where it has none."""


async def _compare(source: Database, target: Database, progress: Progress) -> int:
    rows = 0
    for table in SHARED:
        rows += await _compare_table(source, target, table, None, progress)
    for account in await source.accounts():
        for table in TABLES_OF_ACCOUNT:
            rows += await _compare_table(source, target, table, account.id, progress)
    return rows


async def _compare_table(
    source: Database, target: Database, table: Table, account_id: int | None, progress: Progress
) -> int:
    counts = []
    for side in (source, target):
        digest, count = hashlib.sha256(), 0
        async for rows in _chunks(side, table, account_id, after=None):
            count += len(rows)
            digest.update("\n".join(map(repr, rows)).encode())
            if side is target:
                progress(f"{table.name} compared", len(rows))
        counts.append((count, digest.digest()))
    if counts[0] != counts[1]:
        where = f" of account {account_id}" if account_id is not None else ""
        raise Conflict(
            f"{table.name}{where} differs: {counts[0][0]} rows here, {counts[1][0]} there;"
            " stop the servers on both and copy again into a new database"
        )
    return counts[0][0]


async def _chunks(
    side: Database, table: Table, account_id: int | None, *, after: Row | None
) -> AsyncIterator[list[Row]]:
    """The rows in the order of their key, from `after` on."""
    while True:
        values = {f"key_{index}": value for index, value in enumerate(after or ())}
        rows = await side.engine.read(
            lambda connection, after=after, values=values: connection.fetch(  # type: ignore[misc]
                _next(table, is_first=after is None), limit=ROW_CHUNK, **_of(account_id), **values
            ),
            bounded=False,
        )
        if rows:
            yield rows
        if len(rows) < ROW_CHUNK:
            return
        after = tuple(rows[-1][table.columns.index(name)] for name in table.key)


def _of(account_id: int | None) -> dict[str, int]:
    return {} if account_id is None else {"account_id": account_id}


def _last(table: Table) -> str:
    own = " WHERE account_id = :account_id" if table.is_of_account else ""
    backwards = ", ".join(f"{name} DESC" for name in table.key)
    return f"SELECT {', '.join(table.key)} FROM {table.name}{own} ORDER BY {backwards} LIMIT 1"


def _next(table: Table, *, is_first: bool) -> str:
    conditions = ["account_id = :account_id"] if table.is_of_account else []
    key = ", ".join(table.key)
    if not is_first:
        bound = ", ".join(f":key_{index}" for index in range(len(table.key)))
        conditions.append(f"({key}) > ({bound})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(table.columns)} FROM {table.name}{where} ORDER BY {key} LIMIT :limit"


def _insertion(table: Table) -> str:
    names = ", ".join(table.columns)
    values = ", ".join(f":{name}" for name in table.columns)
    return f"INSERT INTO {table.name} ({names}) VALUES ({values})"

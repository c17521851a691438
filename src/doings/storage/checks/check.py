"""What `doings check` does: compares all that is stored twice, account by account.

It goes in chunks, each on one consistent state, so that a store may be in use meanwhile, its size
does not matter, and no long transaction is held.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from doings.core.account import Account
from doings.core.errors import Unavailable
from doings.storage.checks import counts, imports, log, merges, seqs
from doings.storage.checks import statements as sql
from doings.storage.database import Database
from doings.storage.engine import Connection
from doings.storage.sql import account_statements as accounts
from doings.storage.sql import statements
from doings.storage.sql.schema.tables import ACCOUNT_TABLES
from doings.storage.sql.tallies import BLOCK_BITS
from doings.storage.transaction import ReadTransaction

P = ParamSpec("P")
T = TypeVar("T")

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""

PASSES = 4
"""Every account is gone through by its seqs, its links, its tallies and its log."""

LEVELS = 5
"""How many levels of tiles a log may have: 2^40 leaves."""


async def check(database: Database, progress: Progress) -> list[str]:
    """Everything that is wrong with a database, one line for each finding.

    What cannot be read is a finding too, and the check goes on with the next account.
    """
    last_seqs: dict[Account, int] = {}
    findings = await _lines("the database", _general_findings(database, last_seqs), lambda _: None)
    done, total = 0, PASSES * sum(last_seqs.values())
    for account, last_seq in last_seqs.items():
        advance = partial(_advance, progress, done, PASSES * last_seq, total)
        found = _account_findings(database, account)
        findings += await _lines(f"account {account.slug}", found, advance)
        done += PASSES * last_seq
    progress(total, total)
    return findings


def _advance(progress: Progress, done: int, span: int, total: int, place: int) -> None:
    progress(done + min(place, span), total)


Found = AsyncIterator[tuple[int, list[str]]]
"""How far a check has come, in seqs, and what is wrong there."""


async def _lines(name: str, found: Found, advance: Callable[[int], None]) -> list[str]:
    findings: list[str] = []
    try:
        async for place, here in found:
            findings += [f"{name}: {finding}" for finding in here]
            advance(place)
    except Unavailable as error:
        findings.append(f"{name}: it cannot be read on: {error}")
    return findings


async def _general_findings(database: Database, last_seqs: dict[Account, int]) -> Found:
    """What the engine finds, rows of accounts that do not exist; and the heads of those that do."""
    yield 0, await database.engine.verify()
    for account in await database.accounts():
        last_seqs[account] = await _chunk(database, account, _last_seq)
    for table in ACCOUNT_TABLES:
        yield 0, await _strays(database, table)


async def _chunk(
    database: Database,
    account: Account,
    work: Callable[Concatenate[ReadTransaction, P], Awaitable[T]],
    *values: P.args,
    **options: P.kwargs,
) -> T:
    """Run a piece of work on one consistent state."""
    return await database.engine.read(
        lambda connection: work(ReadTransaction(connection, account.id), *values, **options),
        bounded=False,
    )


async def _last_seq(transaction: ReadTransaction) -> int:
    """The last seq given out; 0 if that is not known."""
    row = await transaction.fetch_one(statements.LAST_SEQ)
    return int(row[0]) if row else 0


async def _strays(database: Database, table: str) -> list[str]:
    """Rows of accounts that do not exist."""
    findings = []
    after = 0
    while row := await _next_account(database, table, after):
        after, is_known = row
        if not is_known:
            findings.append(f"{table} has rows of account {after}, unknown")
    return findings


async def _next_account(database: Database, table: str, after: int) -> tuple[int, bool] | None:
    """The next account with rows in a table, and whether it exists."""

    async def look(connection: Connection) -> tuple[int, bool] | None:
        row = await connection.fetch_one(sql.next_account(table), after=after)
        if row is None:
            return None
        # By itself: a cluster joins no table that is spread with one that is not.
        account = await connection.fetch_one(accounts.ACCOUNT_BY_ID, account_id=row[0])
        return int(row[0]), account is not None

    return await database.engine.read(look, bounded=False)


async def _account_findings(database: Database, account: Account) -> Found:
    """The passes, one behind the other."""
    last_seq = await _chunk(database, account, _last_seq)
    if not last_seq:
        yield 0, ["it has no head, which its seqs are taken from"]
        return
    async for place, found in _block_findings(database, account):
        yield place, found
    async for place, found in _link_findings(database, account):
        yield last_seq + place, found
    async for place, found in _tally_findings(database, account):
        yield 2 * last_seq + place, found
    async for place, found in _log_findings(database, account):
        yield 3 * last_seq + place, found


async def _block_findings(database: Database, account: Account) -> Found:
    number, last_seq = 0, 0
    while number << BLOCK_BITS <= last_seq:
        last_seq, found = await _chunk(database, account, _block, number)
        number += 1
        yield number << BLOCK_BITS, found
    yield last_seq, await _chunk(database, account, seqs.list_totals_findings)
    yield last_seq, await _chunk(database, account, seqs.deadline_findings)
    yield last_seq, await _chunk(database, account, imports.findings)
    yield last_seq, await _chunk(database, account, merges.findings)
    group: int | None = 0
    while group is not None:
        groups = await _chunk(database, account, merges.group_after, group)
        group = groups.group
        yield last_seq, groups.findings


async def _block(transaction: ReadTransaction, number: int) -> tuple[int, list[str]]:
    """The head, and what is wrong in a block up to it."""
    last_seq = await _last_seq(transaction)
    return last_seq, (await seqs.block_findings(transaction, number, last_seq) if last_seq else [])


async def _link_findings(database: Database, account: Account) -> Found:
    years = await _chunk(database, account, counts.counted_years)
    key: tuple[int, int, int] | None = counts.FIRST_LINK
    while key is not None:
        links = await _chunk(database, account, counts.links_after, key, account.time_zone)
        key = links.last
        years |= links.years
        yield (key[0] if key else 0), links.findings
    for year in sorted(years):
        found = await _chunk(database, account, counts.year_findings, year, account.time_zone)
        yield 0, found


async def _tally_findings(database: Database, account: Account) -> Found:
    key: tuple[int, int, str] | None = counts.FIRST_TALLY
    while key is not None:
        found, key = await _chunk(database, account, counts.tallies_after, key)
        yield (key[0] if key else 0), found


async def _log_findings(database: Database, account: Account) -> Found:
    leaf: int | None = 0
    silent: list[int] = []
    yield 0, await _chunk(database, account, log.unfinished_findings)
    while leaf is not None:
        leaf, found = await _chunk(database, account, log.leaf_findings, leaf, silent)
        yield leaf or 0, found
    if silent:
        # Afterwards, so that what was erased meanwhile is told of.
        yield 0, await _chunk(database, account, log.salt_findings, silent)
    for level in range(LEVELS):
        tile: int | None = 0
        while tile is not None:
            tile, found = await _chunk(database, account, log.tile_findings, level, tile)
            yield 0, found

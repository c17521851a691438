"""What `doings check` does: compares all that is stored twice, account by account.

It goes in chunks, each on one consistent state, so that a store may be in use meanwhile, its size
does not matter, and no long transaction is held.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

from doings.core.account import Account
from doings.core.errors import Unavailable
from doings.storage import check_counts, check_seqs, statements
from doings.storage import check_statements as sql
from doings.storage.counting import BLOCK_BITS
from doings.storage.database import Database
from doings.storage.engine import Row
from doings.storage.reader import AccountReader
from doings.storage.schema import ACCOUNT_TABLES

P = ParamSpec("P")
T = TypeVar("T")

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""

PASSES = 3
"""Every account is gone through by its seqs, its links and its tallies."""


async def check(database: Database, progress: Progress) -> list[str]:
    """Everything that is wrong with a database, one line for each finding."""
    findings = [f"the database: {finding}" for finding in await _verified(database)]
    findings += await _strays(database)
    accounts = await database.accounts()
    heads = {account.id: await _chunk(database, account, _head) for account in accounts}
    done, total = 0, PASSES * sum(heads.values())
    for account in accounts:
        try:
            async for place, found in _account_findings(database, account):
                findings += [f"account {account.slug}: {finding}" for finding in found]
                progress(done + min(place, PASSES * heads[account.id]), total)
        except Unavailable as error:
            findings.append(f"account {account.slug}: cannot be read on: {error}")
        done += PASSES * heads[account.id]
    progress(total, total)
    return findings


async def _verified(database: Database) -> list[str]:
    try:
        return await database.engine.verify()
    except Unavailable as error:
        return [str(error)]


async def _chunk(
    database: Database,
    account: Account,
    work: Callable[Concatenate[AccountReader, P], Awaitable[T]],
    *values: P.args,
    **options: P.kwargs,
) -> T:
    """Run a piece of work on one consistent state."""
    return await database.engine.read(
        lambda connection: work(AccountReader(connection, account.id), *values, **options),
        bounded=False,
    )


async def _head(reader: AccountReader) -> int:
    """The last seq given out; 0 if that is not known."""
    row = await reader.fetch_one(statements.HEAD)
    return int(row[0]) if row else 0


async def _strays(database: Database) -> list[str]:
    """Rows of accounts that do not exist."""
    findings = []
    for table in ACCOUNT_TABLES:
        after = 0
        while row := await _next_account(database, table, after):
            after, is_known = row
            if not is_known:
                findings.append(f"the database: {table} has rows of account {after}, unknown")
    return findings


async def _next_account(database: Database, table: str, after: int) -> Row | None:
    return await database.engine.read(
        lambda connection: connection.fetch_one(sql.next_account(table), after=after),
        bounded=False,
    )


Found = AsyncIterator[tuple[int, list[str]]]
"""How far a pass has come, in seqs, and what is wrong there."""


async def _account_findings(database: Database, account: Account) -> Found:
    """The three passes, one behind the other."""
    head = await _chunk(database, account, _head)
    if not head:
        yield 0, ["it has no head, which its seqs are taken from"]
        return
    async for place, found in _block_findings(database, account):
        yield place, found
    async for place, found in _link_findings(database, account):
        yield head + place, found
    async for place, found in _tally_findings(database, account):
        yield 2 * head + place, found


async def _block_findings(database: Database, account: Account) -> Found:
    number, head = 0, 0
    while number << BLOCK_BITS <= head:
        head, found = await _chunk(database, account, _block, number)
        number += 1
        yield number << BLOCK_BITS, found
    yield head, await _chunk(database, account, check_seqs.list_totals_findings)
    yield head, await _chunk(database, account, check_seqs.deadline_findings)


async def _block(reader: AccountReader, number: int) -> tuple[int, list[str]]:
    """The head, and what is wrong in a block up to it."""
    head = await _head(reader)
    return head, (await check_seqs.block_findings(reader, number, head) if head else [])


async def _link_findings(database: Database, account: Account) -> Found:
    years = await _chunk(database, account, check_counts.counted_years)
    key: tuple[int, int, int] | None = check_counts.FIRST_LINK
    while key is not None:
        links = await _chunk(database, account, check_counts.links_after, key, account.time_zone)
        key = links.last
        years |= links.years
        yield (key[0] if key else 0), links.findings
    for year in sorted(years):
        found = await _chunk(database, account, check_counts.year_findings, year, account.time_zone)
        yield 0, found


async def _tally_findings(database: Database, account: Account) -> Found:
    key: tuple[int, int, str] | None = check_counts.FIRST_TALLY
    while key is not None:
        found, key = await _chunk(database, account, check_counts.tallies_after, key)
        yield (key[0] if key else 0), found

"""Making an account, and the rows that a new one starts with."""

from doings.core.account import Account
from doings.core.defaults import DEFAULTS
from doings.core.entity import SELF, EntityDraft
from doings.core.errors import Conflict
from doings.storage.engine import Connection
from doings.storage.sql import account_statements as accounts
from doings.storage.sql.statements import ADD_LAST_SEQ
from doings.storage.transaction import Transaction
from doings.storage.writing import entity_rows


async def take_id(connection: Connection, slug: str) -> int:
    """A number that no account ever had; raises Conflict where there is one of that slug."""
    # First, as it makes those who create accounts at the same time wait for each other.
    ((account_id,),) = await connection.fetch(accounts.NEXT_ACCOUNT_ID)
    if await connection.fetch_one(accounts.ACCOUNT_BY_SLUG, slug=slug):
        msg = f"there is an account {slug} already"
        raise Conflict(msg)
    return int(account_id)


async def add(transaction: Transaction, slug: str, *, name: str, time_zone: str) -> Account:
    """Add the account of the transaction, with its head and what a new one starts with."""
    transaction.note_new_account()
    await transaction.execute(
        accounts.ADD_ACCOUNT,
        slug=slug,
        name=name,
        time_zone=time_zone,
        settings="{}",
        created_at=transaction.clock.now(),
    )
    await transaction.execute(ADD_LAST_SEQ)
    await _add_defaults(transaction, slug, name)
    return await transaction.account()


async def _add_defaults(transaction: Transaction, slug: str, name: str) -> None:
    defaults = [((SELF, slug), EntityDraft(name=name)), *DEFAULTS]
    first = await transaction.advance(len(defaults))
    await entity_rows.add_many(
        transaction, [(seq, key, draft, None) for seq, (key, draft) in enumerate(defaults, first)]
    )
    await transaction.write_tallies()

"""Keeping the numbers of the service that an account is moved from: only an empty one can.

It is set in the transaction that first brings something, so a mistyped address changes nothing.
"""

from doings.core.account import KEEP_IDS, Account
from doings.core.defaults import IS_DEFAULT
from doings.core.entity import SELF
from doings.core.errors import Misconfigured
from doings.core.imports import SavedAnswers
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityQuery
from doings.core.text import object_from_text
from doings.core.timeline import Timeline

MOST_DEFAULTS = 100
"""More entities than a new account has."""


def check_keeps_ids(dialect: str, saved: SavedAnswers) -> None:
    """Raise Misconfigured for a dialect whose ids are names anyhow, or none."""
    if saved.lacks_numbers is None:
        raise Misconfigured(f"--keep-ids goes with monica, and {dialect} gives no such numbers")


async def keep_ids(writer: Writer, dialect: str) -> Account:
    """Have an account keep the numbers of a service; returns it as it is then.

    One that keeps them goes on. Raises Misconfigured for one that is not empty, as its own numbers
    are known to somebody already.
    """
    account = await writer.account()
    if account.keeps_ids_of == dialect:
        return account
    # First, as it makes those who write at the same time wait.
    await writer.change_settings(lambda settings: settings | {KEEP_IDS: dialect})
    await _check_empty(writer, account)
    return await writer.account()


async def _check_empty(reader: Reader, account: Account) -> None:
    entities = await reader.entities(EntityQuery(limit=MOST_DEFAULTS))
    is_empty = len(entities) < MOST_DEFAULTS and all(
        one.type == SELF or object_from_text(one.attrs).get(IS_DEFAULT) is True for one in entities
    )
    if not is_empty or await reader.total(None, None):
        raise Misconfigured(
            f"{account.slug} is not empty, so it has numbers of its own, which links may hold"
            " already; --keep-ids takes a new account: `doings account create`"
        )


async def keeping(timeline: Timeline, dialect: str) -> Timeline:
    """The timeline of the account as it will be once it keeps the numbers; nothing is written.

    Raises Misconfigured as `keep_ids` does.
    """

    async def work(writer: Writer) -> None:
        raise _Tried(await keep_ids(writer, dialect))

    try:
        await timeline.write(work)
    except _Tried as tried:
        return Timeline(timeline.store, tried.account, by=timeline.by)
    return timeline


class _Tried(Exception):
    """Gives the transaction up, with the account as it would be."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account

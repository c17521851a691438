"""`doings tail`: what happens in an account, a line for each thing, as it happens."""

import asyncio
import sys
from datetime import datetime
from typing import Annotated

import typer
from rich.text import Text

from doings.cli.options import DatabaseOption, with_store
from doings.cli.terminal import output, remark, shown
from doings.cli.transfer.exporting import checked_kinds
from doings.core.account import Account
from doings.core.clock import datetime_from_instant, zone
from doings.core.entity import EntityKey, checked_id, checked_type
from doings.core.errors import Invalid, NotFound
from doings.core.query import Query
from doings.core.store import Store
from doings.core.store.changes import Change, EntityChange

TAIL_EXAMPLES = """
$ doings tail

$ doings tail --account co-up --kind 'note.*' --link contact:8

It needs no server, and ends with Ctrl-C.
"""

COLOURS = {"created": "green", "updated": "yellow", "deleted": "red", "erased": "red"}


def tail(
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="SLUG", help="Only this account.", show_default="all"),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Only this kind, or note.* for all of a noun; repeat it for more."),
    ] = None,
    link: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE:ID", help="Only what is linked to it; repeat it for more."),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Show what happens from now on, straight from the database."""
    query = Query(kinds=checked_kinds(kind), entities=tuple(sorted(map(_key, link or ()))))

    async def work(store: Store) -> None:
        accounts = [await store.account(account)] if account else await store.accounts()
        if sys.stderr.isatty():
            remark(f"Following {', '.join(one.slug for one in accounts) or 'nothing'}")
        name_width = 0 if account else max((len(one.slug) for one in accounts), default=0)
        await asyncio.gather(*[_follow(store, one, query, name_width) for one in accounts])

    try:
        with_store(database, work)
    except KeyboardInterrupt:
        raise typer.Exit from None


def _key(text: str) -> EntityKey:
    entity_type, colon, entity_id = text.partition(":")
    if not colon:
        raise Invalid.of("--link", "must be type:id, like contact:8")
    return checked_type(entity_type, field="--link"), checked_id(entity_id, field="--link")


async def _follow(store: Store, account: Account, query: Query, name_width: int) -> None:
    """Show what happens in an account for as long as there is one."""
    from doings.live.feed import follow  # noqa: PLC0415 - commands that need no feed start sooner

    name = f"{account.slug:{name_width}}  " if name_width else ""
    try:
        async for items in follow(store, account.id, query):
            for item in items:
                output().print(_line(item, account, name), soft_wrap=True)
            sys.stdout.flush()
    except NotFound:
        remark(f"The account {account.slug} was deleted")


def _line(item: Change | EntityChange, account: Account, name: str) -> Text:
    at: datetime = datetime_from_instant(item.at).astimezone(zone(account.time_zone))
    line = Text(f"{name}{at:%H:%M:%S}  ", style="dim")
    line.append(f"{item.op:7}", style=COLOURS[item.op])
    if isinstance(item, EntityChange):
        line.append(f"  {item.type}:{shown(item.id)}", style="cyan")
        if item.entity is not None and item.entity.name:
            line.append(f"  {shown(item.entity.name)}")
        return line
    line.append(f"  {item.kind}", style="bold")
    line.append(f"  {shown(_title(item))}")
    return line


def _title(change: Change) -> str:
    from doings.core.presentation.title import title  # noqa: PLC0415 - loads the templates

    return title(change.activity) if change.activity else change.activity_id

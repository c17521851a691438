"""`doings hold`: who is kept from being erased, and their activities from retention."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from doings.cli.options import AccountOption, DatabaseOption, key_of, named_as_options, with_store
from doings.cli.terminal import remark, show_table
from doings.core.clock import SystemClock, text_from_instant
from doings.core.erasing.erasure import checked_reason
from doings.core.errors import Invalid
from doings.core.query import LARGEST_PAGE
from doings.core.store import Reader, Store
from doings.core.store.erasures import Hold
from doings.core.text import json_text
from doings.core.values.instants import instant_or_date_from_text

holds = typer.Typer(
    help="Who is kept from being erased, and their activities from retention.",
    no_args_is_help=True,
)

ADD_EXAMPLES = """
$ doings hold add contact:8 --reason "claim 7" --account co-up

$ doings hold add contact:8 --reason "claim 7" --until 2027-07-01 --account co-up

A new hold on somebody takes the place of the one before.
"""

Entity = Annotated[
    str, typer.Argument(metavar="TYPE:ID", help="Whom, like contact:8.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@holds.command("add", epilog=ADD_EXAMPLES)
def add(  # noqa: PLR0913 - one for each option
    entity: Entity,
    account: AccountOption,
    *,
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="The time, or the date at whose start, the hold ends by itself.",
            show_default="until `hold end`",
        ),
    ] = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """Keep a person or a thing from being erased, and its activities from retention."""
    key = key_of(entity)
    checked_reason(reason, field="--reason")

    async def work(store: Store) -> Hold:
        found = await store.account(account)
        end = None if until is None else _instant(until, found.time_zone)
        made, _ = await store.write(
            found.id, lambda writer: writer.hold_entity(key, reason, until=end)
        )
        return made

    with named_as_options(until="--until"):
        made = with_store(database, work)
    if as_json:
        typer.echo(json_text(_document(made)))
        return
    end = "until you end it" if made.until is None else f"until {text_from_instant(made.until)}"
    remark(f"{entity} is on hold {end}.")


@holds.command("list", epilog="$ doings hold list --account co-up --json")
def list_(
    account: AccountOption, *, as_json: JsonOption = False, database: DatabaseOption = None
) -> None:
    """List what is on hold, what was recorded first coming first."""

    async def work(store: Store) -> list[Hold]:
        account_id = (await store.account(account)).id
        found: list[tuple[int, Hold]] = []
        while page := await store.read(account_id, _after(found)):
            found += page
        return [hold for _, hold in found]

    found = with_store(database, work)
    if as_json:
        typer.echo(json_text([_document(one) for one in found]))
        return
    rows = [tuple(value or "" for value in _document(one).values()) for one in found]
    show_table(("ENTITY", "SINCE", "UNTIL", "BY", "REASON"), rows)


@holds.command("end", epilog="$ doings hold end contact:8 --account co-up")
def end(
    entity: Entity,
    account: AccountOption,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """End the hold on a person or a thing; of people who are one, only the one of this id."""
    key = key_of(entity)

    async def work(store: Store) -> list[Hold]:
        account_id = (await store.account(account)).id
        await store.write(account_id, lambda writer: writer.release_entity(key))
        now = SystemClock().now()
        return await store.read(account_id, lambda reader: reader.holds_of(key, now))

    left = with_store(database, work)
    if as_json:
        typer.echo(json_text({"entity": entity, "still": [_document(one) for one in left]}))
        return
    remark(f"There is no hold on {entity} any more.")
    if left:
        others = ", ".join(":".join(one.entity) for one in left)
        remark(f"It is kept all the same: it is one person with {others}, which is on hold.")


def _after(found: list[tuple[int, Hold]]) -> Callable[[Reader], Awaitable[list[tuple[int, Hold]]]]:
    """Reads the page behind those that were found."""
    now, last = SystemClock().now(), found[-1][0] if found else 0
    return lambda reader: reader.holds(now, LARGEST_PAGE, last)


def _document(hold: Hold) -> dict[str, str | None]:
    """A hold as JSON, the columns of its table in their order."""
    return {
        "entity": ":".join(hold.entity),
        "at": text_from_instant(hold.at),
        "until": None if hold.until is None else text_from_instant(hold.until),
        "by": hold.by,
        "reason": hold.reason,
    }


def _instant(text: str, time_zone: str) -> int:
    """A time, or the start of a date in the zone; raises Invalid."""
    try:
        return instant_or_date_from_text(text, time_zone)
    except ValueError as error:
        raise Invalid.of("--until", str(error)) from None

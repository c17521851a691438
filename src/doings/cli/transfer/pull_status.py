"""`doings pull status` and `doings pull forget`: how pulls stand, and forgetting one."""

from typing import Annotated, Any

import msgspec
import typer

from doings.cli.options import AccountOption, DatabaseOption, with_store
from doings.cli.terminal import say, show_table
from doings.cli.transfer.import_runs import AnyAccountOption, accounts_of
from doings.cli.transfer.pulling import DialectArgument, FromOption, checked_base
from doings.core.account import Account
from doings.core.clock import local_date, text_from_instant
from doings.core.store import Store
from doings.core.store.pulls import Pull
from doings.core.text import json_text
from doings.core.timeline import Timeline

STATUS_EXAMPLES = """
$ doings pull status --account co-up

The state is begun (it runs, or it was broken off), done or failed, with the reason.
"""

FORGET_EXAMPLES = """
$ doings pull forget cobot --from https://co-op.cobot.me --account co-up

What came from there stays. A pull of the same address begins from the first page again.
"""

COLUMNS = (
    "ACCOUNT",
    "DIALECT",
    "FROM",
    "STATE",
    "RUN",
    "STARTED",
    "ENDED",
    "NEXT",
    "RECORDED",
    "KNOWN",
    "UPDATED",
    "DELETED",
    "REFUSED",
    "PEOPLE",
    "TASKS",
    "SETTINGS",
    "SINCE",
    "POSITION",
    "IDS",
)


def status(
    account: AnyAccountOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
    database: DatabaseOption = None,
) -> None:
    """Show how each pull stands."""

    async def work(store: Store) -> list[tuple[Account, Pull]]:
        return [
            (owner, pull)
            for owner in await accounts_of(store, account)
            for pull in await store.read(owner.id, lambda reader: reader.pulls())
        ]

    found = with_store(database, work)
    if as_json:
        print(json_text([_document(owner, pull) for owner, pull in found]))  # noqa: T201 - as above
        return
    show_table(COLUMNS, [_row(owner, pull) for owner, pull in found])
    for owner, pull in found:
        if pull.problem is not None:
            say(f"{owner.slug} {pull.dialect}: {pull.problem}")


def forget(
    dialect: DialectArgument,
    base: FromOption,
    account: AccountOption,
    *,
    database: DatabaseOption = None,
) -> None:
    """Forget a pull, like one of an address that was mistyped."""
    from doings.importing.pull import forgetting  # noqa: PLC0415 - loads every dialect
    from doings.importing.pull.rounds import service_named  # noqa: PLC0415 - likewise

    service, url = service_named(dialect), checked_base(base)

    async def work(store: Store) -> None:
        timeline = Timeline(store, await store.account(account), by=None)
        await forgetting.forget(timeline, service, dialect, url)

    with_store(database, work)
    say(f"Forgot the pull of {url} into {account}; what came from there stays")


def _document(account: Account, pull: Pull) -> dict[str, Any]:
    return {
        "account": account.slug,
        "dialect": pull.dialect,
        "from": pull.url,
        "state": pull.state,
        "run": pull.run,
        "started_at": _time(pull.started_at),
        "ended_at": _time(pull.ended_at),
        "since": _time(pull.since),
        "position": None if pull.position is None else msgspec.Raw(pull.position.encode()),
        "counts": msgspec.structs.asdict(pull.counts),
        "next": _time(pull.next_at),
        "problem": pull.problem,
        "keeps_ids": _keeps_ids(account, pull),
    }


def _time(instant: int | None) -> str | None:
    return None if instant is None else text_from_instant(instant)


def _row(account: Account, pull: Pull) -> tuple[str, ...]:
    counts = pull.counts
    activities = (counts.recorded, counts.repeated, counts.updated, counts.deleted, counts.refused)
    others = (counts.people, counts.tasks, counts.settings)
    return (
        account.slug,
        pull.dialect,
        pull.url,
        pull.state,
        "" if pull.run is None else str(pull.run),
        *[_time(at) or "" for at in (pull.started_at, pull.ended_at, pull.next_at)],
        *map(str, (*activities, *others)),
        "" if pull.since is None else str(local_date(pull.since, account.time_zone)),
        pull.shown_position,
        "kept" if _keeps_ids(account, pull) else "",
    )


def _keeps_ids(account: Account, pull: Pull) -> bool:
    """Whether the account shows what is pulled under the numbers that it has there."""
    return account.keeps_ids_of == pull.dialect

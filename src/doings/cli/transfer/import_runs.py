"""`doings import list` and `doings import undo`: what was imported, and taking it back."""

from typing import Annotated

import typer

from doings.cli.options import DatabaseOption, with_store
from doings.cli.terminal import progress, remark, say, show_table
from doings.core.account import Account
from doings.core.clock import text_from_instant
from doings.core.errors import NotFound
from doings.core.store import Store
from doings.core.store.imports import ImportRun
from doings.core.text import json_text
from doings.core.timeline import Timeline
from doings.importing.undo import Undone, undo

AnyAccountOption = Annotated[
    str | None,
    typer.Option(
        "--account", metavar="SLUG", help="Only of this account.", show_default="all accounts"
    ),
]

LIST_EXAMPLES = """
$ doings import list --account co-up

The state is begun (it runs, or it was broken off), done, undoing (likewise) or undone; if an undo
kept things, partly undone with how many.
"""

UNDO_EXAMPLES = """
$ doings import undo 3

Activities and entities that somebody changed since are kept and listed; so are entities that other
activities are linked to. An undo that was broken off goes on when it is called again.
"""

COLUMNS = (
    "RUN",
    "ACCOUNT",
    "STARTED",
    "DIALECT",
    "FILES",
    "ACTIVITIES",
    "COMPLETED",
    "ENTITIES",
    "KNOWN",
    "BAD",
    "STATE",
)


def list_imports(
    account: AnyAccountOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
    database: DatabaseOption = None,
) -> None:
    """List imports, newest first."""

    async def work(store: Store) -> list[tuple[Account, ImportRun]]:
        return [
            (one, run)
            for one in await accounts_of(store, account)
            for run in await store.read(one.id, lambda reader: reader.import_runs())
        ]

    found = sorted(with_store(database, work), key=lambda pair: pair[1].number, reverse=True)
    if as_json:
        print(json_text([_document(one, run) for one, run in found]))  # noqa: T201 - for a program
        return
    show_table(COLUMNS, [_row(one, run) for one, run in found])


async def accounts_of(store: Store, slug: str | None) -> list[Account]:
    """The account, or all of them; raises NotFound."""
    return await store.accounts() if slug is None else [await store.account(slug)]


def _document(account: Account, run: ImportRun) -> dict[str, object]:
    """A run as JSON; `source` is the files, or the service that was pulled from."""
    undone_at = run.ended_at if run.state == "undone" else None
    return {
        "run": run.number,
        "account": account.slug,
        "at": text_from_instant(run.started_at),
        "dialect": run.dialect,
        "source": " ".join(run.files),
        "state": run.state,
        "recorded": run.counts.recorded,
        "completed": run.counts.filled,
        "repeated": run.counts.repeated,
        "refused": run.counts.bad,
        "undone_at": None if undone_at is None else text_from_instant(undone_at),
    }


def _row(account: Account, run: ImportRun) -> tuple[str, ...]:
    counts = run.counts
    numbers = (counts.recorded, counts.filled, counts.entities, counts.repeated, counts.bad)
    return (
        str(run.number),
        account.slug,
        text_from_instant(run.started_at),
        run.dialect or "ndjson",
        " ".join(run.files),
        *map(str, numbers),
        _state(run),
    )


def _state(run: ImportRun) -> str:
    return f"partly undone, {run.kept} kept" if run.state == "undone" and run.kept else run.state


def undo_import(
    run: Annotated[
        int, typer.Argument(metavar="RUN", help="The number of an import.", show_default=False)
    ],
    account: AnyAccountOption = None,
    database: DatabaseOption = None,
) -> None:
    """Take back what an import recorded and nobody changed since."""

    async def work(store: Store) -> tuple[ImportRun, Undone | None]:
        owner, found = await _found(store, account, run)
        if found.state == "undone" and not found.kept:
            return found, None
        with progress("Undoing") as step:
            return found, await undo(Timeline(store, owner, by=None), found, step)

    before, undone = with_store(database, work)
    ended_at = before.ended_at if before.state == "undone" else None
    since = "" if ended_at is None else f", which was taken back on {text_from_instant(ended_at)}"
    if undone is None:
        say(f"There is nothing to take back of run {run}{since}")
        return
    for kept in undone.kept:
        remark(f"kept {kept.thing} {kept.name}: {kept.reason}")
    say(
        f"Took back {undone.activities} activities and {undone.entities} entities of run {run}"
        f"{since}; {undone.reverted} are as they were before, {len(undone.kept)} were kept"
    )


async def _found(store: Store, slug: str | None, number: int) -> tuple[Account, ImportRun]:
    """The import of that number and the account it was for; raises NotFound."""
    for account in await accounts_of(store, slug):
        for run in await store.read(account.id, lambda reader: reader.import_runs()):
            if run.number == number:
                return account, run
    raise NotFound("import", number)

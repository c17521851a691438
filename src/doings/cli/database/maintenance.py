"""`doings backup` and `doings check`: looking after a database."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from doings.cli.options import (
    DatabaseOption,
    check_exists,
    renew_epochs,
    settings_for,
    upgrade,
    upgrading,
)
from doings.cli.terminal import progress, remark, say, shown
from doings.config import Settings
from doings.core.errors import Misconfigured

BACKUP_EXAMPLES = """
$ doings backup /backups/doings-$(date +%F).db

To restore, stop the server and use `doings restore`.
"""

RESTORE_EXAMPLES = """
$ doings restore /backups/doings-2026-11-28.db --database sqlite:////srv/doings.db
"""

CHECK_EXAMPLES = """
$ doings check && echo all is well

Exit code 0 means clean, 1 that something was found.
"""


def backup(
    target: Annotated[
        Path,
        typer.Argument(metavar="TARGET", help="The file to make.", show_default=False),
    ],
    database: DatabaseOption = None,
) -> None:
    """Copy the database into a new file while it is in use; the copy is consistent."""
    from doings.storage.opening import database_file  # noqa: PLC0415 - loads the drivers
    from doings.storage.sqlite.backup import backup as back_up  # noqa: PLC0415 - loads the driver

    source = database_file(settings_for(database).database)
    if source is None:
        raise Misconfigured("a PostgreSQL database is backed up by pg_dump or by its server")
    with progress("Copying") as step:
        back_up(source, target, lambda left, pages: step(pages - left, total=pages))
    say(f"Copied to {target} ({target.stat().st_size:,} bytes)")


def restore(
    backup: Annotated[
        Path,
        typer.Argument(metavar="BACKUP", help="The file to restore.", show_default=False),
    ],
    database: DatabaseOption = None,
) -> None:
    """Put a backup in the place of the SQLite database; the servers have to be stopped.

    Those who follow an account are told to begin again. The database that was there is kept.
    """
    from doings.storage.opening import database_file  # noqa: PLC0415 - loads the drivers
    from doings.storage.sqlite import restoring  # noqa: PLC0415 - loads the driver

    settings = settings_for(database)
    target = database_file(settings.database)
    if target is None:
        raise Misconfigured(
            "a PostgreSQL database is restored by its own tools, and then `doings schema restored`"
        )
    restoring.check_unused(target)
    copy = restoring.copy_of_backup(backup, target)
    restored = settings_for(f"sqlite:///{copy}")
    upgrade(restored, lambda found, known: remark(upgrading(found, known)))
    asyncio.run(renew_epochs(restored))
    restoring.check_unused(target)
    kept = restoring.put_in_place(copy, target)
    say(f"Restored {target} from {backup}")
    if kept is not None:
        remark(f"What was there is kept as {kept}")


def check(database: DatabaseOption = None) -> None:
    """Verify the database: counters against a recount, links, the feed, and the file itself."""
    settings = settings_for(database)
    check_exists(settings)
    findings = asyncio.run(_findings(settings))
    for finding in findings:
        typer.echo(shown(finding))
    if findings:
        raise typer.Exit(1)
    typer.echo("clean")


async def _findings(settings: Settings) -> list[str]:
    from doings.app import open_store  # noqa: PLC0415 - loads every surface
    from doings.storage.checks.check import check as checked  # noqa: PLC0415 - loads the driver

    store = await open_store(settings)
    try:
        with progress("Checking") as step:
            return await checked(store, step)
    finally:
        await store.close()

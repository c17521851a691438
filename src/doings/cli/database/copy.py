"""`doings copy` and `doings schema`: to another database, and over several machines."""

import asyncio
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
from doings.cli.terminal import progress, remark, say
from doings.config import Settings
from doings.core.errors import Misconfigured

COPY_EXAMPLES = """
$ doings copy --from sqlite:///doings.db --to postgresql://doings@db.example.org/doings

Stop the servers on both first. A copy that was broken off is taken up by the same command.
"""

DISTRIBUTE_EXAMPLES = """
$ psql -c 'CREATE EXTENSION citus' doings

$ doings schema distribute --database postgresql://doings@coordinator.example.org/doings
"""

UPGRADE_EXAMPLES = """
$ doings backup before-upgrade.db && doings schema upgrade

Stop the servers first. `doings serve` upgrades as well, before it serves.
"""

schema = typer.Typer(
    help="The tables of the database.", no_args_is_help=True, rich_markup_mode="rich"
)


def copy(
    source: Annotated[
        str, typer.Option("--from", metavar="URL", help="Where to read.", show_default=False)
    ],
    target: Annotated[
        str, typer.Option("--to", metavar="URL", help="A new database.", show_default=False)
    ],
) -> None:
    """Copy a whole database into another, of either engine, and compare both in the end."""
    if source == target:
        raise Misconfigured("--from and --to are the same database")
    check_exists(settings_for(source))
    rows = asyncio.run(_copy(settings_for(source), settings_for(target)))
    say(f"Copied and compared {rows:,} rows")


async def _copy(source: Settings, target: Settings) -> int:
    from doings.app import open_store  # noqa: PLC0415 - loads every surface
    from doings.storage.copying import copy as copied  # noqa: PLC0415 - loads the driver

    rows = 0
    reading = await open_store(source)
    try:
        writing = await open_store(target)
        try:
            with progress("Copying") as step:

                def note(_table: str, more: int) -> None:
                    nonlocal rows
                    rows += more
                    step(rows)

                return await copied(reading, writing, note)
        finally:
            await writing.close()
    finally:
        await reading.close()


@schema.command("distribute", epilog=DISTRIBUTE_EXAMPLES)
def distribute(database: DatabaseOption = None) -> None:
    """Spread a PostgreSQL database with Citus over its machines, each account on one of them."""
    settings = settings_for(database)
    made = asyncio.run(_distribute(settings))
    say(f"Distributed {', '.join(made)}" if made else "All tables are distributed already")


@schema.command("upgrade", epilog=UPGRADE_EXAMPLES)
def upgrade_(database: DatabaseOption = None) -> None:
    """Bring a database of an older version up to date, in one transaction: all of it or nothing.

    An older program cannot open it any more.
    """
    settings = settings_for(database)
    check_exists(settings)
    upgraded: list[int] = []

    def tell(found: int, known: int) -> None:
        remark(upgrading(found, known))
        upgraded.append(known)

    upgrade(settings, tell)
    say(
        f"The database is at schema {upgraded[0]} now"
        if upgraded
        else "There is nothing to upgrade"
    )


@schema.command("restored")
def restored(database: DatabaseOption = None) -> None:
    """Say that a database was restored: those who follow an account are told to begin again."""
    settings = settings_for(database)
    check_exists(settings)
    asyncio.run(renew_epochs(settings))
    say("All that follow an account will begin again")


async def _distribute(settings: Settings) -> list[str]:
    from doings.app import open_store  # noqa: PLC0415 - loads every surface
    from doings.storage.opening import database_file  # noqa: PLC0415 - loads the drivers
    from doings.storage.postgres.citus import distribute as spread  # noqa: PLC0415 - loads the driver

    if database_file(settings.database) is not None:
        raise Misconfigured("an SQLite database is one file; copy it to PostgreSQL first")
    store = await open_store(settings)
    try:
        return await store.engine.write(spread)
    finally:
        await store.close()

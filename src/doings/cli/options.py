"""The settings and the open store that a command works with."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from doings.config import Settings, settings_from_environment
from doings.core.entity import EntityKey, checked_id, checked_type
from doings.core.errors import Invalid, Misconfigured, Problem
from doings.core.store import Store

T = TypeVar("T")

Upgrade = Callable[[int, int], None]
"""Told, before an older database is changed, of its schema and of ours."""


def _or_the_one_before_the_command(context: typer.Context, value: str | None) -> str | None:
    before: str | None = context.obj
    return value or before


DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="The database, like sqlite:///doings.db (a path in this folder) or"
        " sqlite:////srv/doings.db. Otherwise that of DOINGS_DATABASE.",
        show_default=False,
        callback=_or_the_one_before_the_command,
    ),
]

AccountOption = Annotated[
    str, typer.Option("--account", metavar="SLUG", help="The account.", show_default=False)
]


DialectOption = Annotated[
    str | None,
    typer.Option(
        "--dialect",
        metavar="NAME",
        help="monica, cobot, invent, agendize or mio: answers as that API gives them.",
        show_default=False,
    ),
]

ContactOption = Annotated[
    str | None,
    typer.Option(
        "--contact",
        metavar="ID",
        help="With --dialect: the contact whose list it is, where the answer does not say so.",
        show_default=False,
    ),
]

KeepIdsOption = Annotated[
    bool,
    typer.Option(
        "--keep-ids",
        help="Keep Monica's numbers, so that links which people saved still work; the account must"
        " be empty, and keeps them from then on.",
    ),
]


def key_of(text: str) -> EntityKey:
    """Read TYPE:ID; raises Invalid."""
    entity_type, colon, entity_id = text.partition(":")
    if not colon:
        raise Invalid.of("TYPE:ID", "must be type:id, like contact:8")
    return checked_type(entity_type, field="TYPE:ID"), checked_id(entity_id, field="TYPE:ID")


@contextmanager
def named_as_options(**options: str) -> Iterator[None]:
    """Have what is wrong with a field told under the name of the option that gave it."""
    try:
        yield
    except Invalid as error:
        problems = [Problem(options.get(field, field), reason) for field, reason in error.problems]
        raise Invalid(*problems) from None


def settings_for(database: str | None, **options: object) -> Settings:
    """The settings of the environment, and over them what the command line says."""
    return settings_from_environment(os.environ, database=database, **options)


def with_store(
    database: str | None, work: Callable[[Store], Awaitable[T]], *, is_new_allowed: bool = False
) -> T:
    """Do something with the open store; raises Misconfigured where there is none to open.

    One of an older version is none: bringing it up to date is another command.
    """
    settings = settings_for(database)
    if not is_new_allowed:
        check_exists(settings)
    return asyncio.run(_opened(settings, work))


def upgrade(settings: Settings, before_upgrade: Upgrade) -> None:
    """Open a database once, so that an older one is brought up to date; raises Misconfigured.

    A new one is made.
    """
    asyncio.run(_upgraded(settings, before_upgrade))


def upgrading(found: int, known: int) -> str:
    """The sentence that says what is about to be done to an older database."""
    return f"Upgrading the database from schema {found} to {known}. It may take a while."


async def _upgraded(settings: Settings, before_upgrade: Upgrade) -> None:
    from doings.app import open_store  # noqa: PLC0415 - loads every surface

    store = await open_store(settings, before_upgrade=before_upgrade)
    await store.close()


async def renew_epochs(settings: Settings) -> None:
    """Say of a database that its history may have gone backwards."""
    from doings.app import open_store  # noqa: PLC0415 - loads every surface

    store = await open_store(settings)
    try:
        await store.renew_epochs()
    finally:
        await store.close()


def check_exists(settings: Settings) -> None:
    """Refuse to make a database because its name was mistyped; raises Misconfigured."""
    from doings.storage.opening import database_file  # noqa: PLC0415

    file = database_file(settings.database)
    if file is not None and (not file.exists() or not file.stat().st_size):
        raise Misconfigured(
            f"there is no database {file}; `doings account create`, `demo` and `serve` make one"
        )


def new_database_file(settings: Settings) -> Path | None:
    """The whole path of the file that opening the database will make, None where it makes none."""
    from doings.storage.opening import database_file  # noqa: PLC0415

    file = database_file(settings.database)
    is_new = file is not None and not file.exists() and file.parent.is_dir()
    return file.absolute() if file is not None and is_new else None


def new_database(file: Path) -> str:
    """The sentence that says which file is about to be made: a path is easily mistaken."""
    return f"There is no database {file} yet: making an empty one."


async def _opened(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    # The application brings all its surfaces, which `doings --help` need not wait for.
    from doings.app import open_store  # noqa: PLC0415

    # asyncio's own handler would let a command that reads from a terminal wait for the next line.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    store = await open_store(settings)
    try:
        return await work(store)
    finally:
        await store.close()

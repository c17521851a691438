"""`doings demo`, the command. Its story takes a while to load, so it is loaded only here."""

from pathlib import Path
from typing import Annotated

import typer

from doings.cli.options import (
    DatabaseOption,
    new_database,
    new_database_file,
    settings_for,
    upgrade,
    upgrading,
    with_store,
)
from doings.cli.terminal import remark
from doings.config import Settings

DEMO_EXAMPLES = """
$ doings demo && doings serve

$ doings demo --embed    # in another terminal: a page of another origin shows a timeline

Run it again whenever you like: what is there stays as it is, and the days since are added. The
secret of its credential is in .doings-demo.json, in the database's folder, readable for you alone.
"""


def demo(
    *,
    embed: Annotated[
        bool,
        typer.Option(
            "--embed",
            help="Then serve a page of another origin, on the next port, that shows a timeline.",
        ),
    ] = False,
    database: DatabaseOption = None,
) -> None:
    """Fill an account `demo` with a year of activities, and show how to read them."""
    from doings.cli.demo.filling import fill, show  # noqa: PLC0415 - loads the story

    settings = settings_for(database)
    folder = _folder(settings)
    if file := new_database_file(settings):
        remark(new_database(file))
    upgrade(settings, lambda found, known: remark(upgrading(found, known)))
    filled = with_store(database, lambda store: fill(store, folder), is_new_allowed=True)
    if embed:
        _serve_embed(settings, filled.credential.key)
    else:
        show(settings, filled)


def _serve_embed(settings: Settings, key: str) -> None:
    """Serve the page that shows a timeline, until Ctrl-C."""
    from doings.cli.demo import embedding  # noqa: PLC0415 - loads what signs tokens

    server = embedding.page_server(settings.port)
    origin = embedding.origin_of(server)
    token = with_store(
        settings.database, lambda store: embedding.token_for_page(store, key, origin)
    )
    embedding.serve_page(server, settings, token)


def _folder(settings: Settings) -> Path:
    """Where the database is, or where we are if it is on a server."""
    from doings.storage.opening import database_file  # noqa: PLC0415 - loads the drivers

    file = database_file(settings.database)
    return file.parent if file is not None else Path()

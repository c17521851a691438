"""From a database's URL to an open store."""

import re
from pathlib import Path

from doings.config import Settings
from doings.core.clock import Clock
from doings.core.errors import Misconfigured
from doings.private_files import create_private
from doings.storage.database import Database, Upgrade, open_database, refuse_upgrade
from doings.storage.engine import Engine
from doings.storage.erasing.key import ENDING, ErasureKey
from doings.storage.postgres import search
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.file import COMPANIONS
from doings.storage.sqlite.schema import SCHEMA

_SHOWN = re.compile(r"\w+://…|(?:sqlite:)?[\w/ .\\-]*")


def database_file(url: str) -> Path | None:
    """The file of an embedded database, None for one on a server; raises Misconfigured.

    The password of a URL is nothing to show, so of a URL of another kind only the scheme is
    repeated, and of a text that is no URL only what looks like a path.
    """
    scheme, _, rest = url.partition("://")
    if scheme in {"postgresql", "postgres"} and rest:
        return None
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return Path(rest.removeprefix("/"))
    if rest and scheme != "sqlite":
        url = f"{scheme}://…"
    raise Misconfigured(
        "the database is neither sqlite:///path nor postgresql://user@host/name"
        + (f", but {url!r}" if _SHOWN.fullmatch(url) else "")
    )


def database_files(url: str) -> list[Path]:
    """The files that an embedded database may have, its key among them; none on a server."""
    file = database_file(url)
    endings = ("", *COMPANIONS, ENDING)
    return [] if file is None else [file.with_name(file.name + end) for end in endings]


def log_key_file(settings: Settings) -> Path | None:
    """The file of the keys that checkpoints are signed with; None where none is named.

    That of an embedded database is beside it by default.
    """
    if settings.log_key is not None:
        return Path(settings.log_key)
    file = database_file(settings.database)
    return None if file is None else file.with_name(f"{file.name}.log-key")


async def open_url(
    url: str,
    clock: Clock,
    *,
    prepared: bool = True,
    before_upgrade: Upgrade = refuse_upgrade,
    erasure_key: str | None = None,
) -> Database:
    """Open the database at a URL; raises Misconfigured.

    `prepared` is False behind a pgbouncer that hands connections out by the transaction.
    `before_upgrade` is told of an older database, and may refuse to change it. `erasure_key` is
    what the setting says.
    """
    path = database_file(url)
    key = ErasureKey(erasure_key, path)
    if path is None:
        # asyncpg takes longest to import, and most installations have no use for it.
        from doings.storage.postgres.engine import open_postgres  # noqa: PLC0415

        server = await open_postgres(url, prepared=prepared)
        return await _opened(server, clock, search.SCHEMA, before_upgrade, key)
    if not path.parent.is_dir():
        raise Misconfigured(f"the folder {path.parent} of the database does not exist")
    create_private(path)
    return await _opened(SqliteEngine(path), clock, SCHEMA, before_upgrade, key)


async def _opened(
    engine: Engine,
    clock: Clock,
    schema: dict[str, str],
    before_upgrade: Upgrade,
    erasure_key: ErasureKey,
) -> Database:
    """The database on this engine, which is let go of where it cannot be used."""
    try:
        return await open_database(engine, clock, schema, before_upgrade, erasure_key)
    except BaseException:
        await engine.close()
        raise

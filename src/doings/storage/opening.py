"""From a database's URL to an open store."""

from pathlib import Path

from doings.core.clock import Clock
from doings.core.errors import Misconfigured
from doings.storage.database import Database, open_database
from doings.storage.postgres import search
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA


def database_file(url: str) -> Path | None:
    """The file of an embedded database, None for one on a server; raises Misconfigured.

    The password of a URL is nothing to show, so what cannot be read is not repeated.
    """
    scheme, _, rest = url.partition("://")
    if scheme in {"postgresql", "postgres"} and rest:
        return None
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return Path(rest.removeprefix("/"))
    raise Misconfigured(
        "the database is neither sqlite:///path nor postgresql://user@host/name"
        + (f", but {url!r}" if "@" not in url else "")
    )


async def open_url(url: str, clock: Clock, *, prepared: bool = True) -> Database:
    """Open the database at a URL; raises Misconfigured.

    `prepared` is False behind a pgbouncer that hands connections out by the transaction.
    """
    path = database_file(url)
    if path is None:
        # asyncpg takes longest to import, and most installations have no use for it.
        from doings.storage.postgres.engine import open_postgres  # noqa: PLC0415

        server = await open_postgres(url, prepared=prepared)
        return await open_database(server, clock, search.SCHEMA)
    if not path.parent.is_dir():
        raise Misconfigured(f"the folder {path.parent} of the database does not exist")
    return await open_database(SqliteEngine(path), clock, SCHEMA)

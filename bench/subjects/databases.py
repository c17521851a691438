"""Databases under test: files of SQLite, and a PostgreSQL server that is removed at the end.

PostgreSQL has its default of `fsync` and `synchronous_commit`, and 128 MB of buffers.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from tests.storage.servers import Server

NewDatabase = Callable[[str], Awaitable[str]]
"""The URL of the empty database of a name."""


@asynccontextmanager
async def postgres_server() -> AsyncIterator[Server]:
    """A child of this process, on a port of its own."""
    server = await asyncio.to_thread(Server)
    try:
        await asyncio.to_thread(server.start)
        yield server
    finally:
        await asyncio.to_thread(server.remove)


@asynccontextmanager
async def engines(folder: Path) -> AsyncIterator[dict[str, NewDatabase]]:
    """Both engines, by name."""
    async with postgres_server() as server:

        async def file(name: str) -> str:
            return f"sqlite:///{folder / name}.db"

        async def schema(name: str) -> str:
            return await server.url_for(folder / name)

        yield {"SQLite": file, "PostgreSQL": schema}


async def settle(url: str) -> None:
    """What autovacuum does a minute later, and would do during a measurement."""
    if url.startswith("postgresql"):
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("VACUUM ANALYZE")
        finally:
            await connection.close()

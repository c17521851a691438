"""Appends on PostgreSQL: one connection writes what has come in, with one commit for all of it."""

import asyncio

import asyncpg
from starlette.types import ASGIApp, Receive

from bench.bare.asgi import application, body_of, database_url
from bench.bare.rows import TABLE, Row, row_of


class PostgresWrites:
    """Answers once the row is committed."""

    async def open(self) -> None:
        """Connect; the task that writes lasts as long as the process."""
        self.connection = await asyncpg.connect(database_url())
        self.waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self.has_come = asyncio.Event()
        self.writing = asyncio.create_task(self._write())

    async def respond(self, receive: Receive) -> tuple[int, bytes]:
        """What was posted."""
        body = await body_of(receive)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((row_of(body), done))
        self.has_come.set()
        await done
        return 201, body

    async def _write(self) -> None:
        while True:
            await self.has_come.wait()
            self.has_come.clear()
            group, self.waiting = self.waiting, []
            # asyncpg sends all rows at once and in one transaction.
            await self.connection.executemany(
                "INSERT INTO appended VALUES ($1, $2, $3, $4, $5, $6, $7)",
                [row for row, _ in group],
            )
            for _, done in group:
                # A caller that has gone has cancelled what it waited for.
                if not done.done():
                    done.set_result(None)


async def prepare(url: str) -> None:
    """Make the table, which two workers must not do at the same time."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(TABLE)
    finally:
        await connection.close()


def create() -> ASGIApp:
    """The app of a server process."""
    return application(PostgresWrites())

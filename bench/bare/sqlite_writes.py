"""Appends on SQLite: one thread writes what has come in, and syncs once for all of it."""

import asyncio
import queue
import threading

import apsw
from starlette.types import ASGIApp, Receive

from bench.bare.asgi import application, body_of, database_file
from bench.bare.rows import TABLE, Row, row_of

Waiting = tuple[Row, "asyncio.Future[None]"]
LOCK_MS = 10_000


class SqliteWrites:
    """Answers once the row is on the disk."""

    async def open(self) -> None:
        """Make the table and start the thread, which ends with the process."""
        self.loop = asyncio.get_running_loop()
        self.queue: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        self.connection = apsw.Connection(str(database_file()))
        self.connection.set_busy_timeout(LOCK_MS)
        self.connection.pragma("journal_mode", "wal")
        self.connection.pragma("synchronous", "full")
        self.connection.execute(TABLE)
        threading.Thread(target=self._write, daemon=True).start()

    async def respond(self, receive: Receive) -> tuple[int, bytes]:
        """What was posted."""
        body = await body_of(receive)
        done: asyncio.Future[None] = self.loop.create_future()
        self.queue.put((row_of(body), done))
        await done
        return 201, body

    def _write(self) -> None:
        while True:
            group = [self.queue.get()]
            while not self.queue.empty():
                group.append(self.queue.get())
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(
                "INSERT INTO appended VALUES (?, ?, ?, ?, ?, ?, ?)", [row for row, _ in group]
            )
            self.connection.execute("COMMIT")
            self.loop.call_soon_threadsafe(_finish, group)


def _finish(group: list[Waiting]) -> None:
    for _, done in group:
        # A caller that has gone has cancelled what it waited for.
        if not done.done():
            done.set_result(None)


def create() -> ASGIApp:
    """The app of a server process."""
    return application(SqliteWrites())

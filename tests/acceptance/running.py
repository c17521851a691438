"""A real server for a test: `doings serve` as its own child, in a folder of its own.

with serving(tmp_path) as server:
    token = server.token("co-up", "read", "write")
    httpx.get(f"{server.url}/v1/activities", headers=token.bearer)
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from doings.auth.credentials import issue
from doings.core.clock import SystemClock
from doings.core.errors import NotFound
from doings.storage.opening import open_url
from tests.engines import url_outside_a_loop

PATIENCE = 30.0
"""Seconds until a server that has not started, or not stopped, counts as broken."""


class Token(NamedTuple):
    """A credential."""

    account: str
    key: str
    secret: str

    @property
    def bearer(self) -> dict[str, str]:
        """The header that most surfaces take."""
        return {"Authorization": f"Bearer {self.secret}"}


class Installation(NamedTuple):
    """A folder, and the variables that commands run with in it; one of them names the database."""

    folder: Path
    variables: dict[str, str]

    def run(
        self, *arguments: str, stdin: str | None = None, code: int | None = 0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line to its end, which must be this exit code, if any."""
        done = subprocess.run(
            [sys.executable, "-m", "doings", *arguments],
            cwd=self.folder,
            env=self.variables,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 4,
            check=False,
        )
        assert code in {done.returncode, None}, f"{arguments}: {done.returncode}\n{done.stderr}"
        return done

    def token(self, account: str, *scopes: str) -> Token:
        """A credential with these scopes; the account is made where there is none.

        It is made in this process, as each start of a command takes most of a second, and in a
        thread, as a browser keeps a loop in this one.
        """
        with ThreadPoolExecutor(1) as thread:
            making = _credential(self.variables["DOINGS_DATABASE"], account, scopes)
            return thread.submit(asyncio.run, making).result()


async def _credential(url: str, slug: str, scopes: tuple[str, ...]) -> Token:
    clock = SystemClock()
    database = await open_url(url, clock)
    try:
        try:
            account = await database.account(slug)
        except NotFound:
            account = await database.create_account(slug, name=slug, time_zone="UTC")
        issued, stored = issue(account.id, scopes=list(scopes), now=clock.now())
        await database.write(account.id, lambda writer: writer.add_credential(stored))
    finally:
        await database.close()
    return Token(slug, issued.key, issued.secret)


class RunningServer(NamedTuple):
    """An installation that is being served."""

    installation: Installation
    process: subprocess.Popen[str]
    url: str

    def token(self, account: str, *scopes: str) -> Token:
        """A credential with these scopes; the account is made where there is none."""
        return self.installation.token(account, *scopes)

    def log(self) -> str:
        """What the server has written to stderr so far."""
        return (self.installation.folder / "server.log").read_text()

    def terminate(self) -> int:
        """Ask the server to stop as an operator does, and return its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE * 2)

    def kill(self) -> None:
        """End the server and its workers at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


def installation_in(folder: Path, settings: Mapping[str, object] | None = None) -> Installation:
    """An installation with these settings and, the test's database unless they name one."""
    variables = {name: text for name, text in os.environ.items() if not name.startswith("DOINGS_")}
    given = dict(settings or {})
    if "database" not in given:
        given["database"] = url_outside_a_loop(folder)
    variables |= {f"DOINGS_{name.upper()}": str(value) for name, value in given.items()}
    return Installation(folder, variables)


@contextmanager
def serving(
    folder: Path, *, before: str = "", port: int = 0, **settings: object
) -> Iterator[RunningServer]:
    """A server in that folder, ready to answer; it is stopped in the end if it still runs.

    `before` is Python that its process runs first, to make what it waits for short. Port 0 is a
    free one.
    """
    server = _started(installation_in(folder, settings), before, port)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        if server.process.poll() is None:
            try:
                server.terminate()
            finally:
                _kill_what_is_left(server)
        assert server.process.stdout is not None
        server.process.stdout.close()


def _started(installation: Installation, before: str, port: int) -> RunningServer:
    options = ("--port", str(port))
    program = ["-c", f"{before}\nfrom doings.cli.program import main; main()"]
    with (installation.folder / "server.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, *(program if before else ("-m", "doings")), "serve", *options],
            cwd=installation.folder,
            env=installation.variables,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    if found is None:
        process.kill()
        process.wait(PATIENCE)
        process.stdout.close()
        raise AssertionError(f"no server: {(installation.folder / 'server.log').read_text()}")
    return RunningServer(installation, process, found[0])


def _wait_until_ready(server: RunningServer) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if httpx.get(f"{server.url}/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        assert server.process.poll() is None, f"the server ended: {server.log()}"
        time.sleep(0.02)
    raise AssertionError(f"the server does not answer: {server.log()}")


def _kill_what_is_left(server: RunningServer) -> None:
    if server.process.poll() is None:
        server.kill()

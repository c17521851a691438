"""`doings web link`: an address that signs a browser in."""

import asyncio
from pathlib import Path

import pytest

from doings.auth.sessions import LINK, link_from_token
from doings.core.clock import SystemClock
from doings.storage.opening import open_url
from tests.cli.conftest import Cli


@pytest.mark.parametrize(
    ("options", "base"),
    [
        ((), "http://127.0.0.1:8000"),
        (("--host", "https://doings.example.org/"), "https://doings.example.org"),
    ],
)
def test_prints_one_address(cli: Cli, tmp_path: Path, options: tuple[str, ...], base: str) -> None:
    """Which is good for ten minutes, on the host that is named."""
    cli("account", "create", "acme")

    done = cli("web", "link", "--account", "acme", *options)

    address = done.out.strip()
    assert (done.code, done.err) == (0, "")
    assert address.startswith(f"{base}/sign-in/")

    async def until() -> int:
        database = await open_url(f"sqlite:///{tmp_path}/doings.db", SystemClock(), prepared=True)
        try:
            now = database.clock.now()
            token = address.rpartition("/")[2]
            return link_from_token(database.secret, token, now=now).until - now
        finally:
            await database.close()

    assert 0 < asyncio.run(until()) <= LINK


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--account", "none"), 1), (("--account", "acme", "--host", "example.org"), 2), ((), 2)],
)
def test_says_what_is_wrong(cli: Cli, arguments: tuple[str, ...], code: int) -> None:
    """In one line."""
    cli("account", "create", "acme")

    done = cli("web", "link", *arguments)

    assert (done.code, done.out) == (code, "")
    assert len(done.err.splitlines()) == 1

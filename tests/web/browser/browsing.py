"""Chromium at the pages: accounts that are signed in, and what may not happen in any page."""

import asyncio
import os
import shutil
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, Request, ViewportSize, sync_playwright

from doings.auth.credentials import issue
from doings.auth.principal import SCOPES
from doings.auth.sessions import new_session, token_of
from doings.storage.database import Database
from tests.acceptance.running import serving

Filled = TypeVar("Filled")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Account(NamedTuple):
    """An account, how it signs in, and the session of a browser that is signed in."""

    slug: str
    secret: str
    session: str


async def new_account(database: Database, slug: str) -> tuple[int, Account]:
    """An account that may do everything; returns its number, too."""
    account = await database.create_account(slug, name=slug.title(), time_zone="UTC")
    now = database.clock.now()
    issued, stored = issue(account.id, scopes=list(SCOPES), now=now)
    await database.write(account.id, lambda writer: writer.add_credential(stored))
    session = token_of(database.secret, new_session(issued.key, account.id, now))
    return account.id, Account(slug, issued.secret, session)


@contextmanager
def filled(
    folder: Path, fill: Callable[[str], Coroutine[None, None, Filled]]
) -> Iterator[tuple[str, Filled]]:
    """A server in a folder, on a database that `fill` is given the URL of; with what it returns."""
    url = f"sqlite:///{folder}/doings.db"
    result = asyncio.run(fill(url))
    with serving(folder, database=url) as server:
        yield server.url, result


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium, as the system has it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS, env=dict(os.environ)
        )
        yield browser
        browser.close()


ODD: list[str] = []
"""What pages asked of other hosts, and what broke in them."""


def opened(browser: Browser, url: str, account: Account | None, **options: Any) -> Page:  # noqa: ANN401
    """A page of a browser of its own, signed in if there is an account."""
    window: ViewportSize = {"width": 1200, "height": 800}
    context = browser.new_context(base_url=url, viewport=window, **options)
    if account is not None:
        context.add_cookies([{"name": "doings_session", "value": account.session, "url": url}])
    page = context.new_page()
    page.set_default_timeout(10_000)

    def note_request(request: Request) -> None:
        if not request.url.startswith(f"{url}/"):
            ODD.append(request.url)

    def note_error(error: Error) -> None:
        ODD.append(str(error))

    page.on("request", note_request)
    page.on("pageerror", note_error)
    return page


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong, by all its rules or by some."""
    options = {"runOnly": list(rules)} if rules else {}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]

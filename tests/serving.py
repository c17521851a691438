"""The whole application in this process, with accounts to speak for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path

import httpx

from doings.app import Application, open_store
from doings.auth.credentials import IssuedCredential, issue
from doings.auth.principal import SCOPES
from doings.config import Settings
from doings.core.account import Account
from doings.storage.database import Database
from tests.clocks import TickingClock
from tests.engines import lent_database
from tests.storage.book import Book
from tests.transport import transport


class Business(Book):
    """An account with a credential."""

    def __init__(self, database: Database, account: Account, issued: IssuedCredential) -> None:
        super().__init__(database, account)
        self.key = issued.key
        self.secret = issued.secret

    @property
    def bearer(self) -> dict[str, str]:
        """The header that most surfaces sign in with."""
        return {"Authorization": f"Bearer {self.secret}"}


class Served:
    """A running application, a client of it, and the clock that both go by."""

    def __init__(self, application: Application, clock: TickingClock) -> None:
        self.application = application
        self.clock = clock
        self.client = self.client_at("127.0.0.1")

    @property
    def database(self) -> Database:
        """The application's store."""
        store = self.application.services().store
        assert isinstance(store, Database)
        return store

    def client_at(self, address: str) -> httpx.AsyncClient:
        """A client whose requests come from that address."""
        client = transport(self.application, client=(address, 1))
        return httpx.AsyncClient(transport=client, base_url="http://server")

    async def business(self, slug: str = "acme", *, time_zone: str = "UTC") -> Business:
        """A new account that may do everything."""
        account = await self.database.create_account(slug, name=slug.title(), time_zone=time_zone)
        return Business(self.database, account, await self.credential(account))

    async def credential(
        self, account: Account, *, scopes: tuple[str, ...] = SCOPES, expires_at: int | None = None
    ) -> IssuedCredential:
        """Another credential of an account."""
        issued, stored = issue(
            account.id, scopes=list(scopes), now=self.clock.now(), expires_at=expires_at
        )
        await self.database.write(account.id, lambda writer: writer.add_credential(stored))
        return issued


ERASURE_KEY = "a key for the tests"
"""What erasures are made with, which on PostgreSQL has to be given."""

IN_BACKGROUND = ContextVar("in_background", default=False)
"""Whether what runs was begun with the application, and belongs to no request."""


@asynccontextmanager
async def serving(directory: Path, **settings: object) -> AsyncIterator[Served]:
    """An application on a new database, at a clock that stands still until it is set."""
    clock = TickingClock(step=0)
    async with lent_database(directory) as database:
        application = Application(
            Settings(database=database, **{"erasure_key": ERASURE_KEY, **settings}),  # type: ignore[arg-type]
            lambda given: open_store(given, clock),
        )
        # What is begun here runs beside all requests, and keeps the value for good.
        token = IN_BACKGROUND.set(True)
        await application.start()
        IN_BACKGROUND.reset(token)
        served = Served(application, clock)
        async with served.client:
            yield served
        await application.stop()

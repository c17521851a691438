"""The application without kept documents: what answering a page takes that nobody has read yet."""

from doings import app
from doings.config import Settings
from doings.storage.database import Database
from doings.storage.document_cache import Shelf


async def _open(settings: Settings) -> Database:
    store = await app.open_store(settings)
    store.shelf = Shelf(most=0)
    return store


def create() -> app.Application:
    """The app of a server process."""
    return app.create(_open)

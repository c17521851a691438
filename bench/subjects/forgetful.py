"""The application with nothing kept: what a page takes that is read for the first time."""

import os

from doings import app
from doings.config import Settings
from doings.storage.database import Database
from doings.storage.document_cache import DocumentCache


async def _open(settings: Settings) -> Database:
    store = await app.open_store(settings)
    store.document_cache = DocumentCache(max_bytes=0)
    return store


def create() -> app.Application:
    """The app of a server process."""
    os.environ["DOINGS_KEPT_ANSWERS_BYTES"] = "0"
    return app.create(_open)

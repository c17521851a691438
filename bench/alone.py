"""The same server with one commit for each request."""

import os

from doings.app import Application, open_store
from doings.config import Settings, settings_from_environment
from doings.httpkit.logs import set_up_logs
from doings.storage.database import Database


async def _open(settings: Settings) -> Database:
    store = await open_store(settings)
    store.engine.group = 1  # type: ignore[attr-defined]
    return store


def create() -> Application:
    """The application of a server process."""
    settings = settings_from_environment(
        {name: value for name, value in os.environ.items() if name.startswith("DOINGS_")}
    )
    set_up_logs(settings)
    return Application(settings, _open)

"""The same server with other commits: one for each request, and on a disk that syncs slowly."""

import os
import time

from doings import app
from doings.config import Settings
from doings.storage.database import Database
from doings.storage.sqlite import writer

GROUP = "BENCH_GROUP"
SYNC_SECONDS = "BENCH_SYNC_SECONDS"


async def _open(settings: Settings) -> Database:
    store = await app.open_store(settings)
    if GROUP in os.environ:
        share_commits(store, int(os.environ[GROUP]))
    return store


def share_commits(store: Database, most: int) -> None:
    """Let at most so many writes share a commit or a batch."""
    store.engine.writer.group = most  # type: ignore[attr-defined]
    store.write_batcher.most = most


def slow_commits(seconds: float) -> None:
    """Let every commit of this process take so much longer, as on a disk that syncs slowly."""
    commit = writer.Writer._commit  # noqa: SLF001 - no other place knows when a commit ends

    def slowly(self: writer.Writer, first: writer._Write) -> list[writer._Outcome]:
        outcomes = commit(self, first)
        time.sleep(seconds)
        return outcomes

    writer.Writer._commit = slowly  # type: ignore[method-assign]  # noqa: SLF001


def create() -> app.Application:
    """The application of a server process."""
    if SYNC_SECONDS in os.environ:
        slow_commits(float(os.environ[SYNC_SECONDS]))
    return app.create(_open)

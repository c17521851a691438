"""A server that is killed and comes back on the same port, and how often tests do that."""

import os
from contextlib import ExitStack
from pathlib import Path

from tests.acceptance.running import RunningServer, serving

KILLS = int(os.environ.get("DOINGS_TEST_KILLS", "4"))
"""How often something is killed; 50 show more, and take minutes."""


class Revived:
    """A server in a folder, with the same settings in each of its lives."""

    server: RunningServer

    def __init__(self, folder: Path, **settings: object) -> None:
        self._folder = folder
        self._settings = settings
        self._port = 0
        self._life = ExitStack()

    @property
    def url(self) -> str:
        """Where it serves in all its lives."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Begin a life."""
        running = serving(self._folder, before="", port=self._port, **self._settings)
        self.server = self._life.enter_context(running)
        self._port = int(self.server.url.rpartition(":")[2])

    def kill(self) -> None:
        """End it as a power cut does."""
        self.server.kill()
        self._life.close()

    def end(self) -> None:
        """Stop for good."""
        self._life.close()

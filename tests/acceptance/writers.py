"""Many clients that record activities at the same time, and remember what was acknowledged."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.acceptance.running import Installation, RunningServer, Token


class Writers:
    """Threads that each record one activity after the other until the server is gone."""

    def __init__(self, server: RunningServer, token: Token, *, count: int) -> None:
        self.acknowledged: set[str] = set()
        self.refused: list[str] = []
        self._changed = threading.Condition()
        self._is_over = False
        self._server = server
        self._token = token
        self._threads = [
            threading.Thread(target=self._write, args=(number,)) for number in range(count)
        ]

    def wait_for(self, count: int) -> None:
        """Return when at least so many activities were acknowledged."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.acknowledged) >= count, timeout=60)

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until every thread has seen the end of the server."""
        self._is_over = True
        for thread in self._threads:
            thread.join()

    def _write(self, number: int) -> None:
        with httpx.Client(headers=self._token.bearer, timeout=60) as client:
            for turn in range(1_000_000):
                if self._is_over or not self._record(client, f"{number}-{turn}"):
                    return

    def _record(self, client: httpx.Client, external_id: str) -> bool:
        activity = {
            "kind": "note.created",
            "body": f"Note {external_id}",
            "links": ["contact:1", "contact:2"],
            "external_id": external_id,
        }
        try:
            answer = client.post(f"{self._server.url}/v1/activities", json=activity)
        except httpx.TransportError:
            return False
        with self._changed:
            if answer.status_code == httpx.codes.CREATED:
                self.acknowledged.add(external_id)
            else:
                self.refused.append(answer.text)
            self._changed.notify_all()
        return True


@contextmanager
def writing(server: RunningServer, token: Token, *, count: int = 16) -> Iterator[Writers]:
    """Clients at work; in the end they have all finished."""
    writers = Writers(server, token, count=count)
    writers.start()
    try:
        yield writers
    finally:
        writers.join()


def stored(installation: Installation, account: str) -> set[str]:
    """The external ids of all activities of an account."""
    lines = installation.run("export", "--account", account, "--activities-only").stdout
    return {line.partition('"external_id":"')[2].partition('"')[0] for line in lines.splitlines()}

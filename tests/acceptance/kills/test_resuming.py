"""A reader of a stream over kills, broken connections and restores: equal, or told to list."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.acceptance.kills.revived import KILLS, Revived
from tests.acceptance.running import PATIENCE, Installation, Token, installation_in
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # a backup is a file there, which takes no time

EVENTS_OF_ACTIVITIES = {"created", "updated", "deleted"}


class Reader:
    """What somebody has who lists once and then follows the stream: summaries by id."""

    def __init__(self) -> None:
        self.has: dict[str, str] = {}
        self.position: str | None = None
        """Up to where it has everything; None: it has to list."""

    def list_all(self, url: str, headers: dict[str, str]) -> None:
        """Read the list, and from where on the stream continues it."""
        answer = httpx.get(f"{url}/v1/activities?limit=200", headers=headers, timeout=PATIENCE)
        answer.raise_for_status()
        self.has = {one["id"]: one["summary"] for one in answer.json()["items"]}
        self.position = answer.headers["Doings-Position"]

    def follow(self, url: str, headers: dict[str, str], most: int | None = None) -> None:
        """Take what there is up to now, or `most` events, and leave without a word."""
        until = seq_of(position_now(url, headers))
        for number, (name, id_, data) in enumerate(events(url, headers, self.position)):
            if number == most:
                return
            if name == "reset":
                self.position = None
                return
            if name in EVENTS_OF_ACTIVITIES:
                self._note(data)
            self.position = id_ or self.position
            if seq_of(self.position) >= until:
                return

    def _note(self, change: dict[str, object]) -> None:
        activity = change["activity"]
        if isinstance(activity, dict):
            self.has[activity["id"]] = activity["summary"]
        else:
            self.has.pop(str(change["activity_id"]), None)


def seq_of(position: str | None) -> int:
    """The seq of a position; before all where there is none."""
    return int(position.rpartition("-")[2]) if position else 0


def position_now(url: str, headers: dict[str, str]) -> str:
    """The end of the feed."""
    answer = httpx.get(f"{url}/v1/activities?limit=1", headers=headers, timeout=PATIENCE)
    position: str = answer.raise_for_status().headers["Doings-Position"]
    return position


def events(
    url: str, headers: dict[str, str], last: str | None
) -> Iterator[tuple[str, str, dict[str, object]]]:
    """The name, the id and the data of each event."""
    more = {"Last-Event-ID": last} if last else {}
    address = f"{url}/v1/stream"
    with httpx.stream("GET", address, headers={**headers, **more}, timeout=PATIENCE) as answer:
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields.get("event"):
                yield fields["event"], fields.get("id", ""), msgspec.json.decode(fields["data"])
                fields = {}


class Life(RuleBasedStateMachine):
    """One reader, and a server that is written to, killed and set back."""

    origin: Installation
    token: Token

    def __init__(self) -> None:
        super().__init__()
        self.reader = Reader()
        self.is_backed_up = False
        self.ids: list[str] = []

    @initialize()
    def begin(self) -> None:
        """A server with an empty account, and a reader that has listed nothing."""
        self.folder = TemporaryDirectory(prefix="doings-resuming-")
        path = Path(self.folder.name)
        shutil.copy(self.origin.folder / "doings.db", path / "doings.db")
        self.backup = path / "backup.db"
        self.revived = Revived(path, database=f"sqlite:///{path / 'doings.db'}")
        self.revived.start()

    @property
    def headers(self) -> dict[str, str]:
        """Of every request."""
        return self.token.bearer

    @rule(count=st.integers(1, 5))
    def record(self, count: int) -> None:
        """More activities."""
        for number in range(count):
            body = {"kind": "note.created", "summary": f"{len(self.ids)} {number}"}
            answer = self._request("POST", "", body)
            self.ids.append(answer.json()["id"])

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        """One is another, or gone."""
        id_ = data.draw(st.sampled_from(self.ids))
        if data.draw(st.booleans()):
            self._request("PATCH", f"/{id_}", {"summary": f"changed {id_[-4:]}"})
        else:
            self._request("DELETE", f"/{id_}", None)

    def _request(self, method: str, path: str, body: object) -> httpx.Response:
        """A write; what a restore took away may be missing."""
        url = f"{self.revived.url}/v1/activities{path}"
        content = None if body is None else msgspec.json.encode(body)
        more = {"Content-Type": "application/merge-patch+json" if path else "application/json"}
        answer = httpx.request(
            method, url, content=content, headers=self.headers | more, timeout=PATIENCE
        )
        assert answer.is_success or answer.status_code == httpx.codes.NOT_FOUND, answer.text
        return answer

    @rule()
    def connect(self) -> None:
        """The reader catches up; then it is equal, or was told to list and is equal after that."""
        url = self.revived.url
        if self.reader.position is not None:
            self.reader.follow(url, self.headers)
        if self.reader.position is None:
            self.reader.list_all(url, self.headers)
        fresh = Reader()
        fresh.list_all(url, self.headers)
        assert self.reader.has == fresh.has

    @precondition(lambda self: self.reader.position)
    @rule(most=st.integers(0, 4))
    def drop(self, most: int) -> None:
        """The connection breaks off after some events."""
        self.reader.follow(self.revived.url, self.headers, most)

    @rule()
    def kill(self) -> None:
        """The server's processes end, and it starts again."""
        self.revived.kill()
        self.revived.start()

    @precondition(lambda self: not self.is_backed_up)
    @rule()
    def back_up(self) -> None:
        """Keep the present state."""
        self.is_backed_up = True
        self.revived.server.installation.run("backup", str(self.backup))

    @precondition(lambda self: self.is_backed_up)
    @rule()
    def restore(self) -> None:
        """Go back to it."""
        self.revived.kill()
        self.revived.server.installation.run("restore", str(self.backup))
        self.revived.start()

    def teardown(self) -> None:
        """End equal, whatever happened."""
        try:
            if self.ids:
                self.connect()
        finally:
            self.revived.end()
            self.folder.cleanup()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Token]:
    """An installation with one account, copied for each life."""
    folder = tmp_path_factory.mktemp("origin")
    installation = installation_in(folder, {"database": f"sqlite:///{folder / 'doings.db'}"})
    return installation, installation.token("co-up", "read", "write")


def test_a_reader_ends_equal_to_the_server(origin: tuple[Installation, Token]) -> None:
    """Whatever was killed, broken off or set back in which order."""

    class Machine(Life):
        pass

    Machine.origin, Machine.token = origin
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=max(KILLS // 2, 1),
            stateful_step_count=12,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],  # what fails takes minutes to make smaller
            suppress_health_check=list(HealthCheck),
        ),
    )

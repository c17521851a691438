"""In which order the files of several accounts are worked on."""

from typing import cast

import pytest

from doings.core.clock import SystemClock
from doings.core.store import Store
from doings.core.store.imports import JobState
from doings.importing.jobs import Runner


class Files:
    """A store that knows nothing but files to be tried out."""

    def __init__(self, *states: JobState) -> None:
        self.left = list(states)

    async def import_job_states(self) -> list[JobState]:
        """What is left to do."""
        return list(self.left)

    async def take_turn(self, *_: object) -> bool:
        """No other process is there."""
        return True


async def test_no_account_waits_for_all_files_of_another_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Accounts take turns; within one the oldest file comes first."""
    owners = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 3}
    files = Files(*[JobState(owners[id_], id_, "checking", 0) for id_ in owners])
    done: list[str] = []

    async def work(_: Runner, state: JobState) -> None:
        done.append(state.id)
        files.left.remove(state)

    monkeypatch.setattr(Runner, "_work", work)
    runner = Runner(cast("Store", files), SystemClock(), "http://x", lambda _: None)

    await runner.look()

    assert done == ["a", "d", "f", "b", "e", "c"]

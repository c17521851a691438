"""A pull that goes on by itself, and how it ends."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from doings.cli.options import with_store
from doings.core.clock import SystemClock
from doings.core.errors import Misconfigured
from doings.core.store import Store
from doings.core.store.pulls import PullCounts
from doings.core.timeline import Timeline
from doings.importing.pull.checkpoint import Checkpoint
from doings.importing.pull.client import ServiceFailed
from doings.importing.pull.services import SERVICES
from tests.cli.conftest import Cli
from tests.pull.conftest import Puller, Vendor
from tests.pull.proxy import Asked, Given, proxy
from tests.pull.test_following import encounter


def until(is_true: Callable[[], bool]) -> None:
    """Wait for it, a minute at most."""
    end = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("sign", "options", "code", "state"),
    [
        (signal.SIGTERM, ("--every", "1h"), 0, "done"),
        (signal.SIGINT, ("--every", "1h"), 0, "failed"),
        (signal.SIGTERM, (), 1, "failed"),
    ],
    ids=["term between rounds", "interrupt in a round", "term of one"],
)
def test_a_pull_that_is_stopped_says_so(  # noqa: PLR0917 - a table and fixtures
    sign: signal.Signals,
    options: tuple[str, ...],
    code: int,
    state: str,
    vendor: Vendor,
    pull: Puller,
    cli: Cli,
    tmp_path: Path,
) -> None:
    """It ends at once, nothing goes on by itself any more, and the same command goes on."""
    vendor.record([encounter(number) for number in range(130)])

    waited: list[str] = []

    def slow(asked: Asked, given: Given) -> Given:
        is_second = "activities?" in asked.path and "page=2" in asked.path
        if is_second and not waited and state == "failed":
            waited.append(asked.path)
            time.sleep(1)
        return given

    def stands() -> dict[str, object]:
        found = json.loads(cli("pull", "status", "--json").out)
        return dict(found[0]) if found else {}

    with proxy(vendor.server.url, slow) as between:
        base = vendor.base("monica", between.url)
        command = ("pull", "monica", "--from", base, "--account", "here", *options)
        with subprocess.Popen(
            [sys.executable, "-m", "doings", *command],
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        ) as running:
            try:
                until(lambda: bool(waited) or stands().get("next") is not None)
                running.send_signal(sign)
                _, err = running.communicate(timeout=60)
            finally:
                running.kill()
        left = stands()
        again = pull("monica", url=between.url)

    assert (running.returncode, "Traceback" in err) == (code, False), err
    assert (left["state"], left["next"]) == (state, None)
    assert (again.code, len(pull.exported())) == (0, 130), again.err
    # What is told of a round is all of it, also what was done before it was stopped.
    told = json.loads(again.out)
    assert told["recorded"] == (130 if state == "failed" else 0)
    (status,) = json.loads(cli("pull", "status", "--json").out)
    assert (status["run"], status["counts"]) == (told.pop("run"), told)


def test_what_a_killed_round_did_is_counted_though_the_next_try_is_stopped_at_once(
    cli: Cli,
) -> None:
    """Before it has read how far the round was, and where it fails there."""
    cli("account", "create", "here")
    done = PullCounts(requests=4, recorded=300, deleted=7)

    async def work(store: Store) -> list[PullCounts]:
        timeline = Timeline(store, await store.account("here"), by=None)
        url, service = "https://example.org/api", SERVICES["monica"]
        first = await Checkpoint.of(timeline, service, "monica", url)
        await first.save(counts=done, position='{"place":{"page":3}}')
        counts = []
        for end in (Checkpoint.stop, partial(Checkpoint.end, problem=ServiceFailed("is away"))):
            checkpoint = await Checkpoint.of(timeline, service, "monica", url)
            await end(checkpoint, now=SystemClock().now())
            counts.append(checkpoint.pull.counts)
        return counts

    assert with_store(None, work) == [done, done]


@pytest.mark.parametrize("command", [("account", "delete"), ("pull", "forget")])
def test_a_pull_that_is_there_no_more_ends(cli: Cli, command: tuple[str, str]) -> None:
    """It does not go on for ever, and that it is stopped is noted nowhere."""
    cli("account", "create", "here")
    url = "https://example.org"

    async def begin(store: Store) -> Checkpoint:
        timeline = Timeline(store, await store.account("here"), by=None)
        return await Checkpoint.of(timeline, SERVICES["cobot"], "cobot", url)

    async def go_on(store: Store) -> None:
        checkpoint.timeline = Timeline(store, checkpoint.timeline.account, by=None)
        await checkpoint.stop(now=SystemClock().now())
        await checkpoint.begin(since=None, now=SystemClock().now())

    checkpoint = with_store(None, begin)
    options = ("here", "--yes") if command[0] == "account" else ("cobot", "--from", url)
    gone = cli(*command, *options, *(() if command[0] == "account" else ("--account", "here")))

    assert gone.code == 0, gone.err
    with pytest.raises(Misconfigured, match="is pulled no more: the account was deleted"):
        with_store(None, go_on)

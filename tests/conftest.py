"""Under CI a skipped test is a failed one, and what the tests started ends with them.

Else a missing dependency would hide what it tests. Only tests marked `citus` may skip there: they
need a cluster of their own. Expected failures (`xfail`) are not skips.
"""

import gc
import os
import socket
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from doings.live.webhooks import destination
from doings.storage.sqlite import connection
from tests.serving import Served, serving
from tests.storage import servers

UNDER_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}


def pytest_report_header() -> str:
    """Tell how long all of the tests take. The figure is measured; measure again when it is off."""
    return "all tests: about 10 minutes on two cores"


def pytest_collection_finish() -> None:
    """Leave the thousands of tests that wait out of what is looked through for garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into a failure."""
    report = yield
    if item.get_closest_marker("citus") is None:
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into a failure."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Mark a skipped report as failed when CI runs; leave every other report alone."""
    expected_failure = hasattr(report, "wasxfail")
    if UNDER_CI and report.skipped and not expected_failure:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        report.outcome = "failed"
        report.longrepr = f"CI allows no skip. {reason}"


@pytest.fixture(scope="session", autouse=True)
def _no_server_stays() -> Iterator[None]:
    """The shared server ends with the tests."""
    yield
    if servers.running.cache_info().currsize:
        servers.running().remove()


@pytest.fixture(scope="session", autouse=True)
def _nothing_outside_is_reached() -> Iterator[None]:
    """Deliveries find no names but those of this machine."""
    resolve = destination.addresses_of

    def refuse_others(host: str, port: int) -> list[str]:
        if host != "localhost" and not host.endswith(".test"):
            msg = f"tests look up no name outside this machine: {host}"
            raise socket.gaierror(msg)
        return resolve(host, port)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(destination, "addresses_of", refuse_others)
        yield


@pytest.fixture(scope="session", autouse=True)
def _nobody_waits_for_the_disk() -> Iterator[None]:
    """SQLite writes in this process last when the process is killed, not when the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "SYNCHRONOUS", "off")
        yield


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """The whole application on an empty database, at a clock that stands still at noon."""
    async with serving(tmp_path) as running:
        yield running

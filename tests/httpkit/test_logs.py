"""The log: a line for each request, with the address of a caller whom no credential names."""

import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import structlog

from doings.config import Settings
from doings.httpkit.logs import set_up_logs
from tests.engines import SQLITE_ONLY, engine
from tests.serving import Served, serving

__all__ = ["engine"]

pytestmark = SQLITE_ONLY

ADDRESS = "203.0.113.7"


@pytest.fixture
def lines() -> Iterator[list[structlog.typing.EventDict]]:
    """What has been logged."""
    with structlog.testing.capture_logs() as captured:
        yield captured


WRONG = {"Authorization": "Bearer k0000_wrong"}

REFUSED = [
    ("GET", "/v1/activities", {}),
    ("GET", "/v1/activities", WRONG),
    ("POST", "/v1/activities/batch", WRONG),
    ("GET", "/v1/no-such-path", WRONG),
    ("GET", "/monica/api/me", WRONG),
    ("GET", "/cobot/acme/api/activities?last=1", WRONG),
    ("GET", "/cobot/acme/api/activities?last=1&access_token=wrong", {}),
    ("GET", "/invent/orgs/c/contacts/8/activities", WRONG),
    ("GET", "/agendize/api/2.3/activities?clientId=8", {"apiKey": "k0", "token": "wrong"}),
    ("POST", "/mio/business/v1/auth", {"x-api-key": "k0"}),
    ("GET", "/mio/business/v1/activities", {**WRONG, "x-api-key": "k0"}),
]


@pytest.mark.parametrize(("method", "path", "headers"), REFUSED, ids=str)
async def test_a_refused_sign_in_is_logged_with_its_address(
    tmp_path: Path,
    lines: list[structlog.typing.EventDict],
    method: str,
    path: str,
    headers: dict[str, str],
) -> None:
    """On every surface; what was presented is not logged."""
    async with serving(tmp_path) as served, served.client_at(ADDRESS) as client:
        answer = await client.request(method, path, headers=headers)

    line = request_line(lines)
    assert (answer.status_code, line["status"], line["address"]) == (401, 401, ADDRESS)
    assert "wrong" not in str(line)


async def test_too_many_refused_sign_ins_are_logged_with_their_address(
    tmp_path: Path, lines: list[structlog.typing.EventDict]
) -> None:
    """The lines after the limit has the address, too, so that a filter can go on counting."""
    async with serving(tmp_path, failed_sign_ins=1) as served, served.client_at(ADDRESS) as client:
        await client.get("/v1/activities", headers=WRONG)
        answer = await client.get("/v1/activities", headers=WRONG)

    assert (answer.status_code, request_line(lines)["address"]) == (429, ADDRESS)


async def test_the_address_is_what_a_trusted_proxy_says(
    tmp_path: Path, lines: list[structlog.typing.EventDict]
) -> None:
    """Otherwise every line would have the proxy's own."""
    async with serving(tmp_path, behind_proxy=True) as served:
        await served.client.get("/v1/activities", headers={"X-Forwarded-For": f"::1, {ADDRESS}"})

    assert request_line(lines)["address"] == ADDRESS


async def test_a_caller_whom_a_credential_names_is_logged_by_its_key(
    tmp_path: Path, lines: list[structlog.typing.EventDict]
) -> None:
    """Its address is nobody's business, whether it succeeds or not."""
    async with serving(tmp_path) as served:
        answers = [await _with_a_good_credential(served, path) for path in ("/v1/stats", "/v1/x")]

    assert [answer.status_code for answer in answers] == [200, 404]  # type: ignore[attr-defined]
    assert all("key" in line and "address" not in line for line in lines)


async def _with_a_good_credential(served: Served, path: str) -> object:
    business = await served.business(path.rpartition("/")[2])
    return await served.client.get(path, headers=business.bearer)


def request_line(lines: list[structlog.typing.EventDict]) -> structlog.typing.EventDict:
    """The line of the last request."""
    return [line for line in lines if line["event"] == "request"][-1]


class Terminal(io.TextIOWrapper):
    """A terminal in memory."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.fixture
def _logs_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize(
    ("stream", "variables", "is_coloured"),
    [
        (io.TextIOWrapper, {}, False),
        (io.TextIOWrapper, {"FORCE_COLOR": "1"}, False),
        (Terminal, {"TERM": "xterm"}, True),
        (Terminal, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (Terminal, {"TERM": "dumb"}, False),
    ],
)
@pytest.mark.usefixtures("_logs_as_before")
def test_lines_for_eyes_have_colours_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch,
    stream: type[io.TextIOWrapper],
    variables: dict[str, str],
    log_format: str,
    *,
    is_coloured: bool,
) -> None:
    """A log that is written to a file, or to a service manager, is plain text."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", stream(written, write_through=True))
    settings: dict[str, object] = {"log_format": log_format}

    set_up_logs(msgspec.convert(settings, Settings))
    structlog.get_logger("doings").warning("a line", of="words")

    assert b"a line" in written.getvalue()
    assert (b"\x1b" in written.getvalue()) is (is_coloured and log_format == "console")

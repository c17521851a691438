"""The log: a line for each request, with the address of a caller whom no credential names."""

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import structlog

from doings.config import Settings
from doings.core.budget import LOG_LINE_BYTES
from doings.core.errors import Unavailable
from doings.httpkit.observing.logs import RequestLines, log_what_nobody_catches, set_up_logs
from tests.engines import SQLITE_ONLY, engine
from tests.serving import Served, serving

__all__ = ["engine"]

pytestmark = SQLITE_ONLY

ADDRESS = "203.0.113.7"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[structlog.typing.EventDict]]:
    """What has been logged."""
    # Another test of this process may have set up the short way, which nothing captures.
    monkeypatch.setattr(RequestLines, "file", None)
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
    RequestLines.file = None
    logging.getLogger().handlers.clear()
    logging.captureWarnings(capture=False)


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


SECRET = "hunter2"

REVEALING = [
    ("GET", f"/v1/{SECRET}", None, "NoRoute", None),
    ("GET", f"/v1/activities/{SECRET}", None, "NotFound", None),
    ("GET", f"/v1/entities/contact/{SECRET}", None, "NotFound", None),
    ("GET", f"/v1/activities?since={SECRET}", None, "Malformed", "since"),
    ("GET", f"/v1/activities?cursor={SECRET}", None, "Malformed", "cursor"),
    ("GET", f"/v1/%00{SECRET}", None, "Unreadable", None),
    ("POST", "/v1/activities", f'{{"kind": "{SECRET}"}}', "Invalid", "kind"),
    ("POST", "/v1/activities", f'{{"kind": [{SECRET}', "Invalid", "kind"),
    ("POST", "/v1/activities", f"[{SECRET}", "Invalid", "body"),
    ("POST", "/v1/activities", f'"{SECRET}', "Malformed", None),
    ("POST", "/v1/tokens", f'{{"scopes": ["{SECRET}"]}}', "Invalid", "scopes"),
    (
        "PUT",
        f"/v1/activities/by-external-id/Monica{SECRET}/1",
        '{"kind": "a.b"}',
        "Invalid",
        "origin",
    ),
    ("GET", f"/cobot/{SECRET}/api/activities?last=1", None, "NotFound", None),
    ("GET", f"/monica/api/{SECRET}", None, "NoRoute", None),
    ("GET", f"/invent/orgs/c/contacts/{SECRET}/activities", None, "NotFound", None),
    ("GET", f"/{SECRET}", None, "NoRoute", None),
]


@pytest.mark.parametrize(("method", "path", "body", "error", "field"), REVEALING)
async def test_a_line_repeats_nothing_that_was_sent(
    served: Served,
    lines: list[structlog.typing.EventDict],
    *,
    method: str,
    path: str,
    body: str | None,
    error: str,
    field: str | None,
) -> None:
    """It names the class of the error, the field and the route."""
    business = await served.business()

    await served.client.request(method, path, content=body, headers=business.bearer)

    line = request_line(lines)
    assert (line["error"], line.get("field")) == (error, field)
    assert SECRET not in str(lines)


async def test_a_line_does_not_repeat_the_host(
    tmp_path: Path, lines: list[structlog.typing.EventDict]
) -> None:
    """Where it stands for the first part of the path, it names somebody's space."""
    async with serving(tmp_path, hosts={"*.cobot.example.org": "cobot"}) as served:
        headers = {"Host": f"{SECRET}.cobot.example.org"}
        answer = await served.client.get("/api/user", headers=headers)

    assert (answer.status_code, request_line(lines)["surface"]) == (401, "cobot")
    assert SECRET not in str(lines)


async def test_a_field_is_cut_and_ends_no_line(
    served: Served, lines: list[structlog.typing.EventDict]
) -> None:
    """The name of a member may be a caller's own, however long."""
    business = await served.business()
    name = "a\nb\x1b[31m\u202e" + "c" * 900_000

    await served.client.post(
        "/v1/activities", json={"kind": "a.b", name: 1}, headers=business.bearer
    )

    assert request_line(lines)["field"] == "a?b?[31m?" + "c" * 55


async def test_a_method_of_a_caller_s_own_is_not_repeated(
    served: Served, lines: list[structlog.typing.EventDict]
) -> None:
    """It counts and is logged as OTHER."""
    await served.client.request(SECRET.upper(), "/v1/activities")

    assert request_line(lines)["method"] == "OTHER"


async def test_a_store_that_is_away_says_why(
    served: Served, lines: list[structlog.typing.EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In our own words."""
    business = await served.business()

    async def away(*_: object, **__: object) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(type(served.database.engine), "read", away)
    await served.client.get("/v1/activities", headers=business.bearer)

    line = request_line(lines)
    assert (line["error"], line["reason"]) == ("Unavailable", "the disk is full")


@pytest.fixture
def written(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, _logs_as_before: None
) -> io.BytesIO:
    """What a process that was set up to log writes; the format is the parameter."""
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(stream, write_through=True))
    # pytest takes away after each test what `logging` holds to be in place still.
    logging.captureWarnings(capture=False)
    set_up_logs(msgspec.convert({"log_format": request.param}, Settings))
    return stream


both_formats = pytest.mark.parametrize("written", ["json", "console"], indirect=True)


def fail(depth: int) -> None:
    """Raise an error that quotes input, led to by another one, from deep within."""
    if depth:
        return fail(depth - 1)
    try:
        int(f"{SECRET}\n{SECRET}")
    except ValueError as error:
        raise KeyError(SECRET) from error


@both_formats
def test_a_trace_has_frames_and_classes_and_no_messages(written: io.BytesIO) -> None:
    """So one sees where it broke, in a line of bounded length, and not on what."""
    log = structlog.get_logger("doings")

    try:
        fail(300)
    except KeyError:
        log.exception("defect")

    text = written.getvalue().decode()
    assert "in fail" in text
    assert "ValueError" in text
    assert "KeyError" in text
    assert SECRET not in text.replace("SECRET", "")
    assert len(text) <= LOG_LINE_BYTES


@both_formats
def test_lines_of_libraries_repeat_no_values(written: io.BytesIO) -> None:
    """Their messages are cut where values begin; their traces are like ours."""
    asyncio_log = logging.getLogger("asyncio")
    try:
        fail(1)
    except KeyError as error:
        asyncio_log.error("Task exception was never retrieved\nfuture: %r", error, exc_info=error)
    asyncio_log.error("Exception in callback <f(%s)>", SECRET)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("a thing is outdated", DeprecationWarning, stacklevel=1)

    text = written.getvalue().decode()
    assert "Task exception was never retrieved" in text
    assert "Exception in callback" in text
    assert "DeprecationWarning: a thing is outdated" in text
    assert SECRET not in text


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_a_line_that_would_be_too_long_is_cut(written: io.BytesIO) -> None:
    """Whatever it is made of, it stays one object."""
    structlog.get_logger("doings").warning("é" * 10_000, a="x" * 10_000, b=["y"] * 10, c=7)

    line = written.getvalue()
    assert len(line) <= LOG_LINE_BYTES + 1
    assert msgspec.json.decode(line)["c"] == 7


@pytest.mark.parametrize("written", ["json"], indirect=True)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_a_thread_raises_is_logged_without_its_message(
    written: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python would print it whole."""
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    log_what_nobody_catches()

    thread = threading.Thread(target=fail, args=(1,))
    thread.start()
    thread.join()

    line = msgspec.json.decode(written.getvalue())
    assert line["event"] == "defect in a thread"
    assert SECRET not in line["exception"]

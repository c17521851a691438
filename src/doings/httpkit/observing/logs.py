"""Structured logs: one JSON object a line, or for eyes on a console.

A line says what happened and where in our code, and nothing that a caller sent. Messages of errors
quote input (a path, a body, a name), so an error is named by its class, and a trace has its frames.
"""

import logging
import os
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, BinaryIO, cast

import msgspec
import structlog

from doings.config import Settings, has_colours
from doings.core import errors
from doings.core.budget import FIELD_LENGTH, LOG_LINE_BYTES
from doings.core.errors import DoingsError, Unavailable
from doings.httpkit.observing.log_file import LogFile

EVENT_LENGTH = 200
"""Characters of what a library says."""

FRAMES = 8
"""How many calls of each error a trace has: the last ones."""

ERRORS = 4
"""How many errors that led to each other a trace has: the last ones."""

TRACE_LENGTH = LOG_LINE_BYTES // 2
"""Characters of a trace, its end."""

_ENCODER = msgspec.json.Encoder()

_QUOTED = re.compile(r"[\"'`<({\[].*", re.DOTALL)
"""Where the message of a library begins to show values."""


class RequestLines:
    """Where the lines of requests go that are as usual, past the processors that others take."""

    file: LogFile | None = None


def set_up_logs(settings: Settings) -> None:
    """Send our own lines, and the libraries' from warnings on, to standard error."""
    file = None
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.types.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(trace_of),
    ]
    ours: structlog.types.Processor
    theirs: structlog.types.Processor
    loggers: Any
    if settings.log_format == "json":
        # Every request has a line, so they are encoded and written as bytes.
        ours = structlog.processors.JSONRenderer(serializer=_encoded)
        theirs = structlog.processors.JSONRenderer(serializer=_text)
        file = LogFile(sys.stderr.buffer)
        loggers = structlog.BytesLoggerFactory(cast("BinaryIO", file))
    else:
        ours = theirs = structlog.dev.ConsoleRenderer(
            colors=has_colours(sys.stderr, os.environ),
            exception_formatter=structlog.dev.plain_traceback,
        )
        loggers = structlog.PrintLoggerFactory(sys.stderr)
    structlog.configure(
        processors=[*shared, ours],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=loggers,
        cache_logger_on_first_use=True,
    )
    RequestLines.file = file if level <= logging.INFO else None
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=theirs, foreign_pre_chain=[_without_values, *shared]
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)


def log_request(log: Any, values: dict[str, object], *, is_usual: bool) -> None:  # noqa: ANN401 - structlog's
    """Write the line of a request: a warning unless it went as usual."""
    file = RequestLines.file
    if file is None or not is_usual:
        getattr(log, "info" if is_usual else "warning")("request", **values)
        return
    values["event"] = "request"
    values["level"] = "info"
    values["timestamp"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    file.write(_ENCODER.encode(values) + b"\n")
    file.flush()


def end_logs() -> None:
    """Write the lines that wait; later ones wait no more."""
    if RequestLines.file is not None:
        RequestLines.file.end_gathering()


def log_what_nobody_catches() -> None:
    """Log what a thread or a finalizer raises: Python would print it with its message."""
    log = structlog.get_logger("doings")

    def of_thread(caught: threading.ExceptHookArgs) -> None:
        log.error("defect in a thread", exc_info=caught.exc_value)

    def of_finalizer(caught: Any) -> None:  # noqa: ANN401 - its type exists for checkers only
        log.error("defect in a finalizer", exc_info=caught.exc_value)

    threading.excepthook = of_thread
    sys.unraisablehook = of_finalizer


def error_values(error: DoingsError) -> dict[str, str]:
    """What a line says of a refused request: the class of the error, and the field to blame.

    Of a store that is away also why, which is told in our own words.
    """
    values = {"error": type(error).__name__}
    field = _field_of(error)
    if field:
        values["field"] = plain(field, FIELD_LENGTH)
    if isinstance(error, Unavailable):
        values["reason"] = str(error)
    return values


def _field_of(error: DoingsError) -> str | None:
    if isinstance(error, errors.Invalid):
        return error.problems[0].field if error.problems else None
    return error.field if isinstance(error, errors.Malformed) else None


def plain(text: str, most: int) -> str:
    """The beginning of a text, without what could end a line or steer a terminal."""
    short = text[:most]
    if short.isprintable():
        return short
    return "".join([sign if sign.isprintable() else "?" for sign in short])


Caught = tuple[type[BaseException], BaseException, TracebackType | None]


def trace_of(exc_info: Caught) -> str:
    """Where an error was raised and of which class it is, and likewise those that led to it."""
    parts = [_frames_of(error) for error in _chain_of(exc_info[1])]
    return "\n".join(parts[-ERRORS:])[-TRACE_LENGTH:]


def _chain_of(error: BaseException) -> list[BaseException]:
    """The error and those that led to it, the first one first."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        hidden = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or hidden
    return chain[::-1]


def _frames_of(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__, limit=-FRAMES)
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return "".join([*frames.format(), name])


def _without_values(_logger: object, _method: str, event: structlog.typing.EventDict) -> Any:  # noqa: ANN401 - a processor's shape
    """A library's line, up to where its message begins to show values."""
    first, *_ = str(event["event"]).splitlines() or [""]
    event["event"] = plain(_QUOTED.sub("…", first), EVENT_LENGTH)
    event["logger"] = event["_record"].name
    return event


def _encoded(event: Any, **_: object) -> bytes:  # noqa: ANN401 - what was logged
    line = msgspec.json.encode(event, enc_hook=str)
    most = TRACE_LENGTH
    while len(line) > LOG_LINE_BYTES and most:
        most //= 2
        shortened = {name: _shortened(value, most) for name, value in event.items()}
        line = msgspec.json.encode(shortened, enc_hook=str)
    return line


def _shortened(value: object, most: int) -> object:
    """The end of a text: that of a trace says what went wrong."""
    return value[-most:] if isinstance(value, str) else value


def _text(event: object, **_: object) -> str:
    return _encoded(event).decode()

"""Structured logs: one JSON object a line, or for eyes on a console."""

import logging
import os
import sys
from typing import Any

import msgspec
import structlog

from doings.config import Settings, has_colours


def set_up_logs(settings: Settings) -> None:
    """Send our own lines, and the libraries' from warnings on, to standard error."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.types.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    ours: structlog.types.Processor
    theirs: structlog.types.Processor
    loggers: Any
    if settings.log_format == "json":
        # Every request has a line, so they are encoded and written as bytes.
        ours = structlog.processors.JSONRenderer(serializer=_encoded)
        theirs = structlog.processors.JSONRenderer(serializer=_text)
        loggers = structlog.BytesLoggerFactory(sys.stderr.buffer)
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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=theirs, foreign_pre_chain=shared)
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _encoded(event: object, **_: object) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)


def _text(event: object, **_: object) -> str:
    return _encoded(event).decode()

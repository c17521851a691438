"""Around every request: an id, a line in the log, the metrics. Never a secret, never a body."""

import re
import time

import structlog
import uuid_utils
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doings.httpkit.browsers import OF_EVERY_ANSWER, forbid_keeping
from doings.httpkit.observing.logs import log_request
from doings.httpkit.observing.metrics import count, known_method

log = structlog.get_logger("doings.http")

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def observed(app: ASGIApp) -> ASGIApp:
    """Give the request an id (the caller's own where it sent a sound one), count it and log it."""

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        about = scope["doings"] = {"surface": "none", "route": "none", "request_id": request_id}
        status = 0

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] += (*OF_EVERY_ANSWER, (b"x-request-id", request_id.encode()))
                if scope["method"] == "OPTIONS":
                    # The answer to a browser that asks before a page's call is not ours.
                    forbid_keeping(message["headers"])
            await send(message)

        try:
            await app(scope, receive, note_status)
        finally:
            seconds = time.perf_counter() - started
            method = known_method(scope["method"])
            count(about["surface"], about["route"], method, status, seconds)
            line = {"method": method, "status": status, "ms": round(seconds * 1000, 2), **about}
            log_request(log, line, is_usual=0 < status < 500)  # noqa: PLR2004

    return around


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            request_id: str = value.decode()
            return request_id
    return str(uuid_utils.uuid7())

"""The native API answers as its description says, whatever is made of that description."""

import asyncio
import contextlib
import math
import os
import time
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from doings.app import Application
from doings.config import Settings
from doings.native.openapi.description import description
from doings.native.routes import SURFACE
from tests.native.client import SCOPES, URL, Json, Native, signed_in

DESCRIPTION: Json = msgspec.json.decode(msgspec.json.encode(description(SURFACE.resources)))

SECONDS = os.environ.get("FUZZ_SECONDS")
"""How long requests are made, to all operations together; without a number, a few are made to each,
which are always the same.
"""

EXAMPLES = 15
MANY_EXAMPLES = 1_000_000
"""More than there is time for."""


class _TimeIsOver(BaseException):
    """Ends an operation's requests. Hypothesis lets it through, as it is no failure of a test."""


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

Case = schemathesis.Case[Any]


class Server:
    """The application, and the loop that it runs in."""

    def __init__(self, runner: asyncio.Runner, native: Native) -> None:
        self._runner = runner
        self._native = native
        self.known: dict[str, str] = {}

    def know(self, path: str) -> None:
        """Have what a path is about there, so that more than its absence is tried."""
        contact = f"c{self._runner.run(self._native.get('/stats'))['total']}"
        document = self._runner.run(self._native.record(links=[f"contact:{contact}"]))
        id_ = contact if path.startswith("/entities") else document["id"]
        self.known = {"type": "contact", "id": id_, "key": "none", "kind": "visit.logged"}
        self.known |= {"origin": "phone", "external_id": "7"}
        self.known |= {"seq": str(document["seq"]), "level": "0", "number": "000.p/1"}

    def answer(self, case: Case) -> httpx.Response:
        """Send what was thought up."""
        options: dict[str, Any] = case.as_transport_kwargs(base_url=f"{URL}/v1")
        options = {name: options[name] for name in SENT if options.get(name) is not None}
        headers = httpx.Headers(options.pop("headers", {}))
        headers["Authorization"] = f"Bearer {self._native.secret}"
        request = self._native.http.request(headers=headers, **options)
        return self._runner.run(request)


SENT = ("method", "url", "params", "headers", "json", "data", "content")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An application with an activity and an entity in it, that lives as long as the module."""
    path = tmp_path_factory.mktemp("described") / "doings.db"
    app = Application(Settings(database=f"sqlite:///{path}"))

    async def begin() -> Native:
        await app.start()
        native = await signed_in(app, "acme", SCOPES)
        await native.record(links=["contact:8"], actor="user:u1")
        return native

    with asyncio.Runner() as runner:
        yield Server(runner, runner.run(begin()))
        runner.run(app.stop())


SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
OPERATIONS = [(path, method) for path, found in DESCRIPTION["paths"].items() for method in found]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_answers_as_described_whatever_is_sent(server: Server, path: str, method: str) -> None:
    """No defect, and status, type and body of each answer are in the description."""
    operation = SCHEMA[path][method]
    server.know(path)
    end = time.monotonic() + float(SECONDS) / len(OPERATIONS) if SECONDS else math.inf

    @settings(
        max_examples=MANY_EXAMPLES if SECONDS else EXAMPLES,
        derandomize=SECONDS is None,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def check(case: Case) -> None:
        case.path_parameters = {name: server.known[name] for name in case.path_parameters}
        case.query.pop("wait", None)
        case.validate_response(server.answer(case), checks=CHECKS)
        if time.monotonic() > end:
            raise _TimeIsOver

    with contextlib.suppress(_TimeIsOver):
        check()

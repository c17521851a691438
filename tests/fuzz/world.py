"""The application in this process with something of everything in it, and a quick way to ask it."""

import asyncio
import shlex
import sys
import traceback
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import structlog

from doings.core.activity import Link
from doings.core.entity import EntityKey
from tests.builders import note
from tests.dialects.samples import SAMPLES
from tests.serving import Business, Served, serving
from tests.transport import leaving_streams

Headers = list[tuple[bytes, bytes]]

PARTY = Link("individual", "i1", "counterpart", "Ann")

ENTITIES: dict[EntityKey, dict[str, Any]] = {
    ("contact", "8"): {"name": "Jim Halpert"},
    ("contact", "77"): {"name": "Jim Halpert"},
    ("contact", "91"): {"name": "James Halpert"},
    ("contact", "zoë/100%"): {"name": "Zoë"},
    ("user", "u1"): {"name": "Ann Perkins", "attrs": '{"email":"ann@example.org"}'},
    ("membership", "m1"): {"name": "Joe Doe", "attrs": '{"plan":{"name":"Flex"}}', "contact": "8"},
    ("contact_record", "r1"): {"contact": "8"},
    ("individual", "i1"): {"name": "Ann", "attrs": '{"cifcode":"X1","score":4.5}'},
    ("segment", "s1"): {"name": "Regulars", "attrs": '{"color":"RED","boards":[{}]}'},
}


MEMORY = next((str(path) for path in Path("/dev").glob("shm")), None)
"""Where folders are in memory; the usual place for them where there is none."""

MOST = 1_000
"""How many characters are kept of what is told of a defect."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A request to a surface, as bytes; `is_signed_in` adds the headers of a good credential."""

    surface: str
    method: str
    path: bytes
    query: bytes = b""
    headers: Headers = []
    body: bytes = b""
    is_signed_in: bool = True


class Answer(msgspec.Struct, frozen=True):
    """What came back; of a header that came twice the last one."""

    status: int
    headers: dict[str, str]
    body: bytes


class World:
    """A running application with two accounts; requests speak for the first one.

    `defects` are the lines that the log would have of them, and where each was raised.
    """

    def __init__(self, served: Served, acme: Business, sign_ins: dict[str, Headers]) -> None:
        self.served = served
        self.acme = acme
        self.sign_ins = sign_ins
        self.defects: list[str] = []

    def headers_of(self, case: Case) -> Headers:
        """All headers of the request."""
        return [*(self.sign_ins.get(case.surface, []) if case.is_signed_in else []), *case.headers]

    async def ask(self, case: Case) -> Answer:
        """Send the request and take the whole answer."""
        scope = {
            "type": "http",
            "method": case.method,
            "scheme": "http",
            "path": case.path.decode("latin-1"),
            "raw_path": case.path,
            "query_string": case.query,
            "headers": [(b"host", b"server"), *self.headers_of(case)],
            "client": ("127.0.0.1", 1),
            "server": ("server", 80),
        }
        requests = [{"type": "http.request", "body": case.body}]
        messages: list[Any] = []

        async def receive() -> Any:  # noqa: ANN401 - ASGI's
            if requests:
                return requests.pop()
            return await asyncio.Future()  # the caller stays for the whole answer

        async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's
            messages.append(message)

        await leaving_streams(self.served.application)(scope, receive, send)
        start, *parts = messages
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]
        }
        return Answer(start["status"], headers, b"".join([part.get("body", b"") for part in parts]))

    def curl(self, case: Case, base: str = "http://127.0.0.1:8000") -> str:
        """A line of a shell that sends the request; what it signs in with has to be put in."""
        words = ["curl", "-i", "-X", case.method]
        for name, value in self.headers_of(case):
            words += ["-H", f"{name.decode('latin-1')}: {value.decode('latin-1')}"]
        query = f"?{case.query.decode('latin-1')}" if case.query else ""
        url = shlex.quote(f"{base}{case.path.decode('latin-1')}{query}")
        line = f"{shlex.join(words)} --path-as-is -g {url}"
        if not case.body:
            return line
        return f"echo {b64encode(case.body).decode()} | base64 -d | {line} --data-binary @-"


@asynccontextmanager
async def world_in(**settings: object) -> AsyncIterator[World]:
    """An account with an activity of every kind, and another account that takes interactions.

    Its database is in memory, as it would take long to make each write durable.
    """
    with TemporaryDirectory(dir=MEMORY) as folder:
        async with serving(Path(folder), **settings) as served:
            world = await _filled(served)
            with _noting(world.defects):
                yield world


async def _filled(served: Served) -> World:
    acme = await served.business(time_zone="Europe/Berlin")
    await served.business("other")
    for (type_, id_), members in ENTITIES.items():
        await acme.put(type_, id_, **members)
    await acme.record(*SAMPLES.values())
    await acme.record(
        note(Link("business", "acme", "actor"), PARTY, kind="details.requested"),
        note(Link("membership", "m1"), kind="text.posted", body="one", external_id="t1"),
    )
    return World(served, acme, await sign_ins_of(served, acme))


@contextmanager
def _noting(defects: list[str]) -> Iterator[None]:
    """Keep the defects that are logged, and log nothing: whole traces of thousands take minutes."""

    def note_defect(_: object, __: str, event: Any) -> Any:  # noqa: ANN401 - structlog's
        if event["event"] == "defect":
            error = event.get("exc_info")
            error = error if isinstance(error, BaseException) else sys.exception()
            trace = "".join(traceback.format_exception(error, limit=-2))
            about = {name: event.get(name) for name in ("surface", "route", "activity")}
            defects.append(f"{about} {trace}"[:MOST])
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[note_defect])
    try:
        yield
    finally:
        structlog.configure(**before)


async def sign_ins_of(served: Served, acme: Business) -> dict[str, Headers]:
    """The headers that each surface is signed in to with."""
    basic = b64encode(f"acme:{acme.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Authorization-Key": acme.key}
    answer = await served.client.post("/mio/business/v1/auth", headers=headers)
    token = answer.json()["token"]
    bearer: Headers = [(b"authorization", f"Bearer {acme.secret}".encode())]
    return {
        **dict.fromkeys(("native", "monica", "cobot", "invent"), bearer),
        "agendize": [(b"apikey", acme.key.encode()), (b"token", acme.secret.encode())],
        "mio": [
            (b"authorization", f"Bearer {token}".encode()),
            (b"x-api-key", acme.key.encode()),
        ],
    }

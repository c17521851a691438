"""The description of the API: whole, true, and readable without a network."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
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
from schemathesis.specs.openapi.definitions import OPENAPI_31

import doings.native
from doings.app import Application
from doings.config import Settings
from doings.native import docs_page
from doings.native.openapi.description import description
from doings.native.routes import SURFACE
from tests.native.client import SCOPES, URL, Json, Native, signed_in

DESCRIPTION: Json = msgspec.json.decode(msgspec.json.encode(description(SURFACE.resources)))
README = (Path(doings.native.__file__).parent / "README.md").read_text()

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


async def test_is_public(app: Application) -> None:
    """It takes no credential, as JSON and as a page."""
    nobody = Native(app, None)

    described = await nobody.call("GET", "/openapi.json")
    page = await nobody.http.get(f"{URL}/docs")

    assert described.json() == DESCRIPTION
    assert (page.status_code, page.headers["content-type"]) == (200, docs_page.HTML)


def test_is_valid_openapi() -> None:
    """By the specification's own schema, and each schema in it by JSON Schema's."""
    jsonschema_rs.validator_for(OPENAPI_31).validate(DESCRIPTION)
    for schema in DESCRIPTION["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_every_reference_leads_somewhere() -> None:
    """No schema is named that is not there, and none is there that is not named."""
    named = set(re.findall(r"#/components/schemas/(\w+)", str(DESCRIPTION)))

    assert named == set(DESCRIPTION["components"]["schemas"])


def test_describes_every_route() -> None:
    """Paths and methods are those that are served."""
    served = {one.path: {method.lower() for method in one.operations} for one in SURFACE.resources}

    assert {path: set(found) for path, found in DESCRIPTION["paths"].items()} == served


def test_tells_operations_apart() -> None:
    """Each has an id of its own, for those who make clients of it."""
    ids = [one["operationId"] for path in DESCRIPTION["paths"].values() for one in path.values()]

    assert len(set(ids)) == len(ids)


def _documented() -> Iterator[str]:
    for path, operations in DESCRIPTION["paths"].items():
        for method, operation in operations.items():
            yield f"`{method.upper()} {path}`"
            yield from (f"`{one['name']}`" for one in operation["parameters"])
            yield from (f"| {status} |" for status in operation["responses"])


@pytest.mark.parametrize("text", sorted(set(_documented())))
def test_the_readme_tells_of_every_route_parameter_and_status(text: str) -> None:
    """Readers of the package find each."""
    assert text in README


def test_the_page_shows_every_operation_and_document() -> None:
    """Each has its place to link to."""
    page = docs_page.page().decode()

    for path in DESCRIPTION["paths"].values():
        for operation in path.values():
            assert f'<section id="{operation["operationId"]}"' in page
    for name in DESCRIPTION["components"]["schemas"]:
        assert f'<section id="{name}"' in page


def test_the_page_shows_its_tags_as_tags() -> None:
    """What stands between backticks is code, and what a caller may not write stays text."""
    text = docs_page.page().decode()

    assert "<code>read_activities</code>" in text
    assert "&lt;code&gt;" not in text
    assert docs_page.prose("`a` < <b>") == "<code>a</code> &lt; &lt;b&gt;"


def test_the_page_loads_nothing() -> None:
    """It works on a machine that reaches no other."""
    page = docs_page.page().decode()

    assert re.findall(r"""(?:src|@import|url\()\s*=?\s*["']?[^"' >]+""", page) == []
    assert set(re.findall(r'href="([^"#][^"]*)"', page)) == {"/v1/openapi.json"}


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
        self.known = {"type": "contact", "id": id_, "key": "none"}
        self.known |= {"origin": "phone", "external_id": "7"}

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

    @settings(
        max_examples=30,
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

    check()

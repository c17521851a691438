"""The description of the API: whole, true, and readable without a network."""

import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from markupsafe import escape
from schemathesis.specs.openapi.definitions import OPENAPI_31

import doings.native
from doings.app import Application
from doings.native import docs_page
from doings.native.openapi.description import description
from doings.native.openapi.limits import default_of, limits_of
from doings.native.routes import SURFACE
from tests.engines import SQLITE_ONLY
from tests.native.client import URL, Json, Native

pytestmark = SQLITE_ONLY  # what is read and described is the same on both engines

DESCRIPTION: Json = msgspec.json.decode(msgspec.json.encode(description(SURFACE.resources)))
README = (Path(doings.native.__file__).parent / "README.md").read_text()


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


def sections() -> dict[str, str]:
    """The sections of the page by their ids."""
    found = re.findall(r'<section id="(\w+)".*?</section>', PAGE, re.DOTALL)
    bodies = re.findall(r'<section id="\w+".*?</section>', PAGE, re.DOTALL)
    return dict(zip(found, bodies, strict=True))


PAGE = docs_page.page().decode()


@pytest.mark.parametrize("status", [*docs_page.errors_in(DESCRIPTION["paths"])])
def test_the_page_explains_an_error_once(status: str) -> None:
    """Operations name the statuses, and all of them lead to one table."""
    reason = str(docs_page.prose(docs_page.errors_in(DESCRIPTION["paths"])[status]))

    assert PAGE.count(f"<td>{reason}</td>") == 1
    for operation in OPERATION_DOCS.values():
        is_named = f'<a href="#errors"><code>{status}</code></a>' in section_of(operation)
        assert is_named is (status in operation["responses"])


OPERATION_DOCS: dict[str, Json] = {
    f"{method.upper()} {path}": operation
    for path, found in DESCRIPTION["paths"].items()
    for method, operation in found.items()
}


def section_of(operation: Json) -> str:
    """The operation's section of the page."""
    return sections()[operation["operationId"]]


@pytest.mark.parametrize("name", OPERATION_DOCS)
def test_the_page_shows_an_example_of_every_operation(name: str) -> None:
    """A call that can be copied, with its method, its address and a body where it takes one."""
    operation = OPERATION_DOCS[name]
    sample = operation["x-codeSamples"][0]["source"]

    assert f'<pre class="example">{escape(sample)}</pre>' in section_of(operation)
    assert " -d '" in sample or "requestBody" not in operation
    assert "{id}" not in sample


@pytest.mark.parametrize("name", OPERATION_DOCS)
def test_the_page_shows_the_limits_and_defaults_of_every_operation(name: str) -> None:
    """Those of its parameters, of its body, and of each member of it."""
    operation = OPERATION_DOCS[name]
    section = section_of(operation)
    bodies = operation.get("requestBody", {}).get("content", {})
    schemas = [parameter["schema"] for parameter in operation["parameters"]]
    for document in docs_page.inputs_of(bodies):
        schemas += DESCRIPTION["components"]["schemas"][document]["properties"].values()

    for schema in schemas:
        assert all(str(docs_page.prose(limit)) in section for limit in limits_of(schema))
        default = default_of(schema)
        assert default is None or f"default <code>{escape(default)}</code>" in section
    assert ("at most" in operation["description"]) is bool(bodies)


@pytest.mark.parametrize("name", OPERATION_DOCS)
def test_examples_are_what_their_schemas_say(name: str) -> None:
    """Each value of the example is one that the operation describes."""
    operation = OPERATION_DOCS[name]
    described = [
        (one["schema"], one["example"]) for one in operation["parameters"] if "example" in one
    ]
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    described += [(content["schema"], content["example"]) for content in bodies]

    for schema, example in described:
        whole = {**schema, "components": DESCRIPTION["components"]}
        assert jsonschema_rs.validator_for(whole).is_valid(example), example


@pytest.mark.parametrize(
    ("schema", "limits"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 200}, ["1 to 200"]),
        ({"type": "integer", "minimum": 0}, ["at least 0"]),
        ({"type": "integer", "maximum": 3_155_760_000}, ["at most 3,155,760,000"]),
        ({"type": "string", "minLength": 1, "maxLength": 255}, ["1 to 255 characters"]),
        ({"type": "string", "maxLength": 10_000}, ["at most 10,000 characters"]),
        ({"type": "string", "pattern": "^a$"}, ["`^a$`"]),
        (
            {"type": "array", "maxItems": 2, "items": {"pattern": "^a"}},
            ["at most 2 items", "each `^a`"],
        ),
        ({"anyOf": [{"maxLength": 5}, {"type": "null"}]}, ["at most 5 characters"]),
        ({"anyOf": [{"pattern": "^a"}, {"pattern": "^a"}]}, ["`^a`"]),
        ({"type": "string"}, []),
    ],
    ids=str,
)
def test_limits_are_said_in_words(schema: Json, limits: list[str]) -> None:
    """People read a sentence sooner than a schema."""
    assert limits_of(schema) == limits


@pytest.mark.parametrize(
    ("schema", "default"),
    [
        ({"default": 50}, "50"),
        ({"default": "desc"}, '"desc"'),
        ({"default": None}, "null"),
        ({"default": ["admin"]}, '["admin"]'),
        ({"default": {}}, "{}"),
        ({"type": "string"}, None),
    ],
    ids=str,
)
def test_defaults_are_said_as_json(schema: Json, default: str | None) -> None:
    """As they would be sent."""
    assert default_of(schema) == default


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

"""`/docs`: the description of the native API as a page of our own that needs no other server."""

import hashlib
import re
from base64 import b64encode
from functools import cache
from http import HTTPStatus
from typing import Any

import jinja2
from markupsafe import Markup, escape
from starlette.responses import Response

from doings.httpkit.browsers import NOTHING
from doings.httpkit.problem import respond_problem
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, Surface, resource
from doings.native.http.responses import respond_bytes
from doings.native.openapi.description import description
from doings.native.openapi.examples import BASE
from doings.native.openapi.limits import default_of, limits_of
from doings.native.routes import SURFACE as NATIVE

HTML = "text/html; charset=utf-8"

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)

_CODE = re.compile(r"`([^`]*)`")


async def show_page(request: Request) -> Response:  # noqa: ARG001 - a handler's shape
    """The page."""
    return respond_bytes(page(), HTML, {"Content-Security-Policy": policy()})


@cache
def policy() -> str:
    """The page's policy: it runs and shows what it holds itself, and may load nothing."""
    sources: dict[str, list[str]] = {"script": [], "style": []}
    for kind, text in _INLINE.findall(page().decode()):
        digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
        sources[kind].append(f"'sha256-{digest}'")
    allowed = [f"{kind}-src {' '.join(hashes)}" for kind, hashes in sources.items()]
    return "; ".join([NOTHING, *allowed])


@cache
def page() -> bytes:
    """The page, made from the description once."""
    described = description(NATIVE.resources)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("doings.native"),
        autoescape=True,
        undefined=jinja2.ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "prose": prose,
        "limits": limits_of,
        "default_of": default_of,
        "inputs": inputs_of,
    }
    template = environment.get_template("docs.html")
    text = template.render(
        info=described["info"],
        base=described["servers"][0]["url"],
        tags=by_tag(described["paths"]),
        schemas=described["components"]["schemas"],
        notes={tag["name"]: tag["description"] for tag in described["tags"]},
        deliveries=described["webhooks"],
        errors=errors_in(described["paths"]),
        example_base=BASE,
    )
    return text.encode()


def prose(text: str) -> Markup:
    """Text with what stands between backticks set as code."""
    # As plain text, because a Markup would escape the tags that are put into it.
    escaped = str(escape(text))
    return Markup(_CODE.sub(r"<code>\1</code>", escaped))  # noqa: S704 - escaped before


def by_tag(paths: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations with their method and path, under what they are about."""
    tags: dict[str, list[dict[str, Any]]] = {}
    for path, operations in paths.items():
        for method, operation in operations.items():
            for tag in operation["tags"]:
                tags.setdefault(tag, []).append({"method": method, "path": path, **operation})
    return tags


def errors_in(paths: dict[str, Any]) -> dict[str, str]:
    """What each status of an error means, in their order: the same wherever it is answered."""
    reasons = {
        status: answer["description"]
        for operations in paths.values()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        if int(status) >= HTTPStatus.BAD_REQUEST
    }
    return dict(sorted(reasons.items()))


def inputs_of(content: dict[str, Any]) -> list[str]:
    """The names of the documents that a body is made of, each once."""
    schemas = [body["schema"] for body in content.values()]
    refs = [schema.get("$ref") or schema.get("items", {}).get("$ref") for schema in schemas]
    return list(dict.fromkeys(ref.rsplit("/", 1)[1] for ref in refs if ref))


SURFACE = Surface(
    name="docs",
    resources=(resource("/", GET=Operation(show_page, scope=None, is_public=True)),),
    respond_error=respond_problem,
)

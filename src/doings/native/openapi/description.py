"""OpenAPI 3.1, made from the routes and types that serve (https://spec.openapis.org/oas/v3.1.0)."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

import doings
from doings.config import Settings
from doings.httpkit.problem import MEDIA_TYPE, ProblemDocument
from doings.httpkit.request import Request
from doings.httpkit.surface import Handler, Operation, Resource
from doings.native.http.position import POSITION
from doings.native.http.responses import encode, respond_json
from doings.native.openapi import deliveries, examples
from doings.native.openapi.operations import (
    IF_NONE_MATCH,
    PATH_PARTS,
    OperationDoc,
    Parameter,
)
from doings.native.openapi.schemas import schemas_of

Json = dict[str, Any]

_WORD = re.compile(r"\w+")
_PATH_PART = re.compile(r"\{(\w+)\}")

DESCRIPTION = """\
Records what happens to the people of a business, once, in one timeline. Sign in with
`Authorization: Bearer <secret>`. Errors are problem details (RFC 9457). Answers that show a state \
have the header `Doings-Position: <epoch>-<seq>`, the place in the feed from which `/changes` and \
`/stream` go on after it."""

POSITION_HEADER = {
    "description": "`<epoch>-<seq>`: where the feed goes on after the state that is shown.",
    "schema": {"type": "string", "examples": ["1f0c9a3b7d2e-42"]},
}

TAGS = {"webhooks": deliveries.NOTES}
"""What is said of all operations of a tag."""

MOUNT = "/v1"

SHOWING = (200, 201, 202, 204)
"""Statuses of answers that show a state, or what a write has made of it."""

ALWAYS = (401, 403, 429, 503)
"""Errors that any operation with a credential may answer."""

BODY_LIMIT = Settings().body_limit
"""Bytes of a body that an installation takes by default."""

REASONS = {
    400: "Malformed JSON, or a parameter or cursor that cannot be read or is not known here",
    401: "No credential, or one that is not valid",
    403: "The credential lacks the scope",
    404: "There is no such thing in this account",
    406: "No format that the Accept header names",
    408: "Nothing of the body came for 25 seconds",
    409: "The state of the thing does not allow it, or the Idempotency-Key is another request's",
    410: "The position is of a history that was replaced; `position` says where to begin again",
    412: "It has been changed since it was read",
    413: "The body is too large",
    414: "The address is longer than 16 KiB",
    415: "The body is in another format, or in a `Content-Encoding` other than gzip and deflate",
    422: "What was sent can be read and is wrong, or is too much; `errors` says where",
    429: "Too many wrong credentials from this address",
    431: "A header is larger than 16 KiB, or all together than 64 KiB",
    503: "The store is away, or others take all the room that there is",
}


def describing(resources: Callable[[], tuple[Resource, ...]]) -> Handler:
    """The handler that answers with the description of the resources."""
    described: list[bytes] = []

    async def show_description(request: Request) -> Response:
        """The description of this API."""
        if not described:
            described.append(encode(description(resources())))
        return respond_json(request, described[0])

    return show_description


def description(resources: tuple[Resource, ...]) -> Json:
    """The OpenAPI document of these resources, whose operations say what they are about."""
    schemas = _Schemas(resources)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Doings", "version": doings.__version__, "description": DESCRIPTION},
        "servers": [{"url": MOUNT}],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": {
            resource.path: {
                method.lower(): {
                    "operationId": operation_id(method, resource.path),
                    **_operation(method, resource.path, operation, schemas),
                }
                for method, operation in resource.operations.items()
            }
            for resource in resources
        },
        "webhooks": deliveries.described_deliveries(schemas.schema),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "headers": {POSITION: POSITION_HEADER},
            "schemas": schemas.components,
        },
    }


def operation_id(method: str, path: str) -> str:
    """A name for the operation, like `get_activities_id_changes`."""
    return "_".join([method.lower(), *_WORD.findall(path)])


class _Schemas:
    """The schemas of all types that the operations name."""

    def __init__(self, resources: tuple[Resource, ...]) -> None:
        types: list[Any] = [ProblemDocument, *deliveries.TYPES]
        for resource in resources:
            for operation in resource.operations.values():
                types += _types_of(operation.about)
        self._types = types
        self._schemas, self.components = schemas_of(types)

    def schema(self, type_: Any) -> Json:  # noqa: ANN401 - any type
        """A type's schema; of several, that of any of them."""
        if isinstance(type_, tuple):
            return {"anyOf": [self.schema(one) for one in type_]}
        return self._schemas[self._types.index(type_)]


def _types_of(about: OperationDoc) -> list[Any]:
    answers = [type_ for content in about.answers.values() for type_ in (content or {}).values()]
    flat = [one for type_ in answers for one in (type_ if isinstance(type_, tuple) else (type_,))]
    return [*about.body.values(), *flat]


def _operation(method: str, path: str, operation: Operation, schemas: _Schemas) -> Json:
    about: OperationDoc = operation.about
    bodies = examples.bodies_of(about.body)
    described: Json = {
        "summary": about.summary,
        "description": _sentences(operation),
        "tags": [about.tag],
        "parameters": _parameters(method, path, about),
        "responses": _responses(path, operation, schemas),
        "x-codeSamples": [_code_sample(method, path, operation, bodies)],
    }
    if about.body:
        content = _content(about.body, schemas)
        for media_type, body in bodies.items():
            content[media_type]["example"] = body
        described["requestBody"] = {"required": True, "content": content}
    if operation.is_public:
        described["security"] = []
    return described


def _sentences(operation: Operation) -> str:
    """Who may call the operation, and how much it takes."""
    scope = f"the scope `{operation.scope}`" if operation.scope else "any credential"
    sentences = [f"Takes {'no credential' if operation.is_public else scope}."]
    about: OperationDoc = operation.about
    if about.body and operation.body_limit is None:
        sentences.append(f"A body has at most {BODY_LIMIT:,} bytes (`DOINGS_BODY_LIMIT`).")
    return " ".join((*sentences, *about.limits))


def _code_sample(method: str, path: str, operation: Operation, bodies: Json) -> Json:
    source = examples.curl(method, path, mount=MOUNT, bodies=bodies, is_public=operation.is_public)
    return {"lang": "Shell", "label": "curl", "source": source}


def _parameters(method: str, path: str, about: OperationDoc) -> list[Json]:
    """The parameters in the path, then the others, with their part in the example."""
    parts = {name: examples.path_part(path, name) for name in _PATH_PART.findall(path)}
    query = examples.query_of(method, path)
    return [
        *(_parameter(Parameter(name, "path", *PATH_PARTS[name]), parts) for name in parts),
        *(_parameter(parameter, query) for parameter in about.parameters),
    ]


def _parameter(parameter: Parameter, values: dict[str, str]) -> Json:
    """A parameter; its example is what `values` have under its name."""
    described = {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.where == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }
    if parameter.name in values:
        described["example"] = _read(values[parameter.name], parameter.schema)
    return described


def _read(text: str, schema: Json) -> object:
    """The value that a text in a query stands for."""
    if schema.get("type") == "array":
        return [text]
    types = {one.get("type") for one in (schema, *schema.get("anyOf", ()))}
    return int(text) if "integer" in types and text.isdecimal() else text


def _responses(path: str, operation: Operation, schemas: _Schemas) -> Json:
    answers: Json = {}
    for status, content in operation.about.answers.items():
        answer: Json = {"description": HTTPStatus(status).phrase}
        if content:
            answer["content"] = _content(content, schemas)
        if operation.about.has_position and not operation.is_public and status in SHOWING:
            answer["headers"] = {POSITION: {"$ref": f"#/components/headers/{POSITION}"}}
        answers[str(status)] = answer
    problem = {"content": {MEDIA_TYPE: {"schema": schemas.schema(ProblemDocument)}}}
    for status in sorted(errors_of(path, operation)):
        answers[str(status)] = {"description": REASONS[status], **problem}
    return answers


def errors_of(path: str, operation: Operation) -> set[int]:
    """The statuses of the errors that an operation may answer."""
    about: OperationDoc = operation.about
    names = {parameter.name for parameter in about.parameters}
    statuses = set(about.errors) | {400, 414, 431, 503}
    if not operation.is_public:
        statuses |= set(ALWAYS)
    if "{" in path:
        statuses.add(404)
    if IF_NONE_MATCH in about.parameters:
        statuses.add(406)
    if "If-Match" in names:
        statuses.add(412)
    if "Idempotency-Key" in names:
        statuses.add(409)
    if about.body:
        statuses |= {408, 413, 415, 422}
    if "q" in names:
        statuses.add(422)
    return statuses


def _content(types: dict[str, Any], schemas: _Schemas) -> Json:
    return {media_type: {"schema": schemas.schema(type_)} for media_type, type_ in types.items()}

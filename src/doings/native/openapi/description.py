"""OpenAPI 3.1, made from the routes and types that serve (https://spec.openapis.org/oas/v3.1.0)."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

import doings
from doings.httpkit.problem import MEDIA_TYPE, ProblemDocument
from doings.httpkit.request import Request
from doings.httpkit.surface import Handler, Operation, Resource
from doings.native.http.responses import encode, respond_json
from doings.native.openapi.operations import PATH_PARTS, OperationDoc, Parameter
from doings.native.openapi.schemas import schemas_of

Json = dict[str, Any]

_WORD = re.compile(r"\w+")
_PATH_PART = re.compile(r"\{(\w+)\}")

DESCRIPTION = """\
Records what happens to the people of a business, once, in one timeline. Sign in with
`Authorization: Bearer <secret>`. Errors are problem details (RFC 9457)."""

ALWAYS = (401, 403, 429, 503)
"""Errors that any operation with a credential may answer."""

REASONS = {
    400: "Malformed JSON, or a parameter or cursor that cannot be read or is not known here",
    401: "No credential, or one that is not valid",
    403: "The credential lacks the scope",
    404: "There is no such thing in this account",
    406: "No format that the Accept header names",
    409: "The state of the thing does not allow it, or the Idempotency-Key is another request's",
    412: "It has been changed since it was read",
    413: "The body is too large",
    415: "The body is in another format, or in a `Content-Encoding` other than gzip and deflate",
    422: "The body can be read and is wrong; `errors` says where",
    429: "Too many wrong credentials from this address",
    503: "The store is away",
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
        "servers": [{"url": "/v1"}],
        "security": [{"bearer": []}],
        "paths": {
            resource.path: {
                method.lower(): {
                    "operationId": operation_id(method, resource.path),
                    **_operation(resource.path, operation, schemas),
                }
                for method, operation in resource.operations.items()
            }
            for resource in resources
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas.components,
        },
    }


def operation_id(method: str, path: str) -> str:
    """A name for the operation, like `get_activities_id_changes`."""
    return "_".join([method.lower(), *_WORD.findall(path)])


class _Schemas:
    """The schemas of all types that the operations name."""

    def __init__(self, resources: tuple[Resource, ...]) -> None:
        types: list[Any] = [ProblemDocument]
        for resource in resources:
            for operation in resource.operations.values():
                types += _types_of(operation.about)
        self._types = types
        self._schemas, self.components = schemas_of(types)

    def schema(self, type_: Any) -> Json:  # noqa: ANN401 - any type
        """A type's schema."""
        return self._schemas[self._types.index(type_)]


def _types_of(about: OperationDoc) -> list[Any]:
    answers = [type_ for content in about.answers.values() for type_ in (content or {}).values()]
    return [*about.body.values(), *answers]


def _operation(path: str, operation: Operation, schemas: _Schemas) -> Json:
    about: OperationDoc = operation.about
    described: Json = {
        "summary": about.summary,
        "tags": [about.tag],
        "parameters": [_parameter(part) for part in (*_path_parts(path), *about.parameters)],
        "responses": _responses(path, operation, schemas),
    }
    if about.body:
        described["requestBody"] = {"required": True, "content": _content(about.body, schemas)}
    if operation.is_public:
        described["security"] = []
    elif operation.scope:
        described["description"] = f"Takes the scope `{operation.scope}`."
    return described


def _path_parts(path: str) -> list[Parameter]:
    return [Parameter(name, "path", *PATH_PARTS[name]) for name in _PATH_PART.findall(path)]


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.where == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _responses(path: str, operation: Operation, schemas: _Schemas) -> Json:
    answers: Json = {}
    for status, content in operation.about.answers.items():
        answer: Json = {"description": HTTPStatus(status).phrase}
        if content:
            answer["content"] = _content(content, schemas)
        answers[str(status)] = answer
    problem = {"content": {MEDIA_TYPE: {"schema": schemas.schema(ProblemDocument)}}}
    for status in sorted(errors_of(path, operation)):
        answers[str(status)] = {"description": REASONS[status], **problem}
    return answers


def errors_of(path: str, operation: Operation) -> set[int]:
    """The statuses of the errors that an operation may answer."""
    about: OperationDoc = operation.about
    names = {parameter.name for parameter in about.parameters}
    statuses = set(about.errors) | {400, 503}
    if not operation.is_public:
        statuses |= set(ALWAYS)
    if "{" in path:
        statuses.add(404)
    if "If-None-Match" in names:
        statuses.add(406)
    if "If-Match" in names:
        statuses.add(412)
    if "Idempotency-Key" in names:
        statuses.add(409)
    if about.body:
        statuses |= {413, 415, 422}
    return statuses


def _content(types: dict[str, Any], schemas: _Schemas) -> Json:
    return {media_type: {"schema": schemas.schema(type_)} for media_type, type_ in types.items()}

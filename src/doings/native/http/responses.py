"""Answers of one JSON document."""

import msgspec
from starlette.responses import Response

from doings.httpkit.etags import etag_of
from doings.httpkit.input.accept import negotiated
from doings.httpkit.request import Request
from doings.native.http.answer import Answer
from doings.native.http.request_body import JSON

encode = msgspec.json.Encoder().encode

NO_CONTENT = Answer(204, {}, b"")


def respond_document(request: Request, document: object) -> Response:
    """Answer a GET with a document; raises NotAcceptable."""
    return respond_json(request, encode(document))


def respond_json(request: Request, body: bytes, headers: dict[str, str] | None = None) -> Response:
    """Answer a GET with JSON that is encoded already; raises NotAcceptable."""
    negotiated(request.header("accept"), (JSON,))
    return respond_bytes(body, JSON, headers)


def respond_bytes(body: bytes, media_type: str, headers: dict[str, str] | None = None) -> Response:
    """Answer a GET with what is encoded already, and its ETag."""
    return Response(body, headers={"ETag": etag_of(body), **(headers or {})}, media_type=media_type)


def written(document: object, *, status: int = 200, **headers: str) -> Answer:
    """The answer to a write: the document as it is now."""
    body = encode(document)
    return Answer(status, {"Content-Type": JSON, "ETag": etag_of(body), **headers}, body)

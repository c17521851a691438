"""Answers of one JSON document."""

import msgspec
from starlette.responses import Response

from doings.httpkit.input.accept import negotiated
from doings.httpkit.request import Request
from doings.native.http.answer import Answer
from doings.native.http.etags import etag_of, is_unchanged
from doings.native.http.request_body import JSON

encode = msgspec.json.Encoder().encode

NO_CONTENT = Answer(204, {}, b"")


def respond_document(request: Request, document: object) -> Response:
    """Answer a GET with a document, or that it is unchanged; raises NotAcceptable."""
    return respond_json(request, encode(document))


def respond_json(request: Request, body: bytes, headers: dict[str, str] | None = None) -> Response:
    """Answer a GET with JSON that is encoded already; raises NotAcceptable."""
    negotiated(request.header("accept"), (JSON,))
    return respond_bytes(request, body, JSON, headers)


def respond_bytes(
    request: Request, body: bytes, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    """Answer a GET with what is encoded already, or that it is unchanged."""
    etag = etag_of(body)
    headers = {"ETag": etag, **(headers or {})}
    if is_unchanged(request.header("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def written(document: object, *, status: int = 200, **headers: str) -> Answer:
    """The answer to a write: the document as it is now."""
    body = encode(document)
    return Answer(status, {"Content-Type": JSON, "ETag": etag_of(body), **headers}, body)

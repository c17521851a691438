"""`/embed.js`: the element `<doings-timeline>`, for pages of any site."""

from functools import cache
from importlib.resources import files

from starlette.responses import Response

from doings.httpkit.etags import etag_of
from doings.httpkit.problem import respond_problem
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, Surface, resource

HEADERS = {
    # A page of another site may load it as a module, which asks for that.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=3600",
}


async def show_script(request: Request) -> Response:  # noqa: ARG001 - a handler's shape
    """The script."""
    body, etag = _script()
    headers = {**HEADERS, "ETag": etag}
    return Response(body, headers=headers, media_type="text/javascript; charset=utf-8")


@cache
def _script() -> tuple[bytes, str]:
    body = (files("doings.sharing") / "static" / "embed.js").read_bytes()
    return body, etag_of(body)


SURFACE = Surface(
    name="embed.js",
    resources=(resource("/", GET=Operation(show_script, None, is_public=True)),),
    respond_error=respond_problem,
    vary="Accept-Encoding",
)

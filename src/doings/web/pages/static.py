"""The files that pages load."""

from starlette.responses import Response

from doings.core.errors import NotFound
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.assets import assets, version
from doings.web.page import takes_gzip

FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"


async def show_file(request: Request) -> Response:
    """A file; one that is asked for by another version is the present one, and not kept."""
    name = request.path_params["name"]
    asset = assets().get(name)
    if asset is None:
        raise NotFound("file", name)
    is_compressed = takes_gzip(request)
    is_present = request.path_params["version"] == version()
    response = Response(
        asset.compressed if is_compressed else asset.content, media_type=asset.media_type
    )
    response.headers["Cache-Control"] = FOR_GOOD if is_present else ASK_AGAIN
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    return response


RESOURCES = (
    resource("/static/{version}/{name}", GET=Operation(show_file, scope=None, is_public=True)),
)

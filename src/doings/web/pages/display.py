"""How somebody likes to see the pages, sent by the form in the head of each."""

from starlette.responses import Response

from doings.core.errors import Invalid
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.display import display_from_texts, is_zone, keep_display
from doings.web.forms import fields_of, local_path
from doings.web.page import redirect
from doings.web.remarks import SHOWN


async def set_display(request: Request) -> Response:
    """Keep colours and time zone, and go back; raises Forbidden, and Invalid for no time zone."""
    fields = await fields_of(request)
    response = redirect(local_path(fields.get("next")))
    zone = fields.get("zone", "").strip()
    if zone and not is_zone(zone):
        raise Invalid.of("zone", f"“{zone[:SHOWN]}” is no time zone; one is like Europe/Berlin")
    keep_display(request, response, display_from_texts(fields.get("theme", ""), zone))
    return response


RESOURCES = (resource("/display", POST=Operation(set_display, scope=None)),)

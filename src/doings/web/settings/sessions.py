"""Sessions: who is signed in here, and ending that here, everywhere, or for the whole account."""

from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.session import session_of
from doings.web.settings.frame import FREE, SESSIONS, moment_of, respond_section


async def show_sessions(request: Request) -> Response:
    """This session, and the ways to end it."""
    session = session_of(request)
    context = {
        "key": session.key,
        "label": request.principal.label,
        "scopes": request.principal.scopes,
        "since": moment_of(request, session.since),
        "until": moment_of(request, session.expires_at),
        "is_admin": ADMIN in request.principal.scopes,
    }
    return await respond_section(request, SESSIONS, "sessions.html", context)


RESOURCES = (resource(SESSIONS.url, GET=Operation(show_sessions, scope=None, parameters=FREE)),)

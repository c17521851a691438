"""Who looks at a page: the session's cookie, read, set and taken away."""

import msgspec
from starlette.requests import cookie_parser
from starlette.responses import Response

from doings.auth.principal import WRITE, Principal
from doings.auth.sessions import SESSION, Session, session_from_token, token_of
from doings.core.clock import SECOND
from doings.core.errors import Unauthenticated
from doings.httpkit.request import Request

COOKIE = "doings_session"

KEPT = 2 * SESSION // SECOND
"""Seconds for which a browser keeps the cookie: longer than the session, so that a page can say
that it is over, and show what was typed into a form.
"""


def cookies_of(request: Request) -> dict[str, str]:
    """The cookies that a browser sent."""
    return cookie_parser(request.header("cookie") or "")


async def authenticate(request: Request) -> Principal:
    """Whose session it is; raises Unauthenticated.

    Also where it was signed out, is over, or its credential was revoked or has expired.
    """
    # A page holds the time and tokens of its forms: it is made for each request.
    request.keep_no_answer()
    session = _session(request)
    principal = await request.services.authenticator.by_key(session.key)
    if not session.is_good(principal.account, request.services.clock.now()):
        raise Unauthenticated("the session is over")
    return principal


def session_of(request: Request) -> Session:
    """The session of a request that was authenticated."""
    return _session(request)


def _session(request: Request) -> Session:
    token = cookies_of(request).get(COOKIE)
    if not token:
        raise Unauthenticated("nobody is signed in")
    return session_from_token(request.services.store.secret, token)


def begin(request: Request, response: Response, session: Session) -> None:
    """Have the browser keep a session."""
    token = token_of(request.services.store.secret, session)
    set_cookie(request, response, COOKIE, token, seconds=KEPT)


def end(request: Request, response: Response) -> None:
    """Have the browser forget its session."""
    set_cookie(request, response, COOKIE, "", seconds=0)


def set_cookie(
    request: Request, response: Response, name: str, value: str, *, seconds: int
) -> None:
    """A cookie that no script reads and other sites send only when a link is followed."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="lax",
    )


class Viewer(msgspec.Struct, frozen=True):
    """Who looks at a page, as its head shows it."""

    account: str
    slug: str
    label: str
    scopes: tuple[str, ...]

    @property
    def may_write(self) -> bool:
        """Whether there is something to record for them."""
        return WRITE in self.scopes


def viewer_of(request: Request) -> Viewer | None:
    """Who looks at the page; None where nobody is signed in."""
    if not request.is_signed_in:
        return None
    principal = request.principal
    label = principal.label or principal.key
    name = principal.account.name or principal.account.slug
    return Viewer(name, principal.account.slug, label, principal.scopes)

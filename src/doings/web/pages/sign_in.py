"""Signing in and out: with account and secret, or by a link that is good once."""

from starlette.responses import Response

from doings.auth.principal import ADMIN, Principal
from doings.auth.sessions import Reach, link_from_token, new_session, sign_out, use_link
from doings.core.errors import Unauthenticated
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.forms import fields_of, local_path
from doings.web.page import redirect, redirect_with_query, respond_page, signed_out_text
from doings.web.remarks import knowing
from doings.web.session import COOKIE, authenticate, begin, cookies_of, end, session_of

HOME = "/timeline"
"""Where those arrive who asked for nothing in particular."""


REACHES: dict[str, Reach] = {"yes": "credential", "account": "account"}
"""What is signed out, by the button that was pressed."""


async def show_home(request: Request) -> Response:
    """The first page; who is not signed in is led to the sign-in before this."""
    return redirect_with_query(request, HOME)


async def show_form(request: Request) -> Response:
    """The form. Who is signed in already may still sign in as somebody else."""
    context: dict[str, object] = {
        "problem": await _problem(request),
        "account": "",
        "next": last(request.query, "next"),
        "unsent": [],
    }
    return await respond_page(request, "sign_in.html", context)


async def _problem(request: Request) -> str | None:
    """Why a browser that has a session has to sign in again; None where it need not."""
    if COOKIE not in cookies_of(request):
        return None
    try:
        await authenticate(request)
    except Unauthenticated as error:
        return signed_out_text(error)
    return None


async def enter(request: Request) -> Response:
    """Begin a session; raises Unauthenticated, TooManyRequests and Forbidden."""
    fields = await fields_of(request)
    request.scope["typed"] = fields
    slug, secret = fields.get("account", "").strip(), fields.get("secret", "").strip()
    principal = await _checked(request, slug, secret)
    response = redirect(_onward(fields.get("next")))
    begin(request, response, new_session(principal.key, principal.account.id, _now(request)))
    return response


async def _checked(request: Request, slug: str, secret: str) -> Principal:
    """Whose secret it is, if that is the account; wrong ones count like those of every surface."""
    authenticator = request.services.authenticator
    if not secret:
        raise Unauthenticated
    principal = await authenticator.by_secret(secret, request.address)
    if principal.account.slug != slug.lower():
        authenticator.failed(request.address)
        raise Unauthenticated
    return principal


async def enter_by_link(request: Request) -> Response:
    """Begin a session by a link, which is used up; raises Unauthenticated and TooManyRequests."""
    services = request.services
    token = request.path_params["token"]
    if request.method == "HEAD":
        # What looks whether an address is good must not use it up.
        return redirect(HOME)
    try:
        link = link_from_token(services.store.secret, token, now=_now(request))
    except Unauthenticated as error:
        if type(error) is Unauthenticated:  # one that is merely over is no guess
            services.authenticator.failed(request.address)
        raise
    principal = await services.authenticator.by_key(link.key)
    await use_link(services.store, link)
    response = redirect(HOME)
    begin(request, response, new_session(principal.key, principal.account.id, _now(request)))
    return response


async def leave(request: Request) -> Response:
    """End this session, all of its credential, or all of the account; raises Forbidden."""
    fields = await fields_of(request)
    reach = REACHES.get(fields.get("everywhere", ""), "session")
    if reach == "account":
        request.principal.require(ADMIN)
    store, session = request.services.store, session_of(request)
    await sign_out(store, session, now=_now(request), reach=reach)
    response = redirect("/sign-in")
    end(request, response)
    return response


def _now(request: Request) -> int:
    return request.services.clock.now()


def _onward(text: str | None) -> str:
    path = local_path(text)
    return HOME if path == "/" else path


RESOURCES = (
    resource("/", GET=Operation(show_home, scope=None, parameters=knowing())),
    resource(
        "/sign-in",
        GET=Operation(show_form, is_public=True, parameters=knowing("next")),
        POST=Operation(enter, is_public=True, has_secret=True),
    ),
    resource("/sign-in/{token}", GET=Operation(enter_by_link, is_public=True, has_secret=True)),
    resource("/sign-out", POST=Operation(leave, scope=None, has_secret=True)),
)

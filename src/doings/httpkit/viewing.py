"""Asking with a viewer token: from pages of other sites, which a browser lets read the answer.

A browser says in `Origin` which site asks, and shows that site the answer only where the answer
says so. Cookies are never asked for: the token alone decides.
"""

import msgspec
from starlette.responses import Response
from starlette.types import Scope

from doings.auth.principal import Principal
from doings.auth.viewers import viewer_by_token
from doings.core.account import Account
from doings.core.errors import Forbidden
from doings.core.query import Query, kinds_within
from doings.core.store.credentials import View
from doings.httpkit.input import headers
from doings.httpkit.request import Request

ALLOW_ORIGIN = "Access-Control-Allow-Origin"

ANSWER_HEADERS = "Doings-Position, ETag, Link, Retry-After, X-Request-Id"
"""The headers that a page may read besides those that it always may."""

PREFLIGHT_HEADERS = {
    ALLOW_ORIGIN: "*",
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match, Last-Event-ID",
    "Access-Control-Max-Age": "3600",
    "Cache-Control": "no-store",
}
"""Which site may see the answer is said by the answer, as the question comes without the token."""


async def viewer_of(request: Request, token: str) -> Principal:
    """Who a viewer token belongs to; raises Unauthenticated, TooManyRequests and Forbidden.

    Forbidden is for a page of a site that the token or its account does not name.
    """
    # So that the page learns what is wrong with a token that is not good.
    request.headers[ALLOW_ORIGIN] = "*"
    request.headers["Access-Control-Expose-Headers"] = ANSWER_HEADERS
    services = request.services
    principal = await viewer_by_token(
        services.authenticator, services.store, token, request.address
    )
    assert principal.view is not None  # noqa: S101 - that is what a viewer is
    origins = origins_of(principal.view, principal.account)
    if origins is not None:
        _check_origin(request, origins)
    return principal


def _check_origin(request: Request, origins: tuple[str, ...]) -> None:
    """Let the page of a named site see the answer; raises Forbidden for another site's."""
    origin = request.single_header("origin")
    request.headers.pop(ALLOW_ORIGIN)
    request.headers["Vary"] = "Accept, Authorization, Origin"
    if origin is None:
        return  # No browser, or a page of this server: nothing has to be allowed.
    if origin not in origins:
        raise Forbidden("", f"the token is not for pages of {origin}")
    request.headers[ALLOW_ORIGIN] = origin


def origins_of(view: View, account: Account) -> tuple[str, ...] | None:
    """The sites that both the view and the account name; None is any site."""
    if view.origins is None or account.origins is None:
        return account.origins if view.origins is None else view.origins
    return tuple([one for one in view.origins if one in account.origins])


def beyond(view: View) -> Forbidden:
    """The error of asking for more than a view shows."""
    return Forbidden("", f"this token shows the timeline of {':'.join(view.entity)} only")


def narrowed(query: Query, view: View | None) -> Query:
    """A query about a timeline as a view shows it; raises Forbidden for another timeline.

    What is linked to other things is no filter: it would tell a viewer their ids.
    """
    if view is None:
        return query
    is_odd = query.also or query.actor not in {None, view.entity}
    if query.entities != (view.entity,) or is_odd:
        raise beyond(view)
    return msgspec.structs.replace(query, kinds=kinds_within(query.kinds, view.kinds))


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks for a page what that page may ask."""
    return (
        scope["method"] == "OPTIONS"
        and headers.joined(scope["headers"], "origin") is not None
        and headers.joined(scope["headers"], "access-control-request-method") is not None
    )


async def respond_preflight(request: Request) -> Response:  # noqa: ARG001 - a handler's shape
    """Let every page ask, as far as it has a token."""
    return Response(status_code=204, headers=PREFLIGHT_HEADERS)

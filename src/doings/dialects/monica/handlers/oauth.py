"""Tokens for programs, as the server that Monica uses gives them out.

`POST /oauth/token` takes the name and secret of an account (the password grant), a refresh token,
or a code of `/oauth/authorize`, which leads on to the page where somebody lets a program in.
`POST /oauth/login` is what apps ask with a name and a secret alone.
Doings knows no list of programs: `client_id` is any text, and `client_secret` is not looked at.
"""

import binascii
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, unquote_plus

import msgspec
from starlette.responses import RedirectResponse, Response

from doings.auth.grants import (
    Code,
    Over,
    Refresh,
    holder_of,
    issue_tokens,
    use_code,
)
from doings.auth.principal import Principal
from doings.config import base_url
from doings.core.errors import DoingsError, Forbidden, Unauthenticated
from doings.dialects.monica.documents import OAuthErrorDocument, TokenDocument
from doings.dialects.monica.operations import answer
from doings.dialects.monica.validation import Rejected
from doings.httpkit.request import Request

CONSENT = "/connect"
"""The page where somebody lets a program in."""

MISSING = (
    "The request is missing a required parameter, includes an invalid parameter value, includes a"
    " parameter more than once, or is otherwise malformed."
)
UNSUPPORTED = "The authorization grant type is not supported by the authorization server."
WRONG_PASSWORD = "The user credentials were incorrect."  # noqa: S105 - a sentence
WRONG_REFRESH = "The refresh token is invalid."
WRONG_GRANT = (
    "The provided authorization grant (e.g., authorization code, resource owner credentials) or"
    " refresh token is invalid, expired, revoked, does not match the redirection URI used in the"
    " authorization request, or was issued to another client."
)


class Refused(DoingsError):
    """No token is given; the document says why in OAuth's words."""

    def __init__(self, status: int, error: str, description: str, hint: str | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.document = OAuthErrorDocument(error, description, hint or msgspec.UNSET, description)


def _malformed(name: str, hint: str | None = None) -> Refused:
    return Refused(400, "invalid_request", MISSING, hint or f"Check the `{name}` parameter")


async def show_authorize(request: Request) -> Response:
    """GET /oauth/authorize: lead on to the page where somebody lets the program in."""
    here = base_url(request.services.settings) if _is_by_host(request) else request.origin_url
    query = quote(request.scope["query_string"].decode("latin-1"), safe="%=&+/:?.~_-!*'(),;@$")
    return RedirectResponse(f"{here}{CONSENT}?{query}", status_code=302)


def _is_by_host(request: Request) -> bool:
    return bool(request.scope.get("by_host"))


async def give_token(request: Request) -> Response:
    """POST /oauth/token; raises Refused and TooManyRequests."""
    members = await request.members()
    grant = _text(members, "grant_type")
    give = GRANTS.get(grant)
    if give is None:
        hint = "Check that all required parameters have been provided"
        raise Refused(400, "unsupported_grant_type", UNSUPPORTED, hint)
    client = _client(request, members)
    return _tokens(request, await give(request, members, client), client)


async def log_in(request: Request) -> Response:
    """POST /oauth/login: tokens for `email`, an account's name, and `password`, its secret.

    Raises Rejected, Forbidden and TooManyRequests.
    """
    members = await request.members()
    sent = {name: members.get(name) for name in ("email", "password")}
    texts = {name: text for name, text in sent.items() if isinstance(text, str) and text}
    if missing := sent.keys() - texts.keys():
        raise Rejected([f"The {name} field is required." for name in sorted(missing)])
    principal = await _holder(request, texts["email"], texts["password"])
    if principal is None:
        raise Forbidden("", "there is no such account, or its secret is another one")
    return _tokens(request, principal, "")


def _tokens(request: Request, principal: Principal, client: str) -> Response:
    services = request.services
    tokens = issue_tokens(services.store.secret, principal, client, now=services.clock.now())
    response = answer(TokenDocument("Bearer", tokens.seconds, tokens.access, tokens.refresh))
    response.headers["Pragma"] = "no-cache"
    return response


async def _by_password(request: Request, members: dict[str, Any], client: str) -> Principal:
    """The credential of an account's name and its secret."""
    del client
    slug, secret = _text(members, "username"), _text(members, "password")
    principal = await _holder(request, slug, secret)
    if principal is None:
        raise Refused(400, "invalid_grant", WRONG_PASSWORD)
    return principal


async def _holder(request: Request, slug: str, secret: str) -> Principal | None:
    """The credential of a secret, if it is one of the account of this name."""
    authenticator = request.services.authenticator
    try:
        principal = await authenticator.by_secret(secret, request.address)
    except Unauthenticated:
        return None
    if principal.account.slug != slug.strip().lower():
        authenticator.failed(request.address)
        return None
    return principal


async def _by_refresh(request: Request, members: dict[str, Any], client: str) -> Principal:
    """The credential of a refresh token, which goes on being good until its own end."""
    text = _text(members, "refresh_token")
    services = request.services
    try:
        refresh, principal = await holder_of(
            services.authenticator, services.store.secret, text, Refresh, request.address
        )
    except Over:
        raise Refused(401, "invalid_request", WRONG_REFRESH, "Token has expired") from None
    except Unauthenticated:
        hint = "Cannot decrypt the refresh token"
        raise Refused(401, "invalid_request", WRONG_REFRESH, hint) from None
    if refresh.client != client:
        hint = "Token is not linked to client"
        raise Refused(401, "invalid_request", WRONG_REFRESH, hint)
    return principal


async def _by_code(request: Request, members: dict[str, Any], client: str) -> Principal:
    """The credential of who let the program in; a code is good once."""
    text = _text(members, "code")
    services = request.services
    try:
        code, principal = await holder_of(
            services.authenticator, services.store.secret, text, Code, request.address
        )
    except Over:
        raise _malformed("code", "Authorization code has expired") from None
    except Unauthenticated:
        raise _malformed("code", "Cannot decrypt the authorization code") from None
    if code.client != client:
        raise _malformed("code", "Authorization code was not issued to this client")
    if code.redirect != members.get("redirect_uri"):
        raise _malformed("redirect_uri", "Invalid redirect URI")
    if code.challenge is not None:
        verifier = _text(members, "code_verifier")
        if not code.challenge.is_met(verifier):
            raise Refused(400, "invalid_grant", WRONG_GRANT, "Failed to verify `code_verifier`.")
    if not await use_code(services.store, code):
        raise _malformed("code", "Authorization code has been revoked")
    return principal


def _client(request: Request, members: dict[str, Any]) -> str:
    """The program's name: a member of the body or, as many libraries send it, the user of Basic."""
    if members.get("client_id") is not None:
        return _text(members, "client_id", "")
    scheme, _, pair = (request.single_header("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        name = b64decode(pair, validate=True).partition(b":")[0].decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _malformed("client_id") from None
    return unquote_plus(name)


def _text(members: dict[str, Any], name: str, default: str | None = None) -> str:
    """A member that is text; a number, as some programs send ids, counts as its digits."""
    value = members.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or (not value and default is None):
        raise _malformed(name)
    return value


Give = Callable[[Request, dict[str, Any], str], Awaitable[Principal]]

GRANTS: dict[str, Give] = {
    "password": _by_password,
    "refresh_token": _by_refresh,
    "authorization_code": _by_code,
}
"""What tokens are given for."""

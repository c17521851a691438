"""The page where somebody lets a program in, as OAuth 2 has it.

The program is sent back only to an address that the account names (`doings account set
--redirects`). Where the address is another one, this page says so and leads nowhere.
"""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import msgspec
from starlette.responses import RedirectResponse, Response

from doings.auth.grants import (
    PLAIN,
    S256,
    Challenge,
    is_allowed,
    is_verifier,
    new_code,
    text_of_code,
)
from doings.auth.principal import Principal
from doings.core.errors import Invalid
from doings.httpkit.input.params import Parameters, last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.forms import fields_of
from doings.web.page import POLICY, respond_page

NAMES = (
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "code_challenge",
    "code_challenge_method",
)
"""What a program asks with; `scope` is not looked at."""

CLIENT_LENGTH = 255
STATE_LENGTH = 4000


class Wanted(msgspec.Struct, frozen=True):
    """A program that wants to be let in, and where it is sent back to."""

    client: str
    redirect: str
    state: str
    challenge: Challenge | None = None


class Unwell(Exception):
    """The program asks for what there is not; it is told so itself, in OAuth's word."""

    def __init__(self, wanted: Wanted, error: str, description: str) -> None:
        super().__init__(description)
        self.wanted = wanted
        self.error = error


async def show_question(request: Request) -> Response:
    """The question whether the program may come in; raises Invalid."""
    asked = {name: last(request.query, name) or "" for name in NAMES}
    try:
        wanted = _wanted(asked, request.principal)
    except Unwell as problem:
        return _told(problem)
    context = {"client": wanted.client, "redirect": wanted.redirect, "asked": asked}
    context["remarks"] = []  # OAuth has a server ignore what it does not know
    response = await respond_page(request, "connect.html", context)
    # Browsers hold the policy of a form also against where its answer leads.
    target = _source(wanted.redirect)
    policy = POLICY.replace("form-action 'self'", f"form-action 'self' {target}")
    response.headers["Content-Security-Policy"] = policy
    return response


async def decide(request: Request) -> Response:
    """Send the program back with a code, or with the word that it may not; raises Invalid."""
    fields = await fields_of(request)
    principal = request.principal
    try:
        wanted = _wanted({name: fields.get(name, "") for name in NAMES}, principal)
    except Unwell as problem:
        return _told(problem)
    if fields.get("decision") != "allow":
        return _sent_back(wanted, {"error": "access_denied"})
    services = request.services
    code = new_code(principal, wanted.client, wanted.redirect, wanted.challenge)
    text = text_of_code(services.store.secret, code, now=services.clock.now())
    return _sent_back(wanted, {"code": text})


def _wanted(asked: Mapping[str, str], principal: Principal) -> Wanted:
    """What the program asks for.

    Raises Invalid where it cannot be told what is wrong, and Unwell where it can.
    """
    client, redirect = asked["client_id"], asked["redirect_uri"]
    if not client or len(client) > CLIENT_LENGTH:
        raise Invalid.of("client_id", f"the program has to say its name, in 1 to {CLIENT_LENGTH}")
    if not is_allowed(redirect, principal.account.redirects):
        raise Invalid.of(
            "redirect_uri",
            "the account does not name this address; see `doings account set --redirects`",
        )
    wanted = Wanted(client, redirect, asked["state"][:STATE_LENGTH])
    if asked["response_type"] != "code":
        raise Unwell(wanted, "unsupported_response_type", "only codes are given")
    return msgspec.structs.replace(wanted, challenge=_challenge(asked, wanted))


def _challenge(asked: Mapping[str, str], wanted: Wanted) -> Challenge | None:
    text, method = asked["code_challenge"], asked["code_challenge_method"] or PLAIN
    if not text:
        return None
    if not is_verifier(text) or method not in {S256, PLAIN}:
        raise Unwell(wanted, "invalid_request", "the challenge cannot be read")
    return Challenge(text, "S256" if method == S256 else "plain")


def _told(problem: Unwell) -> Response:
    description = {"error": problem.error, "error_description": str(problem)}
    return _sent_back(problem.wanted, description)


def _sent_back(wanted: Wanted, answer: dict[str, str]) -> Response:
    """Lead the browser to the program's own address, which the account names."""
    members = answer | ({"state": wanted.state} if wanted.state else {})
    joint = "&" if urlsplit(wanted.redirect).query else "?"
    target = f"{wanted.redirect}{joint}{urlencode(members)}"
    return RedirectResponse(target, status_code=303)


def _source(redirect: str) -> str:
    """The address as a policy names it: its site, or its scheme where it is an app's."""
    parts = urlsplit(redirect)
    if parts.scheme in {"http", "https"}:
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"


RESOURCES = (
    resource(
        "/connect",
        GET=Operation(show_question, parameters=Parameters(is_free=True), has_secret=True),
        POST=Operation(decide, parameters=Parameters(is_free=True), has_secret=True),
    ),
)

"""Forms of the pages: each holds a token, so that no other site can send one in somebody's name.

A token is a random number and its signature for the session that the page was made for; where
nobody is signed in, for a cookie that only our own page was given. It is another one in each
answer, so that the sizes of compressed answers tell nothing of it.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from doings.core.errors import Forbidden, UnsupportedType
from doings.httpkit.input.forms import NO_LISTS
from doings.httpkit.request import Request
from doings.web.session import cookies_of, session_of, set_cookie

FIELD = "csrf"
FORM = "application/x-www-form-urlencoded"

_NONCE = 16
_VISITOR = "doings_visitor"
_VISITOR_SECONDS = 86_400

OF_ANOTHER = (
    "This form was not made for who is signed in now. Go back, load the page again, and send it"
    " once more."
)

_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
"""A path of ours: browsers take `//host` and `/\\host` for another site, and drop control codes."""


def form_token(request: Request) -> str:
    """The token for the forms of one answer; `keep_visitor` sets the cookie that it may need."""
    nonce = secrets.token_bytes(_NONCE)
    return urlsafe_b64encode(nonce + _signature(request, nonce)).decode()


def keep_visitor(request: Request, response: Response) -> None:
    """Give a browser in which nobody is signed in what the tokens of its forms are made for."""
    if not request.is_signed_in:
        visitor = _visitor(request)
        set_cookie(request, response, _VISITOR, visitor, seconds=_VISITOR_SECONDS)


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of a form that was sent, each once; raises Forbidden, UnsupportedType, Invalid."""
    members = await members_of(request)
    return {name: value for name, value in members.items() if isinstance(value, str)}


async def members_of(request: Request, lists: frozenset[str] = NO_LISTS) -> dict[str, Any]:
    """The fields of a form that was sent, those of `lists` as lists of text.

    Raises Forbidden, UnsupportedType, Invalid and what reading a body raises.
    """
    if request.content_type != FORM:
        raise UnsupportedType(FORM)
    members = await request.members(lists)
    token = members.pop(FIELD, "")
    if not _is_good(request, token if isinstance(token, str) else ""):
        raise Forbidden(FIELD, OF_ANOTHER)
    return members


def local_path(text: str | None) -> str:
    """A path of this server to go on to, or `/` in the place of any other text."""
    return quote(text, safe="/?&=%:,*.+~-_!'()") if text and _LOCAL.fullmatch(text) else "/"


def _is_good(request: Request, token: str) -> bool:
    try:
        text = urlsafe_b64decode(token)
    except ValueError:
        return False
    nonce, signature = text[:_NONCE], text[_NONCE:]
    return hmac.compare_digest(signature, _signature(request, nonce))


def _signature(request: Request, nonce: bytes) -> bytes:
    whose = session_of(request).id if request.is_signed_in else f"visitor {_visitor(request)}"
    key = hmac.digest(request.services.store.secret, b"web forms", "sha256")
    return hmac.digest(key, nonce + whose.encode(), "sha256")


def _visitor(request: Request) -> str:
    """What the browser's cookie says, or a new one, once for a request."""
    if "visitor" not in request.scope:
        known = cookies_of(request).get(_VISITOR, "")
        is_ours = re.fullmatch(r"[\w-]{22}", known, re.ASCII)
        request.scope["visitor"] = known if is_ours else secrets.token_urlsafe(16)
    visitor: str = request.scope["visitor"]
    return visitor

"""Forms of the pages: each holds a token, so that no other site can send one in somebody's name.

A token is a random number and its signature for the session that the page was made for; where
nobody is signed in, for a cookie that only our own page was given. It is another one in each
answer, so that the sizes of compressed answers tell nothing of it.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape
from starlette.responses import Response

from doings.core.clock import start_of_date
from doings.core.errors import DoingsError, Forbidden, Invalid, UnsupportedType
from doings.core.values.instants import date_from_text
from doings.httpkit.input.forms import NO_LISTS, File, parts_from_multipart
from doings.httpkit.request import Request
from doings.web.session import cookies_of, session_of, set_cookie
from doings.web.unsent import keep_unsent

FIELD = "csrf"
FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"

Problems = dict[str, str]
"""What is wrong with a form, as a sentence for each field; `form` is the form as a whole."""

_NONCE = 16
_VISITOR = "doings_visitor"
_VISITOR_SECONDS = 86_400

OF_ANOTHER = (
    "This form was not made for who is signed in now. Go back, load the page again, and send it"
    " once more."
)

_WORD = re.compile(r"[a-z]+(?=[\s,;!?’]|$)", re.ASCII)
"""A word of ours; what was typed, like `contact:8` or `https://…`, has other signs in it."""

_CODE = re.compile(r"`([^`]+)`")

_ONCE = re.compile(r"[\w-]{10,40}", re.ASCII)
"""What stands for a form, as we make it."""

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
    _check_token(request, members)
    return members


async def upload_of(request: Request) -> tuple[dict[str, Any], dict[str, File]]:
    """The fields and the files of a form that was sent; raises what `fields_of` does."""
    if request.content_type != UPLOAD:
        raise UnsupportedType(UPLOAD)
    content_type = request.single_header("content-type") or ""
    members, files = await parts_from_multipart(await request.body(), content_type)
    _check_token(request, members)
    return members, files


def _check_token(request: Request, members: dict[str, Any]) -> None:
    """Take the token out of the fields; raises Forbidden for one that is not good."""
    token = members.pop(FIELD, "")
    if not _is_good(request, token if isinstance(token, str) else ""):
        keep_unsent(request, members)
        raise Forbidden(FIELD, OF_ANOTHER)


def new_once() -> str:
    """What stands for one form: sent twice, it does its work once."""
    return secrets.token_urlsafe(16)


def once_of(fields: Mapping[str, Any]) -> str:
    """What the form that was sent stands for; empty where that is none of ours."""
    once = text_of(fields, "once")
    return once if _ONCE.fullmatch(once) else ""


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """A field of a form; empty where it is none, or has several values."""
    value = fields.get(name)
    return with_stored_ends(value) if isinstance(value, str) else ""


def with_stored_ends(text: str) -> str:
    """Text with the line ends that are stored: browsers end lines with two characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def texts_of(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A field that a form may repeat."""
    value = fields.get(name)
    return tuple([one for one in value if isinstance(one, str)]) if isinstance(value, list) else ()


def lines_of(text: str) -> tuple[str, ...]:
    """What is written line by line, each once, without empty lines."""
    return tuple(dict.fromkeys([line.strip() for line in text.splitlines() if line.strip()]))


def sentence(text: str) -> str:
    """A reason as a sentence of its own. An id or an address that it begins with stays as it is."""
    text = text.rstrip(".")
    begins = f"{text[:1].upper()}{text[1:]}" if _WORD.match(text) else text
    return begins if text.endswith(("!", "?")) else f"{begins}."


def marked(text: str) -> Markup:
    """A message as HTML: what stands between backticks is a command or a name."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def sentence_of(error: DoingsError) -> str:
    """What is wrong, as a sentence: of several things the first one."""
    return sentence(error.problems[0].reason if isinstance(error, Invalid) else str(error))


def problems_at(error: Invalid, fields: Mapping[str, str]) -> Problems:
    """The problems at the fields they are about; `fields` names a member's field.

    What is about no field of the form is about the form.
    """
    problems: Problems = {}
    for member, reason in error.problems:
        field = fields.get(re.split(r"[.\[]", member)[0], "form")
        problems.setdefault(field, sentence(reason))
    return problems


def end_of_day(text: str, time_zone: str, now: int, *, field: str) -> int | None:
    """The end of a last day in a zone, None for no day; raises Invalid for one that is over."""
    if not text:
        return None
    try:
        end = start_of_date(date_from_text(text) + timedelta(days=1), time_zone)
    except (ValueError, OverflowError) as error:
        reason = str(error) if isinstance(error, ValueError) else "is too far away"
        raise Invalid.of(field, reason) from None
    if end <= now:
        raise Invalid.of(field, "must be today or later")
    return end


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

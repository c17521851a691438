"""What was typed into a form that could not be taken: it is shown once more, to be copied.

Nothing is shown that another site may have had the browser send: it could say anything in our name.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from doings.auth.principal import Principal
from doings.auth.sessions import session_from_token
from doings.core.errors import DoingsError, Unauthenticated
from doings.httpkit.request import Request
from doings.web.session import COOKIE, authenticate, cookies_of

HIDDEN = frozenset(
    {"csrf", "once", "seen", "sure", "next", "secret", "activities", "merge", "other", "place"}
)
"""Fields that nobody types, and those that no page shows."""

LABELS = {"at": "time", "body": "text", "on": "date", "people": "names", "q": "search"}
"""What forms call the fields whose own names say little."""

FIELDS = 1000
"""How many fields a form may have to be read."""


class Unsent(NamedTuple):
    """A field and what was typed into it."""

    name: str
    value: str


async def authenticate_or_keep(request: Request) -> Principal:
    """Whose session it is; raises Unauthenticated, and keeps what a form holds before that."""
    try:
        return await authenticate(request)
    except Unauthenticated:
        if request.method == "POST" and _is_of_ours(request):
            # A form that is too long or cannot be read is not shown.
            with suppress(DoingsError, ValueError):
                body = (await request.body()).decode()
                if request.content_type == "application/x-www-form-urlencoded":
                    _keep(request, parse_qsl(body, max_num_fields=FIELDS))
        raise


def keep_unsent(request: Request, members: dict[str, Any]) -> None:
    """Keep the fields of a form for the page that says why it was not taken."""
    if _is_of_ours(request):
        _keep(
            request,
            [
                (name, value)
                for name, values in members.items()
                for value in (values if isinstance(values, list) else [values])
            ],
        )


def _keep(request: Request, pairs: Iterable[tuple[str, Any]]) -> None:
    request.scope["unsent"] = [
        Unsent(LABELS.get(name, name.replace("_", " ")), value)
        for name, value in pairs
        if name not in HIDDEN and isinstance(value, str) and value.strip()
    ]


def unsent_of(request: Request) -> list[Unsent]:
    """What was kept."""
    unsent: list[Unsent] = request.scope.get("unsent", [])
    return unsent


def _is_of_ours(request: Request) -> bool:
    """Whether one of our pages sent it: no other site can send this header, nor this cookie."""
    if request.header("sec-fetch-site") == "same-origin":
        return True
    token = cookies_of(request).get(COOKIE)
    try:
        session_from_token(request.services.store.secret, token or "")
    except Unauthenticated:
        return False
    return True

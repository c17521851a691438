"""How somebody likes to see the pages: colours and time zone, kept in a cookie of their browser."""

from typing import Literal

import msgspec
from starlette.responses import Response

from doings.core.clock import zone
from doings.httpkit.request import Request
from doings.web.session import cookies_of, set_cookie

COOKIE = "doings_display"
SECONDS = 365 * 86_400

Theme = Literal["auto", "light", "dark"]

THEMES: tuple[Theme, ...] = ("auto", "light", "dark")


class Display(msgspec.Struct, frozen=True):
    """`zone` is an IANA time zone, None for the account's own."""

    theme: Theme = "auto"
    zone: str | None = None


def display_of(request: Request) -> Display:
    """What the browser's cookie says; what cannot be read is as usual."""
    theme, _, zone_name = cookies_of(request).get(COOKIE, "").partition("~")
    return display_from_texts(theme, zone_name)


def zone_of(request: Request) -> str:
    """The zone that the reader has chosen, else the account's."""
    return display_of(request).zone or request.principal.account.time_zone


def display_from_texts(theme: str, zone_name: str) -> Display:
    """The nearest that there is."""
    known: Theme = "auto"
    for one in THEMES:
        known = one if one == theme else known
    return Display(known, zone_name if is_zone(zone_name) else None)


def is_zone(name: str) -> bool:
    """Whether it is an IANA time zone."""
    try:
        zone(name)
    except ValueError:
        return False
    return bool(name)


def keep_display(request: Request, response: Response, display: Display) -> None:
    """Have the browser keep it."""
    value = f"{display.theme}~{display.zone or ''}"
    set_cookie(request, response, COOKIE, value, seconds=SECONDS)

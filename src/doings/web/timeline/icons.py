"""Which icon stands for a kind: a symbol of `static/icons.svg`, or the account's own sign."""

from typing import NamedTuple

from doings.core.kinds.catalogue import CATALOGUE, Kind
from doings.core.presentation.graphemes import is_boundary


class Icon(NamedTuple):
    """The id of a symbol, and a tone, which is the name of a colour in `timeline.css`.

    For a kind of the account's own, `sign` is the text that it chose, shown in the place of the
    symbol, and made narrower where it `is_long`. `colour` is its ground, like #3366cc, None for the
    ground of the tone; `ink` is what can be read on it.
    """

    name: str
    tone: str
    sign: str | None = None
    colour: str | None = None
    ink: str | None = None
    is_long: bool = False


_BY_NOUN = {
    "encounter": Icon("people", "warm"),
    "contact": Icon("person", "cool"),
    "guest_account": Icon("person", "cool"),
    "membership": Icon("card", "cool"),
    "segment": Icon("folder", "plain"),
    "consent": Icon("check", "green"),
    "details": Icon("swap", "violet"),
    "authorization": Icon("key", "violet"),
    "text": Icon("speech", "cool"),
    "text_message": Icon("phone", "cool"),
    "email": Icon("envelope", "cool"),
    "call": Icon("phone", "warm"),
    "conversation": Icon("speech", "cool"),
    "life_event": Icon("person", "warm"),
    "journal_entry": Icon("note", "plain"),
    "task": Icon("check", "plain"),
    "note": Icon("note", "amber"),
    "file": Icon("clip", "plain"),
    "form_result": Icon("list", "plain"),
    "appointment": Icon("calendar", "violet"),
    "booking": Icon("clock", "violet"),
    "conference_registration": Icon("ticket", "violet"),
    "event": Icon("horn", "violet"),
    "invoice": Icon("receipt", "green"),
    "payment": Icon("coin", "green"),
    "payment_method": Icon("coin", "green"),
    "plan": Icon("swap", "green"),
    "drop_in_pass": Icon("ticket", "green"),
    "resource": Icon("place", "plain"),
    "allocation": Icon("place", "plain"),
    "checkin": Icon("door", "warm"),
}

OTHER = Icon("dot", "plain")
"""For kinds of the caller's own."""

INKS = ("#ffffff", "#14161c")
"""Light and dark text."""

HALF = 0.18
"""The luminance, from 0 to 1, of a ground on which both kinds of text can be read equally well."""


def icon_of(kind: Kind) -> Icon:
    """The icon of a kind goes by its noun, unless the account has chosen one."""
    icon = _BY_NOUN.get(kind.kind.partition(".")[0], OTHER)
    if kind.kind in CATALOGUE or (kind.icon == DOT and kind.colour is None):
        return icon
    ink = None if kind.colour is None else INKS[luminance(kind.colour) > HALF]
    sign = None if kind.icon == DOT else shortened(kind.icon)
    is_long = sign is not None and characters_in(sign) > ROOM
    return Icon(icon.name, icon.tone, sign, kind.colour, ink, is_long)


ROOM = 2
"""How many characters have room in a badge as they are."""


MOST = 4
"""How many have room if they are made narrower; of a longer sign the beginning is shown."""


def shortened(text: str) -> str:
    """A sign that can be read in a badge."""
    starts = [place for place in range(len(text)) if is_boundary(text, place)]
    return text if len(starts) <= MOST else f"{text[: starts[MOST - 1]]}…"


def characters_in(text: str) -> int:
    """How many characters somebody sees: a family is one."""
    return sum([is_boundary(text, place) for place in range(len(text))])


DOT = "•"
"""The icon of a kind for which none was chosen."""


def luminance(colour: str) -> float:
    """How light a colour like #3366cc is, from 0 to 1, as WCAG reckons it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

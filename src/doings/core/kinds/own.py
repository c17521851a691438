"""An account's own kinds: how activities are shown that are of no kind of the catalogue.

They are part of the account's settings, by their names. Without one, such an activity is shown by
the name of its kind.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from doings.core.errors import Invalid
from doings.core.kinds.catalogue import Kind, title_from_kind
from doings.core.kinds.template import parsed
from doings.core.text import checked_text, object_from_text

SETTING = "kinds"

OWN_KINDS = 200
"""How many an account may have."""

TITLE_LENGTH = 200
ICON_LENGTH = 16
"""Characters; an emoji of a family takes seven and more."""

ICON = "•"
MEANING = "A kind of the account's own."

COLOUR = re.compile(r"#[0-9a-f]{6}")

_LINE_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def own_kind(name: str, *, title: str, icon: str | None, colour: str | None) -> Kind:
    """A kind of an account's own, whose titles `title` is the template of; raises Invalid."""
    _check_line(title, "title", TITLE_LENGTH)
    _check_line(icon, "icon", ICON_LENGTH)
    try:
        parsed(title)
    except ValueError as error:
        raise Invalid.of("title", f"is no template: {error}") from None
    if colour is not None and not COLOUR.fullmatch(colour.lower()):
        raise Invalid.of("colour", "must be like #3366cc")
    return _kind(name, title, icon, colour and colour.lower())


def _check_line(text: str | None, field: str, most: int) -> None:
    checked_text(text, field=field, most=most)
    if text is not None and (not text.strip() or _LINE_BREAK.search(text)):
        raise Invalid.of(field, "must be one line that is not empty")


def _kind(name: str, title: str, icon: str | None, colour: str | None) -> Kind:
    return Kind(
        kind=name,
        title=title_from_kind(name),
        template=title,
        icon=icon or ICON,
        meaning=MEANING,
        colour=colour,
    )


@lru_cache(maxsize=64)
def own_kinds(settings: str) -> Mapping[str, Kind]:
    """The own kinds among an account's settings, which are JSON text, by their names."""
    stored = object_from_text(settings).get(SETTING, {})
    return {name: _kind(name, **members) for name, members in sorted(stored.items())}


def stored_kind(kind: Kind) -> dict[str, str | None]:
    """An own kind as settings hold it."""
    return {"title": kind.template, "icon": kind.icon, "colour": kind.colour}

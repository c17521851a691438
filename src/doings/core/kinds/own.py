"""An account's own kinds: how activities are shown that are of no kind of the catalogue.

They are part of the account's settings, by their names. Without one, such an activity is shown by
the name of its kind.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from doings.core.errors import Conflict, Invalid, NotFound, Problem, TooMuch
from doings.core.kinds.catalogue import CATALOGUE, Kind, title_from_kind
from doings.core.kinds.template import parsed
from doings.core.text import checked_text, json_text, object_from_text

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
    """A kind of an account's own, whose titles `title` is the template of.

    Raises Invalid, which names all that is wrong.
    """
    if problems := look_problems(title, icon, colour):
        raise Invalid(*problems)
    return _kind(name, title, icon, colour and colour.lower())


def look_problems(title: str, icon: str | None, colour: str | None) -> list[Problem]:
    """What is wrong with how a kind is to be shown."""
    problems: list[Problem] = []
    checks: list[Callable[[], None]] = [
        lambda: _check_title(title),
        lambda: _check_line(icon, "icon", ICON_LENGTH),
        lambda: _check_colour(colour),
    ]
    for check in checks:
        try:
            check()
        except Invalid as error:
            problems += error.problems
    return problems


def _check_title(text: str) -> None:
    _check_line(text, "title", TITLE_LENGTH)
    try:
        parsed(text)
    except ValueError as error:
        raise Invalid.of("title", f"is no template: {error}") from None


def _check_colour(text: str | None) -> None:
    if text is not None and not COLOUR.fullmatch(text.lower()):
        raise Invalid.of("colour", "must be like #3366cc")


def check_changeable(name: str) -> None:
    """Raise Conflict for a kind of the catalogue."""
    if name in CATALOGUE:
        raise Conflict(f"{name} is a kind of the catalogue, which cannot be changed")


def is_own(settings: Mapping[str, Any], name: str) -> bool:
    """Whether settings have a kind of that name."""
    return name in settings.get(SETTING, {})


def with_kind(settings: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """The settings with a kind in the place of the one of its name; raises TooMuch."""
    kinds = settings.get(SETTING, {})
    if kind.kind not in kinds and len(kinds) >= OWN_KINDS:
        raise TooMuch("kinds", Problem("kind", f"an account has at most {OWN_KINDS}"))
    return settings | {SETTING: kinds | {kind.kind: stored_kind(kind)}}


def without_kind(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """The settings without a kind; raises NotFound."""
    kinds = settings.get(SETTING, {})
    if name not in kinds:
        raise NotFound("kind", name)
    return settings | {SETTING: {one: kinds[one] for one in kinds if one != name}}


def settings_revised(settings: str, revise: Callable[[str], str]) -> str:
    """The settings, JSON text, with titles as `revise` has them.

    A title that is no template then is the kind's own.
    """
    members = object_from_text(settings)
    kinds = members.get(SETTING, {})
    titles = {name: _revised(name, kind["title"], revise) for name, kind in kinds.items()}
    if all(kinds[name]["title"] == title for name, title in titles.items()):
        return settings
    changed = {name: {**kind, "title": titles[name]} for name, kind in kinds.items()}
    return json_text({**members, SETTING: changed})


def _revised(name: str, title: str, revise: Callable[[str], str]) -> str:
    revised = revise(title)
    is_broken = revised != title and look_problems(revised, None, None)
    return title_from_kind(name) if is_broken else revised


def stored_kind(kind: Kind) -> dict[str, str | None]:
    """An own kind as settings hold it."""
    return {"title": kind.template, "icon": kind.icon, "colour": kind.colour}


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

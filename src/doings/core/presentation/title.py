"""An activity's title: one line of plain text, parts of which are links, by its kind's template."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from doings.core.activity import SUBJECT, Activity
from doings.core.entity import Entity, EntityKey
from doings.core.kinds.rules import Kind, kind_named
from doings.core.kinds.template import Anchor, Option, Part, Slot, parsed
from doings.core.presentation.graphemes import cut_before
from doings.core.text import may_hold_minus_zero
from doings.core.values.markup import HTML_KINDS, text_from_html

EXCERPT = 120
"""How many characters of a text a title shows."""

_BEGINNING = 8 * EXCERPT
_HTML_BEGINNING = 4 * _BEGINNING
"""How many characters of a body are read for an excerpt, so that a long body costs no more.

Most of HTML may be tags, so more of it is read.
"""


_decode = msgspec.json.Decoder(dict[str, Any], float_hook=str).decode
"""Decimal numbers are the text that they were recorded as: 95.00 stays 95.00."""


class Piece(msgspec.Struct, frozen=True):
    """Some text of a title, and what it is a link to: (type, id)."""

    text: str
    entity: EntityKey | None = None


class _Facts(msgspec.Struct, frozen=True):
    """An activity and its decoded data, from which placeholders are filled."""

    activity: Activity
    data: dict[str, Any]


def title(activity: Activity) -> str:
    """The title as text: one line, never empty, free of HTML."""
    return "".join([piece.text for piece in _pieces(activity)])


def title_pieces(activity: Activity) -> tuple[Piece, ...]:
    """The title in pieces, for surfaces that can show links."""
    return _joined(_pieces(activity))


def kind_of(activity: Activity) -> Kind:
    """The activity's kind: the account's own, one of the catalogue, or one made from the name."""
    return activity.own_kind or kind_named(activity.kind)


def _pieces(activity: Activity) -> list[Piece]:
    kind = kind_of(activity)
    facts = _Facts(activity, _decoded(activity.data))
    return _filled(parsed(kind.template), facts) or [Piece(kind.title)]


def _decoded(data: str) -> dict[str, Any]:
    """The members of data, with decimal numbers as text, and -0, which msgspec reads as 0."""
    if may_hold_minus_zero(data):
        members: dict[str, Any] = json.loads(data, parse_int=str, parse_float=str)
        return members
    return _decode(data)


def _filled(parts: tuple[Part, ...], facts: _Facts) -> list[Piece] | None:
    """The pieces that the parts make, or None if one of them is missing."""
    pieces: list[Piece] = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(Piece(part))
        elif isinstance(part, Slot):
            text = _shown(part.path, facts)
            if not text:
                return None
            pieces.append(Piece(text))
        elif isinstance(part, Option):
            pieces += _filled(part.parts, facts) or ()
        else:
            linked = _filled_anchor(part, facts)
            if linked is None:
                return None
            pieces += linked
    return pieces


def _filled_anchor(anchor: Anchor, facts: _Facts) -> list[Piece] | None:
    pieces = _filled(anchor.parts, facts)
    entity_id = _value(anchor.id.path, facts)
    if pieces is None or not entity_id:
        return pieces
    return [Piece("".join([piece.text for piece in pieces]), (anchor.type, entity_id))]


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    joined = pieces[:1]
    for piece in pieces[1:]:
        if piece.entity is None and joined[-1].entity is None:
            joined[-1] = Piece(joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return tuple(joined)


def _shown(path: tuple[str, ...], facts: _Facts) -> str | None:
    """One line of text for a placeholder, or None."""
    prose = _PROSE.get(path)
    return prose(facts.activity) if prose else _excerpt(_value(path, facts))


def _value(path: tuple[str, ...], facts: _Facts) -> str | None:
    """The value of a placeholder: a member of data, else a linked entity's name or id."""
    member = _member(facts.data, path)
    return member or (_linked(facts.activity, path[0]) if len(path) == 1 else None)


def _member(data: dict[str, Any], path: tuple[str, ...]) -> str | None:
    value: Any = data
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _linked(activity: Activity, word: str) -> str | None:
    noun, _, half = word.rpartition("_")
    if half == "id":
        entity = _entity(activity, noun)
        return entity.id if entity else None
    entity = _entity(activity, noun if half == "name" else word)
    return (entity.name or entity.id) if entity else None


def _entity(activity: Activity, word: str) -> Entity | None:
    by_type = activity.linked(word, SUBJECT) or activity.linked(word)
    return by_type or next(
        (link.entity for link in activity.links if word in link.roles),
        None,
    )


def _summary(activity: Activity) -> str | None:
    return " ".join(activity.summary.split()) if activity.summary else None


def _body(activity: Activity) -> str | None:
    if activity.body and activity.kind in HTML_KINDS:
        return _excerpt(text_from_html(beginning_of_html(activity.body)))
    return _excerpt(activity.body)


def beginning_of_html(body: str) -> str:
    """As much as an excerpt takes; a tag that would be cut in two is left out."""
    if len(body) <= _HTML_BEGINNING:
        return body
    beginning = body[:_HTML_BEGINNING]
    tag = beginning.rfind("<")
    return beginning[:tag] if tag > beginning.rfind(">") else beginning


def _text(activity: Activity) -> str | None:
    return _summary(activity) or _body(activity)


_PROSE: dict[tuple[str, ...], Callable[[Activity], str | None]] = {
    ("summary",): _summary,
    ("body",): _body,
    ("text",): _text,
}


def _excerpt(text: str | None) -> str | None:
    if not text:
        return None
    beginning = text if len(text) <= _BEGINNING else text[: cut_before(text, _BEGINNING)]
    line = " ".join(beginning.split())
    if not line:
        return None
    if len(line) > EXCERPT:
        line = line[: cut_before(line, EXCERPT - 1)]
    elif len(beginning) == len(text):
        return line
    return line.rstrip() + "…"

"""Taking people out of texts and out of JSON, whose other bytes stay as they were."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from doings.core.entity import EntityKey
from doings.core.erasing.names import ERASED, Finder
from doings.core.erasing.people import Named

Opaque = Mapping[EntityKey, str]
"""The opaque id of each entity that is erased, by what it was."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d{7,}(?![\d.eE])')
"""A text of compact JSON, or a number that may be a telephone's."""

_TEXTS = frozenset({"summary", "body", "external_id"})
_OBJECTS = frozenset({"data", "metadata"})
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def redacted(text: str | None, pattern: Finder | None) -> str | None:
    """A text without the words that the pattern finds."""
    return text if not text or pattern is None else pattern.sub(ERASED, text)


def redacted_json(text: str, pattern: Finder | None) -> str:
    """JSON text whose texts, names of members included, are without these words."""
    if pattern is None or text == "{}":
        return text

    def cleaned(token: re.Match[str]) -> str:
        whole = token[0]
        plain = msgspec.json.decode(whole, type=str) if whole.startswith('"') else whole
        clean = pattern.sub(ERASED, plain)
        return whole if clean == plain else msgspec.json.encode(clean).decode()

    return _TOKEN.sub(cleaned, text)


def redacted_data(kind: str, text: str, opaque: Opaque) -> str:
    """`data` that names erased things by their opaque ids, where it is what links to them."""
    if kind == "encounter.logged":
        return _with_id(text, ("activity_type_id",), "activity_type", opaque)
    if kind.startswith("appointment."):
        return _with_id(text, ("appointment", "id"), "appointment", opaque)
    return text


def _with_id(text: str, path: tuple[str, ...], type_: str, opaque: Opaque) -> str:
    """The text with the opaque id at a path, where an erased thing of that type stands there."""
    try:
        members = _MEMBERS.decode(text)
    except msgspec.ValidationError:
        return text
    name, rest = path[0], path[1:]
    if name not in members:
        return text
    value = bytes(members[name]).decode()
    if rest:
        new = _with_id(value, rest, type_, opaque)
    else:
        plain = msgspec.json.decode(value)
        named = opaque.get((type_, str(plain)))
        new = value if named is None else msgspec.json.encode(named).decode()
    if new == value:
        return text
    members[name] = msgspec.Raw(new.encode())
    return msgspec.json.encode(members).decode()


def redacted_document(text: str, opaque: Opaque, pattern: Finder | None, *, kind: str = "") -> str:
    """JSON text of some members of an activity, as changes and imports keep it.

    Links to erased entities become opaque, and the texts lose the words.
    """
    members = _MEMBERS.decode(text)
    if "kind" in members:
        kind = msgspec.json.decode(members["kind"])
    clean = {name: _clean(name, bytes(value).decode(), opaque, pattern, kind)
             for name, value in members.items()}  # fmt: skip
    if all(bytes(members[name]).decode() == value for name, value in clean.items()):
        return text
    return msgspec.json.encode(
        {name: msgspec.Raw(value.encode()) for name, value in clean.items()}
    ).decode()


def _clean(name: str, value: str, opaque: Opaque, pattern: Finder | None, kind: str) -> str:
    if name in _TEXTS:
        is_named = name == "external_id" and pattern is not None and pattern.is_in_id(value)
        return f'"{ERASED}"' if is_named else redacted_json(value, pattern)
    if name in _OBJECTS:
        # A document has objects, and a draft has their text.
        inner = msgspec.json.decode(value, type=str) if value.startswith('"') else value
        new = redacted_data(kind, redacted_json(inner, pattern), opaque)
        if new == inner:
            return value
        return msgspec.json.encode(new).decode() if value.startswith('"') else new
    if name == "actor":
        link = msgspec.json.decode(value)
        return value if link is None else _link_text(link, value, opaque)
    if name == "links":
        links = msgspec.json.decode(value)
        new_links = [_opaque_link(link, opaque) for link in links]
        return value if new_links == links else msgspec.json.encode(new_links).decode()
    return value


def _link_text(link: dict[str, Any], text: str, opaque: Opaque) -> str:
    new = _opaque_link(link, opaque)
    return text if new == link else msgspec.json.encode(new).decode()


def _opaque_link(link: dict[str, Any], opaque: Opaque) -> dict[str, Any]:
    named = opaque.get((link.get("type", ""), link.get("id", "")))
    if named is None:
        return link
    rest = {name: value for name, value in link.items() if name not in {"deleted", "is_deleted"}}
    # A draft says it in its own words.
    mark = "is_erased" if "is_deleted" in link else "erased"
    return {**rest, "id": named, "name": None, mark: True}


class _Before(msgspec.Struct, frozen=True):
    actor: dict[str, Any] | None = None
    links: list[dict[str, Any]] = []


_decode_before = msgspec.json.Decoder(_Before).decode


def named_in(text: str, opaque: Opaque) -> list[Named]:
    """The entities that the document of a deleted activity names, in their roles."""
    roles: dict[EntityKey, set[str]] = {}
    erased: set[EntityKey] = set()
    for link, role in _links_in(text):
        key = (link["type"], link["id"])
        roles.setdefault(key, set()).add(role)
        if key in opaque or link.get("erased"):
            erased.add(key)
    return [Named(*key, held, None, key in erased) for key, held in roles.items()]


def names_any(text: str, opaque: Opaque) -> bool:
    """Whether a document, or members of one, name any of these entities."""
    return any((link.get("type"), link.get("id")) in opaque for link, _ in _links_in(text))


def tells_of(text: str, opaque: Opaque, pattern: Finder | None) -> bool:
    """Whether lines of JSON of any form have an id of these entities in them, or such a word.

    An id may stand alone, behind its type, or in an address. What is no JSON is searched as text.
    """
    names = {name for type_, id_ in opaque for name in (id_, f"{type_}:{id_}")}
    for line in text.splitlines():
        try:
            values = list(_scalars(msgspec.json.decode(line)))
        except (msgspec.DecodeError, RecursionError):
            values = [line]
            if any(name in line for name in names):
                return True
        for value in values:
            parts = (value, *unquote(value).split("/"))
            if not names.isdisjoint(parts) or redacted(value, pattern) != value:
                return True
    return False


def _scalars(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Each text and number in a JSON value, names of members included."""
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _scalars(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _scalars(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _links_in(text: str) -> Iterator[tuple[dict[str, Any], str]]:
    before = _decode_before(text)
    if before.actor is not None:
        yield before.actor, "actor"
    for link in before.links:
        yield link, link.get("role", "actor")

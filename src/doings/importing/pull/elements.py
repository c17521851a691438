"""Elements of a service: what they are called, and where else they are shown."""

from collections import Counter
from urllib.parse import urlencode

import msgspec

from doings.core.imports import ImportItem
from doings.core.pulling.service import Ask
from doings.importing.pull.names import mark_of

TWIN_MARK = "twin"
"""The kind of the marks of what may be shown in another list as well."""


def numbered(item: ImportItem, occurrences: Counter[str]) -> ImportItem:
    """The item with an external id of its own where several of one answer say the same."""
    draft = item.draft
    if draft is None or draft.external_id is None:
        return item
    occurrences[draft.external_id] += 1
    count = occurrences[draft.external_id]
    if count == 1:
        return item
    numbered = msgspec.structs.replace(draft, external_id=f"{draft.external_id}-{count}")
    return msgspec.structs.replace(item, draft=numbered)


def twin_mark(name: str, item: ImportItem) -> str:
    """The mark of an item that a list shows under a name."""
    return mark_of(TWIN_MARK, f"{name} {item.id}")


def marks(ref: str, item: ImportItem) -> tuple[str, ...]:
    """By what an item is found where another list shows it."""
    own = [twin_mark(ref, item)] if item.id else []
    return tuple(own if item.known_as is None else [*own, mark_of(TWIN_MARK, item.known_as)])


def repeated(item: ImportItem) -> list[str]:
    """The marks of what was read in another list, any of which an item may repeat."""
    return [mark_of(TWIN_MARK, name) for name in item.repeats]


def named_as(item: ImportItem, name: str) -> ImportItem:
    """The item with the name of what it is shown as elsewhere."""
    if item.draft is None:
        return item
    draft = msgspec.structs.replace(item.draft, external_id=name)
    return msgspec.structs.replace(item, draft=draft)


class _Id(msgspec.Struct):
    id: int | str | None = None


def id_of(element: bytes) -> str | None:
    """The id of an element that cannot be read otherwise; None if it has none."""
    try:
        id_ = msgspec.json.decode(element, type=_Id).id
    except (ValueError, RecursionError):
        return None
    return None if id_ is None else str(id_)


def place_of(element: bytes, ask: Ask, number: int) -> str:
    """What an element that cannot be read is called: its id, or else where it stands."""
    id_ = id_of(element)
    where = f"{ask.path}?{urlencode(ask.params)}" if ask.params else ask.path
    return f"{ask.path} {id_}" if id_ is not None else f"{where}, element {number}"

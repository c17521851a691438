"""The names of what a service shows, and digests of what it says."""

import msgspec
import xxhash

from doings.core.imports import ImportItem

_encode = msgspec.json.Encoder().encode

MARK = "#"
"""How the names of items begin that are no activities of the service."""

NOT_WANTED = 0
"""The digest of an item that was left out, so that it is new if it is asked for later."""

_encode = msgspec.json.Encoder().encode


def mark_of(kind: str, name: str) -> str:
    """The name of an item that is no activity; it does not say whom it is about."""
    return f"{MARK}{kind}/{xxhash.xxh3_128_hexdigest(name.encode())}"


def ref_of(item: ImportItem, whose: str | None) -> str:
    """The name under which an item is known; `whose` is the contact whose list it stands in.

    Lists of one contact show an activity to each of those whom it concerns, so there it has a name
    for each of them.
    """
    if item.draft is None:
        (key, _), *_ = (*item.entities, *item.new_entities)
        return mark_of(key[0], key[1])
    name = item.draft.external_id or ""
    return name if whose is None else mark_of(f"activity/{name}", whose)


def digest_of(item: ImportItem) -> int:
    """A number that differs where an item says something else."""
    said = _encode((item.draft, item.named, _people(item), *_things(item)))
    return (xxhash.xxh3_64_intdigest(said) >> 2) + 1


def _people(item: ImportItem) -> object:
    """What an item says that is about a person alone, or about what an activity stands for."""
    is_about_them = item.draft is None or item.noted is not None
    return (item.entities, item.new_entities) if is_about_them else ()


def _things(item: ImportItem) -> tuple[object, ...]:
    """What an item says of things that the service numbers."""
    return (item.listed, item.refers) if item.listed or item.refers else ()

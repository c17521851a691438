"""Cutting the export of an account into elements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from doings.core.errors import Invalid
from doings.core.imports import decoded_answer
from doings.dialects.monica.exports.documents import (
    LEFT_OUT,
    Collection,
    Data,
    Element,
    ExportedAccount,
    ExportedContact,
    Named,
    Ref,
    Values,
)

MARK = b'{"exported":'
"""How the JSON of every element begins: no element of an answer does."""

OF_CONTACTS = {
    "note": "note",
    "call": "call",
    "conversation": "conversation",
    "life_event": "life event",
    "task": "task",
    "contact_field": "contact field",
    "address": "address",
}
"""The entries of contacts that are read, and what places call them."""

_READ = {"contact", "activity", "user"}
"""The lists of an account that are read, and its users, who are nobody's contacts."""

Names = dict[str, dict[str, Any]]
"""What types and genders say, by their UUIDs."""

_encode = msgspec.json.Encoder().encode


def is_element(text: bytes) -> bool:
    """Whether an element comes from an export."""
    return text.startswith(MARK)


def place_of(text: bytes) -> str | None:
    """Where an element stood in its export, None for one of an answer."""
    return msgspec.json.decode(text, type=_Placed).exported if is_element(text) else None


class _Placed(msgspec.Struct):
    exported: str


def elements_of_export(account: bytes) -> list[bytes]:
    """The elements of the account of an export; raises Malformed and Invalid."""
    decoded = decoded_answer(account, ExportedAccount)
    return [_encode(element) for element in _elements(decoded)]


def _elements(account: ExportedAccount) -> Iterator[Element]:
    names = _names(account)
    attending: dict[str, list[Ref]] = defaultdict(list)
    left_out: Counter[str] = Counter()
    for number, raw in enumerate(_values(account.data, "contact"), 1):
        yield from _contact(raw, f"contact {number}", names, attending, left_out)
    for number, raw in enumerate(_values(account.data, "activity"), 1):
        entry = _named(raw)
        used = _used(entry.properties, names)
        for type_ in list(used.values()):
            used |= _used(type_, names)
        yield Element(
            exported=f"activity {number}",
            type="activity",
            about=attending[entry.uuid],
            names=used,
            value=raw,
        )
    for number, raw in enumerate(_listed(account.properties.journal_entries), 1):
        yield Element(exported=f"journal entry {number}", type="journal_entry", value=raw)
    left_out.update(type_ for type_, _ in _entries(account.data) if type_ not in _READ)
    if left_out:
        told = ", ".join(f"{type_} {count}" for type_, count in sorted(left_out.items()))
        yield Element(exported=told, type=LEFT_OUT, value=msgspec.Raw(b"{}"))


def _contact(
    raw: msgspec.Raw,
    place: str,
    names: Names,
    attending: dict[str, list[Ref]],
    left_out: Counter[str],
) -> Iterator[Element]:
    """A contact and what it holds.

    `attending` takes who was at the activities that are told later, `left_out` what is not read.
    """
    try:
        contact = decoded_answer(bytes(raw), ExportedContact)
    except Invalid:
        yield Element(exported=place, type="contact", value=raw)
        return
    ref = Ref(uuid=contact.uuid, name=_name(contact.properties))
    yield Element(exported=place, type="contact", names=_used(contact.properties, names), value=raw)
    numbers: Counter[str] = Counter()
    for type_, value in _entries(contact.data):
        if type_ == "activity" and (uuid := _uuid(value)) is not None:
            attending[uuid].append(ref)
        elif type_ not in OF_CONTACTS:
            left_out[type_] += 1
        else:
            numbers[type_] += 1
            entry = _named(value)
            if type_ == "task" and not entry.properties.get("completed"):
                left_out["open task"] += 1
                continue
            yield Element(
                exported=f"{place}, {OF_CONTACTS[type_]} {numbers[type_]}",
                type=type_,
                about=[ref],
                names=_used(entry.properties, names),
                value=value,
            )


def _named(raw: msgspec.Raw) -> Named:
    """An entry, without anything where it is none: then it is refused when it is read itself."""
    try:
        return decoded_answer(bytes(raw), Named)
    except Invalid:
        return Named(uuid="")


def _name(properties: dict[str, Any]) -> str | None:
    parts = [properties.get(name) for name in ("first_name", "middle_name", "last_name")]
    return " ".join(part for part in parts if isinstance(part, str) and part) or None


def _uuid(value: msgspec.Raw) -> str | None:
    """The UUID that stands for an activity, alone or in a document; None where there is none."""
    decoded = msgspec.json.decode(value)
    uuid = decoded.get("uuid") if isinstance(decoded, dict) else decoded
    return uuid if isinstance(uuid, str) else None


def _names(account: ExportedAccount) -> Names:
    """What the types and genders of the account say, by their UUIDs."""
    instance = account.instance
    known: list[list[Named]] = [
        instance.activity_types,
        instance.activity_type_categories,
        instance.contact_field_types,
        instance.genders,
        instance.life_event_types,
    ]
    return {one.uuid: one.properties for some in known for one in some}


def _used(properties: dict[str, Any], names: Names) -> Names:
    texts = [value for value in properties.values() if isinstance(value, str)]
    return {text: names[text] for text in texts if text in names}


def _values(data: Data, type_: str) -> list[msgspec.Raw]:
    return [value for one, value in _entries(data) if one == type_]


def _entries(data: Data) -> Iterator[tuple[str, msgspec.Raw]]:
    collections: Iterable[Collection] = data.values() if isinstance(data, dict) else data
    for collection in collections:
        for value in _listed(collection.values):
            yield collection.type, value


def _listed(values: Values) -> list[msgspec.Raw]:
    return list(values.values()) if isinstance(values, dict) else values

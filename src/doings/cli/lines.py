"""The lines of an import: which of the two kinds each is, and what it says.

{"entity": {"type": "contact", "id": "8", "name": "Jim Halpert"}}
{"kind": "note.created", "body": "Called back", "links": ["contact:8"]}
"""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from doings.core.activity import Draft
from doings.core.entity import CONTACT, EntityDraft, EntityKey, checked_id, checked_type
from doings.core.errors import Invalid, Malformed
from doings.core.text import compact

LONGEST = 16 * 1024 * 1024
"""Bytes of the longest line that is read: more than the longest activity needs."""


class Said(msgspec.Struct, frozen=True):
    """What a line says of an entity."""

    key: EntityKey
    draft: EntityDraft


class Line(msgspec.Struct, frozen=True):
    """A good line; `id` is the activity's in the account that it was exported from."""

    number: int
    says: Draft | Said
    id: str | None = None


def numbered_lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """(number from 1, line); None for a line that is too long to be read."""
    number = 0
    while text := file.readline(LONGEST + 1):
        number += 1
        is_whole = len(text) <= LONGEST
        yield number, text if is_whole else None
        while not is_whole and text and not text.endswith(b"\n"):
            text = file.readline(LONGEST)


class _EntityMember(msgspec.Struct, frozen=True):
    """The document of an entity, as far as it can be given."""

    type: str
    id: str
    name: str | None = None
    attrs: msgspec.Raw = msgspec.Raw(b"{}")
    contact: str | None = None


class _Envelope(msgspec.Struct, frozen=True):
    """What tells the two kinds of lines apart."""

    entity: _EntityMember | None = None
    id: str | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def line_from_text(number: int, text: bytes, *, origin: str | None, now: int) -> Line | None:
    """Read a line; None if it is empty. Raises Malformed and Invalid."""
    from doings.native.mapping import draft_from_exported  # noqa: PLC0415 - loads the native API

    text = text.strip()
    if not text:
        return None
    envelope = _envelope(text)
    if envelope.entity is not None:
        return Line(number, _said(envelope.entity))
    draft = draft_from_exported(text, now=now)
    if origin is not None:
        draft = msgspec.structs.replace(draft, origin=origin)
    if draft.external_id is None:
        external_id = envelope.id or f"line-{hashlib.sha256(text).hexdigest()[:32]}"
        draft = msgspec.structs.replace(draft, external_id=external_id)
    return Line(number, draft, envelope.id)


def _envelope(text: bytes) -> _Envelope:
    try:
        return _ENVELOPE.decode(text)
    except msgspec.ValidationError as error:
        raise Invalid.of("line", str(error)) from None
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from None


def _said(member: _EntityMember) -> Said:
    key = checked_type(member.type), checked_id(member.id)
    if member.type == CONTACT and member.contact is not None:
        raise Invalid.of("entity.contact", "a contact belongs to nobody")
    attrs = compact(member.attrs)
    return Said(key, EntityDraft(name=member.name, attrs=attrs, contact=member.contact))

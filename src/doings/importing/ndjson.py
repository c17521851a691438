"""The lines of an import: which of the kinds each is, and what it says.

{"entity": {"type": "contact", "id": "8", "name": "Jim Halpert"}}
{"kind": "note.created", "body": "Called back", "links": ["contact:8"]}
{"merge": {"keep": "contact:8", "merged": ["contact:77"]}}
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

import msgspec

from doings.core.activity import Draft
from doings.core.budget import MERGED_ENTITIES
from doings.core.clock import SystemClock
from doings.core.defaults import introducer_of, with_introducer
from doings.core.entity import (
    CONTACT,
    Entity,
    EntityDraft,
    EntityKey,
    checked_contact,
    checked_id,
    checked_type,
    draft_of,
)
from doings.core.errors import (
    DoingsError,
    Invalid,
    Malformed,
    Misconfigured,
    NotFound,
    TooLarge,
    WrongEncoding,
)
from doings.core.interactions.lifecycle import ORIGIN as INTERACTION
from doings.core.limits.work import work_of
from doings.core.store import Writer
from doings.core.store.entities import EntityWriter
from doings.core.store.imports import ImportCounts
from doings.core.store.merges import REASON_LENGTH
from doings.core.text import checked_text, compact
from doings.core.values.encoding import utf8_content
from doings.importing.importer import Item, activity_at_home, contacts_among

MAX_LINE_BYTES = 16 * 1024 * 1024
"""Bytes of the longest line that is read: more than the longest activity needs."""


IMPORTED_INTERACTION = "interaction.imported"
"""The origin of a line whose own is `interaction`.

That origin ties a record to another account's of this server. A file can say anything, so what
comes from one is history, and tied to nothing.
"""


SHOWN_BYTES = 4_194_304
"""After how many bytes it is told how much is read, also where nothing is there to write."""


class LineSource(Protocol):
    """What lines are read from."""

    def readline(self, size: int = -1, /) -> bytes:
        """The rest of a line, at most `size` bytes; empty at the end."""

    def peek(self, size: int = 0, /) -> bytes:
        """Some of what comes next, without reading it; empty at the end."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""


class ImportedEntity(msgspec.Struct, frozen=True):
    """What a line says of an entity; `introducer` is the id of who introduced a contact."""

    key: EntityKey
    draft: EntityDraft
    introducer: str | None = None


class ImportedMerge(msgspec.Struct, frozen=True):
    """That one stands for others; `id` is the merge's in the account that it was exported from."""

    keep: EntityKey
    merged: tuple[EntityKey, ...]
    reason: str | None
    is_by_itself: bool
    id: str | None


class ImportedRevert(msgspec.Struct, frozen=True):
    """That a merge, which an earlier line tells of, was reverted."""

    merge: str


class Line(msgspec.Struct, frozen=True):
    """A good line; `id` is the activity's in the account that it was exported from."""

    says: Draft | ImportedEntity | ImportedMerge | ImportedRevert
    id: str | None = None


def items_from_lines(file: LineSource, origin: str | None) -> Iterator[Item[Line]]:
    """The lines of a file that are not empty; `origin` instead of what each says.

    Raises Misconfigured for a file in UTF-16 or UTF-32.
    """
    clock = SystemClock()
    done = shown = 0
    for number, text, size in _measured_lines(file):
        done += size
        if done > shown + SHOWN_BYTES:
            shown = done
            yield Item("", None, done)
        says = _read(text, origin, clock.now())
        if number == 1 and isinstance(says, WrongEncoding):
            raise Misconfigured(str(says))
        if says is not None:
            yield Item(f"line {number}", says, done, _work(says))


MERGE_WORK = 400
"""What a merge counts as in a transaction: timelines are counted again for it."""


def _work(line: Line | DoingsError) -> int:
    if isinstance(line, Line) and isinstance(line.says, Draft):
        return work_of(line.says)
    is_entity = isinstance(line, Line) and isinstance(line.says, ImportedEntity)
    return 1 if is_entity else MERGE_WORK


def _read(text: bytes | None, origin: str | None, now: int) -> Line | DoingsError | None:
    """What a line says, or what is wrong with it; None for an empty one."""
    if text is None:
        return TooLarge(MAX_LINE_BYTES)
    try:
        return line_from_text(text, origin=origin, now=now)
    except (Malformed, Invalid) as error:
        return error


def numbered_lines(file: LineSource) -> Iterator[tuple[int, bytes | None]]:
    """(number from 1, line); None for a line that is too long to be read."""
    for number, text, _ in _measured_lines(file):
        yield number, text


def _measured_lines(file: LineSource) -> Iterator[tuple[int, bytes | None, int]]:
    """(number from 1, line, bytes read); None for a line that is too long to be read.

    Of many empty lines in a row only some are there, but all are counted: a file that is small may
    inflate to a thousand million of them.
    """
    number = 0
    while text := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        size = len(text)
        is_whole = size <= MAX_LINE_BYTES
        yield number, text if is_whole else None, size
        while not is_whole and text and not text.endswith(b"\n"):
            text = file.readline(MAX_LINE_BYTES)
        while text.isspace() and (empty := _empty_lines(file.peek())):
            file.read(len(empty))
            number += empty.count(b"\n")
            yield number, b"", len(empty)


def _empty_lines(ahead: bytes) -> bytes:
    """The whole empty lines that bytes begin with."""
    blank = len(ahead) - len(ahead.lstrip(b" \t\r\n"))
    return ahead[: ahead.rfind(b"\n", 0, blank) + 1]


class _EntityMember(msgspec.Struct, frozen=True):
    """The document of an entity, as far as it can be given."""

    type: str
    id: str
    name: str | None = None
    attrs: msgspec.Raw = msgspec.Raw(b"{}")
    contact: str | None = None


class _MergeMember(msgspec.Struct, frozen=True):
    """A merge, as far as it can be given."""

    keep: str
    merged: list[str]
    id: str | None = None
    reason: str | None = None
    automatic: bool = False


class _RevertMember(msgspec.Struct, frozen=True):
    merge: str


class _Envelope(msgspec.Struct, frozen=True):
    """What tells the kinds of lines apart; `leaf` and `checkpoint` are proofs of the others."""

    entity: _EntityMember | None = None
    introducer: str | None = None
    merge: _MergeMember | None = None
    revert: _RevertMember | None = None
    kind: Any = None
    id: str | None = None
    leaf: Any = None
    checkpoint: Any = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def line_from_text(text: bytes, *, origin: str | None, now: int) -> Line | None:
    """Read a line; None if it is empty or a proof. Raises Malformed and Invalid."""
    from doings.native.formats.ndjson import draft_from_exported  # noqa: PLC0415 - loads the native API

    text = utf8_content(text.lstrip()).strip()
    if not text:
        return None
    envelope = _envelope(text)
    if envelope.kind is None and (envelope.leaf is not None or envelope.checkpoint is not None):
        return None
    said = {
        "an entity": envelope.entity,
        "a merge": envelope.merge,
        "a revert": envelope.revert,
        "an activity": envelope.kind,
    }
    names = [name for name, one in said.items() if one is not None]
    if len(names) > 1:
        raise Invalid.of("line", f"says {' and '.join(names)}; give each a line of its own")
    if envelope.entity is not None:
        return Line(_imported_entity(envelope.entity, envelope.introducer))
    if envelope.merge is not None:
        return Line(_imported_merge(envelope.merge))
    if envelope.revert is not None:
        return Line(ImportedRevert(checked_id(envelope.revert.merge, field="revert.merge")))
    draft = draft_from_exported(text, now=now)
    if origin is not None or draft.origin == INTERACTION:
        draft = msgspec.structs.replace(draft, origin=origin or IMPORTED_INTERACTION)
    if draft.external_id is None:
        external_id = envelope.id or f"line-{hashlib.sha256(text).hexdigest()[:32]}"
        draft = msgspec.structs.replace(draft, external_id=external_id)
    return Line(draft, envelope.id)


def _envelope(text: bytes) -> _Envelope:
    try:
        return _ENVELOPE.decode(text)
    except msgspec.ValidationError as error:
        raise Invalid.of("line", str(error)) from None
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    except ValueError as error:
        from doings.native.formats.ndjson import hint_at_line_ends  # noqa: PLC0415 - likewise

        raise Malformed(f"not JSON: {error}{hint_at_line_ends(text)}") from None


def _imported_entity(member: _EntityMember, introducer: str | None) -> ImportedEntity:
    key = checked_type(member.type), checked_id(member.id)
    if member.type == CONTACT and member.contact is not None:
        raise Invalid.of("entity.contact", "a contact belongs to nobody")
    contact = checked_contact(member.contact, field="entity.contact")
    attrs = compact(member.attrs)
    if introducer is not None:
        checked_id(introducer, field="introducer")
    draft = EntityDraft(name=member.name, attrs=attrs, contact=contact)
    return ImportedEntity(key, draft, introducer)


def _imported_merge(member: _MergeMember) -> ImportedMerge:
    if not 0 < len(member.merged) < MERGED_ENTITIES:
        raise Invalid.of("merge.merged", f"names 1 to {MERGED_ENTITIES - 1} people")
    checked_text(member.reason, field="merge.reason", most=REASON_LENGTH)
    merged = [_key(name, f"merge.merged[{place}]") for place, name in enumerate(member.merged)]
    return ImportedMerge(
        _key(member.keep, "merge.keep"),
        tuple(merged),
        member.reason,
        member.automatic,
        None if member.id is None else checked_id(member.id, field="merge.id"),
    )


def _key(name: str, field: str) -> EntityKey:
    type_, _, id_ = name.partition(":")
    return checked_type(type_, field=field), checked_id(id_, field=field)


async def put_lines(writer: Writer, lines: Sequence[Line]) -> ImportCounts:
    """Write lines in one transaction: entities, then activities, then who is one person."""
    entities = [line.says for line in lines if isinstance(line.says, ImportedEntity)]
    given = [line for line in lines if isinstance(line.says, Draft)]
    drafts = [
        line.says
        for line in given
        if isinstance(line.says, Draft) and await activity_at_home(writer, line.id) is None
    ]
    changed, deleted = await _put_entities(writer, entities)
    outcomes = await writer.record(drafts)
    recorded = sum(not outcome.is_repeated for outcome in outcomes)
    told = [
        await _put_merge(writer, line.says)
        for line in lines
        if isinstance(line.says, ImportedMerge | ImportedRevert)
    ]
    return ImportCounts(
        entities=len(changed),
        contacts=contacts_among(changed),
        recorded=recorded,
        repeated=len(given) - recorded + told.count(False),
        deleted=deleted,
        merges=told.count(True),
    )


async def _put_merge(writer: Writer, said: ImportedMerge | ImportedRevert) -> bool:
    """Merge or part people; False where that was done before.

    A merge that was reverted here since stays reverted: the file may have been written before.
    """
    if isinstance(said, ImportedRevert):
        is_new = (await writer.merge(said.merge)).reverted_at is None
        if is_new:
            await writer.revert_merge(said.merge)
        return is_new
    if said.id is not None:
        with suppress(NotFound):
            await writer.merge(said.id)
            return False
    await writer.add_merge(
        said.keep, said.merged, said.reason, is_by_itself=said.is_by_itself, merge_id=said.id
    )
    return True


async def _put_entities(
    writer: EntityWriter, entities: list[ImportedEntity]
) -> tuple[list[EntityKey], int]:
    """Write what is new or different; returns which those were, and how many stay deleted.

    What was deleted here is not made again: the file may have been written before. Whether it is
    different is asked of the entity itself, as files say it, though another may stand for it.
    """
    keys = {entity.key for entity in entities}
    known = await writer.named_entities(keys)
    deleted = await writer.deleted_keys(keys - known.keys())
    changed: list[EntityKey] = []
    for entity in entities:
        key, draft = entity.key, entity.draft
        old = known.get(key)
        if key in deleted:
            continue
        if introducer_of(draft.attrs) is not None:
            draft = await _introduced(writer, entity, old)
            old = known.get(key) or (await writer.named_entities([key])).get(key)
        if old is None or draft_of(old) != draft:
            known[key], _ = await writer.put_entity(key, partial(_as_said, draft), is_whole=True)
            changed.append(key)
    return changed, len(deleted)


async def _introduced(
    writer: EntityWriter, entity: ImportedEntity, old: Entity | None
) -> EntityDraft:
    """A contact with the seq that its introducer has here, who is made where that takes it.

    A file that does not name that one holds a seq of the account that it is from, which is somebody
    else here; so the introducer is whom the contact has already, or nobody.
    """
    seq = None if old is None else introducer_of(old.attrs)
    if entity.introducer is not None:
        key = (CONTACT, entity.introducer)
        found = (await writer.named_entities([key])).get(key)
        if found is None and key not in await writer.deleted_keys([key]):
            found, _ = await writer.put_entity(key, partial(_as_said, EntityDraft()))
        seq = None if found is None else found.seq
    attrs = with_introducer(entity.draft.attrs, seq)
    return msgspec.structs.replace(entity.draft, attrs=attrs)


def _as_said(draft: EntityDraft, _: object) -> EntityDraft:
    return draft

"""Telling people apart who share an address or a number, where a file gives them no ids.

Who has no id goes by an address, so that another file says something of the same person. Families
and firms share one: whoever has clearly another name than the one who goes by it already goes by
the name as well.
"""

import hashlib
import re
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec

from doings.core.activity import Draft, Link
from doings.core.defaults import IMPORTED_AS
from doings.core.entity import CONTACT, Entity, EntityDraft, EntityKey, draft_of
from doings.core.imports import ImportItem, has_own_name
from doings.core.store import Reader
from doings.core.text import object_from_text
from doings.core.timeline import Timeline
from doings.core.values.folding import folded, words_of
from doings.importing.importer import Item
from doings.importing.inputs.people import PersonItem, part_prefix

T = TypeVar("T")

AT_A_TIME = 200
"""How many items are looked up at a time."""

_MADE = re.compile(r"(?:csv|vcard)-[0-9a-f]{24}")
"""The ids of contacts that `people.contact_key` makes."""


async def told_apart(
    items: AsyncIterable[Item[Any]], timeline: Timeline
) -> AsyncIterator[Item[Any]]:
    """The items, each about the person whom its name says; those of other formats as they are."""
    apart = _Apart(timeline)
    part: list[Item[Any]] = []
    async for item in items:
        part.append(item)
        if len(part) == AT_A_TIME:
            for one in await apart.of(part):
                yield one
            part = []
    for one in await apart.of(part):
        yield one


class _Apart:
    """Remembers in one import who goes by which address."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._names: dict[EntityKey, str] = {}

    async def of(self, items: Sequence[Item[Any]]) -> list[Item[Any]]:
        """The next items; they take one statement, however many they are."""
        said = [_said(item.says) for item in items]
        keys = {key for one in said if one for key in (one.key, one.key_of_name)}
        known: Mapping[EntityKey, Entity] = {}
        if keys:
            known = await self._timeline.read(partial(_known, keys=keys))
        return [
            msgspec.structs.replace(item, says=_Move(one.key, one.key_of_name).item(item.says))
            if one and self._is_another(one, known)
            else item
            for item, one in zip(items, said, strict=True)
        ]

    def _is_another(self, one: "_Said", known: Mapping[EntityKey, Entity]) -> bool:
        """Whether somebody else goes by the address."""
        if one.key_of_name in known:
            return True
        name = self._names.get(one.key) or _name_in(known.get(one.key), one)
        return not is_same_name(self._names.setdefault(one.key, name or one.name), one.name)


class _Said(msgspec.Struct, frozen=True):
    """Whom an item is about, the name that it says, and the digest of all that it says, if any."""

    key: EntityKey
    name: str
    digest: str | None

    @property
    def key_of_name(self) -> EntityKey:
        """The key of somebody of this name who is not the one that goes by the address."""
        digest = hashlib.sha256(folded(self.name).encode()).hexdigest()[:8]
        return CONTACT, f"{self.key[1]}-{digest}"


async def _known(reader: Reader, keys: set[EntityKey]) -> Mapping[EntityKey, Entity]:
    # As they were named themselves, also where they are one person with somebody else now.
    return await reader.named_entities(keys)


def _said(says: object) -> _Said | None:
    """Whom an item is about, None where that is told by an id, or nobody is named."""
    if isinstance(says, PersonItem):
        found, digest = (says.key, says.draft), says.digest
    elif isinstance(says, ImportItem) and says.entities:
        found, digest = says.entities[0], None
    else:
        return None
    (type_, id_), draft = found
    if type_ != CONTACT or not _MADE.fullmatch(id_) or not has_own_name(draft):
        return None
    return _Said((type_, id_), draft.name or "", digest)


def _name_in(known: Entity | None, said: _Said) -> str | None:
    """By what name a person is known here; None where nobody is, or only by an address."""
    if known is None or not has_own_name(draft_of(known)):
        return None
    before = object_from_text(known.attrs).get(IMPORTED_AS)
    # What says the same as when it was imported last was said of this one, who was renamed here.
    return said.name if before is not None and before == said.digest else known.name


def is_same_name(one: str, other: str) -> bool:
    """Whether two names may be one person's: one has no word that the other has not."""
    words, others = set(words_of(folded(one))), set(words_of(folded(other)))
    if not words or not others:
        return one == other
    return words <= others or others <= words


class _Move(msgspec.Struct, frozen=True):
    """Putting what was said of the contact of one key to the contact of another."""

    old: EntityKey
    new: EntityKey

    def item(self, says: T) -> T:
        """An item, with all that belongs to the contact."""
        if isinstance(says, PersonItem):
            note = says.note and msgspec.structs.replace(
                self._activity(says.note), external_id=self.new[1]
            )
            return msgspec.structs.replace(
                says,
                key=self.new,
                parts=tuple([self._part(*part) for part in says.parts]),
                named=tuple([(self._key(key), *rest) for key, *rest in says.named]),
                note=note,
                parts_prefix=_prefix(self.new),
            )
        if isinstance(says, ImportItem):
            return msgspec.structs.replace(
                says,
                draft=says.draft and self._activity(says.draft),
                entities=tuple([self._part(*part) for part in says.entities]),
            )
        return says

    def _part(self, key: EntityKey, draft: EntityDraft) -> tuple[EntityKey, EntityDraft]:
        if draft.contact == self.old[1]:
            draft = msgspec.structs.replace(draft, contact=self.new[1])
        return self._key(key), draft

    def _key(self, key: EntityKey) -> EntityKey:
        type_, id_ = key
        before = _prefix(self.old)
        if id_.startswith(before):
            return type_, _prefix(self.new) + id_.removeprefix(before)
        return self.new if key == self.old else key

    def _activity(self, draft: Draft) -> Draft:
        links = [
            Link(*self.new, link.role) if link.key == self.old else link for link in draft.links
        ]
        return msgspec.structs.replace(draft, links=tuple(links))


def _prefix(contact: EntityKey) -> str:
    """What the ids begin with of what belongs to a contact."""
    return part_prefix(contact[1].partition("-")[0], contact)

"""Writing what files say of people, who may have been imported before.

Where a contact is new or no file said anything of it, what is said fills gaps. Where a file said
the same before, nothing is written, so that what somebody changed or deleted here since stays so.
Where a file said something else before, the file was changed, and what it says now is taken.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from doings.core.activity import draft_of
from doings.core.defaults import ADDRESS, CONTACT_FIELD, IMPORTED_AS, TAG
from doings.core.entity import Entity, EntityDraft, EntityKey
from doings.core.entity import draft_of as entity_draft_of
from doings.core.imports import NamedRef, filled_draft, has_own_name
from doings.core.store import Writer
from doings.core.store.imports import ImportCounts
from doings.core.text import json_text, object_from_text
from doings.dialects.monica.mapping.resources.entities import default_entities
from doings.dialects.monica.mapping.resources.people import CONTACT_FIELD_TYPES
from doings.importing.directory import Directory
from doings.importing.importer import contacts_among
from doings.importing.inputs.people import MANY, PersonItem


async def put_people(writer: Writer, items: Sequence[PersonItem]) -> ImportCounts:
    """Write what is said of people in one transaction."""
    return await _People(writer).put(items)


class _People:
    """Writing people in one transaction."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._directory = Directory(writer)
        self._changed: set[EntityKey] = set()
        self._known: dict[EntityKey, Entity] = {}
        """Contacts and what belongs to them, each by itself where another one stands for it."""
        self._deleted: set[EntityKey] = set()

    async def put(self, items: Sequence[PersonItem]) -> ImportCounts:
        """Write all, each as what is known of it wants it."""
        await self._look_up([key for item in items for key in _keys(item)])
        deleted = [item for item in items if item.key in self._deleted]
        await self._store_defaults(items)
        counts: Counter[str] = Counter()
        for item in items:
            if item.key in self._deleted or self._said(item) == item.digest:
                counts["repeated"] += 1
                continue
            before = len(self._changed)
            note = await self._put_item(item, is_leading=self._said(item) is not None)
            counts[note] += 1
            counts["repeated"] += not note and len(self._changed) == before
        return ImportCounts(
            recorded=counts["recorded"],
            filled=counts["filled"],
            repeated=counts["repeated"],
            entities=len(self._changed),
            contacts=contacts_among(self._changed),
            deleted=len({item.key for item in deleted}),
        )

    async def _look_up(self, keys: Sequence[EntityKey]) -> None:
        self._known = await self._writer.named_entities(keys)
        self._deleted = await self._writer.deleted_keys(set(keys) - self._known.keys())

    def _said(self, item: PersonItem) -> object:
        """The digest of what a file said before; None where there was none."""
        known = self._known.get(item.key)
        return None if known is None else object_from_text(known.attrs).get(IMPORTED_AS)

    async def _store_defaults(self, items: Sequence[PersonItem]) -> None:
        """Store the types that every account has, before one gets types of its own."""
        if not any(item.named for item in items):
            return
        account = await self._writer.account()
        for one in default_entities(CONTACT_FIELD_TYPES, account.created_at):
            draft = entity_draft_of(one)
            known = await self._writer.entities_by_key([one.key])
            if not known and not await self._writer.deleted_keys({one.key}):
                await self._writer.put_entity(one.key, lambda _, draft=draft: draft)  # type: ignore[misc]

    async def _put_item(self, item: PersonItem, *, is_leading: bool) -> str:
        """Write an item; returns what became of its note: `recorded`, `filled`, or nothing."""
        if is_leading:
            await self._drop_parts(item)
        references: dict[EntityKey, dict[str, object]] = {}
        for key, attribute, thing in item.named:
            (id_,) = await self._directory.ids([thing])
            references.setdefault(key, {})[attribute] = id_
        await self._put_contact(item, is_leading=is_leading)
        for key, draft in item.parts:
            if key in self._deleted and not is_leading:
                continue
            whole = draft
            if key in references:
                attrs = object_from_text(draft.attrs) | references[key]
                whole = msgspec.structs.replace(draft, attrs=json_text(attrs))
            await self._put(key, whole if is_leading else filled_draft(self._known.get(key), whole))
        return await self._put_note(item)

    async def _put_contact(self, item: PersonItem, *, is_leading: bool) -> None:
        known = self._known.get(item.key)
        said = object_from_text(item.draft.attrs)
        attrs: dict[str, Any] = object_from_text(known.attrs) if known else {}
        tags = await self._tags(item, attrs, is_leading=is_leading)
        if is_leading:
            attrs = {name: value for name, value in attrs.items() if name not in MANY}
            whole = EntityDraft(
                name=_name(item.draft, known),
                attrs=json_text(attrs | said),
                contact=known.contact if known else None,
            )
        else:
            whole = filled_draft(known, item.draft)
        merged = object_from_text(whole.attrs) | {IMPORTED_AS: item.digest}
        if tags:
            merged["tags"] = tags
        else:
            merged.pop("tags", None)
        draft = msgspec.structs.replace(whole, attrs=json_text(merged))
        if known is not None and draft == entity_draft_of(known):
            return

        def put(one: Entity | None) -> EntityDraft:
            # Somebody who stands for the contact keeps a record of their own.
            return draft if one is None or one.key == item.key else entity_draft_of(one)

        written, _ = await self._writer.put_entity(item.key, put)
        self._changed.add(item.key)
        self._known[item.key] = written
        if written.key != item.key:
            self._known |= await self._writer.named_entities([item.key])

    async def _tags(
        self, item: PersonItem, attrs: Mapping[str, Any], *, is_leading: bool
    ) -> list[int]:
        """The numbers of a contact's tags: those it has, but those that only the file said."""
        new = await self._directory.numbers(_tag_refs(item.tags))
        held = attrs.get("tags")
        tags = [tag for tag in held if isinstance(tag, int)] if isinstance(held, list) else []
        if is_leading and isinstance(attrs.get("labels"), list):
            gone = [one for one in attrs["labels"] if isinstance(one, str) and one not in item.tags]
            numbers = await self._directory.numbers(_tag_refs(gone))
            tags = [tag for tag in tags if tag not in numbers]
        return list(dict.fromkeys([*tags, *new]))

    async def _drop_parts(self, item: PersonItem) -> None:
        """Delete what an earlier file said belongs to the contact, and this one says no more."""
        contact = self._known[item.key]
        belongings = await self._writer.belongings([contact.seq], (CONTACT_FIELD, ADDRESS))
        said = {key for key, _ in item.parts}
        for type_ in (CONTACT_FIELD, ADDRESS):
            seqs = [one.seq for one in belongings if one.type == type_]
            for one in (await self._writer.entities_by_seq(type_, seqs)).values():
                if one.id.startswith(item.parts_prefix) and one.key not in said:
                    await self._writer.delete_entity(one.key)
                    self._changed.add(one.key)

    async def _put_note(self, item: PersonItem) -> str:
        note = item.note
        if note is None or note.external_id is None:
            return ""
        known = await self._writer.activity_by_external_id(note.origin, note.external_id)
        if known is None:
            await self._writer.record([note])
            return "recorded"
        if known.body == note.body:
            return ""
        whole = msgspec.structs.replace(draft_of(known), body=note.body)
        await self._writer.revise(known.seq, lambda _: whole)
        return "filled"

    async def _put(self, key: EntityKey, draft: EntityDraft) -> None:
        known = self._known.get(key)
        if known is not None and draft == entity_draft_of(known):
            return
        self._known[key], _ = await self._writer.put_entity(key, lambda _: draft)
        self._changed.add(key)


def _name(said: EntityDraft, known: Entity | None) -> str | None:
    """What a file says now, but an address or a number only where there was no name."""
    if known is None or known.name is None or has_own_name(said):
        return said.name
    is_own = has_own_name(entity_draft_of(known))
    return known.name if is_own else said.name or known.name


def _keys(item: PersonItem) -> list[EntityKey]:
    return [item.key, *(key for key, _ in item.parts)]


def _tag_refs(names: Sequence[str]) -> list[NamedRef]:
    return [NamedRef(TAG, name) for name in names]

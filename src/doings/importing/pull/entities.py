"""Writing what a page of a service says of people and things, and deleting what it has deleted."""

from collections.abc import Sequence

import msgspec

from doings.core.entity import CONTACT, Entity, EntityDraft, EntityKey
from doings.core.entity import draft_of as entity_draft_of
from doings.core.errors import NotFound
from doings.core.imports import ImportItem, ListedThing, Reference, filled_draft
from doings.core.store import Writer
from doings.core.store.pulls import Pull
from doings.core.text import json_text
from doings.importing.directory import Directory
from doings.importing.pull.things import NULL, ListedThings, without_nulls

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class SaidEntities(msgspec.Struct, frozen=True):
    """What an item says; with `is_leading` all is taken that it says, else only gaps are filled."""

    item: ImportItem
    is_leading: bool


class EntityWriting:
    """Writes people and things in one transaction.

    `kept` are types of what is kept with a contact. It is counted by itself, unless it is listed as
    a part of the contact.
    """

    def __init__(
        self,
        writer: Writer,
        directory: Directory,
        things: ListedThings,
        kept: Sequence[str],
        pull: Pull,
    ) -> None:
        self.people: set[EntityKey] = set()
        """Who was made or changed, with what belongs to them."""
        self.tasks: set[EntityKey] = set()
        """What is kept with a contact and was made or changed."""
        self._kept = kept
        self._writer = writer
        self._directory = directory
        self._things = things
        self._known: dict[EntityKey, Entity] = {}
        self._pull = pull
        self._reverted: set[tuple[int, int]] = set()

    async def put(self, said: Sequence[SaidEntities]) -> None:
        """Write all of it.

        Of those that an activity only names, gaps are filled. Of those that the service lists by
        themselves and has changed, all is taken that it says, and of what an undo put back as well.
        """
        keys = {key for one in said for key, _ in one.item.entities}
        made = {key: draft for one in said for key, draft in one.item.new_entities}
        keys |= {one.to for each in said for one in each.item.refers if isinstance(one.to, tuple)}
        self._known = await self._writer.named_entities({*keys, *made})
        deleted = await self._writer.deleted_keys(keys | made.keys() - self._known.keys())
        self._reverted = await self._put_back(said)
        for key, draft in made.items():
            if key not in self._known and key not in deleted:
                await self._write(key, draft)
                if key[0] == CONTACT or draft.contact is not None:
                    self.people.add(_owner(key, draft))
        await self._put_listed(said)
        # First all in the order of the service, then those whom somebody of them refers to.
        waiting = [one for one in said if self._waits(one.item)]
        for one in said:
            await self._put_item(one, deleted, with_others=not self._waits(one.item))
        for one in waiting:
            await self._put_item(one, deleted)
        for one in said:
            if one.is_leading and one.item.whole is not None:
                await self._drop_others(one.item)

    async def _put_back(self, said: Sequence[SaidEntities]) -> set[tuple[int, int]]:
        """Those of what is said for the first time that an undo put back: seq and `updated_at`."""
        new = [one for one in said if one.item.draft is None and not one.is_leading]
        keys = [key for one in new for key, _ in one.item.entities if key in self._known]
        seqs = {self._known[key].seq for key in keys}
        return await self._writer.reverted(self._pull.dialect, self._pull.url, seqs)

    async def _put_listed(self, said: Sequence[SaidEntities]) -> None:
        """Write what lists of settings show; what was deleted here since it was seen stays so."""
        things = []
        for one in said:
            thing = one.item.listed
            if thing is None or (one.is_leading and await self._things.find(thing) is None):
                continue
            things.append(thing)
        await self._things.put_all(things)

    def _waits(self, item: ImportItem) -> bool:
        """Whether an item refers to somebody who is not known yet."""
        return any(isinstance(one.to, tuple) and one.to not in self._known for one in item.refers)

    async def _put_item(
        self, one: SaidEntities, deleted: set[EntityKey], *, with_others: bool = True
    ) -> None:
        item = one.item
        tags = await self._tags(item)
        for key, said in item.entities:
            old = self._known.get(key)
            if (old is None and key in deleted) or not (with_others or _is_own(key, said, item)):
                continue
            draft = await self._referring(key, said, item.refers)
            if tags is not None and (item.whole is None or key == item.whole[0]):
                draft = _with(draft, {"tags": tags})
            whole = filled_draft(old, draft)
            leads = one.is_leading or (old and (old.seq, old.updated_at) in self._reverted)
            if old is not None and leads and _is_own(key, said, item):
                whole = _led_draft(entity_draft_of(old), draft, is_part=_is_part(draft, item))
            gone = [name for name, value in _members(draft.attrs).items() if bytes(value) == NULL]
            whole = msgspec.structs.replace(whole, attrs=without_nulls(whole.attrs, gone))
            if old is None or whole != entity_draft_of(old):
                await self._write(key, whole)
                self._count(key, whole, item)

    async def _write(self, key: EntityKey, draft: EntityDraft) -> None:
        def put(one: Entity | None) -> EntityDraft:
            # Somebody who stands for a contact keeps a record of their own.
            return draft if one is None or one.key == key else entity_draft_of(one)

        self._known[key], _ = await self._writer.put_entity(key, put)
        if self._known[key].key != key:
            self._known |= await self._writer.named_entities([key])

    def _count(self, key: EntityKey, draft: EntityDraft, item: ImportItem) -> None:
        """Note what was made or changed."""
        parts = () if item.whole is None else item.whole[1]
        if key[0] in self._kept and key[0] not in parts:
            self.tasks.add(key)
        else:
            self.people.add(_owner(key, draft))

    async def _tags(self, item: ImportItem) -> list[int] | None:
        """The numbers of the tags of a person, which are things by name."""
        if item.draft is not None or not item.named:
            return None
        return await self._directory.numbers(item.named)

    async def _referring(
        self, key: EntityKey, draft: EntityDraft, refers: Sequence[Reference]
    ) -> EntityDraft:
        """The draft with the numbers of what it refers to."""
        numbers: dict[str, int] = {}
        for one in refers:
            if one.key != key:
                continue
            if isinstance(one.to, ListedThing):
                numbers[one.attribute] = int(await self._things.id(one.to))
            elif one.to in self._known:
                numbers[one.attribute] = self._known[one.to].seq
        return _with(draft, numbers) if numbers else draft

    async def _drop_others(self, item: ImportItem) -> None:
        """Delete what belonged to a contact there, and does no more."""
        if item.whole is None:
            return
        key, types, prefix = item.whole
        said = {key for key, _ in item.entities}
        owner = self._known.get(key)
        if owner is None:
            return
        for one in await _belongings(self._writer, owner, types):
            if one.id.startswith(prefix) and one.contact == key[1] and one.key not in said:
                await self._writer.delete_entity(one.key)
                self.people.add(key)

    async def delete(self, thing: EntityKey | ListedThing, kept: Sequence[str]) -> bool:
        """Delete what the service has deleted, with what is kept with it (types).

        False where it is gone already. A contact that is one person with others here stays.
        """
        if isinstance(thing, ListedThing):
            entity = await self._things.find(thing)
        else:
            entity = (await self._writer.entities_by_key([thing])).get(thing)
        if entity is None or entity.group_seq is not None:
            return False
        belongings = await _belongings(self._writer, entity, kept) if entity.type == CONTACT else []
        for one in belongings:
            await self._writer.delete_entity(one.key)
        try:
            await self._writer.delete_entity(entity.key)
        except NotFound:
            return False
        return True


async def _belongings(writer: Writer, owner: Entity, types: Sequence[str]) -> list[Entity]:
    """What belongs to a contact, of these types."""
    found: list[Entity] = []
    belongings = await writer.belongings([owner.seq], types)
    for type_ in types:
        seqs = [one.seq for one in belongings if one.type == type_]
        found += (await writer.entities_by_seq(type_, seqs)).values() if seqs else []
    return found


def _owner(key: EntityKey, draft: EntityDraft) -> EntityKey:
    """Whose an entity is: the contact's that it belongs to, or its own."""
    return key if draft.contact is None else (CONTACT, draft.contact)


def _with(draft: EntityDraft, numbers: dict[str, int] | dict[str, list[int]]) -> EntityDraft:
    """The draft with these attributes in the place of its own."""
    attrs = _members(draft.attrs) | {name: _raw(value) for name, value in numbers.items()}
    return msgspec.structs.replace(draft, attrs=json_text(attrs))


def _is_own(key: EntityKey, said: EntityDraft, item: ImportItem) -> bool:
    """Whether an item is about this entity, and does not only name it."""
    if item.whole is not None:
        return key == item.whole[0] or _is_part(said, item)
    *_, (_, last) = item.entities
    return key != (CONTACT, last.contact)


def _is_part(draft: EntityDraft, item: ImportItem) -> bool:
    """Whether it is what belongs to the contact that an item is about."""
    return item.whole is not None and draft.contact == item.whole[0][1]


def _led_draft(known: EntityDraft, said: EntityDraft, *, is_part: bool) -> EntityDraft:
    """What the service says now, and what is only known here; a part of a contact may lose it."""
    return EntityDraft(
        name=said.name if is_part else said.name or known.name,
        attrs=json_text(_members(known.attrs) | _members(said.attrs)),
        contact=said.contact if is_part else known.contact or said.contact,
    )


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))

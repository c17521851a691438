"""The things that an import names instead of telling what they are, like a type of activities."""

from collections.abc import Callable, Sequence

import msgspec

from doings.core.activity import Draft, Link
from doings.core.budget import LIST_ITEMS
from doings.core.defaults import IS_DEFAULT
from doings.core.entity import Entity, EntityDraft, EntityKey
from doings.core.entity import draft_of as entity_draft_of
from doings.core.imports import NamedRef
from doings.core.store import Writer
from doings.core.store.entities import EntityQuery
from doings.core.text import json_text, object_from_text
from doings.dialects.monica.mapping.numbers import numbers_of


class Directory:
    """The things of an account that go by their names: found, or else made.

    What the account came with gives way to things of a service whose numbers it keeps: to the one
    that has its number, and to the one that has its name.
    """

    def __init__(self, writer: Writer) -> None:
        self.written: set[EntityKey] = set()
        """What was made or changed."""
        self._writer = writer
        self._ids: dict[NamedRef, str] = {}
        self._keys: dict[str, dict[str | None, list[EntityKey]]] = {}
        self._moved: dict[NamedRef, str] = {}
        """The ids that things had before, which others may still refer to."""

    async def ids(self, things: Sequence[NamedRef]) -> list[str]:
        """The ids of the things, in their order."""
        return [await self._id(named) for named in things]

    async def numbers(self, things: Sequence[NamedRef]) -> list[int]:
        """The numbers of the things, as those hold them who refer to tags, in their order."""
        keys = [
            (named.type, id_) for named, id_ in zip(things, await self.ids(things), strict=True)
        ]
        found = await self._writer.entities_by_key(keys)
        numbers = numbers_of(await self._writer.account())
        return [numbers.of_entity(found[key]) for key in keys]

    async def linked_draft(self, draft: Draft, things: Sequence[NamedRef]) -> Draft:
        """The draft, linked to the things that an element names."""
        if not things:
            return draft
        ids = await self.ids(things)
        links = [Link(named.type, id_) for named, id_ in zip(things, ids, strict=True)]
        return msgspec.structs.replace(draft, links=(*draft.links, *links))

    async def _id(self, named: NamedRef) -> str:
        if named not in self._ids:
            self._ids[named] = await self._found_or_made(named)
        return self._ids[named]

    async def _found_or_made(self, named: NamedRef) -> str:
        attrs: dict[str, str] = {}
        if named.within is not None:
            attribute, other = named.within
            attrs[attribute] = await self._id(other)
            if other in self._moved:
                old = self._moved.pop(other)
                await self._refer_again(named.type, attribute, old, attrs[attribute])
        keys = (await self._keys_by_name(named.type)).setdefault(named.name, [])
        found = await self._found(keys, attrs)
        draft = EntityDraft(name=named.name, attrs=json_text(attrs))
        if named.number is not msgspec.UNSET:
            return await self._numbered(named, str(named.number), draft, found)
        if found is not None:
            return found.id
        above = (await self._writer.account()).before_own_numbers
        (made,) = await self._writer.number_entities(named.type, [draft], above=above)
        keys.append(made.key)
        self.written.add(made.key)
        return made.id

    async def _found(self, keys: Sequence[EntityKey], attrs: dict[str, str]) -> Entity | None:
        """The first of the entities that has these attributes."""
        entities = await self._writer.entities_by_key(keys)
        for key in keys:
            if attrs.items() <= object_from_text(entities[key].attrs).items():
                return entities[key]
        return None

    async def _numbered(
        self, named: NamedRef, id_: str, draft: EntityDraft, namesake: Entity | None
    ) -> str:
        """The id of the thing with this number, which is made if it is not there."""
        key = (named.type, id_)
        there = (await self._writer.entities_by_key([key])).get(key)
        if there is not None and (there.name == named.name or not _is_default(there)):
            return id_
        await self._writer.put_entity(key, _as(draft))
        self.written.add(key)
        by_name = self._keys[named.type]
        if there is not None:
            by_name[there.name] = [one for one in by_name.get(there.name, []) if one != key]
        if namesake is not None and namesake.key != key and _is_default(namesake):
            await self._writer.delete_entity(namesake.key)
            by_name[named.name].remove(namesake.key)
            self._moved[named] = namesake.id
        by_name[named.name].append(key)
        return id_

    async def _refer_again(self, entity_type: str, attribute: str, old: str, new: str) -> None:
        """Have what refers to a thing that gave way refer to the one in its place."""
        for entity in await self._writer.entities(EntityQuery(type=entity_type, limit=LIST_ITEMS)):
            attrs = object_from_text(entity.attrs)
            if attrs.get(attribute) == old:
                draft = msgspec.structs.replace(
                    entity_draft_of(entity), attrs=json_text(attrs | {attribute: new})
                )
                await self._writer.put_entity(entity.key, _as(draft))

    async def _keys_by_name(self, entity_type: str) -> dict[str | None, list[EntityKey]]:
        """The entities of a type by their names, read once."""
        if entity_type not in self._keys:
            by_name = self._keys[entity_type] = {}
            for _, id_, name in await self._writer.entity_names(entity_type):
                by_name.setdefault(name, []).append((entity_type, id_))
        return self._keys[entity_type]


def _is_default(entity: Entity) -> bool:
    return object_from_text(entity.attrs).get(IS_DEFAULT) is True


def _as(draft: EntityDraft) -> Callable[[Entity | None], EntityDraft]:
    return lambda _: draft

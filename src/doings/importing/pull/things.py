"""Things that a service numbers in a list of its own: which of ours they are, and writing them."""

from collections.abc import Collection, Sequence

import msgspec

from doings.core.defaults import IS_DEFAULT
from doings.core.entity import Entity, EntityDraft
from doings.core.entity import draft_of as entity_draft_of
from doings.core.imports import ListedThing, NamedRef
from doings.core.store import Writer
from doings.core.text import json_text
from doings.importing.directory import Directory

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

NULL = b"null"


def without_nulls(attrs: str, names: Collection[str] | None = None) -> str:
    """The attributes without those that are null: what a service does not show any more.

    With `names` only these; others may be null.
    """
    members = _members(attrs)
    kept = {
        name: value
        for name, value in members.items()
        if bytes(value) != NULL or (names is not None and name not in names)
    }
    return attrs if len(kept) == len(members) else json_text(kept)


class ListedThings:
    """The things of an account that a service numbers, for one transaction.

    One is found by its number there; else it is one of the same name that has no number yet. What
    came with the account, and the service shows under another name, has been renamed there. Where
    the account keeps the numbers of the service (a dialect), its id is the number.
    """

    def __init__(self, writer: Writer, directory: Directory, dialect: str) -> None:
        self._writer = writer
        self._directory = directory
        self._dialect = dialect
        self._all: dict[str, list[Entity]] = {}
        self._names: set[tuple[str, str | None]] = set()

    async def put_all(self, things: Sequence[ListedThing]) -> None:
        """Make or change what a page of the service shows."""
        self._names = {(thing.type, thing.name) for thing in things}
        for thing in things:
            await self.put(thing)

    async def put(self, thing: ListedThing) -> Entity:
        """Make or change what the service shows; returns it as it is then."""
        within = await self._within(thing)
        if await self._keeps_ids():
            old: Entity | None = await self._kept(thing)
            own: dict[str, object] = dict(within)
        else:
            old = await self._found(thing, within)
            own = {**within, thing.by: thing.number}
        said = _members(thing.attrs) | {name: _raw(value) for name, value in own.items()}
        if old is None:
            draft = EntityDraft(name=thing.name, attrs=without_nulls(json_text(said)))
            (made,) = await self._writer.number_entities(thing.type, [draft])
            self._all[thing.type].append(made)
            self._directory.written.add(made.key)
            return made
        attrs = without_nulls(json_text(_members(old.attrs) | said))
        draft = msgspec.structs.replace(entity_draft_of(old), name=thing.name, attrs=attrs)
        if draft == entity_draft_of(old):
            return old
        changed, _ = await self._writer.put_entity(old.key, lambda _: draft)
        self._directory.written.add(old.key)
        self._all[thing.type] = [
            changed if one.key == old.key else one for one in self._all.get(thing.type, [])
        ]
        return changed

    async def _keeps_ids(self) -> bool:
        return (await self._writer.account()).keeps_ids_of == self._dialect

    async def _kept(self, thing: ListedThing) -> Entity:
        """What has the number as its id; it is made where it is not there."""
        (id_,) = await self._directory.ids([_named(thing)])
        key = (thing.type, id_)
        return (await self._writer.entities_by_key([key]))[key]

    async def id(self, thing: ListedThing) -> str:
        """The id of what the service shows; it is made where it is not there."""
        if await self._keeps_ids():
            return (await self._kept(thing)).id
        found = await self.find(thing) or await self._found(thing, await self._within(thing))
        return (found or await self.put(thing)).id

    async def find(self, thing: ListedThing) -> Entity | None:
        """What has the number."""
        if await self._keeps_ids():
            key = (thing.type, str(thing.number))
            return (await self._writer.entities_by_key([key])).get(key)
        number = str(thing.number).encode()
        for one in await self._of_type(thing.type):
            if bytes(_members(one.attrs).get(thing.by, NULL)) == number:
                return one
        return None

    async def _within(self, thing: ListedThing) -> dict[str, str]:
        if thing.within is None:
            return {}
        attribute, other = thing.within
        return {attribute: await self.id(other)}

    async def _found(self, thing: ListedThing, within: dict[str, str]) -> Entity | None:
        found = await self.find(thing)
        if found is not None:
            return found
        wanted = {name: bytes(_raw(value)) for name, value in within.items()}
        for one in await self._of_type(thing.type):
            attrs = {name: bytes(value) for name, value in _members(one.attrs).items()}
            if one.name == thing.name and thing.by not in attrs and wanted.items() <= attrs.items():
                return one
        return await self._renamed(thing)

    async def _renamed(self, thing: ListedThing) -> Entity | None:
        """What came with the account and has the number, if nothing there has its name."""
        for one in await self._of_type(thing.type):
            attrs = _members(one.attrs)
            is_free = thing.by not in attrs and (one.type, one.name) not in self._names
            if one.id == str(thing.number) and IS_DEFAULT in attrs and is_free:
                return one
        return None

    async def _of_type(self, entity_type: str) -> list[Entity]:
        """All of a type, read once."""
        if entity_type not in self._all:
            names = await self._writer.entity_names(entity_type)
            # One that another surface made under an id of its own is referred to by no number.
            keys = [(entity_type, id_) for _, id_, _ in names if id_.isdecimal()]
            found = await self._writer.entities_by_key(keys)
            self._all[entity_type] = [found[key] for key in keys if key in found]
        return self._all[entity_type]


def _named(thing: ListedThing) -> NamedRef:
    """The thing as others name it, with its number."""
    within = None if thing.within is None else (thing.within[0], _named(thing.within[1]))
    return NamedRef(thing.type, thing.name, within, thing.number)


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))

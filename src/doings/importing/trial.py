"""What an import would come to, counted without keeping anything.

Each part of a file is written and given up again. So a later part does not know what an earlier one
made, and what was mentioned before is left out here.
"""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec

from doings.core.activity import Draft
from doings.core.entity import EntityKey
from doings.core.imports import ImportItem
from doings.core.store import Writer
from doings.core.store.entities import EntityQuery
from doings.core.store.imports import ImportCounts
from doings.importing.importer import Item, contacts_among
from doings.importing.inputs.people import PersonItem
from doings.importing.ndjson import ImportedEntity, Line

ENTITIES_PER_READ = 200
"""How many entities are read at a time."""

Put = Callable[[Writer, list[Any]], Awaitable[ImportCounts]]
"""What writes items in a transaction, and says what became of them."""


class FirstMentions:
    """Passes items on, each activity and each entity once, and no merges.

    `repeated` are activities left out.
    """

    def __init__(self) -> None:
        self.repeated = 0
        self._activities: set[tuple[str, str]] = set()
        self.entities: set[EntityKey] = set()
        """What the file says something of, besides naming it."""

    async def of(self, items: AsyncIterable[Item[Any]]) -> AsyncIterator[Item[Any]]:
        """The items that say something new."""
        async for item in items:
            if isinstance(item.says, Line):
                if self._is_new_line(item.says):
                    yield item
            elif isinstance(item.says, ImportItem):
                if self._is_new(item.says.draft, item.says.twins):
                    yield msgspec.structs.replace(item, says=self._with_new_entities(item.says))
            elif isinstance(item.says, PersonItem):
                if self._is_new_person(item.says):
                    yield item
            else:
                yield item

    def _is_new_line(self, line: Line) -> bool:
        if isinstance(line.says, ImportedEntity):
            is_new = line.says.key not in self.entities
            self.entities.add(line.says.key)
            return is_new
        # The people of a merge may be those of a part that was given up.
        return isinstance(line.says, Draft) and self._is_new(line.says)

    def _is_new_person(self, person: PersonItem) -> bool:
        if person.key in self.entities:
            return False
        self.entities.update([person.key, *(key for key, _ in person.parts)])
        return True

    def _is_new(self, draft: Draft | None, twins: tuple[str, ...] = ()) -> bool:
        if draft is None or draft.external_id is None:
            return True
        name = draft.origin, draft.external_id
        names = {name, *((draft.origin, twin) for twin in twins)}
        if not self._activities.isdisjoint(names):
            self.repeated += 1
            return False
        self._activities.add(name)
        return True

    def _with_new_entities(self, item: ImportItem) -> ImportItem:
        entities = tuple([one for one in item.entities if one[0] not in self.entities])
        new_entities = tuple([one for one in item.new_entities if one[0] not in self.entities])
        self.entities.update(key for key, _ in (*entities, *new_entities))
        return msgspec.structs.replace(item, entities=entities, new_entities=new_entities)


def counts_of_trial(
    counts: ImportCounts, first: FirstMentions, made: "MadeEntities"
) -> ImportCounts:
    """What the import would come to, of the counts of parts that did not know each other."""
    # The counts have those that are made because the file says something of them, or changed.
    among = made.keys & first.entities
    return msgspec.structs.replace(
        counts,
        repeated=counts.repeated + first.repeated,
        entities=counts.entities + len(made.keys) - len(among),
        contacts=counts.contacts + contacts_among(made.keys) - contacts_among(among),
    )


class MadeEntities:
    """Notes which entities parts of an import make, of those that are given up again."""

    def __init__(self) -> None:
        self.keys: set[EntityKey] = set()

    def noting(self, put: Put) -> Put:
        """What writes items as `put` does, and notes what that makes."""

        async def noted(writer: Writer, items: list[Any]) -> ImportCounts:
            query = EntityQuery(limit=ENTITIES_PER_READ, after=await writer.last_seq())
            counts = await put(writer, items)
            while made := await writer.entities(query):
                self.keys.update(entity.key for entity in made)
                query = msgspec.structs.replace(query, after=made[-1].seq)
            return counts

        return noted

"""A whole account as NDJSON: entities first, then activities from the oldest on.

Each entity is a line `{"entity": {…}}`, each activity a line with its native document. Memory stays
flat however much there is.
"""

from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec

from doings.core.documents.document import activity_documents, entity_document
from doings.core.entity import Entity
from doings.core.query import Query
from doings.core.store.entities import EntityQuery
from doings.core.timeline import Timeline

ENTITIES_PER_READ = 200
"""How many entities are read at a time."""

_encode_lines = msgspec.json.Encoder().encode_lines


class Lines(NamedTuple):
    """Some lines of an export, and how many there are."""

    text: bytes
    number: int


async def entity_lines(timeline: Timeline) -> AsyncIterator[Lines]:
    """The lines of all entities."""
    query = EntityQuery(limit=ENTITIES_PER_READ)
    while entities := await _stretch(timeline, query):
        documents = [{"entity": entity_document(entity)} for entity in entities]
        yield Lines(_encode_lines(documents), len(entities))
        query = msgspec.structs.replace(query, after=entities[-1].seq)


async def _stretch(timeline: Timeline, query: EntityQuery) -> list[Entity]:
    return await timeline.read(lambda reader: reader.entities(query), bounded=False)


async def activity_lines(timeline: Timeline, query: Query) -> AsyncIterator[Lines]:
    """The lines of all activities that a query finds, in its order."""
    async for activities in timeline.walk(query):
        yield Lines(_encode_lines(activity_documents(activities)), len(activities))

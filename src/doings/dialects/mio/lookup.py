"""What the list is narrowed to, and what an id in a path names: questions to the store."""

from contextlib import suppress

import msgspec

from doings.core.activity import Activity
from doings.core.cursor import Page
from doings.core.entity import SELF, EntityKey
from doings.core.errors import NotFound
from doings.core.interactions.lifecycle import PARTIES
from doings.core.query import ENTITIES, Query
from doings.core.store import Reader
from doings.core.store.activities import ActivityReader
from doings.core.store.entities import EntityQuery, EntityReader
from doings.core.store.rendering import Rendering
from doings.core.text import object_from_text
from doings.dialects.mio.vocabulary import KINDS, ORIGIN

CANDIDATES = 1000
"""How many entities are looked at whose texts begin with a cifcode; one is the usual number."""


class Narrowing(msgspec.Struct, frozen=True):
    """The filters that name things."""

    id: str | None
    cifcode: str | None


async def activity_named(reader: ActivityReader, id_: str) -> Activity:
    """The activity of the vendor's id or else of ours; raises NotFound."""
    found = await reader.activity_by_external_id(ORIGIN, id_) or await reader.activity(id_.lower())
    if found.kind not in KINDS:
        raise NotFound("activity", id_)
    return found


async def page_of(
    reader: Reader, query: Query, narrowing: Narrowing, slug: str, rendering: Rendering
) -> Page[msgspec.Raw]:
    """The page of the list; our own side of an activity is not what it can be narrowed to."""
    wanted: set[EntityKey] | None = None
    if query.entities:
        wanted = set(query.entities) - {(SELF, slug)}
    if narrowing.cifcode is not None:
        found = await keys_of_cifcode(reader, narrowing.cifcode)
        wanted = found if wanted is None else wanted & found
    if wanted is not None:
        kinds = KINDS if wanted else ()
        entities = tuple(sorted(wanted))[:ENTITIES]
        query = msgspec.structs.replace(query, entities=entities, kinds=kinds)
    if narrowing.id is None:
        return await reader.rendered_page(query, rendering)
    seqs = await _among(reader, query, narrowing.id)
    return Page(await reader.rendered(seqs, rendering), before=None, after=None)


async def keys_of_cifcode(reader: EntityReader, cifcode: str) -> set[EntityKey]:
    """Those whose attribute it is: found by the index of all texts, then compared exactly."""
    found: set[EntityKey] = set()
    for type_ in PARTIES:
        query = EntityQuery(type=type_, q=cifcode, limit=CANDIDATES)
        candidates = await reader.entities(query)
        found |= {
            one.key for one in candidates if object_from_text(one.attrs).get("cifcode") == cifcode
        }
    return found


async def _among(reader: ActivityReader, query: Query, id_: str) -> list[int]:
    """The seq of the one that goes by this id, if the query finds it."""
    with suppress(NotFound):
        activity = await activity_named(reader, id_)
        if query.skip == 0 and _is_among(activity, query):
            return [activity.seq]
    return []


def _is_among(activity: Activity, query: Query) -> bool:
    is_after = query.since is None or query.since <= activity.occurred_at
    is_before = query.until is None or activity.occurred_at < query.until
    keys = {link.entity.key for link in activity.links}
    is_linked = not query.entities or not keys.isdisjoint(query.entities)
    return is_after and is_before and is_linked and activity.kind in (query.kinds or ())

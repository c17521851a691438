"""Reading activities from the store: the filtered list, and the activity of an id."""

from contextlib import suppress

import msgspec

from doings.core.activity import Activity
from doings.core.entity import SELF, EntityKey
from doings.core.errors import NotFound
from doings.core.interactions.lifecycle import PARTIES
from doings.core.query import ENTITIES, Query
from doings.core.resuming.cursor import Page
from doings.core.store import Reader
from doings.core.store.activities import ActivityReader
from doings.core.store.entities import EntityQuery, EntityReader
from doings.core.store.rendering import Rendering
from doings.core.text import object_from_text
from doings.dialects.mio.vocabulary import KINDS, ORIGIN

MAX_CANDIDATES = 1000
"""How many entities with a text that begins with the cifcode are compared; usually there is one."""


class Narrowing(msgspec.Struct, frozen=True):
    """The filters by the id of an activity and by the tax code of the other party."""

    id: str | None
    cifcode: str | None


async def activity_named(reader: ActivityReader, id_: str) -> Activity:
    """The activity with this id, either the vendor's or ours; raises NotFound."""
    activity = await reader.activity_by_external_id(ORIGIN, id_)
    activity = activity or await reader.activity(id_.lower())
    if activity.kind not in KINDS:
        raise NotFound("activity", id_)
    return activity


async def page_of(
    reader: Reader, query: Query, narrowing: Narrowing, slug: str, rendering: Rendering
) -> Page[msgspec.Raw]:
    """The page of the list; the account itself is never the other party that a filter names."""
    parties: set[EntityKey] | None = None
    if query.entities:
        parties = set(query.entities) - {(SELF, slug)}
    if narrowing.cifcode is not None:
        with_cifcode = await keys_of_cifcode(reader, narrowing.cifcode)
        parties = with_cifcode if parties is None else parties & with_cifcode
    if parties is not None:
        kinds = KINDS if parties else ()
        entities = tuple(sorted(parties))[:ENTITIES]
        query = msgspec.structs.replace(query, entities=entities, kinds=kinds)
    if narrowing.id is None:
        return await reader.rendered_page(query, rendering, is_whole=True)
    seqs = await _among(reader, query, narrowing.id)
    shown = await reader.rendered(seqs, rendering)
    return Page(shown.documents, before=None, after=None)


async def keys_of_cifcode(reader: EntityReader, cifcode: str) -> set[EntityKey]:
    """The parties with this cifcode: found by full text, then compared exactly."""
    keys: set[EntityKey] = set()
    for type_ in PARTIES:
        query = EntityQuery(type=type_, q=cifcode, limit=MAX_CANDIDATES)
        seqs = await reader.entity_seqs(query)
        while seqs:
            candidates, covered = await reader.fitting_entities(seqs)
            keys |= {
                candidate.key
                for candidate in candidates
                if object_from_text(candidate.attrs).get("cifcode") == cifcode
            }
            seqs = seqs[covered:]
    return keys


async def _among(reader: Reader, query: Query, id_: str) -> list[int]:
    """The seq of the activity with this id if the query finds it, else nothing."""
    with suppress(NotFound):
        activity = await activity_named(reader, id_)
        parties = await reader.entities_by_key(query.entities)
        keys = {*query.entities, *(party.key for party in parties.values())}
        if query.skip == 0 and _is_among(activity, query, keys):
            return [activity.seq]
    return []


def _is_among(activity: Activity, query: Query, parties: set[EntityKey]) -> bool:
    is_after = query.since is None or query.since <= activity.occurred_at
    is_before = query.until is None or activity.occurred_at < query.until
    keys = {link.entity.key for link in activity.links}
    is_linked = not query.entities or not keys.isdisjoint(parties)
    return is_after and is_before and is_linked and activity.kind in (query.kinds or ())

"""Which contacts a list is of: all, those that words are found in, or those reached in some way."""

import msgspec

from doings.core.defaults import CONTACT_FIELD, CONTACT_FIELD_TYPE
from doings.core.entity import CONTACT, Entity
from doings.core.store import Reader
from doings.core.store.entities import EntityQuery
from doings.dialects.monica.handlers.entity_resources import ALL_ENTRIES, missing_defaults
from doings.dialects.monica.mapping.contact_attributes import facts_as_stored
from doings.dialects.monica.mapping.render_context import AccountApi
from doings.dialects.monica.mapping.resources.entities import item_of
from doings.dialects.monica.mapping.resources.people import CONTACT_FIELD_TYPES, CONTACT_FIELDS
from doings.dialects.monica.params import Listing

SEARCHED = ("nickname", "description", "job")
"""In which attributes, besides the name, Monica finds words anywhere."""

CHUNK = 500
"""How many contact fields are read at a time."""


async def total_and_page(
    reader: Reader, listing: Listing, words: str, api: AccountApi
) -> tuple[int, list[int]]:
    """How many contacts the list has, and the seqs of one page of them; `words` may be empty.

    As in Monica, `email:jim@` are those whose email begins so: the name of a type of contact
    fields stands before the last colon. Where no type is named so, all are words.
    """
    query = EntityQuery(
        type=CONTACT, by=listing.by, is_descending=listing.is_descending, with_partial=False
    )
    skip, limit = listing.skip, listing.limit
    if words:
        seqs = await _reached(reader, query, words, api)
        if seqs is None:
            searched = {"q": words, "any_word": True, "among": SEARCHED, "limit": ALL_ENTRIES}
            seqs = await reader.entity_seqs(msgspec.structs.replace(query, **searched))
        return len(seqs), seqs[skip : skip + limit]
    total = await reader.total_entities(CONTACT)
    if skip >= total:
        return total, []
    return total, await reader.entity_seqs(msgspec.structs.replace(query, skip=skip, limit=limit))


async def _reached(
    reader: Reader, query: EntityQuery, words: str, api: AccountApi
) -> list[int] | None:
    """The seqs of the contacts that are reached so; None where no way to reach people is named."""
    name, _, beginning = (part.strip() for part in words.rpartition(":"))
    if not name or not beginning:
        return None
    types = await reader.entity_names(CONTACT_FIELD_TYPE)
    types += [
        (one.seq, one.id, one.name) for one in await missing_defaults(CONTACT_FIELD_TYPES, reader)
    ]
    named_so = [
        (seq, id_) for seq, id_, named in types if (named or "").casefold() == name.casefold()
    ]
    ids = {id_ for _, id_ in named_so}
    ids |= {str(api.numbers.of_id(CONTACT_FIELD_TYPE, id_, seq)) for seq, id_ in named_so}
    if not ids:
        return None
    fields = EntityQuery(type=CONTACT_FIELD, q=beginning, limit=ALL_ENTRIES)
    seqs = await reader.entity_seqs(fields)
    contacts: dict[int, Entity] = {}
    for first in range(0, len(seqs), CHUNK):
        found = await reader.entities_by_seq(CONTACT_FIELD, seqs[first : first + CHUNK])
        items = [item_of(CONTACT_FIELDS, one, api) for one in found.values()]
        keys = {
            item.contact
            for item in items
            if item.contact is not None
            and str(item.values["contact_field_type"]) in ids
            and (item.values["content"] or "").casefold().startswith(beginning.casefold())
        }
        by_key = await reader.entities_by_key(list(keys))
        contacts |= {one.seq: one for one in by_key.values()}
    return _in_order(query, list(contacts.values()))


def _in_order(query: EntityQuery, contacts: list[Entity]) -> list[int]:
    """The seqs of those that are not partial, in the order of the list."""
    shown = [one for one in contacts if not facts_as_stored(one).is_partial]
    shown.sort(
        key=lambda one: (one.updated_at if query.by == "updated" else 0, one.seq),
        reverse=query.is_descending,
    )
    return [one.seq for one in shown]

"""Whose activities a client id names."""

from doings.core.entity import CONTACT, EntityKey
from doings.core.errors import NotFound
from doings.core.store.entities import EntityReader
from doings.dialects.agendize.vocabulary import CONTACT_RECORD


async def client_named(reader: EntityReader, client_id: str) -> EntityKey:
    """A client record's contact, else the record itself, else a contact; raises NotFound."""
    record, contact = (CONTACT_RECORD, client_id), (CONTACT, client_id)
    found = await reader.entities_by_key([record, contact])
    if record in found:
        owner = found[record].contact
        return record if owner is None else (CONTACT, owner)
    if contact not in found:
        raise NotFound("client", client_id)
    return contact

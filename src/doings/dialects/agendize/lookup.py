"""Which entity's activities belong to a client id."""

from doings.core.entity import CONTACT, EntityKey
from doings.core.errors import NotFound
from doings.core.store.entities import EntityReader
from doings.dialects.agendize.vocabulary import CONTACT_RECORD


async def client_named(reader: EntityReader, client_id: str) -> EntityKey:
    """A client record's contact, else the record itself, else a contact; raises NotFound."""
    record, contact = (CONTACT_RECORD, client_id), (CONTACT, client_id)
    entities = await reader.entities_by_key([record, contact])
    if record in entities:
        owner = entities[record].contact
        return entities[record].key if owner is None else (CONTACT, owner)
    if contact not in entities:
        raise NotFound("client", client_id)
    return entities[contact].key

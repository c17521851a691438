"""The handler of the deletion of a contact field type, which conversations go with as well."""

from collections.abc import Collection

from starlette.responses import Response

from doings.core.activity import Activity
from doings.core.query import KindsOrder
from doings.core.store import Reader
from doings.dialects.monica.handlers.entity_resources import delete_entry
from doings.dialects.monica.mapping.resources.activities import values_of
from doings.dialects.monica.mapping.resources.conversations import CONVERSATIONS
from doings.dialects.monica.mapping.resources.entities import EntityResource
from doings.dialects.monica.operations import ListParams


async def delete_field_type(kept: EntityResource, params: ListParams) -> Response:
    """DELETE /contactfieldtypes/:id: its fields go as well, and the conversations held by it.

    So it is in Monica 4.1, whose database deletes them; clients take it that none is without.
    """
    return await delete_entry(kept, params, _conversations)


async def _conversations(reader: Reader, field_type: Collection[str]) -> list[int]:
    """The seqs of the conversations held by the type of these ids. All are looked through."""
    found: list[int] = []
    order = KindsOrder("recorded", is_descending=False)
    keys = await reader.keys_of_kinds(CONVERSATIONS.kinds, order, is_alone_allowed=True)
    seqs = [seq for _, seq in keys]
    while seqs:
        activities, covered = await reader.fitting_activities(seqs, with_attrs=False)
        seqs = seqs[covered:]
        found += [one.seq for one in activities if _type_of(one) in field_type]
    return found


def _type_of(conversation: Activity) -> str:
    return str(values_of(CONVERSATIONS, conversation)["contact_field_type"])

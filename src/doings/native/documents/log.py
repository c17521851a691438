"""The JSON of the log of changes: proofs, and the feed with what happened to entities."""

from typing import Annotated

import msgspec
from msgspec import Meta

_ENTITY_CHANGE = {
    "type": "object",
    "title": "EntityChangeItem",
    "description": "What happened to an entity, as it is now; null once it is deleted.",
    "properties": {
        "seq": {"type": "integer"},
        "op": {"enum": ["created", "deleted", "updated"]},
        "at": {"type": "string", "format": "date-time"},
        "by": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "type": {"type": "string"},
        "id": {"type": "string"},
        "entity": {"anyOf": [{"$ref": "#/components/schemas/EntityDocument"}, {"type": "null"}]},
        "leaf": {"type": "integer"},
    },
    "required": ["seq", "op", "at", "by", "type", "id", "entity", "leaf"],
}
FeedItem = Annotated[
    msgspec.Raw,
    Meta(
        extra_json_schema={
            "anyOf": [{"$ref": "#/components/schemas/ChangeDocument"}, _ENTITY_CHANGE]
        }
    ),
]


class FeedPage(msgspec.Struct):
    """Changes, oldest first, those of entities where they are asked for; `last` is to go on."""

    items: list[FeedItem]
    last: int


class Proof(msgspec.Struct):
    """That a change is in the log. Hashes are base64, the nearest of the `path` first.

    `salt` and `statement` are null once what the change was about was erased.
    """

    leaf: int
    size: int
    hash: str
    digest: str
    salt: str | None
    statement: str | None
    path: list[str]
    checkpoint: str


class ConsistencyProof(msgspec.Struct):
    """The hashes, in base64, that lead from the root of the old size to that of the new one."""

    path: list[str]

"""The JSON of changes as they are listed, and of the events of a stream."""

from typing import Literal

import msgspec

from doings.core.documents.document import ChangeDocument


class ChangePage(msgspec.Struct):
    """Changes, oldest first; `last` is where to go on (`?after=`)."""

    items: list[ChangeDocument]
    last: int


class StreamEvent(msgspec.Struct, omit_defaults=True):
    """One event of a stream: its name, one line of JSON, and the position after it."""

    event: Literal[
        "created",
        "updated",
        "deleted",
        "erased",
        "left",
        "entity.created",
        "entity.updated",
        "entity.deleted",
        "entity.erased",
        "position",
        "reset",
        "closing",
    ]
    data: str
    id: str = ""

"""From a chunk of the feed to the bytes that each filter is sent, every event encoded only once."""

from collections.abc import Callable

import msgspec

from doings.core.document import (
    EnteredDocument,
    LeftDocument,
    change_document,
    entity_change_document,
)
from doings.core.position import Position
from doings.core.query import Query
from doings.core.store.changes import Change, EntityChange, FeedChunk
from doings.live import sse
from doings.live.matching import (
    States,
    Told,
    how_told,
    is_everything,
    is_told_of_entity,
    states,
)

Frame = tuple[int, bytes]
"""An event and its seq."""


class Frames:
    """The events of a chunk. What several filters are sent is encoded for the first of them."""

    def __init__(self, chunk: FeedChunk) -> None:
        self._chunk = chunk
        self._encoded: dict[tuple[int, Told], bytes] = {}
        self._states: dict[int, States] | None = None

    def of(self, query: Query) -> list[Frame]:
        """What a filter lets through, oldest first."""
        frames = []
        for item in self._chunk.items:
            told = self._told(query, item)
            if told is not None:
                frames.append((item.seq, self._frame(item, told)))
        return frames

    def _told(self, query: Query, item: Change | EntityChange) -> Told | None:
        if is_everything(query):
            return "item"
        if isinstance(item, EntityChange):
            return "item" if is_told_of_entity(query, item.key) else None
        if self._states is None:
            self._states = states(self._chunk)
        return how_told(query, self._states[item.seq])

    def _frame(self, item: Change | EntityChange, told: Told) -> bytes:
        frame = self._encoded.get((item.seq, told))
        if frame is None:
            position = str(Position(self._chunk.epoch, item.seq))
            name, document = (
                (f"entity.{item.op}", entity_change_document(item))
                if isinstance(item, EntityChange)
                else _DOCUMENTS[told](item)
            )
            frame = self._encoded[item.seq, told] = sse.event(name, document, position)
        return frame


def _item(change: Change) -> tuple[str, object]:
    return change.op, change_document(change)


def _entered(change: Change) -> tuple[str, object]:
    document = change_document(change)
    return "created", EnteredDocument(**msgspec.structs.asdict(document))


def _left(change: Change) -> tuple[str, object]:
    return "left", LeftDocument(change.activity_id, change.seq)


_DOCUMENTS: dict[Told, Callable[[Change], tuple[str, object]]] = {
    "item": _item,
    "entered": _entered,
    "left": _left,
}
"""The name of the event and its data."""

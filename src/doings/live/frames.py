"""From a chunk of the feed to the bytes that each filter is sent, every event encoded only once."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from doings.core.documents.document import (
    ChangeDocument,
    EnteredDocument,
    LeftDocument,
    change_document,
    entity_change_document,
)
from doings.core.entity import EntityKey
from doings.core.presentation.viewed import (
    ViewedChange,
    ViewedEntered,
    ViewedErasure,
    viewed_change_document,
)
from doings.core.query import Query
from doings.core.resuming.position import Position
from doings.core.store.changes import Change, EntityChange, FeedChunk
from doings.live import sse
from doings.live.matching import (
    States,
    Told,
    is_everything,
    is_regrouped,
    states,
    told_of,
)

Frame = tuple[int, bytes]
"""An event and its seq."""


class Audience(NamedTuple):
    """Those who are sent the same: by one filter, and as a viewer of an entity is shown it, if so.

    A viewer is told of activities only, and of other entities without their ids. That somebody was
    erased is told to viewers, too, so that they load again what names them.
    """

    query: Query
    viewed: EntityKey | None = None


class Frames:
    """The events of a chunk. What several audiences are sent is encoded for the first of them."""

    def __init__(self, chunk: FeedChunk) -> None:
        self._chunk = chunk
        self._encoded: dict[tuple[int, Told, EntityKey | None], bytes] = {}
        self._states: dict[int, States] | None = None

    def of(self, audience: Audience) -> list[Frame]:
        """What an audience is sent, oldest first."""
        query, viewed = audience
        frames = []
        for item in self._chunk.items:
            told = self._told(query, item)
            is_hidden = viewed and isinstance(item, EntityChange) and item.op != "erased"
            if isinstance(item, EntityChange) and is_regrouped(query, item, self._chunk.people):
                # The position is that before the change, so that whoever leaves between these two
                # events is told both again.
                frames.append((item.seq, sse.reset_event(self._position(item.seq - 1))))
            if told is not None and not is_hidden:
                frames.append((item.seq, self._frame(item, told, viewed)))
        return frames

    def _position(self, seq: int) -> str:
        return str(Position(self._chunk.epoch, seq))

    def _told(self, query: Query, item: Change | EntityChange) -> Told | None:
        if is_everything(query):
            return "item"
        if self._states is None:
            self._states = states(self._chunk)
        return told_of(query, item, self._states, self._chunk.people)

    def _frame(self, item: Change | EntityChange, told: Told, viewed: EntityKey | None) -> bytes:
        frame = self._encoded.get((item.seq, told, viewed))
        if frame is None:
            name, document = (
                (f"entity.{item.op}", _entity_document(item, viewed))
                if isinstance(item, EntityChange)
                else _DOCUMENTS[told](item, viewed)
            )
            frame = self._encoded[item.seq, told, viewed] = sse.event(
                name, document, self._position(item.seq)
            )
        return frame


def _entity_document(change: EntityChange, viewed: EntityKey | None) -> object:
    return ViewedErasure(change.seq) if viewed else entity_change_document(change)


def _document(change: Change, viewed: EntityKey | None) -> ChangeDocument | ViewedChange:
    return viewed_change_document(change, viewed) if viewed else change_document(change)


def _item(change: Change, viewed: EntityKey | None) -> tuple[str, object]:
    return change.op, _document(change, viewed)


def _entered(change: Change, viewed: EntityKey | None) -> tuple[str, object]:
    members = msgspec.structs.asdict(_document(change, viewed))
    return "created", ViewedEntered(**members) if viewed else EnteredDocument(**members)


def _left(change: Change, viewed: EntityKey | None) -> tuple[str, object]:  # noqa: ARG001 - as above
    return "left", LeftDocument(change.activity_id, change.seq)


_DOCUMENTS: dict[Told, Callable[[Change, EntityKey | None], tuple[str, object]]] = {
    "item": _item,
    "entered": _entered,
    "left": _left,
}
"""The name of the event and its data."""

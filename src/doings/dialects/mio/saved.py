"""Saved lists and details, and lists to save: `{"activities":[…]}`, newest first."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from doings.core.activity import Activity
from doings.core.entity import SELF
from doings.core.imports import (
    Context,
    ImportItem,
    SavedAnswers,
    decoded_answer,
    elements_of_list,
    list_chunks,
)
from doings.core.query import Query
from doings.core.timeline import Timeline
from doings.dialects.mio.documents import NOTHING, ActivityDocument
from doings.dialects.mio.filling import filled_draft
from doings.dialects.mio.mapping import (
    activity_detail_document,
    draft_from_document,
    entity_drafts_from_document,
    saved_activity,
)
from doings.dialects.mio.vocabulary import KINDS

FRAME = (b'{"has_next":false,"activities":[', b"]}\n")


class SavedAnswer(msgspec.Struct):
    """The object around a list, or a detail by itself."""

    activities: msgspec.Raw = NOTHING
    id: str | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a document that is neither."""
        if self.activities is NOTHING and self.id is None:
            msg = "neither a list of activities nor one of them"
            raise ValueError(msg)


def elements_from_answer(answer: bytes) -> list[bytes]:
    """The elements of a list, or the one detail; raises Malformed and Invalid."""
    activities = decoded_answer(answer, SavedAnswer).activities
    return [answer] if activities is NOTHING else elements_of_list(activities)


def parse_element(element: bytes, context: Context) -> ImportItem:
    """Read an element; raises Invalid."""
    document = saved_activity(element)
    return ImportItem(
        draft=draft_from_document(document, own=(SELF, context.account.slug)),
        entities=tuple(entity_drafts_from_document(document)),
        id=document.id,
    )


def respond_chunks(timeline: Timeline, context: Context) -> AsyncIterator[bytes]:
    """The list of all activities, each as its detail shows it."""

    def documents(activities: Sequence[Activity]) -> list[ActivityDocument]:
        return [
            activity_detail_document(activity, context.account, now=context.now)
            for activity in activities
        ]

    return list_chunks(timeline, Query(kinds=KINDS), documents, FRAME)


SAVED = SavedAnswers(
    filled_activity=filled_draft,
    elements_from_answer=elements_from_answer,
    parse_element=parse_element,
    respond_chunks=respond_chunks,
    is_newest_first=True,
)

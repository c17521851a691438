"""Saved lists, and lists to save: bare arrays, activities oldest first."""

from collections.abc import AsyncIterator, Sequence

from doings.core.activity import Activity
from doings.core.imports import Context, ImportItem, SavedAnswers, elements_of_list, list_chunks
from doings.core.query import Query
from doings.core.timeline import Timeline
from doings.dialects.cobot.documents import ActivityDocument
from doings.dialects.cobot.mapping import (
    activity_document,
    draft_from_document,
    saved_activity,
    saved_membership,
)


def elements_from_answer(answer: bytes) -> list[bytes]:
    """The elements of a list, or the one membership; raises Malformed and Invalid."""
    return [answer] if answer.startswith(b"{") else elements_of_list(answer)


def parse_element(element: bytes, _: Context) -> ImportItem:
    """Read an activity or a membership; raises Invalid."""
    membership = saved_membership(element)
    if membership is not None:
        return ImportItem(draft=None, entities=(membership,))
    return ImportItem(draft=draft_from_document(saved_activity(element)))


def respond_chunks(timeline: Timeline, _: Context) -> AsyncIterator[bytes]:
    """The list of all activities."""
    query = Query(is_descending=False)
    return list_chunks(timeline, query, _documents, (b"[", b"]\n"))


def _documents(activities: Sequence[Activity]) -> list[ActivityDocument]:
    return [activity_document(activity) for activity in activities]


SAVED = SavedAnswers(
    elements_from_answer=elements_from_answer,
    parse_element=parse_element,
    respond_chunks=respond_chunks,
    has_ids=False,
)

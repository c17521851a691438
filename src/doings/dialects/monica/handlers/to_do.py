"""What tasks and reminders do besides being kept: a task that is done happened, dates come up."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import msgspec
from starlette.responses import Response

from doings.core.activity import Draft, Link
from doings.core.budget import LIST_ITEMS
from doings.core.clock import local_date, second_from_instant
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.errors import NotFound
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityQuery
from doings.core.text import json_text, object_from_text
from doings.dialects.monica.handlers.activity_resources import create_entry as record_entry
from doings.dialects.monica.handlers.activity_resources import recorded
from doings.dialects.monica.handlers.entity_resources import check_room, create_entry, update_entry
from doings.dialects.monica.mapping.references import references_of
from doings.dialects.monica.mapping.resources.activities import ABOUT, ActivityResource
from doings.dialects.monica.mapping.resources.entities import EntityResource, draft_of_values
from doings.dialects.monica.mapping.resources.fields import Document, Values
from doings.dialects.monica.mapping.resources.moments import DAY_LENGTH
from doings.dialects.monica.mapping.resources.to_do import (
    COMPLETED_BY,
    REMINDER,
    REMINDERS,
    TASK,
    month_from,
    upcoming,
    upcoming_document,
)
from doings.dialects.monica.operations import ListParams, respond_one
from doings.dialects.monica.validation import integer_of, is_true
from doings.dialects.monica.vocabulary import COMPLETED_KIND, ORIGIN

ALL_REMINDERS = 1_000_000
"""More reminders than an account has: the limit of a look through all of them."""


async def update_task(kept: EntityResource, params: ListParams) -> Response:
    """PUT /tasks/:id: one that is completed now is an activity, until that is taken back."""
    now = params.request.services.clock.now()
    return await update_entry(kept, params, partial(_amend_task, now))


async def create_task(kept: EntityResource, params: ListParams) -> Response:
    """POST /tasks: one that is new and completed is an activity at once."""
    now = params.request.services.clock.now()
    return await create_entry(kept, params, partial(_amend_task, now))


async def _amend_task(now: int, writer: Writer, old: Entity, draft: EntityDraft) -> EntityDraft:
    """Record the completion of a task, or take it back; the task as it is stored then."""
    before, attrs = object_from_text(old.attrs), object_from_text(draft.attrs)
    is_completed = attrs.get("completed") is True
    if is_completed == _was_completed(before):
        return draft
    if is_completed:
        attrs["completed_at"] = f"{second_from_instant(now):%Y-%m-%dT%H:%M:%SZ}"
        attrs[COMPLETED_BY] = (await recorded(writer, _completion(old, draft, now))).seq
    else:
        attrs.pop("completed_at", None)
        await _take_back(writer, attrs.pop(COMPLETED_BY, None))
    return msgspec.structs.replace(draft, attrs=json_text(attrs))


def _was_completed(attrs: Mapping[str, Any]) -> bool:
    """Whether the completion of a task is noted: a flag without a time is not yet one."""
    return attrs.get("completed") is True and attrs.get("completed_at") is not None


def _completion(task: Entity, draft: EntityDraft, now: int) -> Draft:
    """The activity that a task is once it is done."""
    attrs = object_from_text(draft.attrs)
    description = attrs.get("description")
    links = [Link(TASK, task.id, TASK)]
    if draft.contact is not None:
        links.insert(0, Link(CONTACT, draft.contact, ABOUT))
    return Draft(
        kind=COMPLETED_KIND,
        occurred_at=now,
        summary=draft.name,
        body=description if isinstance(description, str) else None,
        data=json_text({"task_id": int(task.id)} if task.id.isdecimal() else {}),
        links=tuple(links),
        origin=ORIGIN,
    )


async def _take_back(writer: Writer, seq: object) -> None:
    """Delete the activity of a completion, if it is still there."""
    for activity in await writer.activities([seq] if type(seq) is int else []):
        if activity.kind == COMPLETED_KIND:
            await writer.erase(activity.seq)


async def create_with_reminder(kept: ActivityResource, params: ListParams) -> Response:
    """POST /lifeevents: with `has_reminder` it comes up each year."""

    async def remind(writer: Writer, values: Values, contact: Entity | None) -> None:
        if contact is None or not is_true(params.members.get("has_reminder")):
            return
        await check_room(REMINDERS, writer, contact)
        reminder = {
            "title": values["life_event_type"].get("name"),
            "description": None,
            "initial_date": values["happened_at"][:DAY_LENGTH],
            "frequency_type": "year",
            "frequency_number": 1,
            "delible": True,
        }
        draft = draft_of_values(REMINDERS, reminder, None, contact.id)
        await writer.number_entities(REMINDER, [draft])

    return await record_entry(kept, params, remind)


async def list_upcoming(params: ListParams) -> Response:
    """GET /reminders/upcoming/:month: what comes up next in a month, 0 for the present one.

    There are no pages, and at most LIST_ITEMS of them. Raises NotFound for what is no number.
    """
    month = params.request.path_params["month"]
    if not (month.isascii() and month.isdecimal()):
        raise NotFound("month", month)
    months = integer_of(month)
    today = local_date(params.request.services.clock.now(), params.time_zone)
    # A number of more digits than are read is beyond the calendar, too.
    bounds = None if months is None else month_from(today, months)

    async def work(reader: Reader) -> list[Document]:
        found = await _upcoming(reader, today, bounds) if bounds else []
        keys = {key for _, reminder in found for key in references_of(reminder)}
        context = await params.render_context(reader, keys)
        return [upcoming_document(day, reminder, context) for day, reminder in found]

    return respond_one(await params.request.timeline.read(work, bounded=False))


async def _upcoming(
    reader: Reader, today: date, bounds: tuple[date, date]
) -> list[tuple[date, Entity]]:
    """The reminders that come up, by their dates; they are read part by part."""
    query = EntityQuery(type=REMINDER, limit=ALL_REMINDERS)
    seqs: Sequence[int] = await reader.entity_seqs(query)
    found: list[tuple[date, Entity]] = []
    while seqs:
        reminders, covered = await reader.fitting_entities(seqs)
        seqs = seqs[covered:]
        found += upcoming(reminders, today, bounds)
    return sorted(found, key=lambda pair: (pair[0], pair[1].seq))[:LIST_ITEMS]

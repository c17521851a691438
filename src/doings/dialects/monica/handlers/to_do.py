"""What tasks and reminders do besides being kept: a task that is done happened, dates come up."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any

import msgspec
from starlette.responses import Response

from doings.core.activity import Activity, Draft, Link
from doings.core.budget import LIST_ITEMS
from doings.core.clock import local_date, second_from_instant
from doings.core.defaults import REMINDER, TASK
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.errors import NotFound
from doings.core.query import KindsOrder
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityQuery
from doings.core.text import json_text, object_from_text
from doings.dialects.monica.handlers.activity_resources import create_entry as record_entry
from doings.dialects.monica.handlers.activity_resources import recorded
from doings.dialects.monica.handlers.entity_resources import (
    ALL_ENTRIES,
    check_room,
    create_entry,
    list_entries,
    list_entries_of_contact,
    page_of,
    reading_of,
    update_entry,
)
from doings.dialects.monica.mapping.references import references_of
from doings.dialects.monica.mapping.resources.activities import ABOUT, ActivityResource
from doings.dialects.monica.mapping.resources.entities import EntityResource, draft_of_values
from doings.dialects.monica.mapping.resources.fields import Document, Values
from doings.dialects.monica.mapping.resources.moments import DAY_LENGTH
from doings.dialects.monica.mapping.resources.to_do import (
    COMPLETED_BY,
    REMINDERS,
    month_from,
    upcoming,
    upcoming_document,
)
from doings.dialects.monica.operations import ListParams, respond_list, respond_one
from doings.dialects.monica.paging import Page
from doings.dialects.monica.params import Listing
from doings.dialects.monica.validation import integer_of, is_true
from doings.dialects.monica.vocabulary import COMPLETED_KIND, ORIGIN
from doings.httpkit.errors import Unreadable
from doings.httpkit.input.params import last

COMPLETED = "completed"
"""The parameter that asks for tasks that are done, or not."""

Find = Callable[[ListParams, Reader], Awaitable[list[int]]]
"""Finds the seqs of the tasks of a list."""


async def list_tasks(kept: EntityResource, params: ListParams) -> Response:
    """GET /tasks: all tasks, by pages."""
    if _is_plain(params):
        return await list_entries(kept, params)
    return await _list_chosen(kept, params, _all_tasks)


async def list_tasks_of_contact(kept: EntityResource, params: ListParams) -> Response:
    """GET /contacts/:id/tasks: those of one contact, by pages; raises NotFound."""
    if _is_plain(params):
        return await list_entries_of_contact(kept, params)
    return await _list_chosen(kept, params, _tasks_of_contact)


def _is_plain(params: ListParams) -> bool:
    return COMPLETED not in params.request.query and params.listing.named != "completed_at"


async def _all_tasks(_: ListParams, reader: Reader) -> list[int]:
    return await reader.entity_seqs(EntityQuery(type=TASK, limit=ALL_ENTRIES))


async def _tasks_of_contact(params: ListParams, reader: Reader) -> list[int]:
    contact = await params.lookup(reader).contact(params.id)
    return [one.seq for one in await reader.belongings([contact.seq], [TASK])]


async def _list_chosen(kept: EntityResource, params: ListParams, find: Find) -> Response:
    """The tasks that are done, or not, or all by when they were.

    No index knows that, so all tasks of the list are looked through, part by part.
    """
    listing = params.listing
    wanted = _wanted(params)
    key_of = _sort_key(listing)

    async def work(reader: Reader) -> Page:
        found: list[tuple[object, int]] = []
        left: Sequence[int] = await find(params, reader)
        while left:
            tasks, covered = await reader.fitting_entities(left)
            left = left[covered:]
            found += [
                (key_of(one), one.seq) for one in tasks if wanted in {None, _is_completed(one)}
            ]
        found.sort(reverse=listing.is_descending)
        seqs = [seq for _, seq in found[listing.skip :][: listing.limit]]
        return await page_of(kept, params, reader, seqs, len(found))

    page = await params.request.timeline.read(work, bounded=False)
    return await respond_list(page, params, params.rest_of(reading_of(kept, params)))


def _wanted(params: ListParams) -> bool | None:
    """Whether tasks are asked for that are done, or not; raises Unreadable."""
    text = last(params.request.query, COMPLETED)
    if text is not None and text not in WORDS:
        raise Unreadable("is 1 or 0", COMPLETED)
    return None if text is None else WORDS[text]


WORDS = {"1": True, "true": True, "0": False, "false": False}


def _is_completed(task: Entity) -> bool:
    return object_from_text(task.attrs).get("completed") is True


def _sort_key(listing: Listing) -> Callable[[Entity], object]:
    """By what the tasks are sorted, before the order in which they were made."""
    if listing.named == "completed_at":
        return _completed_at
    return attrgetter("updated_at" if listing.by == "updated" else "seq")


def _completed_at(task: Entity) -> str:
    """When a task was completed; those that are not come first."""
    completed_at = object_from_text(task.attrs).get("completed_at")
    return completed_at if isinstance(completed_at, str) else ""


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
        attrs["completed_at"] = _second(now)
        # Whose task it is itself, also while another contact stands for that one.
        named = (await writer.named_entities([old.key])).get(old.key, old)
        completion = _completion(named, draft, now)
        attrs[COMPLETED_BY] = (await recorded(writer, completion)).seq
    else:
        completed_at, seq = attrs.pop("completed_at", None), attrs.pop(COMPLETED_BY, None)
        await _take_back(writer, old, completed_at, seq)
    return msgspec.structs.replace(draft, attrs=json_text(attrs))


def _was_completed(attrs: Mapping[str, Any]) -> bool:
    """Whether the completion of a task is noted: a flag without a time is not yet one."""
    return attrs.get("completed") is True and attrs.get("completed_at") is not None


def _completion(task: Entity, draft: EntityDraft, now: int) -> Draft:
    """The activity that a task is once it is done."""
    attrs = object_from_text(draft.attrs)
    description = attrs.get("description")
    links = [Link(TASK, task.id, TASK)]
    if task.contact is not None:
        links.insert(0, Link(CONTACT, task.contact, ABOUT))
    return Draft(
        kind=COMPLETED_KIND,
        occurred_at=now,
        summary=draft.name,
        body=description if isinstance(description, str) else None,
        data=json_text({"task_id": int(task.id)} if task.id.isdecimal() else {}),
        links=tuple(links),
        origin=ORIGIN,
    )


async def _take_back(writer: Writer, task: Entity, completed_at: object, seq: object) -> None:
    """Delete the activity of a completion, if it is still there.

    A task that came by a file holds a seq of the account that it was exported from. What has it
    here is something else, and the completion is found by the task that it is linked to.
    """
    found = await writer.activities([seq] if type(seq) is int else [])
    done = [one for one in found if _is_of_task(one, task)]
    if not done:
        keys = await writer.keys_of_kinds(
            (COMPLETED_KIND,), KindsOrder(), task.key, is_alone_allowed=True
        )
        found = await writer.activities([seq for _, seq in keys])
        done = [one for one in found if _second(one.occurred_at) == completed_at]
    for activity in done:
        await writer.erase(activity.seq)


def _is_of_task(activity: Activity, task: Entity) -> bool:
    linked = [link.entity.key for link in activity.links]
    return activity.kind == COMPLETED_KIND and task.key in linked


def _second(instant: int) -> str:
    return f"{second_from_instant(instant):%Y-%m-%dT%H:%M:%SZ}"


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
        await writer.number_entities(REMINDER, [draft], above=params.numbers.before_own)

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
    query = EntityQuery(type=REMINDER, limit=ALL_ENTRIES)
    seqs: Sequence[int] = await reader.entity_seqs(query)
    found: list[tuple[date, Entity]] = []
    while seqs:
        reminders, covered = await reader.fitting_entities(seqs)
        seqs = seqs[covered:]
        found += upcoming(reminders, today, bounds)
    return sorted(found, key=lambda pair: (pair[0], pair[1].seq))[:LIST_ITEMS]

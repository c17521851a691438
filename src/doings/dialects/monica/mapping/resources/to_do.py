"""What is to happen: tasks, and reminders with the dates they fall on. Pure."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from doings.core.defaults import REMINDER, TASK
from doings.core.entity import NAME_LENGTH, Entity
from doings.core.text import object_from_text
from doings.dialects.monica.mapping.render_context import RenderContext
from doings.dialects.monica.mapping.resources.entities import EntityResource, item_of
from doings.dialects.monica.mapping.resources.fields import (
    Document,
    Field,
    Resource,
    Shown,
    document_of,
)
from doings.dialects.monica.mapping.resources.happened import flag_field, show_moment
from doings.dialects.monica.mapping.resources.members import (
    ACCOUNT,
    CONTACT,
    CREATED_AT,
    ID,
    OBJECT,
    UPDATED_AT,
    UUID,
)
from doings.dialects.monica.mapping.resources.people import ITS_CONTACT
from doings.dialects.monica.validation import (
    DATE_FORMAT,
    FLAG,
    INTEGER,
    REQUIRED,
    STRING,
    at_most,
    date_of,
    integer_of,
    is_true,
    one_of,
)

COMPLETED_BY = "completed_by"
"""The attribute of a task that holds the seq of the activity of its completion."""

FREQUENCIES = ("one_time", "week", "month", "year")

TASKS = EntityResource(
    resource=Resource(
        type=TASK,
        object="task",
        path="/tasks",
        contact=(INTEGER,),
        fields=(
            Field("title", (REQUIRED, STRING, at_most(255))),
            Field("description", (STRING,)),
            flag_field("completed", is_kept=True),
            Field("completed_at", is_made=True, show=show_moment),
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "title",
            "description",
            "completed",
            "completed_at",
            ACCOUNT,
            CONTACT,
            CREATED_AT,
            UPDATED_AT,
        ),
        unknown="The selected task id is invalid.",
        created=200,
    ),
    named_by="title",
    is_numbered=True,
    stays=True,
)


def _day(text: Any, context: RenderContext) -> str | None:  # noqa: ANN401 - a Field's shape
    """A date as documents show it."""
    return show_moment(text, context)


REMINDERS = EntityResource(
    resource=Resource(
        type=REMINDER,
        object="reminder",
        path="/reminders",
        contact=ITS_CONTACT,
        fields=(
            Field("initial_date", (REQUIRED, DATE_FORMAT), show=_day),
            Field("frequency_type", (REQUIRED, one_of(*FREQUENCIES))),
            Field(
                "frequency_number",
                (REQUIRED, INTEGER),
                holds=(int,),
                store=integer_of,
                is_kept=True,
            ),
            Field("title", (REQUIRED, STRING, at_most(NAME_LENGTH))),
            Field("description", (STRING, at_most(1_000_000))),
            Field("delible", (FLAG,), holds=(bool,), store=is_true, missing=True),
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "title",
            "description",
            "frequency_type",
            "frequency_number",
            "initial_date",
            "delible",
            ACCOUNT,
            CONTACT,
            CREATED_AT,
            UPDATED_AT,
        ),
        unknown="The selected reminder id is invalid.",
    ),
    unknown_to_delete="The selected reminder id is invalid.",
    named_by="title",
    is_numbered=True,
    stays=True,
    only_new=("frequency_number",),
)

UPCOMING = Resource(
    type=REMINDER,
    object=REMINDER,
    path="/reminders/upcoming",
    fields=REMINDERS.resource.fields,
    members=(
        ID,
        Shown("reminder_id", lambda _, item, __: item.number),
        OBJECT,
        Shown("planned_date", lambda _, item, __: item.values["planned_date"]),
        "title",
        "description",
        "frequency_type",
        "frequency_number",
        "initial_date",
        "delible",
        ACCOUNT,
        CONTACT,
        CREATED_AT,
        UPDATED_AT,
    ),
)
"""A reminder with the date on which it comes up next."""


def next_date(reminder: Entity, today: date) -> date | None:
    """The date on which a reminder comes up next; None for one whose time is over."""
    attrs = object_from_text(reminder.attrs)
    initial = date_of(attrs.get("initial_date"))
    number = attrs.get("frequency_number")
    steps = number if type(number) is int and number > 0 else 1
    if initial is None or initial >= today:
        return initial
    match attrs.get("frequency_type"):
        case "week":
            return _in_days(initial, today, 7 * steps)
        case "month":
            return _in_months(initial, today, steps)
        case "year":
            return _in_months(initial, today, 12 * steps)
    return None


def _in_days(initial: date, today: date, days: int) -> date | None:
    """The first date from today on that is a number of steps of some days after the first one."""
    steps = -(-(today - initial).days // days)
    day = initial.toordinal() + steps * days
    return date.fromordinal(day) if day <= date.max.toordinal() else None


def _in_months(initial: date, today: date, months: int) -> date | None:
    """The first date from today on that is a number of steps of some months after the first one."""
    passed = 12 * (today.year - initial.year) + today.month - initial.month
    step = passed // months
    while True:
        found = _months_later(initial, step * months)
        if found is None or found >= today:
            return found
        step += 1


def _months_later(day: date, months: int) -> date | None:
    """The same day of a later month, or that month's last one; None beyond the calendar."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    if year > date.max.year:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_from(today: date, months: int) -> tuple[date, date] | None:
    """The first and the last day of a month from this one on; the present one begins today."""
    first = _months_later(today.replace(day=1), months)
    if first is None:
        return None
    return max(first, today), first.replace(day=monthrange(first.year, first.month)[1])


def upcoming(
    reminders: Sequence[Entity], today: date, bounds: tuple[date, date]
) -> list[tuple[date, Entity]]:
    """The reminders that come up within the bounds, by their dates."""
    first, last = bounds
    dated = [(next_date(reminder, today), reminder) for reminder in reminders]
    found = [(day, one) for day, one in dated if day is not None and first <= day <= last]
    return sorted(found, key=lambda pair: (pair[0], pair[1].seq))


def upcoming_document(day: date, reminder: Entity, context: RenderContext) -> Document:
    """The document of a reminder that comes up on a day."""
    item = item_of(REMINDERS, reminder, context.api)
    planned = f"{day.isoformat()}T00:00:00.000000Z"
    values = {**item.values, "planned_date": planned}
    return document_of(UPCOMING, msgspec.structs.replace(item, values=values), context)

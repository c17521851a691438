"""From a form to what is recorded, or to what is wrong with it, field by field."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import NamedTuple, TypeVar

import msgspec

from doings.core.activity import LEVELS, Activity, Draft, Link, draft_of, given_links
from doings.core.clock import (
    DAY,
    instant_from_datetime,
    second_from_instant,
    start_of_date,
    zone,
)
from doings.core.errors import Invalid
from doings.core.interactions.lifecycle import check_revision
from doings.core.text import json_text
from doings.core.values.instants import date_from_text
from doings.core.values.markup import HTML_KINDS, html_from_text
from doings.dialects.monica.mapping.emotions import has_emotion
from doings.web.forms import Problems, sentence
from doings.web.recording.form import Form, What, form_of, persons_of
from doings.web.recording.people import People

T = TypeVar("T")

ORIGIN = "web"
"""The origin of what is recorded by hand on the pages."""

AHEAD = 366 * DAY
"""From so much ahead on somebody is asked whether a date is meant."""

FIELDS = {"occurred_at": "on", "summary": "summary", "body": "body", "level": "level"}
"""Members of a draft, and the fields in which they are written."""

REQUIRED = {
    "summary": "Say in a few words what it was.",
    "body": "Write something.",
    "people": "Name somebody.",
}


class Given(msgspec.Struct, frozen=True):
    """A form that was read: the instant, and the other values as they are recorded."""

    occurred_at: int
    summary: str | None
    body: str | None
    level: str | None
    type: int | None
    feelings: tuple[int, ...]


class Setting(NamedTuple):
    """The zone whose clocks a form means, and the present instant."""

    time_zone: str
    now: int


def read_form(
    form: Form, what: What, people: People, types: Sequence[str], setting: Setting
) -> tuple[Given | None, Problems]:
    """The values of a form, or what is wrong with it; `types` are those that may be chosen."""
    problems: Problems = {}

    def read(field: str, how: Callable[[], T], instead: T) -> T:
        try:
            return how()
        except ValueError as error:
            problems[field] = sentence(str(error))
            return instead

    occurred_at = read("on", lambda: _meant(form, setting), 0)
    given = Given(
        occurred_at=occurred_at,
        summary=form.summary.strip() or None,
        body=form.body if form.body.strip() else None,
        level=read("level", lambda: _level(form.level), None),
        type=read("type", lambda: _type(form.type, types), None) if what.is_encounter else None,
        feelings=read("feeling", lambda: _feelings(form), ()) if what.is_encounter else (),
    )
    if people.problem:
        problems["people"] = people.problem
    for field in what.required:
        is_given = (people.keys or people.new) if field == "people" else getattr(given, field)
        if not is_given:
            problems.setdefault(field, REQUIRED[field])
    return (None if problems else given), problems


def _meant(form: Form, setting: Setting) -> int:
    """When it happened. A year that was mistyped is asked about, once for each date."""
    instant = _instant(form, setting.time_zone)
    if instant > setting.now + AHEAD and form.sure != form.on:
        raise ValueError("this is more than a year ahead; if it is meant, send the form once more")
    return instant


def _instant(form: Form, time_zone: str) -> int:
    """When it happened: a day without a time of day is meant from its start."""
    day = date_from_text(form.on.strip())
    text = form.at.strip()
    if not text:
        return start_of_date(day, time_zone)
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        raise ValueError("the time must be like 14:05") from None
    if clock.tzinfo is not None:
        raise ValueError("the time must be like 14:05")
    moment = datetime.combine(day, clock, zone(time_zone))
    instant = instant_from_datetime(moment)
    if second_from_instant(instant).astimezone(zone(time_zone)).time() != clock.replace(
        microsecond=0
    ):
        raise ValueError(f"clocks in {time_zone} leave out {clock:%H:%M} on this day")
    return instant


def _level(text: str) -> str | None:
    if text and text not in LEVELS:
        raise ValueError("choose one of those that are offered")
    return text or None


def _type(text: str, types: Sequence[str]) -> int | None:
    if not text:
        return None
    if text not in types or not text.isdecimal():
        raise ValueError("choose one of those that are offered")
    return int(text)


def _feelings(form: Form) -> tuple[int, ...]:
    numbers = [int(text) if text.isdecimal() and len(text) < 6 else 0 for text in form.feelings]  # noqa: PLR2004
    if not all(map(has_emotion, numbers)):
        raise ValueError("choose among those that are offered")
    return tuple(dict.fromkeys(numbers))


def new_draft(form: Form, what: What, given: Given, links: tuple[Link, ...]) -> Draft:
    """The draft of something new; raises Invalid."""
    return Draft(
        kind=what.kind,
        occurred_at=given.occurred_at,
        summary=given.summary,
        body=given.body,
        data=_data(form, given, {}, is_moved=True) if what.is_encounter else "{}",
        level=given.level,
        links=links,
        origin=ORIGIN,
        external_id=form.once or None,
    )


Members = dict[str, msgspec.Raw]


def changed_draft(  # noqa: PLR0913 - what was, what is written, and how it is read
    activity: Activity,
    form: Form,
    what: What,
    given: Given,
    links: tuple[Link, ...],
    *,
    time_zone: str,
) -> Draft:
    """The activity as the form wants it; raises Invalid and Conflict.

    What was left as it was shown stays as it is, to the microsecond. The links keep their order and
    roles; those that were taken away are left out, and new ones come last.
    """
    shown = form_of(activity, time_zone, 0)
    is_moved = (form.on.strip(), form.at.strip()) != (shown.on, shown.at)
    draft = msgspec.structs.replace(
        draft_of(activity),
        occurred_at=given.occurred_at if is_moved else activity.occurred_at,
        summary=activity.summary if form.summary == shown.summary else given.summary,
        body=activity.body if form.body == shown.body else _body(activity, given.body),
        level=given.level,
        links=_links(activity, links),
    )
    if what.is_encounter:
        members = msgspec.json.decode(activity.data, type=Members)
        is_dated = form.on.strip() != shown.on
        data = _data(form, given, members, is_moved=is_dated)
        has_choice = (form.type, form.feelings) != (shown.type, shown.feelings)
        if is_dated or has_choice:
            draft = msgspec.structs.replace(draft, data=data)
    check_revision(activity, draft)
    return draft


def _body(activity: Activity, text: str | None) -> str | None:
    return html_from_text(text) if text and activity.kind in HTML_KINDS else text


def _links(activity: Activity, links: tuple[Link, ...]) -> tuple[Link, ...]:
    removable = set(persons_of(activity))
    wanted = {link.key for link in links}
    kept = [
        link
        for link in given_links(activity)
        if link.key in wanted or ":".join(link.key) not in removable
    ]
    known = {link.key for link in kept}
    return (*kept, *[link for link in links if link.key not in known])


def _data(form: Form, given: Given, members: Members, *, is_moved: bool) -> str:
    """The data of an encounter, as Monica's clients read it."""
    members = {name: value for name, value in members.items() if name not in CHOSEN}
    if given.type is not None:
        members["activity_type_id"] = _raw(given.type)
    if given.feelings:
        members["emotions"] = _raw(given.feelings)
    if is_moved:
        members["happened_on"] = _raw(form.on.strip())
    return json_text(members)


CHOSEN = frozenset({"activity_type_id", "emotions"})


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def problems_of(error: Invalid) -> Problems:
    """The problems of a draft, at the fields in which they were written."""
    problems: Problems = {}
    for field, reason in error.problems:
        name = "people" if field.startswith(("links", "people")) else FIELDS.get(field, "form")
        problems.setdefault(name, sentence(reason))
    return problems

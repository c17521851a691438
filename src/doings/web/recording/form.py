"""The form of an activity: what is typed in it, as it is shown again where it is refused.

All of it is text, since it may be anything. `drafts.py` makes an activity of it, or problems.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from doings.core.activity import ACTOR, Activity, Linked, given_links
from doings.core.interactions.lifecycle import COUNTERPART
from doings.core.presentation.prose import ENCOUNTER, plain_body
from doings.core.text import object_from_text
from doings.web.forms import new_once, once_of, text_of, texts_of, with_stored_ends
from doings.web.timeline.times import local

LISTS = frozenset({"person", "feeling"})
"""The fields that a form may have several times."""


class What(msgspec.Struct, frozen=True):
    """Something that is recorded by hand: its kind, and which fields its form has to be given."""

    kind: str
    name: str
    heading: str
    required: frozenset[str]
    role: str
    """The role of the people in it."""

    @property
    def is_encounter(self) -> bool:
        """Whether it has a type and feelings."""
        return self.kind == ENCOUNTER


WHATS: dict[str, What] = {
    "note": What("note.created", "A note", "Write a note", frozenset({"body"}), "subject"),
    "lunch": What(
        ENCOUNTER,
        "A lunch or the like",
        "What did you do together?",
        frozenset({"summary", "people"}),
        "attendee",
    ),
    "call": What(
        "call.logged",
        "A call",
        "Who was on the phone?",
        frozenset({"summary", "people"}),
        "subject",
    ),
}
"""What can be recorded, under the name that it has in addresses."""


def what_of(activity: Activity) -> What:
    """What is changed where an activity of any kind is: nothing has to be given."""
    role = "attendee" if activity.kind == ENCOUNTER else "subject"
    return What(activity.kind, "", "", frozenset(), role)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What is typed. `on` and `at` are a date and a time of day, `people` names by lines.

    `persons` are those that are ticked, as `type:id`, or as `new:` and a name. `once` stands for
    this very form: sent twice, it records once. `seen` is the last change that its reader knows,
    and `sure` the date that stood in the form when it was shown.
    """

    on: str = ""
    at: str = ""
    summary: str = ""
    body: str = ""
    level: str = ""
    type: str = ""
    feelings: tuple[str, ...] = ()
    people: str = ""
    persons: tuple[str, ...] = ()
    once: str = ""
    seen: str = ""
    sure: str = ""


TEXTS = ("on", "at", "summary", "body", "level", "type", "people", "seen", "sure")


def form_from_fields(fields: Mapping[str, Any]) -> Form:
    """The form as it was sent; line ends are those that are stored."""
    return Form(
        **{name: text_of(fields, name) for name in TEXTS},
        once=once_of(fields),
        feelings=texts_of(fields, "feeling"),
        persons=tuple(dict.fromkeys(texts_of(fields, "person"))),
    )


def blank_form(now: datetime, persons: tuple[str, ...]) -> Form:
    """A form for something that just happened."""
    return Form(
        on=now.date().isoformat(),
        at=f"{now:%H:%M}",
        persons=persons,
        once=new_once(),
    )


def form_of(activity: Activity, time_zone: str, seen: int) -> Form:
    """The form of an activity as it is."""
    moment = local(activity.occurred_at, time_zone)
    data = object_from_text(activity.data) if activity.kind == ENCOUNTER else {}
    return Form(
        on=moment.date().isoformat(),
        at=f"{moment:%H:%M}",
        summary=with_stored_ends(activity.summary or ""),
        body=with_stored_ends(plain_body(activity) or ""),
        level=activity.level or "",
        type=_number(data.get("activity_type_id")),
        feelings=tuple(map(_number, data.get("emotions") or ())),
        persons=persons_of(activity),
        seen=str(seen),
        sure=moment.date().isoformat(),
    )


def persons_of(activity: Activity) -> tuple[str, ...]:
    """Whom the form of an activity may take away, as `type:id`.

    Who did it, the parties of an interaction and those who were deleted stay.
    """
    fixed = {link.entity.key for link in activity.links if _is_fixed(link)}
    keys = [link.key for link in given_links(activity) if link.key not in fixed]
    return tuple(dict.fromkeys([":".join(key) for key in keys]))


def _is_fixed(link: Linked) -> bool:
    return link.entity.is_deleted or not {ACTOR, COUNTERPART}.isdisjoint(link.roles)


def _number(value: object) -> str:
    return "" if value is None else str(value)

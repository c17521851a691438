"""What happened with people, beside activities: notes, calls, life events and the journal. Pure."""

from typing import Any

from doings.core.errors import NotFound
from doings.dialects.monica.mapping.emotions import emotion_documents, has_emotion
from doings.dialects.monica.mapping.render_context import RenderContext
from doings.dialects.monica.mapping.resources.activities import ActivityResource
from doings.dialects.monica.mapping.resources.fields import Field, Resource, Values
from doings.dialects.monica.mapping.resources.life_events import (
    LIFE_EVENT_TYPES,
    stored_type,
    type_document,
)
from doings.dialects.monica.mapping.resources.members import (
    ACCOUNT,
    CONTACT,
    CREATED_AT,
    ID,
    OBJECT,
    UPDATED_AT,
    URL,
    UUID,
)
from doings.dialects.monica.mapping.resources.moments import MOMENT, moment_of, shown_moment
from doings.dialects.monica.validation import (
    FLAG,
    INTEGER,
    LIST,
    REQUIRED,
    STRING,
    at_most,
    integer_of,
    is_true,
)

OF_CONTACT = (REQUIRED, INTEGER)
"""The rules of `contact_id`; a contact that is not there is 404."""


def moment_field(name: str) -> Field:
    """A field that says when something happened."""
    return Field(name, (REQUIRED, MOMENT), store=moment_of, show=show_moment)


def show_moment(moment: Any, context: RenderContext) -> str | None:  # noqa: ANN401, ARG001 - a Field's shape
    """A moment as documents show it."""
    return None if moment is None else shown_moment(moment)


def flag_field(name: str, *rules: Any, is_kept: bool = False) -> Field:  # noqa: ANN401 - rules
    """A field that is true or false."""
    return Field(name, (*rules, FLAG), holds=(bool,), store=is_true, missing=False, is_kept=is_kept)


def _numbers(sent: list[Any]) -> list[int]:
    """The ids in a list, each once, without empty elements; 0, which nothing has, for no id."""
    return list(dict.fromkeys(integer_of(value) or 0 for value in sent if value is not None))


EMOTIONS = Field(
    "emotions",
    (LIST,),
    holds=(list,),
    store=_numbers,
    show=lambda stored, _: emotion_documents(stored),
    missing=[],
)


def _favorite(values: dict[str, Any], old: Values | None, now: str) -> None:
    """Note since when a note is a favorite."""
    since = old["favorited_at"] if old else None
    values["favorited_at"] = (since or now) if values["is_favorited"] else None


def _feel(values: dict[str, Any], old: Values | None, now: str) -> None:
    """Keep the emotions where none are sent; raises NotFound for one that there is not."""
    del now
    for emotion in values["emotions"]:
        if not has_emotion(emotion):
            raise NotFound("emotion", emotion)
    if old and not values["emotions"]:
        values["emotions"] = old["emotions"]


def _check_type(values: dict[str, Any], old: Values | None, now: str) -> None:
    """Raise NotFound for a type of life event that there is not."""
    del old, now
    number = values["life_event_type"]["id"]
    if number not in LIFE_EVENT_TYPES:
        raise NotFound("life event type", number)


def _date(values: dict[str, Any], old: Values | None, now: str) -> None:
    """A journal is written on the day on which it is sent."""
    values["date"] = old["date"] if old else now


NOTES = ActivityResource(
    resource=Resource(
        type="note",
        object="note",
        path="/notes",
        contact=OF_CONTACT,
        contact_at=1,
        fields=(
            Field("body", (REQUIRED, STRING, at_most(100_000))),
            flag_field("is_favorited", is_kept=True),
            Field("favorited_at", is_made=True, show=show_moment),
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "body",
            "is_favorited",
            "favorited_at",
            URL,
            ACCOUNT,
            CONTACT,
            CREATED_AT,
            UPDATED_AT,
        ),
    ),
    kinds=("note.created", "text.posted"),
    body="body",
    sorted_by=("favorited_at",),
    amend=_favorite,
)

CALLS = ActivityResource(
    resource=Resource(
        type="call",
        object="call",
        path="/calls",
        contact=OF_CONTACT,
        fields=(
            moment_field("called_at"),
            Field("content", (STRING,)),
            flag_field("contact_called"),
            EMOTIONS,
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "called_at",
            "content",
            "contact_called",
            "emotions",
            URL,
            ACCOUNT,
            CONTACT,
            CREATED_AT,
            UPDATED_AT,
        ),
        unknown="The selected call id is invalid.",
    ),
    kinds=("call.logged",),
    only_new=("contact_id",),
    body="content",
    moment="called_at",
    columns={"called_at": "occurred"},
    has_years=True,
    amend=_feel,
)

LIFE_EVENTS = ActivityResource(
    resource=Resource(
        type="lifeevent",
        object="lifeevent",
        path="/lifeevents",
        contact=OF_CONTACT,
        fields=(
            Field(
                "life_event_type",
                (REQUIRED, INTEGER),
                sent_as="life_event_type_id",
                holds=(dict,),
                store=lambda sent: stored_type(integer_of(sent) or 0),
                show=type_document,
            ),
            moment_field("happened_at"),
            Field("name", (STRING,)),
            Field("note", (STRING,)),
            Field("has_reminder", (REQUIRED, FLAG), store=lambda _: None),
            flag_field("happened_at_month_unknown", REQUIRED, is_kept=True),
            flag_field("happened_at_day_unknown", REQUIRED, is_kept=True),
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "name",
            "note",
            "happened_at",
            "life_event_type",
            ACCOUNT,
            CONTACT,
            CREATED_AT,
            UPDATED_AT,
        ),
        created=200,
    ),
    kinds=("life_event.logged",),
    only_new=(
        "contact_id",
        "has_reminder",
        "happened_at_month_unknown",
        "happened_at_day_unknown",
    ),
    summary="name",
    body="note",
    moment="happened_at",
    amend=_check_type,
)

JOURNAL = ActivityResource(
    resource=Resource(
        type="entry",
        object="entry",
        path="/journal",
        fields=(
            Field("title", (REQUIRED, STRING, at_most(255))),
            Field("post", (REQUIRED, STRING, at_most(1_000_000))),
            Field(
                "date",
                is_made=True,
                show=lambda moment, _: shown_moment(moment).replace("Z", ".000000Z"),
            ),
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "title",
            "post",
            "date",
            URL,
            ACCOUNT,
            CREATED_AT,
            UPDATED_AT,
        ),
    ),
    kinds=("journal_entry.written",),
    summary="title",
    body="post",
    moment="date",
    is_alone_allowed=True,
    amend=_date,
)

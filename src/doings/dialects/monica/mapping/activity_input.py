"""From the activities that clients send to drafts. Pure: knows nothing of HTTP."""

from collections.abc import Sequence
from datetime import date

import msgspec

from doings.core.activity import Activity, Draft, Link, draft_of, given_links
from doings.core.clock import start_of_date
from doings.core.defaults import ACTIVITY_TYPE
from doings.core.entity import CONTACT, Entity
from doings.core.text import json_text
from doings.core.values.markup import HTML_KINDS, html_from_text
from doings.dialects.monica.mapping.activity import happened_on, shown_description, shown_summary
from doings.dialects.monica.vocabulary import ATTENDEE, DATED_KINDS, ORIGIN, RECORDED_KIND


class ActivityInput(msgspec.Struct, frozen=True, kw_only=True):
    """An activity as it was sent, after it passed the rules; no emotions leave the old ones.

    `linked_type` is the id of a type that is no number, and then there is no `activity_type_id`.
    """

    activity_type_id: int | None
    linked_type: str | None = None
    summary: str
    description: str | None
    happened_on: date
    emotions: tuple[int, ...]
    contacts: tuple[int, ...]


def draft_from_input(
    activity_input: ActivityInput, contacts: Sequence[Entity], time_zone: str
) -> Draft:
    """The draft that is recorded; it begins with its day, as Monica knows no time of day."""
    return Draft(
        kind=RECORDED_KIND,
        occurred_at=start_of_date(activity_input.happened_on, time_zone),
        summary=activity_input.summary,
        body=activity_input.description,
        data=_data_with({}, activity_input),
        links=(
            *[Link(CONTACT, contact.id, ATTENDEE) for contact in contacts],
            *_type_links(activity_input, RECORDED_KIND),
        ),
        origin=ORIGIN,
    )


def draft_from_change(
    activity: Activity, activity_input: ActivityInput, contacts: Sequence[Entity], time_zone: str
) -> Draft:
    """An activity changed by what was sent; what was sent as it was shown stays as it is.

    On the date that it had, it keeps its time of day. Links to entities other than contacts stay.
    """
    is_moved = _is_moved(activity, activity_input, time_zone)
    is_renamed = activity_input.summary != shown_summary(activity)
    return msgspec.structs.replace(
        draft_of(activity),
        occurred_at=start_of_date(activity_input.happened_on, time_zone)
        if is_moved
        else activity.occurred_at,
        summary=activity_input.summary if is_renamed else activity.summary,
        body=_changed_body(activity, activity_input.description),
        data=_changed_data(activity, activity_input, is_moved=is_moved),
        links=_changed_links(activity, activity_input, contacts),
    )


def _is_moved(activity: Activity, activity_input: ActivityInput, time_zone: str) -> bool:
    """Whether the date that was sent is another one than that shown."""
    return activity_input.happened_on.isoformat() != happened_on(activity, time_zone)


def _changed_body(activity: Activity, description: str | None) -> str | None:
    if description == shown_description(activity):
        return activity.body
    if description is not None and activity.kind in HTML_KINDS:
        return html_from_text(description)
    return description


Members = dict[str, msgspec.Raw]


def _changed_data(activity: Activity, activity_input: ActivityInput, *, is_moved: bool) -> str:
    members = msgspec.json.decode(activity.data, type=Members)
    if activity.kind == RECORDED_KIND:
        return _data_with(members, activity_input)
    changed: Members = {}
    if activity_input.emotions:
        changed["emotions"] = _raw(activity_input.emotions)
    if is_moved and activity.kind in DATED_KINDS:
        # Of a call or a life event the data says the date, which would hide the new one.
        changed["happened_on"] = _raw(activity_input.happened_on)
    return json_text(members | changed) if changed else activity.data


def _data_with(members: Members, activity_input: ActivityInput) -> str:
    """The data of an encounter with what was sent; without emotions, the old ones stay."""
    members.pop("activity_type_id", None)
    if activity_input.activity_type_id is not None:
        members["activity_type_id"] = _raw(activity_input.activity_type_id)
    if activity_input.emotions:
        members["emotions"] = _raw(activity_input.emotions)
    members["happened_on"] = _raw(activity_input.happened_on)
    return json_text(members)


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _changed_links(
    activity: Activity, activity_input: ActivityInput, contacts: Sequence[Entity]
) -> tuple[Link, ...]:
    """The new attendees in the place of the old ones; a contact that was one keeps its roles.

    The links stand in an order that documents show. So the new attendees go where the first contact
    was: `links_before` counts the links in front of it that stay.
    """
    links = given_links(activity)
    attending = [link for contact in contacts for link in _links_to(contact, links)]
    others = [link for link in links if link.type not in {CONTACT, ACTIVITY_TYPE}]
    others += _type_links(activity_input, activity.kind)
    contacts_begin = next((i for i, link in enumerate(links) if link.type == CONTACT), 0)
    links_before = sum(link in others for link in links[:contacts_begin])
    return (*others[:links_before], *attending, *others[links_before:])


def _type_links(activity_input: ActivityInput, kind: str) -> list[Link]:
    """The link to the type; in the kind that Monica records one with a number follows from data."""
    number, id_ = activity_input.activity_type_id, activity_input.linked_type
    if number is not None and kind != RECORDED_KIND:
        id_ = str(number)
    return [] if id_ is None else [Link(ACTIVITY_TYPE, id_)]


def _links_to(contact: Entity, links: Sequence[Link]) -> list[Link]:
    old_links = [link for link in links if link.key == contact.key]
    return old_links or [Link(CONTACT, contact.id, ATTENDEE)]

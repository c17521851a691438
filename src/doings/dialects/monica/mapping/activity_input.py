"""What Monica sends about an activity, made into drafts. Pure: knows nothing of HTTP."""

from collections.abc import Sequence
from datetime import date

import msgspec

from doings.core.activity import Activity, Draft, Link, draft_of, given_links
from doings.core.clock import start_of_date
from doings.core.defaults import ACTIVITY_TYPE
from doings.core.entity import CONTACT, Entity
from doings.core.presentation.markup import HTML_KINDS, html_from_text
from doings.core.text import json_text
from doings.dialects.monica.mapping.activity import happened_on, shown_description, shown_summary
from doings.dialects.monica.vocabulary import ATTENDEE, ORIGIN, RECORDED_KIND


class ActivityInput(msgspec.Struct, frozen=True, kw_only=True):
    """An activity as it was sent, once it has passed the rules; no emotions say nothing of them."""

    activity_type_id: int | None
    summary: str
    description: str | None
    happened_on: date
    emotions: tuple[int, ...]
    contacts: tuple[int, ...]


def draft_from_input(given: ActivityInput, contacts: Sequence[Entity], time_zone: str) -> Draft:
    """What is recorded: it begins with the day, which is all that is known of its time."""
    return Draft(
        kind=RECORDED_KIND,
        occurred_at=start_of_date(given.happened_on, time_zone),
        summary=given.summary,
        body=given.description,
        data=_data_with({}, given),
        links=tuple([Link(CONTACT, contact.id, ATTENDEE) for contact in contacts]),
        origin=ORIGIN,
    )


def draft_from_change(
    activity: Activity, given: ActivityInput, contacts: Sequence[Entity], time_zone: str
) -> Draft:
    """An activity with what was sent in the place of what it had; what was shown stays as it is.

    On the same date it keeps its time of day, and its links to other things than contacts stay.
    """
    is_moved = given.happened_on.isoformat() != happened_on(activity, time_zone)
    is_renamed = given.summary != shown_summary(activity)
    return msgspec.structs.replace(
        draft_of(activity),
        occurred_at=start_of_date(given.happened_on, time_zone)
        if is_moved
        else activity.occurred_at,
        summary=given.summary if is_renamed else activity.summary,
        body=_changed_body(activity, given.description),
        data=_changed_data(activity, given),
        links=_changed_links(activity, given, contacts),
    )


def _changed_body(activity: Activity, description: str | None) -> str | None:
    if description == shown_description(activity):
        return activity.body
    if description is not None and activity.kind in HTML_KINDS:
        return html_from_text(description)
    return description


Members = dict[str, msgspec.Raw]


def _changed_data(activity: Activity, given: ActivityInput) -> str:
    members = msgspec.json.decode(activity.data, type=Members)
    if activity.kind == RECORDED_KIND:
        return _data_with(members, given)
    if given.emotions:
        members["emotions"] = _raw(given.emotions)
    return json_text(members) if given.emotions else activity.data


def _data_with(members: Members, given: ActivityInput) -> str:
    """The data of an encounter; no emotions leave those that there are."""
    members.pop("activity_type_id", None)
    if given.activity_type_id is not None:
        members["activity_type_id"] = _raw(given.activity_type_id)
    if given.emotions:
        members["emotions"] = _raw(given.emotions)
    members["happened_on"] = _raw(given.happened_on)
    return json_text(members)


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _changed_links(
    activity: Activity, given: ActivityInput, contacts: Sequence[Entity]
) -> tuple[Link, ...]:
    """The attendees in the place of those there were; who attended before keeps the roles."""
    links = given_links(activity)
    attending = [link for contact in contacts for link in _links_to(contact, links)]
    others = [link for link in links if link.type not in {CONTACT, ACTIVITY_TYPE}]
    if given.activity_type_id is not None and activity.kind != RECORDED_KIND:
        others.append(Link(ACTIVITY_TYPE, str(given.activity_type_id)))
    contacts_begin = next((i for i, link in enumerate(links) if link.type == CONTACT), 0)
    before = sum(link in others for link in links[:contacts_begin])
    return (*others[:before], *attending, *others[before:])


def _links_to(contact: Entity, links: Sequence[Link]) -> list[Link]:
    held = [link for link in links if link.key == contact.key]
    return held or [Link(CONTACT, contact.id, ATTENDEE)]

"""Drafts from the vendor's saved documents; it knows no HTTP."""

import re
from typing import Any

import msgspec

from doings.core.activity import ACTOR, Draft, Link
from doings.core.clock import text_from_instant
from doings.core.entity import CONTACT, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.core.imports import element_decoder
from doings.core.text import json_text
from doings.core.values.instants import instant_from_text
from doings.dialects.agendize import dates
from doings.dialects.agendize.documents import SavedActivity, SavedDate, SavedUser
from doings.dialects.agendize.vocabulary import (
    EMAIL,
    KEPT_DATES,
    KIND_OF_TYPE,
    NOUNS,
    ORIGIN,
    TEXT_MESSAGE,
    UPDATED,
    USER,
)

Members = dict[str, Any]

PREVIOUS = "previous"
SELF_LINK = "selfLink"

BODIES = frozenset({"note", "consent", "email", "text_message"})
"""The nouns whose texts are the activity's own summary and body, not data."""

_CAPITAL = re.compile(r"[A-Z]")


class Detail(msgspec.Struct, frozen=True):
    """The member that an activity of a type has of its own, in our words.

    `now` holds what is so after the activity, `before` what an update replaced.
    """

    now: Members
    before: Members


saved_activity = element_decoder(SavedActivity)
"""One element of a saved answer, from JSON; raises Invalid."""


def draft_from_document(
    document: SavedActivity, *, contact_id: str | None = None, time_zone: str = "UTC"
) -> Draft:
    """Read an element of a saved answer; raises Invalid.

    The vendor's activities do not name their client: `contact_id` is the client whose list was
    saved. `time_zone` is the zone of times that name none.
    """
    noun = _noun(document)
    written = _detail(_own_member(document))
    detail = Detail(
        _in_time(written.now, time_zone, {}), _in_time(written.before, time_zone, written.now)
    )
    kept = _kept_dates(document, written, detail, time_zone)
    return Draft(
        kind=KIND_OF_TYPE[document.type, document.event],
        occurred_at=dates.instant(document.date, time_zone),
        time_zone=document.date.time_zone or None,
        summary=_words(detail, "subject") if noun == "email" else None,
        body=_words(detail, "body") if noun in BODIES else None,
        data=json_text(_data(document, noun, detail)),
        metadata=json_text({KEPT_DATES: kept}) if kept else "{}",
        links=_links(document, contact_id),
        origin=ORIGIN,
        external_id=document.id,
    )


def entity_drafts_from_document(document: SavedActivity) -> list[tuple[EntityKey, EntityDraft]]:
    """The user whom an element of a saved answer names, if there is one."""
    user = document.user
    if user is None:
        return []
    attrs = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email_address,
    }
    known = {name: value for name, value in attrs.items() if value is not None}
    return [((USER, user.user_name), EntityDraft(name=_name(user), attrs=json_text(known)))]


def _name(user: SavedUser) -> str | None:
    return " ".join([name for name in (user.first_name, user.last_name) if name]) or None


def _noun(document: SavedActivity) -> str:
    if (document.type, document.event) not in KIND_OF_TYPE:
        raise Invalid.of("type", f"{document.type!r} with event {document.event!r} is unknown")
    return next(noun for noun, type_ in NOUNS.items() if type_ == document.type)


def _own_member(document: SavedActivity) -> Members:
    members = {
        "appointment": document.appointment,
        "note": document.note,
        "consent": document.note,
        "formResult": document.form_result,
        "emailNotification": document.email_notification,
        "textMessageNotification": document.text_message_notification,
        "conferenceRegistration": document.conference_registration,
    }
    return members[document.type] or {}


def _detail(own_member: Members) -> Detail:
    detail = Detail({}, {})
    for name, value in own_member.items():
        is_before = name.startswith(PREVIOUS) and name != PREVIOUS
        members = detail.before if is_before else detail.now
        members[_snake(name.removeprefix(PREVIOUS) if is_before else name)] = _fact(value)
    return detail


def _fact(value: object) -> object:
    """A value with our names for its members; `_in_time` makes an instant of a date object."""
    if not isinstance(value, dict):
        return value
    if "dateTime" in value:
        return _date(value)
    return {_snake(name): _fact(inner) for name, inner in value.items()}


def _date(value: Members) -> SavedDate:
    try:
        return msgspec.convert(value, SavedDate)
    except msgspec.ValidationError as error:
        raise Invalid.of("dateTime", str(error)) from None


def _in_time(members: Members, time_zone: str, now: Members) -> Members:
    """The members with RFC 3339 texts in place of dates; a start and an end are read together.

    `now` has the start or the end that an update did not change.
    """
    start, end = members.get("start", now.get("start")), members.get("end", now.get("end"))
    instants: dict[str, int] = {}
    if isinstance(start, SavedDate) and isinstance(end, SavedDate):
        instants["start"], instants["end"] = dates.span(start, end, time_zone)
    settled: Members = {}
    for name, value in members.items():
        if isinstance(value, SavedDate):
            at = instants[name] if name in instants else dates.instant(value, time_zone)
            settled[name] = text_from_instant(at)
        else:
            is_object = isinstance(value, dict)
            settled[name] = _in_time(value, time_zone, {}) if is_object else value
    return settled


def _kept_dates(
    document: SavedActivity, written: Detail, detail: Detail, time_zone: str
) -> Members:
    """The dates that their instants alone would not show as they were written."""
    zone = document.date.time_zone or time_zone
    pairs = {"date": (document.date, dates.instant(document.date, time_zone))}
    texts = _leaves(detail.now) | _leaves(detail.before, f"{PREVIOUS}_")
    for name, value in (_leaves(written.now) | _leaves(written.before, f"{PREVIOUS}_")).items():
        if isinstance(value, SavedDate):
            pairs[name] = (value, instant_from_text(texts[name]))
    try:
        return {
            name: dates.kept_date(date, time_zone)
            for name, (date, at) in pairs.items()
            if dates.is_shown_otherwise(date, at, zone, time_zone)
        }
    except ValueError as error:  # a time zone that nobody knows
        raise Invalid.of("date", str(error)) from None


def _leaves(members: Members, prefix: str = "") -> Members:
    """The members and those of objects in them, by names like `session_start`."""
    leaves: Members = {}
    for name, value in members.items():
        if isinstance(value, dict):
            leaves |= _leaves(value, f"{prefix}{name}_")
        else:
            leaves[prefix + name] = value
    return leaves


def _words(detail: Detail, name: str) -> str | None:
    words = detail.now.get(name)
    if words is None or isinstance(words, str):
        return words
    raise Invalid.of(name, "must be text")


def _data(document: SavedActivity, noun: str, detail: Detail) -> Members:
    data: Members = {}
    thing = _thing(document, detail) if noun in BODIES else _without(detail.now, "self_link")
    if thing:
        data["note" if noun == "consent" else noun] = thing
    if document.event == UPDATED:
        names = [_snake(name) for name in document.updated_attributes or ()]
        before = {name: detail.before.get(name) for name in names} | detail.before
        if before:
            data["previous"] = before
    if document.marketing_consent is not None:
        data["marketing_consent"] = document.marketing_consent
    return data


def _thing(document: SavedActivity, detail: Detail) -> Members:
    """The id of a note or message, if it is not the activity's; messages show it in `selfLink`."""
    thing_id = detail.now.get("id")
    if document.type in {EMAIL, TEXT_MESSAGE}:
        thing_id = str(detail.now.get("self_link") or "").rpartition("/")[2]
    return {"id": thing_id} if thing_id and thing_id != document.id else {}


def _without(members: Members, unwanted: str) -> Members:
    return {name: value for name, value in members.items() if name != unwanted}


def _links(document: SavedActivity, contact_id: str | None) -> tuple[Link, ...]:
    links = [Link(CONTACT, contact_id)] if contact_id else []
    if document.user is not None:
        links.append(Link(USER, document.user.user_name, ACTOR, _name(document.user)))
    return tuple(links)


def _snake(name: str) -> str:
    """What a member of the vendor's documents is called in our data."""
    return _CAPITAL.sub(lambda capital: f"_{capital[0].lower()}", name).removeprefix("_")

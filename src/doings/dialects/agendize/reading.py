"""Drafts from the vendor's saved documents; it knows no HTTP."""

import re
from datetime import datetime
from typing import Any

import msgspec

from doings.core.activity import ACTOR, Draft, Link
from doings.core.clock import instant_from_datetime, text_from_instant, zone
from doings.core.entity import CONTACT, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.core.imports import element_decoder
from doings.core.text import json_text
from doings.dialects.agendize.documents import SavedActivity, SavedDate, SavedUser
from doings.dialects.agendize.vocabulary import (
    EMAIL,
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
    detail = _detail(_own_member(document), time_zone)
    return Draft(
        kind=KIND_OF_TYPE[document.type, document.event],
        occurred_at=_instant(document.date, time_zone),
        time_zone=document.date.time_zone,
        summary=_words(detail, "subject") if noun == "email" else None,
        body=_words(detail, "body") if noun in BODIES else None,
        data=json_text(_data(document, noun, detail)),
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


def _detail(own_member: Members, time_zone: str) -> Detail:
    detail = Detail({}, {})
    for name, value in own_member.items():
        is_before = name.startswith(PREVIOUS) and name != PREVIOUS
        members = detail.before if is_before else detail.now
        members[_snake(name.removeprefix(PREVIOUS) if is_before else name)] = _fact(
            value, time_zone
        )
    return detail


def _fact(value: object, time_zone: str) -> object:
    """A value with our names for its members; a date object becomes RFC 3339 text."""
    if not isinstance(value, dict):
        return value
    if "dateTime" in value:
        return text_from_instant(_instant(_date(value), time_zone))
    return {_snake(name): _fact(inner, time_zone) for name, inner in value.items()}


def _date(value: Members) -> SavedDate:
    try:
        return msgspec.convert(value, SavedDate)
    except msgspec.ValidationError as error:
        raise Invalid.of("dateTime", str(error)) from None


def _instant(date: SavedDate, time_zone: str) -> int:
    try:
        moment = datetime.fromisoformat(date.date_time)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone(date.time_zone or time_zone))
        return instant_from_datetime(moment)
    except (ValueError, OverflowError) as error:
        raise Invalid.of("dateTime", str(error)) from None


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

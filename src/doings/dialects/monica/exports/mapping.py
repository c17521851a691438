"""From elements of an export to what they say: contacts, and what happened with them. Pure."""

from collections.abc import Callable
from typing import Any

from doings.core.activity import SUBJECT, Draft, Link
from doings.core.clock import start_of_date
from doings.core.defaults import ACTIVITY_CATEGORY, ACTIVITY_TYPE, ADDRESS, CONTACT_FIELD, TAG
from doings.core.entity import CONTACT, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.core.imports import Context, ImportItem, NamedRef, decoded_answer, element_decoder
from doings.core.text import json_text
from doings.core.values.instants import date_from_text, instant_from_text
from doings.dialects.monica.exports.documents import LEFT_OUT, Element, Entry, Ref
from doings.dialects.monica.mapping.emotions import EMOTIONS
from doings.dialects.monica.mapping.resources.life_events import LIFE_EVENT_TYPES, stored_type
from doings.dialects.monica.mapping.resources.moments import moment_of
from doings.dialects.monica.mapping.resources.saved_parts import field_type
from doings.dialects.monica.saved_documents.elements import SavedFieldType
from doings.dialects.monica.vocabulary import (
    ATTENDEE,
    NAMES_OF_GENDERS,
    NUMBERS_OF_FIELD_TYPES,
    ORIGIN,
    RECORDED_KIND,
)

exported_element = element_decoder(Element)
"""One element of an export, from JSON; raises Invalid."""

NAMES_OF_DEFAULTS = {
    "just_hung_out": "just hung out",
    "watched_movie_at_home": "watched a movie at home",
    "talked_at_home": "just talked at home",
    "did_sport_activities_together": "played a sport together",
    "ate_at_his_place": "ate at their place",
    "went_bar": "went to a bar",
    "ate_at_home": "ate at home",
    "picnicked": "picnicked",
    "ate_restaurant": "ate at a restaurant",
    "went_theater": "went to the theater",
    "went_concert": "went to a concert",
    "went_play": "went to a play",
    "went_museum": "went to the museum",
}
"""The names of the types that every account of Monica's has, by the keys that it gives them.

A key that is not here says its name itself: `food`, `new_job`.
"""

_LIFE_EVENTS = {one.key: number for number, one in LIFE_EVENT_TYPES.items()}
"""The numbers of the types of life events by their keys."""

_MIDNIGHT = ("00:00:00", "00:00:00Z", "00:00:00.000000Z", "00:00:00.000Z", "00:00:00+00:00")

_OF_CONTACT = (
    "first_name", "middle_name", "last_name", "nickname", "description",
    "job", "company", "food_preferences",
)  # fmt: skip
_FLAGS = ("is_starred", "is_partial", "is_dead")
_DATES = ("birthdate", "deceased_date", "first_met_date")


def item_from_exported(element: Element, context: Context) -> ImportItem:
    """What an element says; raises Malformed and Invalid."""
    entry = decoded_answer(bytes(element.value), Entry)
    if element.type == LEFT_OUT:
        return ImportItem(draft=None, left_out=element.exported)
    read = _READERS.get(element.type)
    if read is None:
        raise Invalid.of("type", f"{element.type!r} is none that is read here")
    if not entry.uuid:
        raise Invalid.of("uuid", "is missing")
    return read(element, entry, context)


def _key(uuid: str) -> EntityKey:
    return CONTACT, f"{ORIGIN}-{uuid}"


def _links(element: Element, role: str) -> tuple[Link, ...]:
    return tuple([Link(*_key(ref.uuid), role, ref.name) for ref in element.about])


def _owner(element: Element) -> Ref:
    return element.about[0]


def _contact(element: Element, entry: Entry, _context: Context) -> ImportItem:
    said = entry.properties
    attrs: dict[str, object] = {name: _text(said, name) for name in _OF_CONTACT}
    attrs |= {name: True for name in _FLAGS if said.get(name)}
    attrs["is_active"] = False if said.get("is_active") is False else None
    attrs |= _gender(said.get("gender"), element)
    for date_name in _DATES:
        attrs |= _special_date(date_name, said.get(date_name))
    parts = (attrs["first_name"], attrs["middle_name"], attrs["last_name"])
    name = " ".join(str(part) for part in parts if part) or None
    known = {key: value for key, value in attrs.items() if value is not None}
    named = tuple(
        [NamedRef(TAG, tag) for tag in _list(said, "tags") if isinstance(tag, str) and tag]
    )
    draft = EntityDraft(name=name, attrs=json_text(known))
    return ImportItem(draft=None, entities=((_key(entry.uuid), draft),), named=named)


def _gender(said: object, element: Element) -> dict[str, object]:
    """The gender: a UUID, or in older exports the letter of its type."""
    if not isinstance(said, str):
        return {}
    known = element.names.get(said)
    if known is None:
        return {"gender_type": said} if len(said) == 1 else {}
    name, type_ = _text(known, "name"), _text(known, "type")
    follows = NAMES_OF_GENDERS.get((name or "").lower())
    return {"gender": name, "gender_type": type_ if type_ != follows else None}


def _special_date(name: str, said: object) -> dict[str, object]:
    if not isinstance(said, dict) or not isinstance(said.get("date"), str):
        return {}
    return {
        name: _day(said["date"], name),
        f"{name}_is_age_based": True if said.get("is_age_based") else None,
        f"{name}_is_year_unknown": True if said.get("is_year_unknown") else None,
    }


def _contact_field(element: Element, entry: Entry, _context: Context) -> ImportItem:
    """A way to reach a contact; it is an attribute of the contact, too, as others look there."""
    content = _required(entry.properties, "data")
    type_ = element.names.get(str(entry.properties.get("type")), {})
    word = (_text(type_, "type") or _text(type_, "name") or "other").lower()
    owner = _key(_owner(element).uuid)
    number = NUMBERS_OF_FIELD_TYPES.get(word)
    attrs: dict[str, object] = {"contact_field_type": number}
    types: tuple[tuple[EntityKey, EntityDraft], ...] = ()
    if number is None:
        said = SavedFieldType(
            fontawesome_icon=_text(type_, "fontawesome_icon"), protocol=_text(type_, "protocol")
        )
        uuid = str(entry.properties.get("type") or word)
        types = (field_type(_text(type_, "name") or word, uuid, said),)
        attrs = {"contact_field_type": types[0][0][1]}
    field = EntityDraft(name=content, attrs=json_text(attrs), contact=owner[1])
    contact = EntityDraft(attrs=json_text({word: content}))
    return ImportItem(
        draft=None,
        entities=((owner, contact), ((CONTACT_FIELD, f"{ORIGIN}-{entry.uuid}"), field)),
        new_entities=types,
    )


def _address(element: Element, entry: Entry, _context: Context) -> ImportItem:
    names = ("street", "city", "province", "postal_code", "country", "latitude", "longitude")
    said = {name: entry.properties.get(name) for name in names}
    attrs = json_text({name: value for name, value in said.items() if value is not None})
    owner = _key(_owner(element).uuid)
    draft = EntityDraft(name=_text(entry.properties, "name"), attrs=attrs, contact=owner[1])
    return ImportItem(draft=None, entities=(((ADDRESS, f"{ORIGIN}-{entry.uuid}"), draft),))


def _activity(element: Element, entry: Entry, context: Context) -> ImportItem:
    if not element.about:
        raise Invalid.of("attendees", "an activity without any is shown nowhere")
    said = entry.properties
    day = _day(_required(said, "happened_at"), "happened_at")
    draft = Draft(
        kind=RECORDED_KIND,
        occurred_at=start_of_date(date_from_text(day), context.account.time_zone),
        summary=_text(said, "summary"),
        body=_text(said, "description"),
        data=json_text({"happened_on": day}),
        links=_links(element, ATTENDEE),
        origin=ORIGIN,
        external_id=entry.uuid,
    )
    return ImportItem(draft=draft, named=_type(element, said))


def _type(element: Element, said: dict[str, Any]) -> tuple[NamedRef, ...]:
    type_ = element.names.get(str(said.get("type")), {})
    name = _shown_name(type_)
    if name is None:
        return ()
    category = _shown_name(element.names.get(str(type_.get("category")), {}))
    within = None if category is None else ("category", NamedRef(ACTIVITY_CATEGORY, category))
    return (NamedRef(ACTIVITY_TYPE, name, within),)


def _shown_name(said: dict[str, Any]) -> str | None:
    """A name, or that of a default, of which an export only has the key."""
    key = _text(said, "translation_key") or ""
    words = key.replace("_", " ").capitalize()
    return _text(said, "name") or NAMES_OF_DEFAULTS.get(key, words) or None


def _note(element: Element, entry: Entry, _context: Context) -> ImportItem:
    said = entry.properties
    data: dict[str, object] = {}
    # What Monica 4.1 calls `is_favorite` there it does not have, so its exports say when at most.
    if any(said.get(name) for name in ("is_favorite", "is_favorited", "favorited_at")):
        data = {"is_favorited": True, "favorited_at": moment_of(said.get("favorited_at"))}
    return _happened(
        element, entry, "note.created", _instant(entry.created_at, "created_at"),
        body=_required(said, "body"),
        data={name: value for name, value in data.items() if value is not None},
    )  # fmt: skip


def _call(element: Element, entry: Entry, context: Context) -> ImportItem:
    said = entry.properties
    occurred_at, data = _moment(_required(said, "called_at"), "called_at", context)
    data["contact_called"] = bool(said.get("contact_called"))
    emotions = _list(said, "emotions")
    if emotions:
        data["emotions"] = [_emotion(name) for name in emotions]
    body = _text(said, "content")
    return _happened(element, entry, "call.logged", occurred_at, body=body, data=data)


def _emotion(name: object) -> int:
    if not isinstance(name, str) or name not in EMOTIONS:
        raise Invalid.of("emotions", f"there is no emotion {name}")
    return EMOTIONS.index(name) + 1


def _conversation(element: Element, entry: Entry, context: Context) -> ImportItem:
    said = entry.properties
    occurred_at, data = _moment(_required(said, "happened_at"), "happened_at", context)
    type_ = element.names.get(str(said.get("contact_field_type")), {})
    word = (_text(type_, "type") or _text(type_, "name") or "").lower()
    if word in NUMBERS_OF_FIELD_TYPES:
        data["contact_field_type_id"] = int(NUMBERS_OF_FIELD_TYPES[word])
    messages = [_message(number, one) for number, one in enumerate(_list(said, "messages"), 1)]
    data["messages"] = messages
    body = "\n".join([str(one["content"]) for one in messages]) or None
    return _happened(element, entry, "conversation.logged", occurred_at, body=body, data=data)


def _message(number: int, said: object) -> dict[str, object]:
    if not isinstance(said, dict) or not isinstance(said.get("properties"), dict):
        raise Invalid.of("messages", "one of them is no message")
    own = said["properties"]
    written_at = moment_of(own.get("written_at"))
    if written_at is not None and written_at[11:] in _MIDNIGHT:
        written_at = written_at[:10]
    message = {
        "id": number,
        "content": _text(own, "content") or "",
        "written_at": written_at,
        "written_by_me": bool(own.get("written_by_me")),
    }
    return {name: value for name, value in message.items() if value is not None}


def _life_event(element: Element, entry: Entry, context: Context) -> ImportItem:
    said = entry.properties
    occurred_at, data = _moment(_required(said, "happened_at"), "happened_at", context)
    type_ = element.names.get(str(said.get("type")), {})
    number = _LIFE_EVENTS.get(_text(type_, "translation_key") or "")
    name = _shown_name(type_)
    if number is not None:
        data["life_event_type"] = stored_type(number)
    elif name is not None:
        data["life_event_type"] = {"name": name}
    return _happened(
        element, entry, "life_event.logged", occurred_at,
        summary=_text(said, "name"), body=_text(said, "note"), data=data,
    )  # fmt: skip


def _task(element: Element, entry: Entry, context: Context) -> ImportItem:
    """A task that was done."""
    said = entry.properties
    at = _text(said, "completed_at") or entry.created_at
    return _happened(
        element, entry, "task.completed", _moment(at or "", "completed_at", context)[0],
        summary=_text(said, "title"), body=_text(said, "description"), data={},
    )  # fmt: skip


def _journal_entry(element: Element, entry: Entry, context: Context) -> ImportItem:
    said = entry.properties
    if said.get("type") == "day":
        day = f"{said.get('year')}-{_digits(said.get('month'))}-{_digits(said.get('day'))}"
        occurred_at, data = _moment(day, "day", context)
        data["rate"] = said.get("rate")
        body = _text(said, "comment")
        return _happened(element, entry, "day.rated", occurred_at, body=body, data=data)
    at = _text(said, "date") or entry.created_at or ""
    occurred_at, data = _moment(at, "date", context)
    return _happened(
        element, entry, "journal_entry.written", occurred_at,
        summary=_text(said, "title"), body=_text(said, "post"), data=data,
    )  # fmt: skip


def _digits(value: object) -> str:
    return str(value).rjust(2, "0")


def _happened(  # noqa: PLR0913 - each is a member of the draft
    element: Element,
    entry: Entry,
    kind: str,
    occurred_at: int,
    *,
    body: str | None,
    data: dict[str, object],
    summary: str | None = None,
) -> ImportItem:
    draft = Draft(
        kind=kind,
        occurred_at=occurred_at,
        summary=summary,
        body=body,
        data=json_text(data),
        links=_links(element, SUBJECT),
        origin=ORIGIN,
        external_id=entry.uuid,
    )
    return ImportItem(draft=draft)


_READERS: dict[str, Callable[[Element, Entry, Context], ImportItem]] = {
    "contact": _contact,
    "contact_field": _contact_field,
    "address": _address,
    "activity": _activity,
    "note": _note,
    "call": _call,
    "conversation": _conversation,
    "life_event": _life_event,
    "task": _task,
    "journal_entry": _journal_entry,
}


def _text(said: dict[str, Any], name: str) -> str | None:
    """A member in words, None where it is missing or empty; raises Invalid."""
    value = said.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Invalid.of(name, "must be a text")
    return value


def _list(said: dict[str, Any], name: str) -> list[Any]:
    """A member that is a list, empty where it is missing; raises Invalid."""
    value = said.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Invalid.of(name, "must be a list")
    return value


def _required(said: dict[str, Any], name: str) -> str:
    text = _text(said, name)
    if text is None:
        raise Invalid.of(name, "is missing")
    return text


def _day(text: str, field: str) -> str:
    """The date of a time that stands for a whole day; raises Invalid."""
    try:
        return date_from_text(text[:10]).isoformat()
    except ValueError as error:
        raise Invalid.of(field, str(error)) from None


def _moment(text: str, field: str, context: Context) -> tuple[int, dict[str, object]]:
    """The instant, and `happened_on` where only the day is known: Monica writes its midnight."""
    if not text[10:] or text[11:] in _MIDNIGHT:
        day = _day(text, field)
        start = start_of_date(date_from_text(day), context.account.time_zone)
        return start, {"happened_on": day}
    return _instant(text, field), {}


def _instant(text: str | None, field: str) -> int:
    """A time, in UTC where it names no zone; raises Invalid."""
    try:
        plain = (text or "").replace(" ", "T", 1)
        has_zone = plain.endswith("Z") or "+" in plain or "-" in plain[10:]
        return instant_from_text(plain if has_zone else f"{plain}Z")
    except ValueError as error:
        raise Invalid.of(field, str(error)) from None

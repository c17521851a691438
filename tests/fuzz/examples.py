"""A good body for every operation that takes one: what the suites change piece by piece."""

from collections.abc import Iterator
from typing import Any

import msgspec

from doings.app import MOUNTS
from doings.httpkit.surface import Operation
from doings.native.openapi.examples import BODIES
from tests.dialects.samples import APPOINTMENT, FILE

Document = Any
Key = tuple[str, str, str]
"""(surface, method, path) of an operation."""

ACTIVITY: Document = {
    "kind": "note.created",
    "occurred_at": "2026-11-22T10:00:00Z",
    "time_zone": "Europe/Berlin",
    "summary": "Called",
    "body": "Called back",
    "actor": {"type": "user", "id": "u1", "name": "Ann", "deleted": False},
    "links": ["contact:8", {"type": "contact", "id": "9", "role": "subject", "name": "Jim"}],
    "data": {"note": {"id": "n1", "attachments": [FILE], "created_at": "2026-03-01T11:00:00Z"}},
    "metadata": {"ticket": 7},
    "level": "WARN",
    "channels": ["admin"],
    "origin": "phone",
    "external_id": "7",
}

NATIVE: dict[str, Document] = {
    **BODIES,
    "ActivityInput": ACTIVITY,
    "ActivityPatch": {
        name: value for name, value in ACTIVITY.items() if name not in {"origin", "external_id"}
    },
    "list[ActivityInput]": [
        ACTIVITY,
        {"kind": "appointment.created", "data": {"appointment": APPOINTMENT}},
    ],
    "EntityInput": {
        "name": "Jim",
        "attrs": {"tags": [1], "birthdate": "1980-01-01"},
        "contact": "8",
    },
    "EntityPatch": {"name": "Jim", "attrs": {"tags": [1], "birthdate": None}, "contact": "8"},
    "AcceptInput": {
        "accepted_requirements": [
            {"code": "RQ_008", "type": "T", "category": "C", "data": "x", "items": [{"code": "a"}]}
        ],
        "declined_requirements": [{"code": "RQ_009"}],
        "expires_in": {"seconds": 86_400},
        "notification_message": "Here it is",
    },
    "TokenInput": {
        "scopes": ["read_activities"],
        "label": "crm",
        "expires_at": "2027-01-01T00:00:00Z",
    },
}
"""By the name of the body's type."""

CONTACT_SEQ = 22
"""The id that Monica shows for the contact 8 of `world`."""

CONTACT: Document = {
    "first_name": "Jim",
    "middle_name": "D.",
    "last_name": "Halpert",
    "nickname": "Big Tuna",
    "description": "Sells paper",
    "email": "jim@example.org",
    "job": "Clerk",
    "company": "Dunder Mifflin",
    "food_preferences": "Beets",
    "gender_id": 1,
    "gender": "Man",
    "is_partial": False,
    "is_starred": True,
    "is_birthdate_known": True,
    "birthdate_day": 1,
    "birthdate_month": 10,
    "birthdate_year": 1979,
    "birthdate_is_age_based": False,
    "birthdate_age": 40,
    "is_deceased": True,
    "is_deceased_date_known": True,
    "deceased_date_day": 2,
    "deceased_date_month": 3,
    "deceased_date_year": 2020,
    "deceased_date_is_age_based": False,
    "deceased_date_age": 1,
}
LUNCH: Document = {
    "activity_type_id": 1,
    "summary": "Lunch",
    "description": "At the harbour",
    "happened_at": "2026-03-01",
    "emotions": [1, 2],
    "contacts": [CONTACT_SEQ],
}
ACTIVITY_TYPE: Document = {"name": "Sailing", "activity_type_category_id": 1}
INTRODUCTION: Document = {
    "met_through_contact_id": CONTACT_SEQ,
    "general_information": "At work",
    "where": "Scranton",
    "is_date_known": True,
    "is_age_based": False,
    "day": 1,
    "month": 10,
    "year": 2005,
    "age": 20,
}
CONTACT_FIELD_TYPE: Document = {
    "name": "Fax",
    "fontawesome_icon": "fa fa-fax",
    "protocol": "fax:",
    "delible": True,
    "type": "fax",
}
CONTACT_FIELD: Document = {
    "contact_id": CONTACT_SEQ,
    "contact_field_type_id": 1,
    "data": "jim@example.org",
    "labels": ["home", "own"],
}
ADDRESS: Document = {
    "contact_id": CONTACT_SEQ,
    "name": "Home",
    "street": "1 Main Street",
    "city": "Scranton",
    "province": "PA",
    "postal_code": "18503",
    "country": "US",
    "latitude": 41.4,
    "longitude": -75.6,
    "labels": ["home"],
}
GENDER: Document = {"name": "Other", "type": "O"}
WEBHOOK: Document = {
    "type": "ACTIVITY_EVENT",
    "url": "https://example.org/hook",
    "secret": "x" * 32,
    "authorization": {"type": "BASIC_AUTH", "value": {"username": "u", "password": "p"}},
    "headers": {"X-One": "1"},
}

TOKEN: Document = {
    "grant_type": "password",
    "client_id": "2",
    "client_secret": "x",
    "username": "acme",
    "password": "wrong",
    "scope": "",
    "refresh_token": "x",
    "code": "x",
    "redirect_uri": "https://app.example.org/back",
    "code_verifier": "v" * 43,
}

HAPPENED: dict[str, Document] = {
    "notes": {"body": "Likes tea", "contact_id": CONTACT_SEQ, "is_favorited": True},
    "calls": {
        "contact_id": CONTACT_SEQ,
        "called_at": "2026-03-01",
        "content": "Long",
        "contact_called": True,
        "emotions": [1, 2],
    },
    "conversations": {
        "happened_at": "2026-03-01 10:00:00",
        "contact_id": CONTACT_SEQ,
        "contact_field_type_id": 1,
    },
    "lifeevents": {
        "contact_id": CONTACT_SEQ,
        "life_event_type_id": 10,
        "happened_at": "2026-03-01",
        "name": "Wedding",
        "note": "Rain",
        "has_reminder": True,
        "happened_at_month_unknown": False,
        "happened_at_day_unknown": False,
    },
    "journal": {"title": "Monday", "post": "Rain"},
    "tasks": {
        "contact_id": CONTACT_SEQ,
        "title": "Call back",
        "description": "Soon",
        "completed": True,
    },
    "reminders": {
        "contact_id": CONTACT_SEQ,
        "title": "Birthday",
        "description": "Cake",
        "initial_date": "2026-03-15",
        "frequency_type": "year",
        "frequency_number": 1,
        "delible": True,
    },
}
"""What Monica keeps beside activities."""

MESSAGE: Document = {"written_at": "2026-03-01", "written_by_me": True, "content": "Hello"}

EXAMPLES: dict[Key, Document] = {
    ("monica", "POST", "/oauth/token"): TOKEN,
    ("monica", "POST", "/oauth/login"): {"email": "acme", "password": "secret"},
    ("monica", "POST", "/api/activities"): LUNCH,
    ("monica", "PUT", "/api/activities/{id}"): LUNCH,
    ("monica", "POST", "/api/contacts"): CONTACT,
    ("monica", "PUT", "/api/contacts/{id}"): CONTACT,
    ("monica", "POST", "/api/contacts/{id}/setTags"): {"tags": ["friend", "work"]},
    ("monica", "POST", "/api/contacts/{id}/unsetTag"): {"tags": [1, 2]},
    ("monica", "POST", "/api/activitytypes"): ACTIVITY_TYPE,
    ("monica", "PUT", "/api/activitytypes/{id}"): ACTIVITY_TYPE,
    ("monica", "POST", "/api/activitytypecategories"): {"name": "Sports"},
    ("monica", "PUT", "/api/activitytypecategories/{id}"): {"name": "Sports"},
    ("monica", "POST", "/api/genders"): GENDER,
    ("monica", "PUT", "/api/genders/{id}"): GENDER,
    ("monica", "POST", "/api/tags"): {"name": "friend"},
    ("monica", "PUT", "/api/tags/{id}"): {"name": "friend"},
    ("monica", "POST", "/api/contacts/{id}/unsetTags"): {},
    ("monica", "PUT", "/api/contacts/{id}/work"): {"job": "Clerk", "company": "Dunder Mifflin"},
    ("monica", "PUT", "/api/contacts/{id}/food"): {"food_preferences": "Beets"},
    ("monica", "PUT", "/api/contacts/{id}/introduction"): INTRODUCTION,
    ("monica", "POST", "/api/contactfieldtypes"): CONTACT_FIELD_TYPE,
    ("monica", "PUT", "/api/contactfieldtypes/{id}"): CONTACT_FIELD_TYPE,
    ("monica", "POST", "/api/contactfields"): CONTACT_FIELD,
    ("monica", "PUT", "/api/contactfields/{id}"): CONTACT_FIELD,
    ("monica", "POST", "/api/addresses"): ADDRESS,
    ("monica", "PUT", "/api/addresses/{id}"): ADDRESS,
    **{
        ("monica", method, f"/api/{word}{part}"): example
        for word, example in HAPPENED.items()
        for method, part in (("POST", ""), ("PUT", "/{id}"))
    },
    ("monica", "POST", "/api/conversations/{id}/messages"): MESSAGE,
    ("monica", "PUT", "/api/conversations/{id}/messages/{message}"): MESSAGE,
    ("cobot", "POST", "/{space}/api/activities"): {
        "text": 'See <a href="https://example.org/">this</a> &amp; https://example.org/x',
        "level": "WARN",
        "channels": ["admin", "membership"],
        "source_ids": ["m1"],
    },
    ("cobot", "POST", "/{space}/api/subscriptions"): {
        "event": "created_membership",
        "callback_url": "https://example.org/in",
    },
    ("mio", "POST", "/business/v1/auth"): {"a": 1},
    ("mio", "PUT", "/business/v1/settings/webhooks"): WEBHOOK,
}
"""The bodies of the dialects; those of the native API are found by the types that it names."""


def operations() -> Iterator[tuple[Key, Operation]]:
    """Every operation of every surface, in the order of the route tables."""
    for mount, surface in MOUNTS.items():
        for resource in surface.resources:
            for method, operation in resource.operations.items():
                yield (surface.name, method, f"/{mount}{resource.path}"), operation


def example_of(key: Key, operation: Operation) -> Document | None:
    """A good body for the operation; None for one that takes none."""
    surface, method, path = key
    if surface == "native":
        kinds = operation.about.body.values()
        names = [_name(kind) for kind in kinds if kind is not str]
        example = NATIVE[names[0]] if names else None
        return NATIVE["ActivityPatch"] if "{external_id}" in path else example
    if method not in {"POST", "PUT", "PATCH"}:
        return None
    _, _, rest = path.split("/", 2)
    return EXAMPLES[surface, method.replace("PATCH", "PUT"), f"/{rest}"]


def _name(kind: Any) -> str:  # noqa: ANN401 - a type, perhaps generic
    return kind.__name__ if isinstance(kind, type) else f"list[{kind.__args__[0].__name__}]"


Place = tuple[str | int, ...]
"""Names and positions that lead to a value within a document."""


def places(document: Document, before: Place = ()) -> Iterator[Place]:
    """Where each value within the document is, the document itself first."""
    yield before
    inner: dict[str | int, Document] = document if isinstance(document, dict) else {}
    if isinstance(document, list):
        inner = dict(enumerate(document))
    for name, value in inner.items():
        yield from places(value, (*before, name))


def with_value(document: Document, place: Place, value: bytes) -> bytes:
    """The document as JSON, with the text of a value in one place."""
    if not place:
        return value
    mark = "\x01here\x01"
    text = msgspec.json.encode(_marked(document, place, mark))
    return text.replace(msgspec.json.encode(mark), value)


def _marked(document: Document, place: Place, mark: str) -> Document:
    if not place:
        return mark
    name, *rest = place
    changed = document.copy()
    changed[name] = _marked(document[name], tuple(rest), mark)
    return changed

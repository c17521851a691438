"""Every operation there is, and a request to it that is about an account's own things.

The operations are those of the route tables. What a new one needs (the value of a part of its path,
a body) is looked up by name; where a name is missing, the tests fail and say which.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from doings.app import MOUNTS
from doings.httpkit import operations
from doings.httpkit.surface import Operation, Surface
from doings.native import routes as native
from doings.native.openapi import examples
from tests.isolation.world import CANARY, Things

SURFACES: dict[str, Surface] = {**MOUNTS, "": operations.SURFACE}
"""By the first part of the path; those who run the server ask at the root."""

READING = ("GET", "HEAD")


class Route(msgspec.Struct, frozen=True):
    """One method of one path."""

    mount: str
    method: str
    path: str
    operation: Operation

    @property
    def name(self) -> str:
        """How the tests speak of it."""
        return f"{self.method} {'/' if self.mount else ''}{self.mount}{self.path}"


def routes() -> Iterator[Route]:
    """All there are."""
    for mount, surface in SURFACES.items():
        for resource in surface.resources:
            for method, operation in resource.operations.items():
                yield Route(mount, method, resource.path, operation)


PUBLIC = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /docs/",
    "GET /embed.js/",
    "GET /v1/openapi.json",
    "GET /monica/oauth/authorize",
}
"""What anybody may see."""

SIGN_IN = "POST /mio/business/v1/auth"
"""What takes a secret itself, where others take a token."""

GIVES_TOKENS = {"POST /monica/oauth/token", "POST /monica/oauth/login"}
"""What takes a secret in its body, and tells in its own words what is wrong with one."""

SECRET_ADDRESS = "GET /feeds/{name}"
"""What asks for no credential, as its address is one."""

PARTS: dict[tuple[str, str, str], Callable[[Things], object]] = {
    ("v1", "activities", "id"): lambda things: things.activity_id,
    ("v1", "by-external-id", "origin"): lambda _: "crm",
    ("v1", "by-external-id", "external_id"): lambda things: things.external_id,
    ("v1", "entities", "type"): lambda _: "contact",
    ("v1", "entities", "id"): lambda things: things.contact_id,
    ("v1", "kinds", "kind"): lambda _: "visit.logged",
    ("v1", "addresses", "key"): lambda things: things.address_key,
    ("feeds", "", "name"): lambda _: "k0_x.ics",
    ("v1", "tokens", "key"): lambda things: things.spare_key,
    ("v1", "tile", "level"): lambda _: 0,
    ("v1", "tile", "number"): lambda _: "000.p/1",
    ("v1", "proofs", "seq"): lambda things: things.activity_seq,
    ("v1", "webhooks", "id"): lambda things: things.webhook_id,
    ("v1", "merges", "id"): lambda things: things.merge_id,
    ("monica", "activities", "id"): lambda things: things.activity_seq,
    ("monica", "contacts", "id"): lambda things: things.contact_seq,
    ("monica", "activitytypes", "id"): lambda _: Things.SETTING,
    ("monica", "activitytypecategories", "id"): lambda _: Things.SETTING,
    ("monica", "genders", "id"): lambda _: Things.SETTING,
    ("monica", "tags", "id"): lambda _: Things.SETTING,
    ("monica", "contactfieldtypes", "id"): lambda _: Things.SETTING,
    ("monica", "contactfields", "id"): lambda _: Things.SETTING,
    ("monica", "addresses", "id"): lambda _: Things.SETTING,
    ("monica", "currencies", "id"): lambda _: 1,
    ("monica", "notes", "id"): lambda things: things.happened["notes"],
    ("monica", "calls", "id"): lambda things: things.happened["calls"],
    ("monica", "conversations", "id"): lambda things: things.happened["conversations"],
    ("monica", "lifeevents", "id"): lambda things: things.happened["lifeevents"],
    ("monica", "journal", "id"): lambda things: things.happened["journal"],
    ("monica", "messages", "message"): lambda things: things.happened["conversations"] * 10**6 + 1,
    ("monica", "upcoming", "month"): lambda _: 0,
    ("monica", "tasks", "id"): lambda _: Things.SETTING,
    ("monica", "reminders", "id"): lambda _: Things.SETTING,
    ("invent", "orgs", "org_id"): lambda _: "c",
    ("invent", "contacts", "contact_id"): lambda things: things.contact_id,
    ("cobot", "", "space"): lambda things: things.slug,
    ("cobot", "memberships", "id"): lambda things: things.membership_id,
    ("cobot", "subscriptions", "id"): lambda things: things.subscription_id,
    ("mio", "activities", "activity"): lambda things: things.interaction_id,
}
"""By the mount, the word before the part in the path, and the name of the part."""

QUERIES: dict[tuple[str, str], Callable[[Things], str]] = {
    ("agendize", "/api/2.3/activities"): lambda things: f"clientId={things.contact_id}",
    ("cobot", "/{space}/api/activities"): lambda _: "last=100",
}
"""What an operation does not answer without."""

SETTING = {"name": "Mine"}
_CONTACT = {
    "first_name": "Ann",
    "is_birthdate_known": False,
    "is_deceased": False,
    "is_deceased_date_known": False,
}

BODIES: dict[tuple[str, str], Callable[[Things], object]] = {
    ("monica", "activities"): lambda things: {
        "summary": "Lunch",
        "happened_at": "2018-02-02",
        "contacts": [things.contact_seq],
    },
    ("monica", "token"): lambda _: {"grant_type": "password", "username": "a", "password": "b"},
    ("monica", "contacts"): lambda _: _CONTACT,
    ("monica", "setTags"): lambda _: {"tags": ["Friend"]},
    ("monica", "unsetTag"): lambda _: {"tags": [Things.SETTING]},
    ("monica", "activitytypes"): lambda _: {**SETTING, "activity_type_category_id": 1},
    ("monica", "activitytypecategories"): lambda _: SETTING,
    ("monica", "genders"): lambda _: {**SETTING, "type": "O"},
    ("monica", "tags"): lambda _: SETTING,
    ("monica", "unsetTags"): lambda _: {},
    ("monica", "work"): lambda _: {"job": "Clerk"},
    ("monica", "food"): lambda _: {"food_preferences": "Beets"},
    ("monica", "introduction"): lambda _: {"is_date_known": False, "where": "Scranton"},
    ("monica", "contactfieldtypes"): lambda _: SETTING,
    ("monica", "contactfields"): lambda things: {
        "contact_id": things.contact_seq,
        "contact_field_type_id": Things.SETTING,
        "data": "ann@example.org",
    },
    ("monica", "notes"): lambda things: {"body": "Hi", "contact_id": things.contact_seq},
    ("monica", "calls"): lambda things: {
        "called_at": "2018-02-02",
        "contact_id": things.contact_seq,
    },
    ("monica", "conversations"): lambda things: {
        "happened_at": "2018-02-02",
        "contact_id": things.contact_seq,
        "contact_field_type_id": Things.SETTING,
    },
    ("monica", "messages"): lambda _: {
        "written_at": "2018-02-02",
        "written_by_me": True,
        "content": "Hi",
    },
    ("monica", "lifeevents"): lambda things: {
        "contact_id": things.contact_seq,
        "life_event_type_id": 1,
        "happened_at": "2018-02-02",
        "has_reminder": False,
        "happened_at_month_unknown": False,
        "happened_at_day_unknown": False,
    },
    ("monica", "journal"): lambda _: {"title": "Hi", "post": "Hi"},
    ("monica", "tasks"): lambda _: {"title": "Hi", "completed": True},
    ("monica", "reminders"): lambda things: {
        "contact_id": things.contact_seq,
        "title": "Hi",
        "initial_date": "2018-02-02",
        "frequency_type": "year",
        "frequency_number": 1,
    },
    ("monica", "addresses"): lambda things: {**SETTING, "contact_id": things.contact_seq},
    ("cobot", "activities"): lambda things: {"text": "Hi", "source_ids": [things.membership_id]},
    ("cobot", "subscriptions"): lambda _: {
        "event": "created_membership",
        "callback_url": "https://example.org/in",
    },
    ("mio", "webhooks"): lambda _: {"type": "ACTIVITY_EVENT", "url": "https://example.org/hook"},
    ("mio", "auth"): lambda _: None,
}
"""Bodies of the dialects' writes by the mount and the last word of the path.

Those of the native API are the examples of its description.
"""

PARAMETERS = ("needle", "needle*", "contact:{contact_id}", "{contact_id}", "{activity_id}", "1")
"""What every parameter of a list is tried with."""


def url_of(route: Route, things: Things) -> str:
    """The address of the request, with what it is not answered without."""
    asked = QUERIES.get((route.mount, route.path))
    query = asked(things) if asked else ""
    path = f"/{route.mount}{path_of(route, things)}" if route.mount else path_of(route, things)
    return f"{path}?{query}" if query else path


def path_of(route: Route, things: Things) -> str:
    """The path below the mount with the things of an account in its variable parts."""
    word = ""
    parts = []
    for part in route.path.split("/"):
        if part.startswith("{"):
            value = PARTS[route.mount, word, part[1:-1]](things)
            parts.append(quote(str(value), safe=""))
        else:
            word = part
            parts.append(part)
    return "/".join(parts)


def body_of(route: Route, things: Things) -> Any:  # noqa: ANN401 - JSON
    """A body that a write takes, None for one without."""
    if route.method in {*READING, "DELETE"}:
        return None
    if route.mount == native_mount():
        bodies = examples.bodies_of(route.operation.about.body)
        return linked_to(next(iter(bodies.values()), None), things)
    word = [part for part in route.path.split("/") if not part.startswith("{")][-1]
    return BODIES[route.mount, word](things)


def native_mount() -> str:
    """Where the native API is."""
    return next(name for name, surface in MOUNTS.items() if surface is native.SURFACE)


def linked_to(body: Any, things: Things) -> Any:  # noqa: ANN401 - JSON
    """The body with the account's contacts in the place of the example's."""
    text = msgspec.json.encode(body).decode()
    text = text.replace('"id":"8"', f'"id":"{things.contact_id}"')
    for example, own in zip(("8", "77", "91"), (things.contact_id, *things.people), strict=True):
        text = text.replace(f'"contact:{example}"', f'"contact:{own}"')
    return msgspec.json.decode(text)


def tried_queries(route: Route, things: Things, slug: str) -> Iterator[str]:
    """The address with each parameter that the operation knows, tried with values of an account.

    It is in the space of the account that asks, which `slug` names.
    """
    known = route.operation.parameters
    values = [value.format(**msgspec.structs.asdict(things)) for value in PARAMETERS]
    address = url_of(route, msgspec.structs.replace(things, slug=slug))
    mark = "&" if "?" in address else "?"
    for name in sorted((known.lists | known.singles) - {"wait"}):
        for value in (*values, *things.cursors):
            yield f"{address}{mark}{name}={quote(value, safe='')}"


def holds_canary(text: str) -> bool:
    """Whether an answer has something that belongs to the account of the things."""
    return CANARY in text

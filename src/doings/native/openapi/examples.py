"""Requests to learn from: the example that the description gives of each operation.

A body's example is found by the name of its type, so that an operation that is added has one.
"""

import re
from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec

BASE = "http://127.0.0.1:8000"
"""Where the examples find the server: the address that `doings serve` listens on by default."""

ACTIVITY_ID = "01a22686-a478-7783-a705-3813a2287253"

PATH_PARTS = {
    "type": "contact",
    "id": "8",
    "key": "k3e0a9c2b7d41f6058e2a",
    "kind": "visit.logged",
    "origin": "crm",
    "external_id": "note-77",
    "seq": "1",
    "level": "0",
    "number": "000.p/1",
}
"""By the name of the part; activities, webhooks and merges have other ids than entities."""

WEBHOOK_ID = "wh_01a226a6b0c77d1a9d5cf0c3a1b2d3e4"

MERGE_ID = "01a226b1-0c3e-7a52-9f0b-6a1d2c3b4e5f"

QUERIES = {
    "/activities": "kind=note.*&link=contact:8&limit=5",
    "/entities": "type=contact&q=jim*",
    "/entities/{type}/{id}/activities": "since=2026-11-01T00:00:00Z&order=asc",
    "/stats": "by=kind&link=contact:8",
    "/changes": "after=0&wait=1",
    "/log/consistency": "from=0&to=0",
    "/stream": "kind=note.*&link=contact:8",
}
"""The query of a GET, by its path."""

_NOTE = {
    "kind": "note.created",
    "occurred_at": "2026-11-22T10:00:00Z",
    "body": "Called back",
    "actor": {"type": "user", "id": "u1", "name": "Ann"},
    "links": [{"type": "contact", "id": "8", "name": "Jim Halpert"}],
}
_MEETING = {
    "kind": "encounter.logged",
    "summary": "Lunch at the harbour",
    "links": ["contact:8"],
    "external_id": "lunch-1",
}

BODIES: dict[str, Any] = {
    "ActivityInput": _NOTE,
    "list[ActivityInput]": [_NOTE, _MEETING],
    "ActivityPatch": {"body": "Called back, will come on Friday", "metadata": {"seen": True}},
    "EntityInput": {"name": "Jim Halpert", "attrs": {"email": "jim@example.org"}},
    "EntityPatch": {"attrs": {"email": "jim@example.org", "phone": None}},
    "AcceptInput": {
        "accepted_requirements": [{"code": "RQ_007", "data": "1725 Slough Avenue, Scranton"}],
        "expires_in": {"seconds": 86_400},
    },
    "MessageInput": {"notification_message": "Not without my lawyer"},
    "NothingInput": {},
    "MergeInput": {"keep": "contact:8", "merge": ["contact:77"], "reason": "Same address"},
    "DismissInput": {"entities": ["contact:8", "contact:91"]},
    "WebhookInput": {
        "url": "https://hooks.example.org/doings",
        "kind": ["note.*"],
        "lane": "entity",
        "enabled": False,
    },
    "WebhookPatch": {"description": "Notes for the till"},
    "RedeliverInput": {"after": 0},
    "KindInput": {"title": "Visited {@contact}{?: {summary}}", "icon": "🏠", "colour": "#3366cc"},
    "ViewerTokenInput": {"entity": "contact:8", "kinds": ["note.*"], "expires_in": 900},
    "AddressInput": {"format": "calendar", "label": "Ann's telephone"},
    "ErasureInput": {"entity": "contact:8", "reason": "asked for by mail", "dry_run": True},
    "HoldInput": {"reason": "claim 2026-17"},
    "RetentionInput": {"rules": [{"kind": "email.*", "days": 365}]},
    "TokenInput": {"scopes": ["read", "write"], "label": "crm"},
}
"""By the name of the body's type."""

_PART = re.compile(r"\{(\w+)\}")


def path_part(path: str, name: str) -> str:
    """What stands for a variable part of a path; its name in capitals where nothing is known."""
    if name == "id" and path.startswith("/activities/"):
        return ACTIVITY_ID
    if name == "id" and path.startswith("/webhooks/"):
        return WEBHOOK_ID
    if name == "id" and path.startswith("/merges/"):
        return MERGE_ID
    return PATH_PARTS.get(name, name.upper())


def query_of(method: str, path: str) -> dict[str, str]:
    """The parameters of the example's query, in their order."""
    return dict(parse_qsl(QUERIES.get(path, ""))) if method == "GET" else {}


def bodies_of(types: dict[str, Any]) -> dict[str, Any]:
    """The example of a body by its media type; a text has the lines of the list next to it.

    Types without an example are left out.
    """
    lists = [value for kind in types.values() if isinstance(value := _body_of(kind), list)]
    bodies = {media_type: _body_of(kind) for media_type, kind in types.items()}
    if lists:
        lines = "".join(f"{_json(item)}\n" for item in lists[0])
        bodies |= {media_type: lines for media_type, kind in types.items() if kind is str}
    return {media_type: body for media_type, body in bodies.items() if body is not None}


def _body_of(kind: Any) -> Any:  # noqa: ANN401 - any type, and any JSON
    return BODIES.get(kind.__name__ if isinstance(kind, type) else _name_of_list(kind))


def _name_of_list(kind: Any) -> str:  # noqa: ANN401 - a generic type
    return f"list[{', '.join(part.__name__ for part in kind.__args__)}]"


def curl(
    method: str, path: str, *, mount: str, bodies: dict[str, Any], is_public: bool = False
) -> str:
    """A line of a shell that sends the example, with the first body; `SECRET` is a variable."""
    url = f"{BASE}{mount}{_PART.sub(lambda part: quote(path_part(path, part[1]), safe=''), path)}"
    query = QUERIES.get(path) if method == "GET" else None
    is_implied = method == "GET" or (method == "POST" and bool(bodies))
    words = ["curl"] if is_implied else [f"curl -X {method}"]
    if not is_public:
        words.append('-H "Authorization: Bearer $SECRET"')
    for media_type, body in list(bodies.items())[:1]:
        words += [f"-H 'Content-Type: {media_type}'", f"-d '{_quoted(_json(body))}'"]
    words.append(f"'{url}?{query}'" if query else f"'{url}'")
    return " \\\n  ".join(words)


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


def _quoted(text: str) -> str:
    """Text as it stands between single quotes of a shell."""
    return text.replace("'", r"'\''")

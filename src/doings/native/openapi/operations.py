"""What a description of the API says of an operation: the parts of it that code cannot tell."""

from typing import Any

import msgspec

from doings.core.activity import KIND, LEVELS, ORIGIN, WORD
from doings.core.entity import ID_LENGTH, TYPE
from doings.core.query import ENTITIES, LARGEST_PAGE
from doings.core.resuming.position import EPOCH
from doings.httpkit.input.params import Parameters
from doings.httpkit.surface import Resource
from doings.native.http.request_body import JSON
from doings.native.params import LIMIT, LONGEST_WAIT, SEARCH_LENGTH, STREAM_FILTERS

Schema = dict[str, Any]

NO_BODY = None
"""The content of an answer that has none."""


class Parameter(msgspec.Struct, frozen=True):
    """A parameter in the `query`, the `path` or the `header`."""

    name: str
    where: str
    description: str
    schema: Schema


class OperationDoc(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. Types are given by media type; the errors that go without saying are left out.

    `answers`: for each status of success the types of its body, a tuple where it is one of several.
    `errors`: further statuses. `limits`: sentences about what a body may hold, besides its size.
    `has_position`: whether answers of success say the position of the state that they show.
    """

    summary: str
    tag: str
    parameters: tuple[Parameter, ...] = ()
    body: dict[str, Any] = {}
    answers: dict[int, dict[str, Any] | None]
    errors: tuple[int, ...] = ()
    limits: tuple[str, ...] = ()
    has_position: bool = True


def described_parameters(about: OperationDoc) -> Parameters:
    """The query parameters that an operation knows: those that it is described with, no others.

    An id may be a space, so its reader says what is no id.
    """
    query = [parameter for parameter in about.parameters if parameter.where == "query"]
    lists = frozenset([one.name for one in query if one.schema.get("type") == "array"])
    singles = frozenset([one.name for one in query]) - lists
    ids = frozenset([one.name for one in query if one.schema is _ID])
    return Parameters(lists, singles, is_closed=True, may_be_empty=ids)


def knowing_parameters(resource: Resource) -> Resource:
    """The resource, whose operations refuse query parameters that they are not described with."""
    operations = {
        method: msgspec.structs.replace(operation, parameters=described_parameters(operation.about))
        for method, operation in resource.operations.items()
    }
    return msgspec.structs.replace(resource, operations=operations)


def json_of(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - any type that msgspec can describe
    """A body that is JSON of a type."""
    return {JSON: kind}


def _text(**more: object) -> Schema:
    return {"type": "string", **more}


def _query(name: str, description: str, schema: Schema) -> Parameter:
    return Parameter(name, "query", description, schema)


_TIME = {
    "anyOf": [_text(format="date-time"), _text(format="date")],
    "examples": ["2026-11-22T10:00:00Z", "2026-11-22"],
}
_ID = _text(minLength=1, maxLength=ID_LENGTH)
_KEY = _text(pattern=rf"^{TYPE.pattern}:", examples=["contact:8"])

KIND_FILTER = _query(
    "kind",
    "Kinds, repeated or with commas between; `note.*` is every kind of that noun.",
    {"type": "array", "items": _text(examples=["note.created", "note.*"])},
)
LINK_FILTER = _query(
    "link",
    "Linked to `type:id`; repeated: to any of them.",
    {"type": "array", "items": _KEY, "maxItems": ENTITIES},
)
SINCE = _query(
    "since",
    "Not before this time (inclusive); a bare date is its start in the account's zone.",
    _TIME,
)
UNTIL = _query(
    "until", "Before this time (exclusive); a bare date is its start in the account's zone.", _TIME
)
_LIMIT = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": LIMIT}
LIMIT_PARAMETER = _query("limit", "How many items at most.", _LIMIT)
TIMELINE_LIMIT = _query(
    "limit",
    "How many items at most in a page; CSV and NDJSON are the whole result, whatever it is.",
    _LIMIT,
)
CURSOR = _query("cursor", "`next` or `prev` of an answer with the same filters.", _text())
SEARCH = _query(
    "q",
    'Words that must all occur: `word`, `begin*`, `"a phrase"`; case and accents do not matter.',
    _text(maxLength=SEARCH_LENGTH),
)

FILTERS = (
    KIND_FILTER,
    LINK_FILTER,
    _query("actor", "Done by `type:id`.", _KEY),
    _query("origin", "Recorded under this origin.", _text(pattern=f"^{ORIGIN.pattern}$")),
    _query("external_id", "Recorded under this id, of any origin or of `origin`.", _ID),
    _query("level", "Of this level.", _text(enum=sorted(LEVELS))),
    _query("channel", "In this channel.", _text(pattern=f"^{WORD.pattern}$")),
    SINCE,
    UNTIL,
    SEARCH,
    _query("order", "Newest first, or oldest.", _text(enum=["desc", "asc"], default="desc")),
    TIMELINE_LIMIT,
    CURSOR,
    _query(
        "bom",
        "Whether CSV begins with a byte order mark, by which spreadsheets know UTF-8.",
        _text(enum=["false", "true"], default="false"),
    ),
)

ENTITY_FILTERS = (
    _query(
        "type",
        "Of these types, repeated or with commas between; `!activity_type` is any but that one."
        " Left out: all but the vendors' settings.",
        {
            "type": "array",
            "items": _text(pattern=f"^!?{TYPE.pattern}$", examples=["contact", "!activity_type"]),
        },
    ),
    SEARCH,
    LIMIT_PARAMETER,
    CURSOR,
)

REGISTER_CURSOR = _query("cursor", "`next` of an answer.", _text())

STATUS_FILTER = _query(
    "status",
    "Of this status.",
    _text(enum=["pending", "delivered", "failed", "discarded"]),
)

STATS_FILTERS = (
    _query("by", "What to count by.", _text(enum=["day", "kind"], default="day")),
    _query(
        "link",
        "Linked to `type:id`, one at most.",
        {"type": "array", "items": _KEY, "maxItems": 1},
    ),
    KIND_FILTER,
    SINCE,
    UNTIL,
)

HISTORY_PARAMETERS = (
    _query("after", "The last seq already known.", {"type": "integer", "minimum": 0, "default": 0}),
    LIMIT_PARAMETER,
)

_POSITION = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        _text(pattern=f"^{EPOCH.pattern}-[0-9]+$"),
    ],
    "examples": [42, "1f0c9a3b7d2e-42"],
}

FEED_PARAMETERS = (
    _query(
        "after",
        "The last position already known, or its seq; 0 where it is left out. One of another epoch"
        " or beyond the end is answered with 410, whose `position` says where to begin.",
        _POSITION,
    ),
    LIMIT_PARAMETER,
    _query(
        "wait",
        "How many seconds to wait for a change where there is none.",
        {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0},
    ),
    _query(
        "entities",
        "Whether what happened to people and things is listed as well.",
        _text(enum=["false", "true"], default="false"),
    ),
)

STREAM_PARAMETERS = (
    _query(
        "after",
        "The position to go on from; the present end where it is left out. For one of another epoch"
        " or beyond the end the stream begins with `reset` at the present end.",
        _POSITION,
    ),
    _query("entity", "Only the timeline of `type:id`, and what happens to it.", _KEY),
    KIND_FILTER,
    LINK_FILTER,
    *[one for one in FILTERS if one.name in STREAM_FILTERS - {"kind"}],
    _query(
        "token",
        "A viewer token, in the place of `Authorization`, which a browser cannot send here.",
        _text(minLength=1),
    ),
    Parameter(
        "Last-Event-ID",
        "header",
        "The id of the last event that came. A browser sends it by itself; it wins over `after`.",
        _text(),
    ),
)

STREAM_NOTES = (
    (
        "Each event has an `id`, a position. `created`, `updated`, `deleted` and `erased` have an"
        " item of `/changes` as data; `left` says that an activity does not fit the filters any"
        " more, and a `created` with `entered` that one begins to."
    ),
    (
        "`entity.created`, `entity.updated`, `entity.deleted` and `entity.erased` tell of entities"
        " that the filters name, or of all where there are no filters. Of what is erased only the"
        " kind or type is known, so each stream is told that may have shown it, and of every entity"
        " that is erased: erase your copy of"
        " the activity with that `activity_id`, or of the entity with that `entity_seq`."
    ),
    (
        "`position` says up to where nothing was missed, every few seconds. `reset` says that the"
        " position asked for is of another history, or that somebody whom the filters name was"
        " merged or parted: read the lists again."
    ),
    "`closing` is the last event: `slow`, `shutdown` or `revoked`. Connect again with the last id.",
    (
        "In a browser: `const feed = new EventSource(url);"
        " feed.addEventListener('created', (event) => show(JSON.parse(event.data)));`."
        " It connects again by itself and misses nothing. It sends no header to sign in: give it a"
        " viewer token as `token`, or have a proxy of your own add `Authorization`."
    ),
)
"""What the description says of a stream; its schema is that of one event."""

_SIZE = {"type": "integer", "minimum": 0}
CONSISTENCY_PARAMETERS = (
    _query("from", "The size of the log in the older checkpoint.", {**_SIZE, "default": 0}),
    _query("to", "The size in the newer one; the present size where it is left out.", _SIZE),
)

BATCH_PARAMETERS = (
    _query(
        "on_repeat",
        "What a repeated `(origin, external_id)` does: keep the first, or replace it.",
        _text(enum=["keep", "replace"], default="keep"),
    ),
    _query(
        "atomic",
        "Of a JSON array: record all or, where any item is wrong, nothing.",
        _text(enum=["true", "false"], default="false"),
    ),
)

ONCE = Parameter(
    "Idempotency-Key",
    "header",
    "Sent again within 24 hours with the same body: answered again, done once.",
    _text(minLength=1, maxLength=255),
)
IF_MATCH = Parameter(
    "If-Match", "header", "The ETag of the state that may be replaced, or `*`.", _text()
)
IF_NONE_MATCH = Parameter(
    "If-None-Match",
    "header",
    "The ETag of an answer the caller has: 304 if it still holds.",
    _text(),
)

UNLESS_MATCH = Parameter(
    "If-None-Match",
    "header",
    "`*`: only where there is nothing yet; an ETag: only where that is not the state. Else 412.",
    _text(),
)
CONDITIONS = (IF_MATCH, UNLESS_MATCH)

PATH_PARTS: dict[str, tuple[str, Schema]] = {
    "id": ("An id.", _ID),
    "origin": ("Where it came from.", _text(pattern=f"^{ORIGIN.pattern}$")),
    "external_id": ("Its id there.", _ID),
    "kind": ("A kind, `noun.verb`.", _text(pattern=f"^{KIND.pattern}$")),
    "type": ("The type of an entity.", _text(pattern=f"^{TYPE.pattern}$")),
    "key": ("The key of a credential.", _text(minLength=1)),
    "seq": ("The seq of a change.", {"type": "integer", "minimum": 1}),
    "level": ("The level of a tile, or `entries`.", _text(pattern="^([0-5]|entries)$")),
    "number": (
        "The tile's number, which may have several segments: 067, x001/x234/067, 000.p/17.",
        _text(pattern=r"^(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?$"),
    ),
}

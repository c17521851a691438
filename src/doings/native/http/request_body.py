"""Reading the bodies of requests."""

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import inspect

from doings.core.errors import Invalid, Problem, UnsupportedType
from doings.httpkit.input.filters import nearest
from doings.httpkit.input.json_body import decoded
from doings.httpkit.request import Request

T = TypeVar("T")

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

SERVER_SET = frozenset({"id", "seq", "recorded_at", "updated_at"})
"""Members of an activity document that only the server sets."""

LASTING = frozenset({"origin", "external_id"})
"""Members that an activity keeps for life."""

LASTING_OF_ENTITIES = frozenset({"type"})
"""Members that an entity keeps for life, besides its id."""

_INDEX = re.compile(r"\[[^]]*\]")


def body_of_type(request: Request, body: bytes, kind: type[T]) -> T:
    """A JSON body; raises Malformed, UnsupportedType, and Invalid with the member's path."""
    if request.content_type not in {"", JSON}:
        raise UnsupportedType(JSON)
    return _decoded(body, kind, frozenset())


def patch_of_type(
    request: Request, body: bytes, kind: type[T], *, lasting: frozenset[str] = LASTING
) -> T:
    """A merge patch; raises Malformed, UnsupportedType, and Invalid with the member's path.

    `lasting` are the members that no patch can change.
    """
    if request.content_type not in {"", JSON, MERGE_PATCH}:
        raise UnsupportedType(MERGE_PATCH, JSON)
    return _decoded(body, kind, lasting)


def _decoded(body: bytes, kind: type[T], lasting: frozenset[str]) -> T:
    try:
        return decoded(body, kind)
    except Invalid as error:
        problems = [in_plain_words(problem, kind, lasting) for problem in error.problems]
        raise Invalid(*problems) from None


def in_plain_words(
    problem: Problem, kind: type[Any], lasting: frozenset[str] = frozenset()
) -> Problem:
    """Say why in our words, for members that the server sets, that last or that nobody knows.

    `kind` is the type of the whole body.
    """
    if problem.reason != "unknown member":
        return problem
    if problem.field in SERVER_SET:
        return Problem(problem.field, "is set by the server and cannot be given")
    if problem.field in lasting:
        return Problem(problem.field, "cannot be changed once recorded")
    path, _, name = problem.field.rpartition(".")
    members = _members_at(_INDEX.sub("", path), kind)  # type: ignore[arg-type]  # it is hashable
    near = nearest(name, members)
    return Problem(problem.field, f"unknown member; did you mean {near}?") if near else problem


@lru_cache(maxsize=64)
def _members_at(path: str, kind: Hashable) -> list[str]:
    """The names of the members that the object at a path has, like `links`."""
    structs = _structs_in(inspect.type_info(kind))
    for name in filter(None, path.split(".")):
        fields = [field for struct in structs for field in struct.fields]
        structs = [
            struct
            for field in fields
            if field.encode_name == name
            for struct in _structs_in(field.type)
        ]
    return [field.encode_name for struct in structs for field in struct.fields]


def _structs_in(kind: inspect.Type) -> list[inspect.StructType]:
    """The structs that a value of this type may be, or may have as elements."""
    match kind:
        case inspect.StructType():
            return [kind]
        case inspect.Metadata():
            return _structs_in(kind.type)
        case inspect.UnionType():
            return [struct for one in kind.types for struct in _structs_in(one)]
        case inspect.ListType() | inspect.VarTupleType():
            return _structs_in(kind.item_type)
        case _:
            return []

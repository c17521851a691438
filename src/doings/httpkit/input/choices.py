"""The values that a member of a JSON body may have where it is one of a few words."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec import inspect

_INDEX = re.compile(r"\[[^]]*\]")


def choices_at(path: str, kind: type[Any] | None) -> list[str]:
    """The words that may stand at a path like `events[0]` in a body of a type; none for others."""
    return _choices(_INDEX.sub("", path), kind)  # type: ignore[arg-type]  # it is hashable


@lru_cache(maxsize=256)
def _choices(path: str, kind: type[Any] | None) -> list[str]:
    types = list(_parts(inspect.type_info(kind)))
    for name in filter(None, path.split(".")):
        fields = [
            field for one in types if isinstance(one, inspect.StructType) for field in one.fields
        ]
        types = [
            part for field in fields if field.encode_name == name for part in _parts(field.type)
        ]
    return [
        str(word) for one in types if isinstance(one, inspect.LiteralType) for word in one.values
    ]


def _parts(kind: inspect.Type) -> Iterator[inspect.Type]:
    """The types that a value may be of, or have as elements."""
    match kind:
        case inspect.Metadata():
            yield from _parts(kind.type)
        case inspect.UnionType():
            for one in kind.types:
                yield from _parts(one)
        case inspect.ListType() | inspect.VarTupleType():
            yield from _parts(kind.item_type)
        case inspect.DictType():
            yield from _parts(kind.value_type)
        case _:
            yield kind

"""Finding the resource of a path.

Starlette tries one regular expression after the other, which for the last of twenty paths costs as
much as reading an activity. Here only paths with the same number of segments are compared.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

_Candidate = tuple[tuple[str | None, ...], tuple[str, ...], T]
"""The segments, with None for a variable one; the names of the variables; the value."""


class Paths(Generic[T]):
    """Values by their path, like `/contacts/{id}/activities`; the first path that fits counts.

    The last segment of the paths in `are_open` stands for one segment or more.
    """

    def __init__(self, values: list[tuple[str, T]], *, are_open: Collection[str] = ()) -> None:
        self._by_length: dict[int, list[_Candidate[T]]] = {}
        self._open: list[_Candidate[T]] = []
        for path, value in values:
            parts = path.strip("/").split("/") if path != "/" else []
            names = tuple(part[1:-1] for part in parts if part.startswith("{"))
            segments = tuple(None if part.startswith("{") else part for part in parts)
            self._by_length.setdefault(len(parts), []).append((segments, names, value))
            if path in are_open:
                self._open.append((segments, names, value))

    def find(self, parts: Sequence[str]) -> tuple[T, dict[str, str]] | None:
        """The value at the path of these segments, and the text of each variable one.

        The latter is never empty.
        """
        found = _first(self._by_length.get(len(parts), ()), parts)
        if found is None:
            for one in self._open:
                last = len(one[0]) - 1
                if len(parts) > last + 1 and all(parts):
                    found = found or _first([one], [*parts[:last], "/".join(parts[last:])])
        return found


def _first(
    candidates: Iterable[_Candidate[T]], parts: Sequence[str]
) -> tuple[T, dict[str, str]] | None:
    """The first candidate that has these segments."""
    for segments, names, value in candidates:
        values = []
        for segment, part in zip(segments, parts, strict=True):
            if segment is None and part:
                values.append(part)
            elif segment != part:
                break
        else:
            return value, dict(zip(names, values, strict=True))
    return None

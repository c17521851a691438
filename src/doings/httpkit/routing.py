"""Finding the resource of a path.

Starlette tries one regular expression after the other, which for the last of twenty paths costs as
much as reading an activity. Here only paths of as many segments are compared, text with text.
"""

from typing import Generic, TypeVar

T = TypeVar("T")

_Candidate = tuple[tuple[str | None, ...], tuple[str, ...], T]
"""The segments, with None for a variable one; the names of the variables; what is found."""


class Paths(Generic[T]):
    """What is at which path, like `/contacts/{id}/activities`; the first that fits is found."""

    def __init__(self, found: list[tuple[str, T]]) -> None:
        self._by_length: dict[int, list[_Candidate[T]]] = {}
        for path, value in found:
            parts = path.split("/")
            names = tuple(part[1:-1] for part in parts if part.startswith("{"))
            segments = tuple(None if part.startswith("{") else part for part in parts)
            self._by_length.setdefault(len(parts), []).append((segments, names, value))

    def find(self, path: str) -> tuple[T, dict[str, str]] | None:
        """What is at the path, and the values of its variable segments, none of them empty."""
        parts = path.split("/")
        for segments, names, value in self._by_length.get(len(parts), ()):
            values = []
            for segment, part in zip(segments, parts, strict=True):
                if segment is None and part:
                    values.append(part)
                elif segment != part:
                    break
            else:
                return value, dict(zip(names, values, strict=True))
        return None

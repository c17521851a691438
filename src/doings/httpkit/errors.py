"""The errors that only HTTP knows; all others are in `core.errors`."""

from typing import TypeVar

from doings.core import errors
from doings.core.errors import DoingsError, NotFound

T = TypeVar("T")


class NoRoute(NotFound):
    """A path that the surface does not have."""

    def __init__(self, path: str) -> None:
        super().__init__("path", path)


class MethodNotAllowed(DoingsError):
    """A path that the surface has, but not for this method."""

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        self.method = method
        self.allowed = allowed
        super().__init__(f"{method} is not allowed here, {', '.join(allowed)} is")


class Broken(DoingsError):
    """A defect of ours: logged with its trace, answered without it."""

    def __init__(self) -> None:
        super().__init__("something went wrong here; it was logged")


STATUS: dict[type[DoingsError], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    MethodNotAllowed: 405,
    errors.NotAcceptable: 406,
    errors.Conflict: 409,
    errors.Outdated: 412,
    errors.TooLarge: 413,
    errors.UnsupportedType: 415,
    errors.Invalid: 422,
    errors.TooManyRequests: 429,
    Broken: 500,
    errors.Unavailable: 503,
}
"""The usual status of each class; a surface whose vendor differs has its own table."""


def value_for(table: dict[type[DoingsError], T], error: DoingsError) -> T:
    """The table's value for the error's class or the nearest one above it."""
    for kind in type(error).__mro__:
        if kind in table:
            return table[kind]
    raise LookupError(type(error))

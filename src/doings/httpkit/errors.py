"""The errors that only HTTP knows; all others are in `core.errors`."""

from typing import TypeVar

from doings.core import errors
from doings.core.errors import DoingsError, Malformed, NotFound, UnsupportedType

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


class Unreadable(Malformed):
    """A path, a query parameter or a header that cannot be read as it was sent."""


class LongList(Unreadable):
    """A list in the query that has more items than `most`."""

    bound = "list"

    def __init__(self, name: str, most: int) -> None:
        super().__init__(f"at most {most}", name)


class UnsupportedCoding(UnsupportedType):
    """A body in a `Content-Encoding` that nobody reads here."""

    def __init__(self, *offered: str) -> None:
        super().__init__(*offered)
        self.args = (f"the Content-Encoding of the body must be {' or '.join(offered)}",)


class AddressTooLong(DoingsError):
    """A path with its query of more than `limit` bytes."""

    bound = "address"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"the address is longer than {limit} bytes")


class HeaderTooLarge(DoingsError):
    """A header of more than `limit` bytes, or all of them together."""

    bound = "header"

    def __init__(self, limit: int, what: str) -> None:
        self.limit = limit
        super().__init__(f"{what} larger than {limit} bytes")


class TooSlow(DoingsError):
    """A body of which nothing came for so many `seconds`, or all the time too little."""

    bound = "quiet"

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            f"the body came too slowly: nothing for {seconds} seconds, or too little all the time"
        )


class Broken(DoingsError):
    """A defect of ours: logged with its trace, answered without it."""

    def __init__(self) -> None:
        super().__init__("something went wrong here; it was logged")


STATUS: dict[type[DoingsError], int] = {
    errors.Malformed: 400,
    errors.WrongEncoding: 400,
    errors.BrokenOff: 400,  # where its cause has no other
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    MethodNotAllowed: 405,
    errors.NotAcceptable: 406,
    TooSlow: 408,
    errors.Conflict: 409,
    errors.HistoryReplaced: 410,
    errors.Outdated: 412,
    errors.TooLarge: 413,
    AddressTooLong: 414,
    errors.UnsupportedType: 415,
    errors.Invalid: 422,
    errors.TooMuch: 422,
    errors.TooManyRequests: 429,
    HeaderTooLarge: 431,
    Broken: 500,
    errors.Unavailable: 503,
    errors.Busy: 503,
}
"""The usual status of each class; a surface whose vendor differs has its own table."""

ERROR_CODES: dict[type[DoingsError], tuple[int, str]] = {
    errors.Malformed: (400, "invalid_parameter"),
    errors.Unauthenticated: (401, "unauthorized"),
    errors.Forbidden: (403, "forbidden"),
    errors.NotFound: (404, "not_found"),
    MethodNotAllowed: (405, "method_not_allowed"),
    errors.NotAcceptable: (406, "not_acceptable"),
    TooSlow: (408, "request_timeout"),
    errors.Conflict: (409, "conflict"),
    errors.Outdated: (412, "outdated"),
    errors.TooLarge: (413, "too_large"),
    AddressTooLong: (414, "address_too_long"),
    errors.UnsupportedType: (415, "unsupported_type"),
    errors.TooManyRequests: (429, "too_many_requests"),
    HeaderTooLarge: (431, "header_too_large"),
    Broken: (500, "internal_error"),
    errors.Unavailable: (503, "unavailable"),
}
"""Status and code of each class but Invalid, for vendors that show a code and name few of them."""


def value_for(table: dict[type[DoingsError], T], error: DoingsError) -> T:
    """The table's value for the error's class or the nearest one above it."""
    for kind in type(error).__mro__:
        if kind in table:
            return table[kind]
    raise LookupError(type(error))

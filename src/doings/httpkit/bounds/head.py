"""What a request's head may be: the limits of its address and its headers, and one host.

The HTTP server has limits of its own far above these. What is over them it answers itself, in no
surface's shape, so that it need not hold more.
"""

from starlette.types import Scope

from doings.core.budget import HEADER_BYTES, HEADERS_BYTES
from doings.httpkit.errors import AddressTooLong, HeaderTooLarge, Unreadable

NAME_LETTERS = 64
"""So much of a header's name is told."""


def check_head(scope: Scope) -> None:
    """Raise AddressTooLong or HeaderTooLarge for a head that is over the limits.

    Two lines that name the host raise Unreadable, also where they are alike (RFC 9112, 3.2): a
    proxy in front and we could each take another one of them.
    """
    path = scope.get("raw_path") or scope["path"]
    if len(path) + len(scope["query_string"]) > HEADER_BYTES:
        raise AddressTooLong(HEADER_BYTES)
    total = hosts = 0
    for name, value in scope["headers"]:
        total += len(name) + len(value)
        hosts += name == b"host"
    if hosts > 1:
        raise Unreadable("the header host came more than once")
    # Hardly any request has as much in all headers as one of them may hold.
    if total > HEADER_BYTES:
        _check_headers(scope["headers"], total)


def is_refused(scope: Scope) -> bool:
    """Whether `check_head` raises."""
    try:
        check_head(scope)
    except (AddressTooLong, HeaderTooLarge, Unreadable):
        return True
    return False


def _check_headers(headers: list[tuple[bytes, bytes]], total: int) -> None:
    if total > HEADERS_BYTES:
        raise HeaderTooLarge(HEADERS_BYTES, "all headers together are")
    for name, value in headers:
        if len(name) + len(value) > HEADER_BYTES:
            raise HeaderTooLarge(HEADER_BYTES, f"the header {name[:NAME_LETTERS].decode()} is")

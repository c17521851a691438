"""Reading the headers of a request: field lines of one name are one list (RFC 9110, 5.3)."""

from collections.abc import Iterable

from doings.httpkit.errors import Unreadable

ANSWERED = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"apikey",
        b"authorization",
        b"authorization-key",
        b"cookie",
        b"host",
        b"origin",
        b"token",
        b"x-api-key",
        b"x-forwarded-proto",
        b"x-pvt-timezone",
    }
)
"""The headers that an answer to a GET may be made of, `If-None-Match` left out."""

_READ = {
    name.decode(): name
    for name in (
        *ANSWERED,
        b"access-control-request-method",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-none-match",
        b"last-event-id",
        b"sec-fetch-site",
        b"x-forwarded-for",
    )
}
"""All headers that are read here. A new one has to be entered, in the right place of the two."""

Headers = Iterable[tuple[bytes, bytes]]
"""Names in lower case with their values, as ASGI gives them."""


def joined(headers: Headers, name: str) -> str | None:
    """The values of all field lines of that name, with commas between; None without any."""
    values = _values(headers, name)
    return ", ".join(values) if values else None


def single(headers: Headers, name: str) -> str | None:
    """The value of a header that is no list; raises Unreadable where there are different ones."""
    values = set(_values(headers, name))
    if len(values) > 1:
        raise Unreadable(f"the header {name} came more than once, with different values")
    return values.pop() if values else None


def credential(headers: Headers, name: str) -> str | None:
    """The value of a header to sign in with; different ones stay a list, which is no credential."""
    values = dict.fromkeys(_values(headers, name))
    return ", ".join(values) if values else None


def elements(value: str | None) -> list[str]:
    """The elements of a list, without empty ones."""
    return [part.strip() for part in (value or "").split(",") if part.strip()]


def _values(headers: Headers, name: str) -> list[str]:
    wanted = _READ[name]
    return [value.decode("latin-1") for key, value in headers if key == wanted]

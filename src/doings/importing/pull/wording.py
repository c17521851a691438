"""What went wrong while a service was asked, in words for people.

What a service or a library says is shown on one line, without signs that steer a terminal and
without what may be secret.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

import httpx

from doings.core.budget import PULL_IDLE_SECONDS

SAID_BYTES = 200
"""How much of what a service says about an error is shown."""

SHORTEST_SECRET = 6
"""What is shorter is no secret, and stands in many words."""


def words_of(error: httpx.TransportError) -> str:
    """What happened on the way to the service."""
    if isinstance(error, httpx.TimeoutException):
        return f"does not answer within {PULL_IDLE_SECONDS} s"
    if isinstance(error, httpx.ConnectError):
        return f"cannot be reached: {plain(error)}"
    if "location header" in str(error):
        return "leads to what is no address"
    return f"broke the connection off: {plain(error)}"


def is_html(body: bytes) -> bool:
    """Whether an answer is a page or another sort of markup."""
    return body.lstrip()[:1] == b"<"


def said(body: bytes) -> str:
    """The beginning of what a service said about an error, on one line."""
    if not body or is_html(body):
        return ""
    return f", {shown(body[:SAID_BYTES].decode(errors='replace'))}"


def plain(error: Exception) -> str:
    """A library's words without the numbers of errors and lines of its source."""
    return _NUMBERS.sub("", shown(str(error))).strip()


_NUMBERS = re.compile(r"\[(?:Errno|SSL)[^\]]*\]|\(_ssl\.c:\d+\)")


def shown(text: str) -> str:
    """What somebody else wrote, on one line and without signs that steer a terminal."""
    return "".join([sign if sign.isprintable() else "?" for sign in " ".join(text.split())])


def target_of(location: str, path: str) -> str:
    """Where a service leads from its address, without what may be secret there.

    `path` is what was asked for behind that address, and is left away where it is there, too.
    """
    place = shown(location[:SAID_BYTES].partition("?")[0].partition("#")[0])
    place = place.rstrip("/").removesuffix(path) or place
    return re.sub(r"//[^/@]*@", "//", place) or "nowhere"


def without_secrets(body: bytes, secrets: Iterable[str | None]) -> bytes:
    """What a service says about an error, without what it was asked with: some say that again."""
    for secret in secrets:
        if secret is not None and len(secret) >= SHORTEST_SECRET:
            for text in {secret, quote(secret, safe="")}:
                body = body.replace(text.encode(), b"***")
    return body


def twice_in(base: str, path: str) -> str | None:
    """The end of a path that is said again: by what is put behind it, or within itself."""
    parts = [part for part in base.split("/") if part]
    behind = path.strip("/").split("/")
    for count in range(len(parts), 0, -1):
        end = parts[-count:]
        if end in (behind[:count], parts[-2 * count : -count]):
            return "/" + "/".join(end)
    return None

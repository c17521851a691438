"""What answers tell browsers, so that none takes an answer for more than it is."""

OF_EVERY_ANSWER = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
"""An answer is of the type that it says it is, and its address is told to nobody."""

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of a page that loads nothing, sends nothing and stands in no frame."""


def forbid_keeping(headers: list[tuple[bytes, bytes]]) -> None:
    """Let nobody store an answer that does not say itself who may; adds to the headers."""
    if not any(name == b"cache-control" for name, _ in headers):
        headers.append((b"cache-control", b"no-store"))

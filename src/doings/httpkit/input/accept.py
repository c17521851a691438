"""Content negotiation (RFC 9110, section 12.5.1)."""

from functools import lru_cache

from doings.core.errors import NotAcceptable

LONGEST_KEPT = 512
"""Characters of a header beyond which its reading is not kept, so that memory has a bound."""


def negotiated(accept: str | None, offered: tuple[str, ...]) -> str:
    """The offered media type the caller likes best, the first of equals; raises NotAcceptable."""
    is_short = accept is None or len(accept) <= LONGEST_KEPT
    return _kept(accept, offered) if is_short else _negotiated(accept, offered)


def _negotiated(accept: str | None, offered: tuple[str, ...]) -> str:
    if not accept or not accept.strip():
        return offered[0]
    ranges = _ranges(accept)
    best = max(offered, key=lambda kind: _quality(kind, ranges))
    if _quality(best, ranges) == 0:
        raise NotAcceptable(*offered)
    return best


_kept = lru_cache(maxsize=256)(_negotiated)


def _ranges(accept: str) -> dict[str, float]:
    ranges: dict[str, float] = {}
    for part in accept.split(","):
        kind, *params = (piece.strip().lower() for piece in part.split(";"))
        quality = next((param[2:] for param in params if param.startswith("q=")), "1")
        try:
            ranges[kind] = min(1.0, max(0.0, float(quality)))
        except ValueError:
            ranges[kind] = 0.0
    return ranges


def _quality(kind: str, ranges: dict[str, float]) -> float:
    """The quality of the most specific range that covers the type."""
    for covering in (kind, kind.partition("/")[0] + "/*", "*/*"):
        if covering in ranges:
            return ranges[covering]
    return 0.0

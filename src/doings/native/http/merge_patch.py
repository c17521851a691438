"""JSON merge patch (RFC 7396) on texts: order, and the digits of numbers, stay as they were."""

import msgspec

from doings.core.errors import Invalid
from doings.core.text import DEEPEST

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def merged(target: str, patch: str, *, field: str) -> str:
    """The object `target` with the compact object `patch` applied; raises Invalid."""
    try:
        return _merged(target.encode(), patch.encode(), 0).decode()
    except RecursionError:
        raise Invalid.of(field, f"at most {DEEPEST} levels deep") from None


def _merged(target: bytes, patch: bytes, depth: int) -> bytes:
    if not patch.startswith(b"{"):
        return patch
    if depth > DEEPEST:
        raise RecursionError
    members = _MEMBERS.decode(target) if target.startswith(b"{") else {}
    for name, value in _MEMBERS.decode(patch).items():
        text = bytes(value)
        if text == b"null":
            members.pop(name, None)
        else:
            old = bytes(members.get(name, b""))
            members[name] = msgspec.Raw(_merged(old, text, depth + 1))
    return msgspec.json.encode(members)

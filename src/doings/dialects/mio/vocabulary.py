"""The kinds of the vendor's four types, and its words. No other kind is shown."""

from doings.core.interactions.lifecycle import BUSINESS, INDIVIDUAL

ORIGIN = "mio"
"""The origin of what was read from the vendor's own answers."""

TYPES: dict[str, tuple[str, str]] = {
    "details.requested": ("AT_001", "Request"),
    "details.shared": ("AT_002", "Share"),
    "details.swapped": ("AT_003", "Swap"),
    "authorization.requested": ("AT_004", "Authorization"),
}
"""Kind to type and the type's name."""

KINDS: tuple[str, ...] = tuple(TYPES)
"""The kind filter of every query of this dialect."""

KIND_OF_TYPE: dict[str, str] = {type_: kind for kind, (type_, _) in TYPES.items()}

MEMBER_TYPES: dict[str, str] = {INDIVIDUAL: "INDIVIDUAL", BUSINESS: "BUSINESS"}
"""Type of entity to the vendor's word; a counterpart of any other type is an individual."""

PARTY_OF_MEMBER: dict[str, str] = {word: type_ for type_, word in MEMBER_TYPES.items()}

ACTIVITY_EVENT = "ACTIVITY_EVENT"
BASIC_AUTH = "BASIC_AUTH"


def type_of_kind(kind: str) -> str | None:
    """The vendor's type for a kind, None where it has none."""
    return TYPES[kind][0] if kind in TYPES else None

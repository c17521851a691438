"""Kinds and the vendor's types: a table for the types it documents, a rule for all other kinds.

Every kind can be expressed, so the only filter by kind is the caller's.
"""

from functools import lru_cache
from itertools import accumulate

from doings.core.activity import KIND
from doings.core.kinds.catalogue import CATALOGUE

ORIGIN = "cobot"
"""The origin of what is posted here, and of what was read from the vendor's own answers."""

TYPES: dict[str, str] = {
    "encounter.logged": "encounter",
    "text.posted": "text",
    "invoice.created": "new_invoice",
    "plan.changed": "plan_change",
    "membership.created": "new_membership",
}
"""Kind to type; the type of any other kind is the kind with `_` in the place of its dot."""

KIND_OF_TYPE: dict[str, str] = {type_: kind for kind, type_ in TYPES.items()}

TEXT = "text.posted"
MEMBERSHIP = "membership"
INVOICE = "invoice"

SOURCES = (
    MEMBERSHIP,
    INVOICE,
    "allocation",
    "booking",
    "checkin",
    "contact",
    "drop_in_pass",
    "event",
    "guest_account",
    "payment",
    "payment_method",
    "plan",
    "resource",
    "user",
)
"""The types of entity that a source id may name: the things that the vendor has."""

PAGES = {INVOICE: "invoices", MEMBERSHIP: "memberships"}
"""The types of entity that have a page in the vendor's admin section, each with its path."""

CHANNELS = ("admin", "membership")
LEVELS = ("ERROR", "WARN")


@lru_cache(maxsize=4096)
def type_of_kind(kind: str) -> str:
    """The type that a kind is shown as."""
    return TYPES.get(kind) or kind.replace(".", "_")


def kinds_of_type(type_: str) -> list[str]:
    """Every kind that is shown as the type; the first is the kind that the type is read as."""
    named = [KIND_OF_TYPE[type_]] if type_ in KIND_OF_TYPE else []
    return named + sorted(_split(type_), key=lambda kind: kind not in CATALOGUE)


def _split(type_: str) -> list[str]:
    """The kinds that the rule shows as the type, those with the longest noun first."""
    words = type_.split("_")
    nouns = list(accumulate(words[:-1], lambda head, word: f"{head}_{word}"))
    kinds = [f"{noun}.{type_[len(noun) + 1 :]}" for noun in reversed(nouns)]
    return [kind for kind in kinds if KIND.fullmatch(kind) and kind not in TYPES]

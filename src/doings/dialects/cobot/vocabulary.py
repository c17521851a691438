"""Kinds and the vendor's types: a table for the types it documents, a rule for all other kinds.

Every kind can be expressed, so the only filter by kind is the caller's.
"""

import re
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
"""Kind to type; the type of most others is the kind with `_` in the place of its dot."""

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


OWN = "cobot"
"""The noun of the kinds for types that the rule makes no kind of, like `checkin`."""

ESCAPED = "cobot_type"
"""The noun for those that are no word either, like `Check-In`: their verb is `escaped`."""


LONGEST_TYPE = 129
"""The most characters of a type: a kind has no more, and a type is no longer than its kind."""


@lru_cache(maxsize=4096)
def type_of_kind(kind: str) -> str:
    """The type that a kind is shown as."""
    noun, _, verb = kind.partition(".")
    if noun in {OWN, ESCAPED}:
        type_ = verb if noun == OWN else unescape(verb)
        if type_ is not None and kinds_of_type(type_) == [kind]:
            return type_
    return TYPES.get(kind) or kind.replace(".", "_")


def kinds_of_type(type_: str) -> list[str]:
    """Every kind that is shown as the type; the first is the kind that the type is read as.

    A type that neither the table nor the rule makes a kind of has a kind of its own. There is none
    for an empty type and for one that is too long.
    """
    if len(type_) > LONGEST_TYPE:
        return []
    named = [KIND_OF_TYPE[type_]] if type_ in KIND_OF_TYPE else []
    kinds = named + sorted(_split(type_), key=lambda kind: kind not in CATALOGUE)
    if kinds or not type_:
        return kinds
    own = (f"{OWN}.{type_}", f"{ESCAPED}.{escape(type_)}")
    return [kind for kind in own if KIND.fullmatch(kind)][:1]


def _split(type_: str) -> list[str]:
    """The kinds that the rule shows as the type, those with the longest noun first."""
    words = type_.split("_")
    nouns = list(accumulate(words[:-1], lambda head, word: f"{head}_{word}"))
    kinds = [f"{noun}.{type_[len(noun) + 1 :]}" for noun in reversed(nouns)]
    return [kind for kind in kinds if KIND.fullmatch(kind) and type_of_kind(kind) == type_]


_UNSAFE = re.compile(rb"[^a-wyz0-9_]")
_HEX = re.compile(rb"x([0-9a-f]{2})")
_ESCAPED_TEXT = re.compile(r"t(?:[a-wyz0-9_]|x[0-9a-f]{2})*")


def escape(type_: str) -> str:
    """Any text as a verb: `t`, then `x` and two hex digits for each byte that is no word's."""
    return "t" + _UNSAFE.sub(lambda byte: b"x%02x" % byte[0][0], type_.encode()).decode()


def unescape(verb: str) -> str | None:
    """The text that `escape` made the verb of, or None for a verb that it does not make."""
    if not _ESCAPED_TEXT.fullmatch(verb):
        return None
    try:
        text = _HEX.sub(lambda byte: bytes.fromhex(byte[1].decode()), verb[1:].encode()).decode()
    except UnicodeDecodeError:
        return None
    return text if escape(text) == verb else None

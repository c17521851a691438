"""Which parameters mean a filter that a list does not have.

A vendor's clients send parameters that mean nothing here, and these are ignored. But a filter that
is ignored shows more than was asked for, so it is refused. Nobody can tell from a name alone which
of the two it is. What is refused are the names that filters have: those of the members of what is
listed, those that any API gives to filters, and slips of the pen in the names of real ones.
"""

import difflib
import re
from collections.abc import Collection, Iterable

import msgspec

WORDS = frozenset(
    {"after", "before", "date", "filter", "from", "kind", "query", "search", "since"}
    | {"status", "to", "type", "until", "where"}
)
"""Words that make a filter of every name that has them, like `created_after` and `dateFrom`."""

NAMES = frozenset(
    {"actor", "channel", "contact", "end", "entity", "event", "gender", "id", "level", "name", "q"}
    | {"start", "state", "tag", "user"}
)
"""Names of filters; as a part of a longer name these words mean other things as well."""

HARMLESS = frozenset({"account", "timezone"})
"""Members that clients send to say where they are."""

NEAR = 0.81
"""How alike a name is to that of a filter if it is a slip of the pen: `lst` to `last`."""

LONGEST = 64
"""How long a name may be that is compared with others."""

MEANINGS = (
    ("order", "sort", "order_by", "sort_by"),
    ("since", "from", "after", "start"),
    ("until", "to", "before", "end"),
    ("kind", "type", "types", "kinds"),
    ("q", "query", "search", "text"),
    ("limit", "take", "per_page", "page_size"),
    ("cursor", "page", "offset"),
    ("link", "entity", "contact"),
    ("origin", "source"),
)
"""What APIs call the same: who asks by one name is told the one that is known here."""

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")


def filter_names(*documents: type[msgspec.Struct], others: Iterable[str] = ()) -> frozenset[str]:
    """The names that are filters of a list of these documents, or look as if they were."""
    members = [field.encode_name for one in documents for field in msgspec.structs.fields(one)]
    return frozenset({_plain(name) for name in (*NAMES, *members, *others)} - HARMLESS)


def means_filter(name: str, names: frozenset[str]) -> bool:
    """Whether a name is one of the names, in whatever spelling and number, or has a filter's word.

    `names` are from `filter_names`.
    """
    plain = _plain(name)
    if plain in names or plain.removesuffix("id") in names:
        return True
    words = [word.lower() for word in _WORD.findall(name)]
    return any(word in WORDS or word.removesuffix("s") in WORDS for word in words)


def is_slip(name: str, known: Iterable[str]) -> bool:
    """Whether a name is nearly one of those."""
    return _alike(name, known, NEAR) is not None


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that means what this one means elsewhere, or that is most like it, if any."""
    for names in MEANINGS:
        if name.lower() in names:
            meant = [one for one in names if one in known]
            return meant[0] if meant else _alike(name, known)
    return _alike(name, known)


def _alike(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    if len(name) > LONGEST:
        return None
    by_plain = {one.lower(): one for one in sorted(known)}
    near = difflib.get_close_matches(name.lower(), by_plain, n=1, cutoff=cutoff)
    return by_plain[near[0]] if near else None


def _plain(name: str) -> str:
    """A name in lower case and singular, without what stands between its words."""
    return re.sub(r"[^a-z0-9]", "", name.lower()).removesuffix("s")

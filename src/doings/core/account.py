"""An account: one business, whose timeline nobody else can see."""

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from doings.core.clock import zone
from doings.core.errors import Invalid
from doings.core.text import object_from_text

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

RESERVED_SLUGS = frozenset({"api", "c"})
"""Slugs that would mean something else in a path that names an account."""

OWN_NUMBERS = 1_000_000_000
"""Where an account that keeps the numbers of another service has its own begin; 31 bits hold it."""

KEEP_IDS = "keep_ids"
"""The setting that names the service whose numbers an account keeps."""

ONE_SEQUENCE = "kept_ids_are_one_sequence"
"""The setting that says that this service gives a number to one activity only, in all its lists."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A business and the zone its days are counted in; `settings` are JSON text."""

    id: int
    slug: str
    name: str
    time_zone: str
    settings: str = "{}"
    created_at: int

    @property
    def takes_interactions(self) -> bool:
        """Whether other accounts' interactions with this one are recorded here, too."""
        return object_from_text(self.settings).get("interactions") != "closed"

    @property
    def merges_by_itself(self) -> bool:
        """Whether people are merged by themselves who have the same verified address or number."""
        return object_from_text(self.settings).get("merging") == "verified"

    @property
    def keeps_ids_of(self) -> str | None:
        """The dialect whose numbers it keeps: it was moved here from such a service, when empty."""
        name = object_from_text(self.settings).get(KEEP_IDS)
        return name if isinstance(name, str) else None

    @property
    def before_own_numbers(self) -> int:
        """What all numbers are greater than that are given out here."""
        return 0 if self.keeps_ids_of is None else OWN_NUMBERS

    @property
    def keeps_one_sequence(self) -> bool:
        """Whether that service gives no number to two activities, whatever lists they are in."""
        return object_from_text(self.settings).get(ONE_SEQUENCE) is True

    @property
    def monica(self) -> Literal["document", "4.1"]:
        """Which Monica its API at /monica speaks: that of Monica's document, or that of 4.1."""
        return "4.1" if object_from_text(self.settings).get("monica") == "4.1" else "document"

    @property
    def origins(self) -> tuple[str, ...] | None:
        """The sites whose pages may show its timelines to viewers; None is any site."""
        return tuple(object_from_text(self.settings).get("origins", ())) or None

    @property
    def redirects(self) -> tuple[str, ...]:
        """Where programs may be sent back to once somebody let them in."""
        return tuple(object_from_text(self.settings).get("redirects", ()))


_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?|https?://\[[0-9a-f:]+\](?::\d{1,5})?")
_DEFAULT_PORT = re.compile(r"(?<=^http:)(//.*):80$|(?<=^https:)(//.*):443$")
ORIGIN_LENGTH = 255


def origin_from_text(text: str) -> str | None:
    """A site as browsers write it: scheme, host and a port that is not the usual one; else None."""
    origin = _DEFAULT_PORT.sub(r"\1\2", text.lower().removesuffix("/"))
    return origin if _ORIGIN.fullmatch(origin) and len(origin) <= ORIGIN_LENGTH else None


def checked_origins(texts: Iterable[str]) -> list[str]:
    """Sites as browsers write them, each once, in order; raises Invalid."""
    found = set()
    for text in texts:
        origin = origin_from_text(text)
        if origin is None:
            raise Invalid.of("origins", f"{text}: must be like https://app.example.org")
        found.add(origin)
    return sorted(found)


def check_new_account(slug: str, time_zone: str) -> None:
    """Raise Invalid for a slug or a time zone that an account may not have."""
    if not SLUG.fullmatch(slug):
        raise Invalid.of("slug", "letters a-z, digits and inner hyphens, at most 63 of them")
    if slug in RESERVED_SLUGS:
        names = " and ".join(sorted(RESERVED_SLUGS))
        reason = f"{slug!r} means something else in addresses; {names} are reserved for that"
        raise Invalid.of("slug", reason)
    try:
        zone(time_zone)
    except ValueError as error:
        raise Invalid.of("time_zone", str(error)) from None

"""What can be asked of a timeline.

A query is a value. It does not name an account, because only a reader that is bound to one account
(`core.store.Reader`) takes it.
"""

import re
from typing import Literal

import msgspec

from doings.core.entity import EntityKey

Side = Literal["older", "newer"]
Key = tuple[int, int]
"""(occurred_at, seq), the order of every timeline."""

LARGEST_PAGE = 200
ENTITIES = 100
"""How many entities one query may name."""


class Gap(msgspec.Struct, frozen=True):
    """A place between two activities, from where a list goes on to one side.

    The activities on the older side are those whose (occurred_at, seq) is smaller than this one;
    all others are on the newer side. A gap is a place and not an activity, so it stays valid when
    the activities next to it are deleted.
    """

    occurred_at: int
    seq: int
    side: Side


class Word(msgspec.Struct, frozen=True):
    """Words that must occur in the text in this order; `is_prefix`: the last may be a beginning."""

    text: str
    is_prefix: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Which activities, in which order, from where.

    `entities`: linked to any of these; all activities when empty. `also`: linked to any of these,
    too; no condition when empty. `kinds`: any of these kinds or `noun.*` patterns; None is every
    kind and () is no kind. `since` and `until` are instants: `since` is included, `until` is not.
    `external_id` is the id elsewhere, in any origin unless `origin` is given.
    `skip` counts from the start of the list, and only applies without a `gap`. What was linked to a
    deleted entity is found like any other; with `is_of_living`, deleted `entities` are unknown.
    """

    entities: tuple[EntityKey, ...] = ()
    also: tuple[EntityKey, ...] = ()
    kinds: tuple[str, ...] | None = None
    actor: EntityKey | None = None
    origin: str | None = None
    external_id: str | None = None
    level: str | None = None
    channel: str | None = None
    since: int | None = None
    until: int | None = None
    words: tuple[Word, ...] | None = None
    is_descending: bool = True
    limit: int = 50
    gap: Gap | None = None
    skip: int = 0
    is_of_living: bool = False

    @property
    def side(self) -> Side:
        """Which side of the gap the page is on; without a gap, the side that the list runs to."""
        if self.gap is not None:
            return self.gap.side
        return "older" if self.is_descending else "newer"

    @property
    def is_indexed(self) -> bool:
        """Whether an index alone finds these activities, without reading others."""
        return (
            self.actor is None
            and self.origin is None
            and self.external_id is None
            and self.level is None
            and self.channel is None
            and self.words is None
            and not self.also
        )

    @property
    def is_bounded(self) -> bool:
        """Whether the time for a page does not grow with the number of activities."""
        if self.external_id is not None:
            return self.words is None
        return self.is_indexed and not (self.skip and len(self.entities) > 1)


Tie = Literal["recorded", "updated"]


class DiaryOrder(msgspec.Struct, frozen=True):
    """Newest date first by the calendar of a zone; within a date by recording or last change."""

    time_zone: str
    tie: Tie = "recorded"
    is_descending: bool = False


class RecordedOrder(msgspec.Struct, frozen=True):
    """By the time of recording or of the last change, not by the date of the activity."""

    by: Tie = "recorded"
    is_descending: bool = False


class KindsOrder(msgspec.Struct, frozen=True):
    """By the time of recording, of the last change, or of what happened."""

    by: Literal["recorded", "updated", "occurred"] = "recorded"
    is_descending: bool = False


def kinds_within(
    wanted: tuple[str, ...] | None, allowed: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    """The kinds and `noun.*` patterns that both let through; None is every kind, () is no kind."""
    if wanted is None or allowed is None:
        return allowed if wanted is None else wanted
    both = {one for one in wanted if has_kind(allowed, one)}
    return tuple(sorted(both | {one for one in allowed if has_kind(wanted, one)}))


def has_kind(kinds: tuple[str, ...] | None, kind: str) -> bool:
    """Whether a kind, or a whole pattern, is among kinds and patterns."""
    return kinds is None or kind in kinds or f"{kind.partition('.')[0]}.*" in kinds


_WORD = re.compile(r'"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)')


def words_from_text(text: str) -> tuple[Word, ...]:
    """Read a search of words, `begin*` and `"a phrase"`, each once; an empty text has no words."""
    words = []
    for match in _WORD.finditer(text):
        phrase = match["phrase"]
        search = phrase if phrase is not None else match["word"]
        words.append(Word(search.rstrip("*"), is_prefix=phrase is None and search.endswith("*")))
    return tuple(dict.fromkeys(words))


def beginnings_from_text(text: str) -> tuple[Word, ...]:
    """Read a search in which each word is the beginning of one; each once."""
    return tuple([Word(word, is_prefix=True) for word in dict.fromkeys(text.split())])

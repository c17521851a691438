"""What can be asked of a timeline.

A question is a value. Which account it is put to is not in it, because only something bound to one
account (`core.store.Reader`) can be asked.
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
"""How many linked things one question may name."""


class Gap(msgspec.Struct, frozen=True):
    """A place between two activities, from where the walk goes to one side.

    The activities on the older side are those whose (occurred_at, seq) is smaller than this one;
    all others are on the newer side. A gap stays where it is when what it touches is deleted.
    """

    occurred_at: int
    seq: int
    side: Side


class Word(msgspec.Struct, frozen=True):
    """What must occur in the text: words in this order, the last one perhaps only begun."""

    text: str
    is_prefix: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Which activities, in which order, from where.

    `entities`: linked to any of them, all activities when empty. `also`: linked to any of these as
    well, whatever when empty. `kinds`: any of these kinds or
    `noun.*` patterns; None is every kind and () is none. `since` is inclusive, `until` exclusive.
    `skip` counts from the start and goes with no gap.
    """

    entities: tuple[EntityKey, ...] = ()
    also: tuple[EntityKey, ...] = ()
    kinds: tuple[str, ...] | None = None
    actor: EntityKey | None = None
    origin: str | None = None
    level: str | None = None
    channel: str | None = None
    since: int | None = None
    until: int | None = None
    words: tuple[Word, ...] | None = None
    is_descending: bool = True
    limit: int = 50
    gap: Gap | None = None
    skip: int = 0

    @property
    def side(self) -> Side:
        """Where the walk goes."""
        if self.gap is not None:
            return self.gap.side
        return "older" if self.is_descending else "newer"

    @property
    def is_indexed(self) -> bool:
        """Whether an index alone tells which activities these are."""
        return (
            self.actor is None
            and self.origin is None
            and self.level is None
            and self.channel is None
            and self.words is None
            and not self.also
        )

    @property
    def is_bounded(self) -> bool:
        """Whether the answer takes no longer however many activities there are."""
        return self.is_indexed and not (self.skip and len(self.entities) > 1)


Tie = Literal["recorded", "updated"]


class DiaryOrder(msgspec.Struct, frozen=True):
    """Newest date first by the calendar of a zone; within a date by recording or last change."""

    time_zone: str
    tie: Tie = "recorded"
    is_descending: bool = False


class RecordedOrder(msgspec.Struct, frozen=True):
    """By recording or last change, whatever the date they happened on."""

    by: Tie = "recorded"
    is_descending: bool = False


_WORD = re.compile(r'"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)')


def words_from_text(text: str) -> tuple[Word, ...]:
    """Read a search: words, `begin*`, `"a phrase"`; any text is one, perhaps of no words."""
    words = []
    for match in _WORD.finditer(text):
        phrase = match["phrase"]
        found = phrase if phrase is not None else match["word"]
        words.append(Word(found.rstrip("*"), is_prefix=phrase is None and found.endswith("*")))
    return tuple(words)

"""Rules of retention: for how many days activities of a kind or level are kept."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from doings.core.activity import KIND, LEVELS, WORD
from doings.core.clock import DAY
from doings.core.errors import Invalid, Problem, TooMuch

RULES = 100
"""How many rules an account may have."""

MAX_DAYS = 36_500

_KINDS = re.compile(rf"{KIND.pattern}|{WORD.pattern}\.\*|\*")


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """Activities of a kind (`email.*` is each of that noun, `*` each) go after so many days.

    With a level, only those of that level. The constructor raises Invalid.
    """

    kind: str
    days: int
    level: str | None = None

    def __post_init__(self) -> None:
        """Raise Invalid."""
        if not _KINDS.fullmatch(self.kind):
            raise Invalid.of("kind", "must be noun.verb, noun.* or *")
        if not 1 <= self.days <= MAX_DAYS:
            raise Invalid.of("days", f"must be 1 to {MAX_DAYS}")
        if self.level is not None and self.level not in LEVELS:
            raise Invalid.of("level", "must be ERROR or WARN")

    def covers(self, kind: str) -> bool:
        """Whether it is about activities of this kind, of some level."""
        return self.kind in {"*", kind} or self.kind == f"{kind.partition('.')[0]}.*"

    def due_before(self, now: int) -> int:
        """The instant before which an activity has to have happened to go now."""
        return now - self.days * DAY


class Share(NamedTuple):
    """What a rule decides of a kind: a level that it is for, or levels that earlier rules are for.

    Each activity fits one share at most: that of the first rule that fits it.
    """

    rule: int
    kind: str
    level: str | None
    without: tuple[str, ...]

    def fits(self, level: str | None) -> bool:
        """Whether activities of the kind and this level are its own."""
        return self.level in {None, level} and level not in self.without


def checked_rules(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules in their order; raises TooMuch and Invalid for one that never decides anything."""
    if len(rules) > RULES:
        raise TooMuch("retention_rules", Problem("rules", f"at most {RULES}"))
    for place, rule in enumerate(rules):
        earlier = [one for one in rules[:place] if one.level in {None, rule.level}]
        if any(_holds_all(one.kind, rule.kind) for one in earlier):
            raise Invalid.of(f"rules[{place}]", "never fits, as a rule before it always does")
    return tuple(rules)


def _holds_all(wide: str, narrow: str) -> bool:
    """Whether every kind of the one pattern is of the other, too."""
    return wide in {"*", narrow} or wide == f"{narrow.partition('.')[0]}.*"


def shares_of(rules: Sequence[Rule], kinds: Iterable[str]) -> Iterator[Share]:
    """What each rule decides, of these kinds."""
    for kind in kinds:
        without: list[str] = []
        for place, rule in enumerate(rules):
            if not rule.covers(kind) or (rule.level in without and rule.level is not None):
                continue
            yield Share(place, kind, rule.level, () if rule.level else tuple(without))
            if rule.level is None:
                break
            without.append(rule.level)

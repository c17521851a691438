"""Who is one person without a doubt: what may be merged by itself, where an account wants that.

Both have the same e-mail address or telephone number, both have it verified, and nobody else has
it. Couples share addresses, so names that are unlike speak against it, whatever is verified.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from doings.core.entity import Entity
from doings.core.people.suggestions import UNLIKE, likeness_of
from doings.core.people.traits import Traits, traits_of
from doings.core.store.merges import REASON_LENGTH, Pair


class SurePair(msgspec.Struct, frozen=True):
    """Two who are one person, the one recorded first in front, by an address or a number."""

    pair: Pair
    value: str

    @property
    def reason(self) -> str:
        """Why, as a merge says it."""
        what = "e-mail" if "@" in self.value else "phone"
        return f"same verified {what} {self.value}"[:REASON_LENGTH]


def sure_pairs(people: Iterable[Entity], region: str | None) -> list[SurePair]:
    """The pairs among people of one type, each for every value; `region` as in `traits_of`."""
    having: dict[str, list[Traits]] = defaultdict(list)
    for person in people:
        traits = traits_of(person, region)
        for value in (*traits.emails, *traits.phones):
            having[value].append(traits)
    pairs = []
    for value, those in having.items():
        if _are_one(value, those):
            first, second = sorted(those, key=lambda traits: traits.entity.seq)
            pairs.append(SurePair((first.entity.key, second.entity.key), value))
    return pairs


def _are_one(value: str, those: Sequence[Traits]) -> bool:
    """Whether those who have an address or a number are two, and the same."""
    if len(those) != 2 or not all(value in one.verified for one in those):  # noqa: PLR2004 - a pair
        return False
    one, other = those
    return not (one.words and other.words) or likeness_of(one, other) >= UNLIKE


def shared_with_others(
    pairs: Iterable[SurePair], people: Iterable[Entity], region: str | None
) -> set[str]:
    """The values of pairs that others among these people have as well."""
    owners = {pair.value: pair.pair for pair in pairs}
    return {
        value
        for traits in (traits_of(person, region) for person in people)
        for value in (*traits.emails, *traits.phones)
        if value in owners and traits.entity.key not in owners[value]
    }

"""Who is one person without a doubt: what may be merged by itself, where an account wants that.

Both have the same e-mail address or telephone number, both have it verified, and nobody else has
it. Couples share addresses, so names that are unlike speak against it, whatever is verified.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from rapidfuzz import fuzz

from doings.core.entity import CONTACT, PEOPLE, Entity, EntityKey
from doings.core.people.suggestions import UNLIKE, likeness_of
from doings.core.people.traits import Traits, said_of, traits_of
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
    return not (one.words and other.words) or not _are_unlike(one, other)


def _are_unlike(one: Traits, other: Traits) -> bool:
    """Whether names speak against it: as a whole, or where they differ, as those of a couple do."""
    if likeness_of(one, other) < UNLIKE:
        return True
    ones, others = set(one.plain), set(other.plain)
    rest, other_rest = " ".join(sorted(ones - others)), " ".join(sorted(others - ones))
    return bool(rest and other_rest) and fuzz.ratio(rest, other_rest) < UNLIKE


def shared_with_others(
    pairs: Iterable[SurePair], people: Iterable[Entity], region: str | None
) -> set[str]:
    """The values of pairs that others among these people have as well.

    They may have them anywhere. Ways to reach a contact, which are entities of their own, are the
    contact's.
    """
    owners = {pair.value: pair.pair for pair in pairs}
    return {
        value
        for person in people
        for value in said_of(person, region, owners)
        if _whose(person) not in owners[value]
    }


def _whose(entity: Entity) -> EntityKey:
    """The person that an entity is, or belongs to."""
    if entity.type in PEOPLE:
        return entity.key
    return CONTACT, entity.contact or ""

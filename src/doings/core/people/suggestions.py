"""Suggestions of who may be one person, each with a score and reasons. Nothing is merged by them.

Comparing everybody with everybody would take a day for a hundred thousand people. So only people
are compared that share an address, a number, or the beginnings of two words of their names. What
many share (the address of an office, a name like Smith) leads to nobody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, permutations

import msgspec
from rapidfuzz import fuzz

from doings.core.entity import Entity, EntityKey
from doings.core.people.traits import Traits, traits_of
from doings.core.store.merges import Pair

SHARED = 3
"""By how many people an address or a number may be shared before it says nothing of any two."""

BLOCK = 30
"""How many people may have names that begin alike before these are too frequent to be compared."""

PAIRS = 50_000
"""How many pairs are compared at most."""

LEAST = 0.4
"""The score from which on a pair is suggested."""

SIMILAR = 88
UNLIKE = 45
"""Of 100, how much alike names are that are called similar, and those that speak against it."""

EMAIL_WEIGHT, PHONE_WEIGHT, NAME_WEIGHT, SIMILAR_WEIGHT, WORD_WEIGHT = 0.85, 0.7, 0.6, 0.45, 0.2
"""How likely it is that two are one person who share this and nothing else."""

UNLIKE_FACTOR = 0.8
"""What remains of a score where the names are unlike: couples share addresses."""


class Suggestion(msgspec.Struct, frozen=True):
    """Two that may be one person: how likely, from 0 to 1, and why."""

    pair: Pair
    score: float
    reasons: tuple[str, ...]


def suggestions(
    people: Iterable[Entity], region: str | None, about: EntityKey | None = None
) -> list[Suggestion]:
    """The pairs that may be one person, the likeliest first; all people are of one type.

    With `about` only the pairs of this person are compared.
    """
    known = _telling([traits_of(person, region) for person in people])
    found = []
    for one, other in _candidates(known, about):
        first, second = sorted((one, other), key=lambda traits: traits.entity.seq)
        suggestion = compared(first, second)
        if suggestion.score >= LEAST:
            found.append(suggestion)
    return sorted(found, key=lambda suggestion: (-suggestion.score, suggestion.pair))


def _telling(people: Sequence[Traits]) -> list[Traits]:
    """People without the addresses and numbers that too many of them share."""
    counts = Counter([value for one in people for value in {*one.emails, *one.phones}])
    common = {value for value, count in counts.items() if count > SHARED}
    return [
        one
        if common.isdisjoint((*one.emails, *one.phones))
        else msgspec.structs.replace(
            one,
            emails=tuple([email for email in one.emails if email not in common]),
            phones=tuple([phone for phone in one.phones if phone not in common]),
        )
        for one in people
    ]


def compared(one: Traits, other: Traits) -> Suggestion:
    """How likely it is that two are one person."""
    evidence = [*_same("e-mail", EMAIL_WEIGHT, one.emails, other.emails)]
    evidence += _same("phone", PHONE_WEIGHT, one.phones, other.phones)
    likeness = likeness_of(one, other)
    evidence += _names(one, other, likeness)
    doubt = 1.0
    for weight, _ in evidence:
        doubt *= 1 - weight
    score = 1 - doubt
    if one.words and other.words and likeness < UNLIKE:
        score *= UNLIKE_FACTOR
    reasons = tuple([reason for _, reason in evidence])
    return Suggestion((one.entity.key, other.entity.key), round(score, 2), reasons)


Evidence = tuple[float, str]
"""A weight and its reason."""


def _same(
    what: str, weight: float, ones: Sequence[str], others: Sequence[str]
) -> Iterator[Evidence]:
    shared = [value for value in ones if value in others]
    if shared:
        yield weight, f"same {what} {shared[0]}"


def likeness_of(one: Traits, other: Traits) -> float:
    """How much alike the names are, of 100, whatever the order of their words."""
    return fuzz.token_sort_ratio(" ".join(one.words), " ".join(other.words))


def _names(one: Traits, other: Traits, likeness: float) -> Iterator[Evidence]:
    if not one.words or not other.words:
        return
    is_same = sorted(one.plain) == sorted(other.plain)
    if is_same and len(one.words) == 1:
        yield WORD_WEIGHT, f"same name {one.name}"
    elif is_same:
        yield NAME_WEIGHT, f"same name {one.name}"
    elif likeness >= SIMILAR:
        yield SIMILAR_WEIGHT, f"similar names {one.name} and {other.name}"


def _candidates(
    people: Sequence[Traits], about: EntityKey | None
) -> Iterator[tuple[Traits, Traits]]:
    """The pairs that are worth comparing, each once, those that share the most telling first."""
    seen: set[tuple[int, int]] = set()
    for block in _blocks(people):
        for one, other in combinations(block, 2) if about is None else _of(about, block):
            pair = (one.entity.seq, other.entity.seq)
            if pair not in seen:
                if len(seen) == PAIRS:
                    return
                seen.add(pair)
                yield one, other


def _of(about: EntityKey, block: Sequence[Traits]) -> Iterator[tuple[Traits, Traits]]:
    """The pairs of one person among these, in the order in which all would be looked at."""
    those = [traits for traits in block if traits.entity.key == about]
    return ((one, other) for one in those for other in block if other is not one)


def _blocks(people: Sequence[Traits]) -> Iterator[list[Traits]]:
    """People who share an address or a number, then those of whose names not too many are."""
    shared: dict[str, list[Traits]] = defaultdict(list)
    named: dict[str, list[Traits]] = defaultdict(list)
    for traits in people:
        for value in (*traits.emails, *traits.phones):
            shared[value].append(traits)
        for key in name_keys(traits.plain):
            named[key].append(traits)
    yield from (block for block in shared.values() if len(block) > 1)
    yield from (block for block in named.values() if 1 < len(block) <= BLOCK)


def name_keys(words: Sequence[str]) -> set[str]:
    """What plain names are grouped by: how one word begins, and with which letter another one does.

    A slip of the pen in one of the words leaves the key that begins with the other.
    """
    if len(words) < 2:  # noqa: PLR2004 - a key takes two
        return {word[:4] for word in words}
    ends = (words[0], words[1], words[-1])
    return {f"{word[:4]} {other[0]}" for word, other in permutations(set(ends), 2)}

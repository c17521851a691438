"""How an activity became what it is: each change, who made it, and what it replaced by what."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from doings.core.activity import Activity
from doings.core.clock import text_from_instant
from doings.core.documents.document import activity_document
from doings.core.store import Reader
from doings.core.store.changes import Change
from doings.web.timeline.facts import FACTS, decode_any, facts_of_member
from doings.web.timeline.times import ago_text, exact_text

CHANGES = 50
"""How many changes a page shows."""

WORDS = {"created": "Recorded", "updated": "Changed", "deleted": "Deleted", "erased": "Erased"}

GONE = frozenset({"deleted", "erased"})
"""What leaves nothing that could have become something else."""

BEHIND_THE_CUT = "(the same so far; it differs behind what is shown)"
"""In the place of a text whose beginning, which is all that is shown of it, did not change."""

UNTOLD = frozenset({"updated_at"})
"""Members that say nothing to somebody who sees the change itself."""


class Difference(NamedTuple):
    """A fact as it was, and as it became; None where that is not known, or it was not there."""

    name: str
    before: str | None
    after: str | None


class Step(msgspec.Struct, frozen=True):
    """A change of an activity. `by` is the credential that made it, None for the server itself.

    `seq` is that of the change; `more` is how many differences are not shown.
    """

    seq: int
    word: str
    exact: str
    ago: str
    iso: str
    by: str | None
    differences: list[Difference]
    more: int


class History(msgspec.Struct, frozen=True):
    """Some changes of an activity, oldest first; `later` is the seq after which there are more."""

    steps: list[Step]
    later: int | None


async def read_history(
    reader: Reader, activity_id: str, after: int, time_zone: str, now: int
) -> History:
    """The changes after a seq; raises NotFound."""
    changes = await reader.history(activity_id, after, CHANGES)
    last = changes[-1].seq if changes else after
    # A page may also end where its bytes do.
    has_more = bool(changes) and bool(await reader.history(activity_id, last, 1))
    labels = {one.key: one.label or one.key for one in await reader.credentials()}
    afters = _afters(changes, is_whole=not has_more)
    steps = [
        _step(change, state, labels, time_zone, now)
        for change, state in zip(changes, afters, strict=True)
    ]
    return History(steps, last if has_more else None)


Members = dict[str, Any]


def _afters(changes: Sequence[Change], *, is_whole: bool) -> list[Members | None]:
    """What each change made of the members that it replaced, as far as that is known.

    A change keeps only what was there before it. What came after is what the next change of the
    same member replaced, or else what is there now.
    """
    state: Members = {}
    if is_whole and changes and changes[-1].activity is not None:
        state = _members_of(changes[-1].activity)
    afters: list[Members | None] = []
    for change in reversed(changes):
        afters.append(None if change.op in GONE else dict(state))
        state |= _members(change.before)
    return afters[::-1]


def _members(text: str | None) -> Members:
    if text is None:
        return {}
    raw = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    return {name: decode_any(value) for name, value in raw.items()}


def _members_of(activity: Activity) -> Members:
    return _members(msgspec.json.encode(activity_document(activity)).decode())


def _step(
    change: Change, after: Members | None, labels: Mapping[str, str], time_zone: str, now: int
) -> Step:
    before = _members(change.before)
    differences = [
        difference
        for name, old in before.items()
        if name not in UNTOLD
        for difference in _differences(name, old, after, time_zone)
    ]
    return Step(
        seq=change.seq,
        word=WORDS[change.op],
        exact=exact_text(change.at, time_zone),
        ago=ago_text(change.at, now),
        iso=text_from_instant(change.at),
        by=labels.get(change.by, change.by) if change.by else None,
        differences=differences[:FACTS],
        more=max(0, len(differences) - FACTS),
    )


def _differences(name: str, old: object, after: Members | None, time_zone: str) -> list[Difference]:
    """What is different in one member; of JSON, only the values that changed."""
    was = dict(facts_of_member(name, old, time_zone))
    if after is None or name not in after:
        return [Difference(fact, value, None) for fact, value in was.items()]
    became = dict(facts_of_member(name, after[name], time_zone))
    seen = [
        Difference(fact, was.get(fact), became.get(fact))
        for fact in dict.fromkeys([*was, *became])
        if was.get(fact) != became.get(fact)
    ]
    if not seen and old != after[name]:
        return [Difference(fact, value, BEHIND_THE_CUT) for fact, value in was.items()][:1]
    return seen

"""Who else somebody is, and what keeps them from being erased."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from doings.core.clock import text_from_instant
from doings.core.entity import Entity
from doings.core.erasing.erasure import OPAQUE
from doings.core.people.parting import resting_on
from doings.core.store import Reader
from doings.core.store.erasures import Hold
from doings.core.store.merges import Merge
from doings.web.timeline.articles import entity_url
from doings.web.timeline.times import ago_text, exact_text

MERGES = 50
"""How many of the newest merges a page looks at."""


class Note(NamedTuple):
    """When something was said, by whom, and why; `by` is None for the server or a command."""

    iso: str
    exact: str
    ago: str
    by: str | None
    reason: str | None


class MergedIds(NamedTuple):
    """A merge: its id, and which ids it put with which one, whose page is at `url`.

    `first` are the ids that have to be parted before, as they were merged on top of it.
    """

    id: str
    keep: str
    url: str
    merged: list[str]
    note: Note
    may_part: bool
    """Not once the people were erased."""
    first: list[str]


class HeldId(NamedTuple):
    """An id that is on hold; `until` is when the hold ends by itself, in words, or None."""

    key: str
    url: str
    note: Note
    until: str | None


class Identity(msgspec.Struct, frozen=True):
    """The merges that hold, newest first, and the holds."""

    merges: list[MergedIds]
    holds: list[HeldId]

    @property
    def ids(self) -> list[str]:
        """All ids that were merged, `type:id` each."""
        return [key for merge in self.merges for key in merge.merged]


async def read_identity(reader: Reader, entity: Entity, time_zone: str, now: int) -> Identity:
    """What the page says of an entity that stands for itself."""
    merges = [] if entity.group_seq is None else await reader.merges_of(entity.key)
    holds = await reader.holds_of(entity.key, now)
    if not merges and not holds:
        return Identity([], [])
    labels = {one.key: one.label or one.key for one in await reader.credentials()}
    context = _Context(time_zone, now, labels)
    return Identity(
        [_merge(one, merges, context) for one in merges], [_hold(one, context) for one in holds]
    )


async def read_merges(reader: Reader, time_zone: str, now: int) -> list[MergedIds]:
    """The newest merges of the account that hold."""
    found = await reader.merges(before=None, after=None, limit=MERGES)
    labels = {one.key: one.label or one.key for one in await reader.credentials()}
    context = _Context(time_zone, now, labels)
    # What rests on a merge came later, so it is among these.
    active = [one for one in found if one.reverted_at is None]
    return [_merge(one, active, context) for one in active]


class _Context(NamedTuple):
    time_zone: str
    now: int
    labels: Mapping[str, str]


def _merge(merge: Merge, active: Sequence[Merge], context: _Context) -> MergedIds:
    first = [key for one in resting_on(merge, active) for key in one.merged]
    return MergedIds(
        id=merge.id,
        keep=":".join(merge.keep),
        url=entity_url(merge.keep),
        merged=[":".join(key) for key in merge.merged],
        note=_note(merge, context),
        may_part=not merge.keep[1].startswith(OPAQUE),
        first=[":".join(key) for key in first],
    )


def _hold(hold: Hold, context: _Context) -> HeldId:
    until = None if hold.until is None else exact_text(hold.until, context.time_zone)
    return HeldId(":".join(hold.entity), entity_url(hold.entity), _note(hold, context), until)


def _note(said: Merge | Hold, context: _Context) -> Note:
    return Note(
        iso=text_from_instant(said.at),
        exact=exact_text(said.at, context.time_zone),
        ago=ago_text(said.at, context.now),
        by=_who(said, context),
        reason=said.reason,
    )


def _who(said: Merge | Hold, context: _Context) -> str | None:
    """Who said it, as words that follow "by"."""
    if isinstance(said, Merge) and said.is_by_itself:
        return "itself"
    return context.labels.get(said.by, said.by) if said.by else None

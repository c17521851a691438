"""What the timeline of a person or thing comes to: how much of which kind, since when, from where.

Tallies give the numbers. Nothing counts origins, so those are looked for in the newest and the
oldest activities, and the page says so where there are others between them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from doings.core.activity import Activity
from doings.core.clock import text_from_instant
from doings.core.entity import CONTACT, Entity, EntityKey
from doings.core.kinds.rules import Kind, kind_named
from doings.core.query import Query
from doings.core.store import Reader
from doings.web.timeline.articles import entity_url
from doings.web.timeline.filters import Filters, address_of
from doings.web.timeline.icons import Icon, icon_of
from doings.web.timeline.times import ago_text, exact_text

SAMPLE = 100
"""How many activities are looked at for somebody's things, at either end."""

LOOKS = 1000
"""How many are looked at for origins, at either end."""

KINDS = 12
"""How many kinds are shown, the most frequent ones."""

THINGS = 20
"""How many of somebody's things are named."""


class KindTotal(NamedTuple):
    """How many activities of a kind there are, and where they are shown."""

    title: str
    icon: Icon
    total: int
    url: str


class Moment(NamedTuple):
    """When the first or the last activity happened, and where it is shown."""

    iso: str
    exact: str
    ago: str
    activity_id: str


class Origin(NamedTuple):
    """A system that somebody was seen in, in how many activities, and where that is shown."""

    name: str
    total: int
    url: str


class Thing(NamedTuple):
    """What belongs to somebody, like a membership."""

    type: str
    name: str
    url: str


class Overview(msgspec.Struct, frozen=True):
    """`is_sampled` says that not all activities were looked at for origins."""

    total: int
    kinds: list[KindTotal]
    more_kinds: int
    first: Moment | None
    last: Moment | None
    origins: list[Origin]
    things: list[Thing]
    is_sampled: bool


async def read_overview(
    reader: Reader, entity: Entity, own: Mapping[str, Kind], time_zone: str, now: int
) -> Overview:
    """Read what the page says besides the timeline; `own` are the account's own kinds."""
    query = Query(entities=(entity.key,), limit=SAMPLE)
    totals = await reader.totals_by_kind(entity.key)
    newest = await reader.page(query, with_attrs=False)
    from_start = msgspec.structs.replace(query, is_descending=False)
    oldest = await reader.page(from_start, with_attrs=False)
    seen = {activity.seq: activity for activity in (*newest.items, *oldest.items)}
    looks = msgspec.structs.replace(query, limit=LOOKS)
    origins = await reader.origins(looks)
    if len(origins) == LOOKS:
        origins |= await reader.origins(msgspec.structs.replace(looks, is_descending=False))
    total = sum([count for _, count in totals])
    return Overview(
        total=total,
        kinds=[_kind_total(entity.key, own, *pair) for pair in totals[:KINDS]],
        more_kinds=max(0, len(totals) - KINDS),
        first=_moment(oldest.items, time_zone, now),
        last=_moment(newest.items, time_zone, now),
        origins=_origins(entity.key, origins.values()),
        things=_things(entity, list(seen.values())),
        is_sampled=len(origins) < total,
    )


def _kind_total(key: EntityKey, own: Mapping[str, Kind], name: str, total: int) -> KindTotal:
    kind = own.get(name) or kind_named(name)
    url = address_of(Filters(person=key, kinds=(name,)))
    return KindTotal(kind.title, icon_of(kind), total, url)


def _moment(activities: Sequence[Activity], time_zone: str, now: int) -> Moment | None:
    if not activities:
        return None
    at = activities[0].occurred_at
    exact = exact_text(at, time_zone)
    return Moment(text_from_instant(at), exact, ago_text(at, now), activities[0].id)


def _origins(key: EntityKey, origins: Iterable[str]) -> list[Origin]:
    """The systems, those with most activities first."""
    totals = sorted(Counter(origins).items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        Origin(name, total, address_of(Filters(person=key, origin=name))) for name, total in totals
    ]


def _things(entity: Entity, activities: Sequence[Activity]) -> list[Thing]:
    """What belongs to a contact, among what its activities are about."""
    if entity.type != CONTACT:
        return []
    linked = {link.entity.key: link.entity for one in activities for link in one.links}
    owned = [one for one in linked.values() if one.contact == entity.id and not one.is_deleted]
    owned.sort(key=lambda one: one.key)
    return [
        Thing(one.type.replace("_", " "), one.name or one.id, entity_url(one.key))
        for one in owned[:THINGS]
    ]

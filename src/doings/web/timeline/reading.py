"""Reading what a page of a timeline shows, from one state of the account."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from doings.core.activity import Activity
from doings.core.budget import LOOKED_THROUGH
from doings.core.clock import local_date
from doings.core.defaults import SETTINGS
from doings.core.entity import Entity, EntityKey
from doings.core.errors import Invalid
from doings.core.limits.search import check_search
from doings.core.query import Gap, Query, beginnings_from_text
from doings.core.resuming.cursor import Page
from doings.core.store import Reader
from doings.core.store.entities import EntityQuery
from doings.web.remarks import Remark
from doings.web.timeline.articles import (
    Article,
    Context,
    articles_of,
    named_only,
    timeline_url,
)
from doings.web.timeline.calendar import Sums
from doings.web.timeline.facts import REPLACED_BYTES
from doings.web.timeline.filters import Asked, Filters, contact_named, query_of
from doings.web.timeline.times import date_text

ORIGINS = 500
"""How many of the newest activities are looked at for the origins to choose from."""

CHOICES = 8
"""How many people are offered where a name fits several."""


class Choice(msgspec.Struct, frozen=True):
    """Somebody whom a name may mean."""

    name: str
    key: str
    url: str


class Part(msgspec.Struct, frozen=True):
    """A part of a list. `total` and `number`, that of the first, are None where nobody counts.

    One that `is_cut` stopped to look at activities before it had found enough; `looked_to` is the
    day, in words, that it came to on its way to older ones.
    """

    articles: list[Article]
    total: int | None
    before: Gap | None
    after: Gap | None
    is_cut: bool = False
    looked_to: str | None = None

    @property
    def count(self) -> int:
        """How many places of the list it takes."""
        return sum([article.span for article in self.articles])


class Overview(msgspec.Struct, frozen=True):
    """What stands around a list: who it is of, which kinds there are, and on which days.

    `origins` are those of the newest activities, with how many of these each has.
    """

    names: dict[EntityKey, str]
    choices: list[Choice]
    kinds: list[tuple[str, int]]
    sums: Sums
    origins: list[tuple[str, int]]


async def read_part(reader: Reader, asked: Asked, time_zone: str, now: int) -> Part:
    """The articles that an address asks for."""
    query = query_of(asked, time_zone)
    page = await reader.page(query, with_attrs=False, looks=LOOKED_THROUGH)
    total, number = await _numbers(reader, query, page, asked.filters)
    seqs = [activity.seq for activity in page.items]
    context = Context(
        time_zone=time_zone,
        now=now,
        revisions=await reader.newest_revisions(seqs, REPLACED_BYTES),
        there=await find_named(reader, page.items),
    )
    folds = not asked.filters.kinds
    articles = articles_of(page.items, context, number=number, folds=folds)
    looked_to = None
    if page.is_cut and page.after is not None and query.side == "older":
        looked_to = date_text(local_date(page.after.occurred_at, time_zone))
    return Part(articles, total, page.before, page.after, page.is_cut, looked_to)


async def find_named(reader: Reader, activities: Sequence[Activity]) -> set[EntityKey]:
    """Those that titles name without a link and that have a page."""
    keys = named_only(activities)
    return set(await reader.entities_by_key(keys)) if keys else set()


async def _numbers(
    reader: Reader, query: Query, page: Page[Activity], filters: Filters
) -> tuple[int | None, int | None]:
    """How many activities the whole list has, and which of them is the first of the page."""
    if not filters.is_tallied:
        is_whole = page.before is None and page.after is None
        return (len(page.items) if is_whole else None), (1 if page.before is None else None)
    total = await reader.count(msgspec.structs.replace(query, gap=None))
    if not page.items:
        return total, None
    first = page.items[0]
    newer = Gap(first.occurred_at, first.seq + 1, "newer")
    return total, await reader.count(msgspec.structs.replace(query, gap=newer)) + 1


async def read_overview(reader: Reader, filters: Filters, choices: list[Choice]) -> Overview:
    """What stands around the list."""
    query = Query(entities=(filters.person,) if filters.person else (), kinds=filters.kinds or None)
    keys = [key for key in (filters.person, filters.actor) if key]
    known = await reader.entities_by_key(keys) if keys else {}
    newest = Query(entities=query.entities, limit=ORIGINS)
    origins = Counter((await reader.origins(newest)).values())
    return Overview(
        names={key: entity.name or entity.id for key, entity in known.items()},
        choices=choices,
        kinds=await reader.totals_by_kind(filters.person),
        sums=await reader.sums_by_day(query),
        origins=sorted(origins.items(), key=lambda pair: (-pair[1], pair[0])),
    )


async def find_people(reader: Reader, asked: Asked) -> list[Choice]:
    """Find those who were named by words; returns whom a name may mean that means several.

    One that nobody has is left out, and so is one that several have; both are remarked on. A key
    that is none here stays, as nothing is linked to it.
    """
    choices: list[Choice] = []
    for name, text in asked.names.items():
        found = await named(reader, text)
        if len(found) == 1:
            asked.filters = _with(asked.filters, name, found[0].key)
        elif not found:
            asked.remarks.append(Remark(name, text, "nobody here is called so"))
        else:
            asked.remarks.append(Remark(name, text, "several are called so; choose one"))
            choices += [_choice(entity) for entity in found]
    keys = {name: getattr(asked.filters, name) for name in ("person", "actor")}
    wanted = {key for key in keys.values() if key}
    known = await reader.entities_by_key(list(wanted)) if wanted else {}
    missing = wanted - known.keys()
    asked.gone = frozenset(await reader.deleted_keys(missing)) if missing else frozenset()
    for name, key in keys.items():
        if key in missing and key not in asked.gone:
            reason = "there is nobody of this id here, so nothing is found"
            asked.remarks.append(Remark(name, ":".join(key), reason, counts=True))
    return choices


def _with(filters: Filters, name: str, key: EntityKey) -> Filters:
    if name == "person":
        return msgspec.structs.replace(filters, person=key)
    return msgspec.structs.replace(filters, actor=key)


async def named(reader: Reader, text: str, *, entity_type: str | None = None) -> Sequence[Entity]:
    """The contact of that id, else those whose names or attributes have such words."""
    by_id = await reader.entities_by_key([contact_named(text)])
    if by_id:
        return list(by_id.values())
    try:
        check_search(beginnings_from_text(text), "person")
    except Invalid:
        return []
    query = EntityQuery(q=text, type=entity_type, without=SETTINGS, limit=CHOICES)
    seqs = await reader.entity_seqs(query)
    found, _ = await reader.fitting_entities(seqs)
    exact = [one for one in found if (one.name or "").casefold() == text.casefold()]
    return exact if len(exact) == 1 else found


def _choice(entity: Entity) -> Choice:
    name = entity.name or entity.id
    return Choice(name, ":".join(entity.key), timeline_url(entity.key))

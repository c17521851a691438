"""Activities as the articles of a feed: what a template shows of each, and in which groups."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from urllib.parse import quote, urlencode

import msgspec

from doings.core.activity import ACTOR, DERIVED_ROLES, SUBJECT, Activity
from doings.core.clock import text_from_instant
from doings.core.entity import CONTACT, ID_LENGTH, Entity, EntityKey
from doings.core.presentation.graphemes import cut_before
from doings.core.presentation.prose import plain_body, prose
from doings.core.presentation.title import kind_of, title_pieces
from doings.core.store.changes import Change
from doings.web.timeline.facts import FACTS, Fact, Revision, cut, facts_of, revision_of
from doings.web.timeline.filters import key_text
from doings.web.timeline.icons import Icon, icon_of
from doings.web.timeline.times import ago_text, day_text, exact_text, local

BODY_LENGTH = 320
"""How many characters of its prose an article shows at once."""

SAID = 80
"""How many characters of the text a title has where it is made of the text's beginning."""

LONGEST_BODY = 20_000
"""How many it shows at all."""

PEOPLE = 12
"""How many linked people and things an article names."""

NAME_LENGTH = 80
"""How many characters of each name."""

DERIVED = 2
"""The rank of what is linked only because something else is."""

RUN = 3
"""How many of one kind in a row are folded into one."""


class Ref(msgspec.Struct, frozen=True):
    """A person or a thing that an article leads to."""

    name: str
    type: str
    role: str | None
    url: str
    is_deleted: bool


class TitlePart(msgspec.Struct, frozen=True):
    """Some text of a title; a link where it has an address."""

    text: str
    url: str | None


class Article(msgspec.Struct, frozen=True):
    """An activity in a feed. `number` is its place among all, None where nobody knows.

    `others` are those that are folded into it, and `heads_day` says that its day begins with it.
    """

    id: str
    key: str
    kind: str
    kind_title: str
    icon: Icon
    title: list[TitlePart]
    excerpt: str | None
    rest: str | None
    level: str | None
    actor: Ref | None
    people: list[Ref]
    more_people: int
    day: str
    day_text: str
    iso: str
    clock: str
    exact: str
    ago: str
    revision: Revision | None
    facts: list[Fact]
    number: int | None
    heads_day: bool
    others: list["Article"]

    @property
    def url(self) -> str:
        """Where all of it is shown."""
        return activity_url(self.id)

    @property
    def span(self) -> int:
        """How many places of the list it takes, those that are folded into it included."""
        return 1 + len(self.others)


class Context(msgspec.Struct, frozen=True):
    """What articles are rendered for: a zone, the present instant, and the newest changes.

    `there` are those of `named_only` that have a page. What `is_whole` names everybody and shows
    all facts.
    """

    time_zone: str
    now: int
    revisions: Mapping[int, Change]
    there: AbstractSet[EntityKey]
    is_whole: bool = False


def entity_url(key: EntityKey) -> str:
    """Where a person or thing is shown."""
    return f"/entities/{quote(':'.join(key), safe=':')}"


def timeline_url(key: EntityKey) -> str:
    """The timeline of a person or thing, which is there also once that was deleted."""
    return "/timeline?" + urlencode({"person": ":".join(key)}, safe=":")


def activity_url(activity_id: str) -> str:
    """Where one activity is shown."""
    return f"/activities/{activity_id}"


def named_only(activities: Sequence[Activity]) -> list[EntityKey]:
    """What titles name by an id without that the activity is linked to it, like an invoice.

    The id may be any text: nobody knows whether it is somebody or something here.
    """
    named = {
        piece.entity
        for activity in activities
        for piece in title_pieces(activity)
        if piece.entity is not None and piece.entity not in _linked(activity)
    }
    return sorted([key for key in named if len(key[1]) <= ID_LENGTH])


def _linked(activity: Activity) -> set[EntityKey]:
    return {link.entity.key for link in activity.links}


def articles_of(
    activities: Sequence[Activity], context: Context, *, number: int | None, folds: bool
) -> list[Article]:
    """The articles of a part of a list, newest first, of which the first has that number."""
    articles = [
        article_of(activity, context, None if number is None else number + place)
        for place, activity in enumerate(activities)
    ]
    headed: list[Article] = []
    for _, run in groupby(articles, key=lambda article: (article.day, article.kind)):
        found = list(run)
        headed += _folded(found) if folds else found
    days: set[str] = set()
    shown = []
    for article in headed:
        is_first = article.day not in days
        days.add(article.day)
        shown.append(msgspec.structs.replace(article, heads_day=is_first))
    return shown


def _folded(run: list[Article]) -> list[Article]:
    """A run of one kind on one day as its first article, if it is long enough."""
    if len(run) < RUN:
        return run
    return [msgspec.structs.replace(run[0], others=run[1:])]


def article_of(activity: Activity, context: Context, number: int | None) -> Article:
    """The article of one activity."""
    kind = kind_of(activity)
    moment = local(activity.occurred_at, context.time_zone)
    change = context.revisions.get(activity.seq)
    there = _linked(activity) | context.there
    title = [
        TitlePart(piece.text, entity_url(piece.entity) if piece.entity in there else None)
        for piece in title_pieces(activity)
    ]
    shown = "".join([part.text for part in title])
    excerpt, rest = _prose(activity, shown)
    actor, people = _people(activity)
    named = people if context.is_whole else [_short(ref) for ref in people[:PEOPLE]]
    return Article(
        id=activity.id,
        key=key_text(activity.occurred_at, activity.seq),
        kind=activity.kind,
        kind_title=kind.title,
        icon=icon_of(kind),
        title=title,
        excerpt=excerpt,
        rest=rest,
        level=activity.level,
        actor=actor,
        people=named,
        more_people=len(people) - len(named),
        day=moment.date().isoformat(),
        day_text=day_text(moment.date()),
        iso=text_from_instant(activity.occurred_at),
        clock=f"{moment:%H:%M}",
        exact=exact_text(activity.occurred_at, context.time_zone),
        ago=ago_text(activity.occurred_at, context.now),
        revision=revision_of(activity, change, context.time_zone, context.now) if change else None,
        facts=facts_of(activity, context.time_zone, None if context.is_whole else FACTS),
        number=number,
        heads_day=False,
        others=[],
    )


def _prose(activity: Activity, title: str) -> tuple[str | None, str | None]:
    """The beginning of the text, and the rest.

    Nothing where the title says all of it; where it is the beginning, no other one is shown, and
    the rest is the whole text. A summary that the title says is not said again above the body.
    """
    summary = " ".join((activity.summary or "").split())
    is_said = summary != "" and summary in title
    text = ((plain_body(activity) if is_said else prose(activity)) or "").strip()
    line = " ".join(text[: 2 * SAID].split())
    if not text or (len(text) <= 2 * SAID and line in title):
        return None, None
    if line[:SAID] in title:
        return None, cut(text, LONGEST_BODY)
    if len(text) <= BODY_LENGTH:
        return text, None
    end = cut_before(text, BODY_LENGTH)
    return text[:end], cut(text[end:], LONGEST_BODY)


def _people(activity: Activity) -> tuple[Ref | None, list[Ref]]:
    """Who did it, and whom and what it is about: people first, derived links last."""
    actor = None
    others: list[tuple[int, Ref]] = []
    for link in activity.links:
        roles = [role for role in link.roles if role != ACTOR]
        if ACTOR in link.roles:
            actor = actor or _ref(link.entity, None)
        if roles:
            role = None if roles[0] == SUBJECT or roles[0] in DERIVED_ROLES else roles[0]
            is_derived = set(roles) <= DERIVED_ROLES
            rank = DERIVED if is_derived else int(link.entity.type != CONTACT)
            others.append((rank, _ref(link.entity, role)))
    given = {ref.name for rank, ref in others if rank < DERIVED}
    # A membership's contact is called like the membership; naming both would say it twice.
    shown = [(rank, ref) for rank, ref in others if rank < DERIVED or ref.name not in given]
    return actor, [ref for _, ref in sorted(shown, key=lambda pair: pair[0])]


def _short(ref: Ref) -> Ref:
    return msgspec.structs.replace(ref, name=cut(ref.name, NAME_LENGTH))


def _ref(entity: Entity, role: str | None) -> Ref:
    return Ref(
        name=entity.name or entity.id,
        type=entity.type.replace("_", " "),
        role=role.replace("_", " ") if role else None,
        url=entity_url(entity.key),
        is_deleted=entity.is_deleted,
    )

"""Which of the things that happen a filter lets through, as a pure function of what happened.

An item of the feed shows the activity as it is now. How it was before and after a change is found
by going back: from the activity as it is now over the members that each later change replaced.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.activity import ACTOR, Activity, named_links
from doings.core.entity import EntityKey
from doings.core.query import Query, has_kind
from doings.core.store.changes import Change, EntityChange, FeedChunk

Item = Change | EntityChange

Told = Literal["item", "entered", "left"]
"""How a change is told to a filter: as it is, as one that begins to fit, as one that ceases to."""

People = Mapping[EntityKey, frozenset[EntityKey]]
"""All keys of those who have several, by each of them: a filter may name any."""

ALONE: People = {}
"""Nobody has several."""


class Marks(msgspec.Struct, frozen=True):
    """What filters look at of an activity; `actors` are `linked`, too.

    Each person who is linked is there by each of their keys.
    """

    kind: str
    origin: str
    external_id: str | None
    level: str | None
    channels: tuple[str, ...]
    actors: frozenset[EntityKey]
    linked: frozenset[EntityKey]


class _Linked(msgspec.Struct, frozen=True):
    type: str
    id: str
    role: str = ACTOR


class _Replaced(msgspec.Struct, frozen=True):
    """Those members of a `before` that filters look at; the whole document has them all."""

    kind: str | UnsetType = UNSET
    origin: str | UnsetType = UNSET
    external_id: str | UnsetType | None = UNSET
    level: str | UnsetType | None = UNSET
    channels: tuple[str, ...] | UnsetType = UNSET
    actor: _Linked | UnsetType | None = UNSET
    links: list[_Linked] | UnsetType = UNSET


_decode = msgspec.json.Decoder(_Replaced).decode


class _State(msgspec.Struct, frozen=True):
    """An activity at one moment: members of its document, the actor apart from the other links."""

    kind: str
    origin: str
    external_id: str | None
    level: str | None
    channels: tuple[str, ...]
    actor: _Linked | None
    links: list[_Linked]

    def before(self, replaced: _Replaced) -> "_State":
        """The activity before a change that replaced these members."""
        members = msgspec.structs.asdict(replaced)
        return msgspec.structs.replace(
            self, **{name: value for name, value in members.items() if value is not UNSET}
        )

    def marks(self, people: People) -> Marks:
        """What filters look at."""
        links = [*self.links, *([self.actor] if self.actor else [])]
        return Marks(
            self.kind,
            self.origin,
            self.external_id,
            self.level,
            self.channels,
            _all_keys([(link.type, link.id) for link in links if link.role == ACTOR], people),
            _all_keys([(link.type, link.id) for link in links], people),
        )


def _all_keys(keys: Iterable[EntityKey], people: People) -> frozenset[EntityKey]:
    """All keys of those who are named by these."""
    if not people:
        return frozenset(keys)
    return frozenset([one for key in keys for one in people.get(key, (key,))])


def _state_of(activity: Activity) -> _State:
    """The activity as it is now, with those whom it names itself, as the past is kept."""
    links = [
        _Linked(link.entity.type, link.entity.id, role)
        for link in named_links(activity.links)
        for role in link.roles
    ]
    actor = next((link for link in links if link.role == ACTOR), None)
    if actor is not None:
        links.remove(actor)
    return _State(
        activity.kind,
        activity.origin,
        activity.external_id,
        activity.level,
        activity.channels,
        actor,
        links,
    )


def _whole(text: str) -> _State:
    """The state that the `before` of a deletion describes."""
    return msgspec.json.decode(text, type=_State)


States = tuple[Marks | None, Marks | None]
"""An activity before and after a change; None where it was not there."""


def states(chunk: FeedChunk) -> dict[int, States]:
    """The states around each change of an activity in the chunk, by the seq of the change."""
    changes = [item for item in chunk.items if isinstance(item, Change)]
    people = chunk.people
    counts = Counter([change.activity_seq for change in (*changes, *chunk.later)])
    activities = {change.activity_seq: change.activity for change in changes if change.activity}
    present: dict[int, _State | None] = {}
    found: dict[int, States] = {}
    for change in reversed([*changes, *chunk.later]):
        seq, activity = change.activity_seq, change.activity
        if counts[seq] == 1 and change.op == "created" and activity is not None:
            # Most are recorded and never changed, and are as they are now.
            found[change.seq] = (None, _marks_of(activity, people))
            continue
        if seq not in present:
            present[seq] = _state_of(activities[seq]) if seq in activities else None
        after = present[seq]
        before = present[seq] = _before(change, after)
        found[change.seq] = (_marks(before, people), _marks(after, people))
    return found


def _marks_of(activity: Activity, people: People) -> Marks:
    """What filters look at of an activity as it is now."""
    links = [(link.entity.key, link.roles) for link in named_links(activity.links)]
    return Marks(
        activity.kind,
        activity.origin,
        activity.external_id,
        activity.level,
        activity.channels,
        _all_keys([key for key, roles in links if ACTOR in roles], people),
        _all_keys([key for key, _ in links], people),
    )


def _marks(state: _State | None, people: People) -> Marks | None:
    return None if state is None else state.marks(people)


def _before(change: Change, after: _State | None) -> _State | None:
    if change.op in {"created", "erased"}:
        return None
    if change.op == "deleted":
        return _whole(change.before) if change.before else None
    return after.before(_decode(change.before or "{}")) if after else None


def is_everything(query: Query) -> bool:
    """Whether a filter lets all through."""
    return query == Query()


def how_told(query: Query, around: States) -> Told | None:
    """How a change is told to a filter, None for one that it hides."""
    fitted, fits = (marks is not None and _fits(query, marks) for marks in around)
    if fits:
        return "entered" if around[0] is not None and not fitted else "item"
    if not fitted:
        return None
    return "item" if around[1] is None else "left"


def let_through(query: Query, chunk: FeedChunk) -> list[Item]:
    """The items of a chunk that are told to a filter in any way, those that leave it included."""
    if is_everything(query):
        return chunk.items
    around = states(chunk)
    return [item for item in chunk.items if told_of(query, item, around, chunk.people)]


def told_of(
    query: Query, item: Item, around: Mapping[int, States], people: People = ALONE
) -> Told | None:
    """How an item is told to a filter, None for one that it hides; `around` is what `states` says.

    Of an activity that was erased only the kind is known, and so all are told who may have seen it.
    An entity that was erased may have been named in any activity, and has another id now.
    """
    if isinstance(item, EntityChange):
        is_told = item.op == "erased" or is_told_of_entity(query, keys_of(item, people))
        return "item" if is_told else None
    if item.op == "erased":
        return "item" if has_kind(query.kinds, item.kind) else None
    return how_told(query, around[item.seq])


def keys_of(change: EntityChange, people: People) -> frozenset[EntityKey]:
    """The keys by which a filter may name an entity that something happened to.

    Who follows somebody by an id that was merged hears of the one who stands for them.
    """
    key = change.key
    return people.get(key, frozenset({key})) if change.merged_into is None else frozenset({key})


def is_told_of_entity(query: Query, keys: Collection[EntityKey]) -> bool:
    """Whether a filter lets through what happens to an entity: it has to name it by a key."""
    named = (*query.entities, *query.also, query.actor)
    return is_everything(query) or any(key in named for key in keys)


def is_regrouped(query: Query, change: EntityChange, people: People) -> bool:
    """Whether a filter names somebody who is merged or parted: it finds other activities then."""
    if not change.is_regrouped or is_everything(query):
        return False
    return is_told_of_entity(query, people.get(change.key, (change.key,)))


def _fits(query: Query, marks: Marks) -> bool:
    return (
        has_kind(query.kinds, marks.kind)
        and query.origin in {None, marks.origin}
        and query.external_id in {None, marks.external_id}
        and query.level in {None, marks.level}
        and (query.channel is None or query.channel in marks.channels)
        and (query.actor is None or query.actor in marks.actors)
        and _is_linked(query.entities, marks)
        and _is_linked(query.also, marks)
    )


def _is_linked(entities: Sequence[EntityKey], marks: Marks) -> bool:
    return not entities or not marks.linked.isdisjoint(entities)

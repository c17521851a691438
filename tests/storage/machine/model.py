"""What an account is, said as plainly as possible: lists and loops, nothing kept that can be told.

The store is checked against it. It takes seqs and ids from the store, whose order other tests see.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from doings.core.activity import DERIVED_ROLES, Draft, is_same
from doings.core.clock import day_of, local_date
from doings.core.entity import CONTACT, EntityDraft, EntityKey
from doings.core.query import DiaryOrder, Gap, Query, RecordedOrder


@dataclass
class Thing:
    """An entity."""

    contact: EntityKey | None = None
    name: str | None = None
    is_deleted: bool = False


@dataclass
class Entry:
    """An activity, and how often it was changed; `touched` grows with every change anywhere."""

    seq: int
    id: str
    draft: Draft
    touched: int
    ops: list[str] = field(default_factory=lambda: ["created"])

    @property
    def place(self) -> tuple[int, int]:
        """The entry's place in every timeline."""
        return self.draft.occurred_at, self.seq


class Model:
    """One account."""

    def __init__(self) -> None:
        self.things: dict[EntityKey, Thing] = {}
        self.entries: dict[int, Entry] = {}
        self.gone: list[Entry] = []
        self._touched = 0

    def touch(self) -> int:
        """A number greater than all before."""
        self._touched += 1
        return self._touched

    def standing(self, draft: Draft) -> Entry | None:
        """The activity that a draft repeats."""
        if draft.external_id is None:
            return None
        name = (draft.origin, draft.external_id)
        named = (
            entry
            for entry in self.entries.values()
            if (entry.draft.origin, entry.draft.external_id) == name
        )
        return next(named, None)

    def meet(self, draft: Draft) -> None:
        """Make what a draft links to and does not exist."""
        for link in draft.links:
            if link.role not in DERIVED_ROLES:
                self.things.setdefault(link.key, Thing())

    def revise(self, entry: Entry, draft: Draft) -> bool:
        """Put a draft in the place of what there was; whether that says anything new."""
        self.meet(draft)
        if is_same(entry.draft, draft):
            return False
        entry.draft, entry.touched = draft, self.touch()
        entry.ops.append("updated")
        return True

    def put(self, key: EntityKey, draft: EntityDraft) -> None:
        """Create or replace an entity; the feed tells of activities that it takes along."""
        contact = (CONTACT, draft.contact) if draft.contact else None
        if contact:
            self.things.setdefault(contact, Thing())
        thing = self.things.setdefault(key, Thing())
        before = [(entry, self.roles(entry)) for entry in self.entries.values()]
        thing.contact, thing.is_deleted, thing.name = contact, False, draft.name
        for entry, roles in before:
            if self.roles(entry) != roles:
                entry.ops.append("updated")

    def living(self, type_: str) -> list[str]:
        """The ids of a type that are not deleted, in the order in which they were made."""
        return [
            id_ for (of, id_), thing in self.things.items() if of == type_ and not thing.is_deleted
        ]

    def named(self, search: str) -> list[EntityKey]:
        """The living entities whose name has a word that begins so, in no order."""
        return [
            key
            for key, thing in self.things.items()
            if not thing.is_deleted
            and any(
                word.startswith(plain(search)) or occurs(plain(search), [word])
                for word in plain(thing.name or "").split()
            )
        ]

    def roles(self, entry: Entry) -> dict[EntityKey, set[str]]:
        """What an activity is linked to, and how."""
        roles: dict[EntityKey, set[str]] = {}
        for link in entry.draft.links:
            if link.role not in DERIVED_ROLES:
                roles.setdefault(link.key, set()).add(link.role)
        for key in list(roles):
            owner = self.things[key].contact
            if owner:
                roles.setdefault(owner, set()).add("owner")
        return roles

    def is_alive(self, key: EntityKey) -> bool:
        """Whether an entity exists and is not deleted."""
        return key in self.things and not self.things[key].is_deleted

    def answer(self, query: Query) -> list[Entry]:
        """All that a query is about, in its order, whatever its page."""
        found = [entry for entry in self.entries.values() if self._is_meant(entry, query)]
        return sorted(found, key=lambda entry: entry.place, reverse=query.is_descending)

    def page(self, query: Query) -> tuple[list[int], bool]:
        """The seqs on a page, and whether there is more on its side."""
        found = self.answer(query)
        if query.gap is None:
            beyond = found[query.skip :]
            return [entry.seq for entry in beyond[: query.limit]], len(beyond) > query.limit
        place = (query.gap.occurred_at, query.gap.seq)
        is_older = query.side == "older"
        side = [entry.seq for entry in found if (entry.place < place) == is_older]
        if is_older == query.is_descending:
            return side[: query.limit], len(side) > query.limit
        return side[max(0, len(side) - query.limit) :], len(side) > query.limit

    def _is_meant(self, entry: Entry, query: Query) -> bool:
        draft, roles = entry.draft, self.roles(entry)
        noun = draft.kind.partition(".")[0]
        actor = query.actor
        text = plain(f"{draft.summary or ''} {draft.body or ''}").split()
        conditions = (
            self._is_linked(roles, query.entities, is_of_living=query.is_of_living),
            self._is_linked(roles, query.also, is_of_living=False),
            query.kinds is None or bool({draft.kind, f"{noun}.*"} & set(query.kinds)),
            actor is None or "actor" in roles.get(actor, ()),
            query.origin in (None, draft.origin),
            query.external_id in (None, draft.external_id),
            query.level in (None, draft.level),
            query.channel is None or query.channel in draft.channels,
            query.since is None or draft.occurred_at >= query.since,
            query.until is None or draft.occurred_at < query.until,
            all(occurs(plain(word.text), text) for word in query.words or ()),
        )
        return all(conditions)

    def _is_linked(
        self,
        roles: dict[EntityKey, set[str]],
        entities: tuple[EntityKey, ...],
        *,
        is_of_living: bool,
    ) -> bool:
        return not entities or any(
            key in roles and (self.is_alive(key) or not is_of_living) for key in entities
        )

    def diary(self, query: Query, order: DiaryOrder) -> list[int]:
        """The seqs on a page by the calendar."""

        def rank(entry: Entry) -> tuple[int, int, int]:
            sign = -1 if order.is_descending else 1
            touched = entry.touched if order.tie == "updated" else 0
            date = local_date(entry.draft.occurred_at, order.time_zone).toordinal()
            return -date, sign * touched, sign * entry.seq

        found = sorted(self.answer(query), key=rank)
        return [entry.seq for entry in found[query.skip : query.skip + query.limit]]

    def with_contacts(self, order: RecordedOrder) -> list[int]:
        """The seqs of what concerns a contact, deleted or not."""
        found = [
            entry
            for entry in self.entries.values()
            if any(type_ == CONTACT for type_, _ in self.roles(entry))
        ]
        by_update = order.by == "updated"
        found.sort(key=lambda entry: (entry.touched if by_update else 0, entry.seq))
        if order.is_descending:
            found.reverse()
        return [entry.seq for entry in found]

    def days(self, query: Query) -> list[tuple[int, int]]:
        """(day, count)."""
        return sorted(Counter(day_of(entry.place[0]) for entry in self.answer(query)).items())

    def kinds(self, query: Query) -> list[tuple[str, int]]:
        """(kind, count)."""
        counts = Counter(entry.draft.kind for entry in self.answer(query))
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def plain(text: str) -> str:
    """Text without case, marks and forms, for the words that the machine uses."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def occurs(word: str, words: list[str]) -> bool:
    """Whether a word is one of them; what is beyond ASCII here has no spaces, and may be a part."""
    return word in words or (not word.isascii() and any(word in one for one in words))


def gap_beside(entry: Entry, *, is_older: bool) -> Gap:
    """The gap on one side of an activity, from which the walk goes on."""
    at, seq = entry.place
    return Gap(at, seq, "older") if is_older else Gap(at, seq + 1, "newer")

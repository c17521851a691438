"""Whose turn it is: which deliveries of one webhook may be sent side by side, in which order.

A delivery has keys that it waits on, and keys of all that it is about. It is free once nothing
before it is about a key that it waits on. So each key has a row of deliveries, and a delivery is
free when it stands first in each row that it waits in.
"""

import heapq
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import msgspec

from doings.core.store.webhooks import Lane, Queued

ALL = "*"
"""The one key of a lane in which each delivery waits for all before it."""


class Item(msgspec.Struct, eq=False):
    """What is sent in one request: one delivery, or those of a batch. `seq` is its place."""

    seq: int
    seqs: tuple[int, ...]
    parts: list[Queued]
    message: str
    waits: frozenset[str]
    about: frozenset[str]
    tries: int
    next_at: int

    @property
    def at(self) -> int:
        """When the first change happened."""
        return self.parts[0].at


def lane_text(waits: Iterable[str], about: Iterable[str]) -> str:
    """The keys as a delivery's row holds them."""
    own = sorted(set(waits))
    return f"{' '.join(own)}|{' '.join(sorted(set(about) - set(own)))}"


def item_of(parts: Sequence[Queued], lane: Lane) -> Item:
    """The item of one delivery, or of those that were sent as one message before."""
    waits, about = _keys(parts, lane)
    last = parts[-1]
    seqs = tuple([part.seq for part in parts])
    return Item(seqs[0], seqs, list(parts), last.message, waits, about, last.tries, last.next_at)


def _keys(parts: Sequence[Queued], lane: Lane) -> tuple[frozenset[str], frozenset[str]]:
    if lane == "endpoint":
        return frozenset({ALL}), frozenset({ALL})
    if lane == "none":
        return frozenset(), frozenset()
    waits: set[str] = set()
    about: set[str] = set()
    for part in parts:
        first, _, rest = part.lane.partition("|")
        waits.update(first.split())
        about.update(rest.split())
    return frozenset(waits), frozenset(waits | about)


class Lanes:
    """The queue of one webhook in the memory of the process that delivers."""

    def __init__(self, lane: Lane, queue: Iterable[Queued] = ()) -> None:
        self.lane: Lane = lane
        self.seqs: set[int] = set()
        """Of all that is in the queue."""
        self._rows: dict[str, OrderedDict[int, Item]] = {}
        self._due: list[tuple[int, int, int, Item]] = []
        """What may be free, by time and seq; the third number tells apart what is offered twice."""
        self._offers = 0
        self._waiting: OrderedDict[int, Item] = OrderedDict()
        """All items by their first seq, those under way as well."""
        self._under_way: set[int] = set()
        self.add(queue)

    def __len__(self) -> int:
        """How many deliveries wait or are under way."""
        return len(self.seqs)

    @property
    def oldest_at(self) -> int | None:
        """When the first change happened that is not delivered."""
        return next(iter(self._waiting.values())).at if self._waiting else None

    @property
    def has_under_way(self) -> bool:
        """Whether anything is being sent."""
        return bool(self._under_way)

    def add(self, queue: Iterable[Queued]) -> None:
        """Put deliveries at the end, by seq; those of one message together."""
        by_message: dict[str, list[Queued]] = {}
        for one in queue:
            if one.seq not in self.seqs:
                by_message.setdefault(one.message, []).append(one)
                self.seqs.add(one.seq)
        for parts in by_message.values():
            self._put(item_of(parts, self.lane), is_first=False)

    def next_due_at(self) -> int | None:
        """When something may be free the next time; None where nothing waits for the time."""
        self._drop_blocked()
        return self._due[0][0] if self._due else None

    def take(self, now: int, batch: int) -> Item | None:
        """What is to be sent now, up to `batch` deliveries in one; None where nothing is free.

        Only what was never sent is put together: a message stays what it was.
        """
        first = self._pop(now)
        if first is None:
            return None
        if batch == 1 or len(first.parts) > 1 or first.parts[0].has_body:
            self._under_way.add(first.seq)
            return first
        taken = [first]
        self._remove(first)
        kept = []
        while len(taken) < batch and (more := self._pop(now)) is not None:
            if len(more.parts) > 1 or more.parts[0].has_body:
                kept.append(more)
                continue
            taken.append(more)
            self._remove(more)
        item = item_of([part for one in taken for part in one.parts], self.lane)
        item.message = first.message
        # What is put together stands before all that waits on any part of it.
        self._put(item, is_first=True)
        self._under_way.add(item.seq)
        for one in kept:
            self._offer(one)
        return item

    def done(self, item: Item) -> None:
        """It was delivered, or will never be."""
        self._under_way.discard(item.seq)
        self.seqs.difference_update(item.seqs)
        self._remove(item)

    def again(self, item: Item, *, tries: int, next_at: int) -> None:
        """It waits for its next attempt, in its place."""
        item.tries = tries
        item.next_at = next_at
        item.parts = [_sent(part, item.message) for part in item.parts]
        self.put_back(item)

    def put_back(self, item: Item) -> None:
        """It was taken and not sent."""
        self._under_way.discard(item.seq)
        self._offer(item)

    def split(self, item: Item, count: int) -> Item:
        """The first parts of a batch that was taken as an item of their own; the rest goes back."""
        self._under_way.discard(item.seq)
        self._remove(item)
        rest = [item_of([part], self.lane) for part in item.parts[count:]]
        first = item_of(item.parts[:count], self.lane)
        first.message = item.message
        for one in (*reversed(rest), first):
            self._put(one, is_first=True)
        self._under_way.add(first.seq)
        for one in rest:
            self._offer(one)
        return first

    def _put(self, item: Item, *, is_first: bool) -> None:
        self._waiting[item.seq] = item
        if is_first:
            self._waiting.move_to_end(item.seq, last=False)
        for key in item.about:
            row = self._rows.setdefault(key, OrderedDict())
            row[item.seq] = item
            if is_first:
                row.move_to_end(item.seq, last=False)
        if not is_first:
            self._offer(item)

    def _remove(self, item: Item) -> None:
        self._waiting.pop(item.seq, None)
        for key in item.about:
            row = self._rows.get(key)
            if row is None or row.pop(item.seq, None) is None:
                continue
            if row:
                self._offer(next(iter(row.values())))
            else:
                del self._rows[key]

    def _offer(self, item: Item) -> None:
        """Have an item looked at that may be free now."""
        if self._is_free(item):
            self._offers += 1
            heapq.heappush(self._due, (item.next_at, item.seq, self._offers, item))

    def _is_free(self, item: Item) -> bool:
        if item.seq in self._under_way or self._waiting.get(item.seq) is not item:
            return False
        return all(next(iter(self._rows[key])) == item.seq for key in item.waits)

    def _drop_blocked(self) -> None:
        """Forget what was free when it was offered and is not any more, or was offered twice."""
        while self._due and (
            not self._is_free(self._due[0][3]) or self._due[0][0] != self._due[0][3].next_at
        ):
            heapq.heappop(self._due)

    def _pop(self, now: int) -> Item | None:
        self._drop_blocked()
        if not self._due or self._due[0][0] > now:
            return None
        return heapq.heappop(self._due)[3]


def _sent(part: Queued, message: str) -> Queued:
    return msgspec.structs.replace(part, message=message, has_body=True)

"""Whose turn it is: the queue of one webhook in memory, against rules that are easily said."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from doings.core.store.webhooks import Lane, Queued
from doings.live.webhooks.lanes import Item, Lanes, lane_text
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY

KEYS = st.frozensets(st.sampled_from("abcd"), min_size=1, max_size=3)
ROWS = st.lists(st.tuples(KEYS, KEYS), min_size=1, max_size=12)


def queued(seq: int, waits: frozenset[str], about: frozenset[str]) -> Queued:
    """A delivery that was never sent."""
    text = lane_text(waits, waits | about)
    return Queued(seq, f"m{seq}", "activity.created", "x", seq, text, 0, 0, False)  # noqa: FBT003


@given(
    ROWS,
    st.sampled_from(["endpoint", "entity", "none"]),
    st.integers(1, 4),
    st.integers(0, 1_000_000),
)
def test_nothing_overtakes_what_it_waits_on(
    rows: list[tuple[frozenset[str], frozenset[str]]], lane: Lane, batch: int, seed: int
) -> None:
    """Whatever fails, is put back or cut; and in the end all is done, each once."""
    chance = Random(seed).random
    queue = [queued(seq, *keys) for seq, keys in enumerate(rows, 1)]
    lanes = Lanes(lane, queue)
    done: list[int] = []
    under_way: list[Item] = []
    for _ in range(1000):
        item = lanes.take(0, batch)
        if item is not None:
            if len(item.parts) > 1 and not item.parts[0].has_body and chance() < 0.3:
                item = lanes.split(item, 1)
            if chance() < 0.2:
                lanes.put_back(item)
                continue
            for part in item.parts:
                check_free(part, queue, done, lane, item)
            under_way.append(item)
        elif not under_way:
            break
        if under_way and (item is None or chance() < 0.5):
            landed = under_way.pop(int(chance() * len(under_way)))
            if chance() < 0.3:
                lanes.again(landed, tries=1, next_at=0)
            else:
                lanes.done(landed)
                done += landed.seqs

    assert sorted(done) == [one.seq for one in queue]
    assert len(lanes) == 0
    assert lanes.oldest_at is None


def check_free(part: Queued, queue: list[Queued], done: list[int], lane: Lane, item: Item) -> None:
    """Fail where something before it that it waits on is not done, nor sent with it."""
    for earlier in queue:
        if earlier.seq >= part.seq or earlier.seq in done or earlier.seq in item.seqs:
            continue
        assert lane != "endpoint"
        assert lane == "none" or not waits_of(part) & about_of(earlier)


def waits_of(one: Queued) -> set[str]:
    """The keys that a delivery waits on."""
    return set(one.lane.partition("|")[0].split())


def about_of(one: Queued) -> set[str]:
    """All keys of a delivery."""
    return set(one.lane.replace("|", " ").split())


def test_the_next_is_found_without_looking_at_the_rest() -> None:
    """Ten thousand for one person are as quick as ten thousand for as many."""
    key = frozenset({"a"})
    lanes = Lanes("entity", [queued(seq, key, key) for seq in range(1, 10_001)])

    order = []
    while (item := lanes.take(0, 1)) is not None:
        order.append(item.seq)
        lanes.done(item)

    assert order == list(range(1, 10_001))

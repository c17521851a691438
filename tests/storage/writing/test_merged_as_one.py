"""People who are merged look as if there had always been one person; parted, as if two."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doings.core.activity import Draft, Link
from doings.core.clock import DAY
from doings.core.entity import EntityKey
from doings.core.query import DiaryOrder, Query, words_from_text
from doings.core.store import Reader
from doings.storage.reading import merges as reading
from tests.builders import note
from tests.clocks import NOON, TickingClock
from tests.storage.book import Book
from tests.storage.conftest import ENGINES
from tests.storage.writing.merging import KEPT, OTHER, THIRD, checked, merge, revert

PEOPLE = [KEPT, OTHER, THIRD]
MIDNIGHT = NOON // DAY * DAY
drafts = st.builds(
    lambda links, at, kind: note(
        *[Link(key[0], key[1], role) for key, role in links], at=at, kind=kind, body="red"
    ),
    st.lists(
        st.tuples(
            st.sampled_from([*PEOPLE, ("appointment", "a")]), st.sampled_from(["subject", "actor"])
        ),
        max_size=3,
    ),
    st.sampled_from([-1, NOON - DAY, MIDNIGHT, NOON, NOON + 1, NOON + DAY]),
    st.sampled_from(["note.created", "text.posted"]),
)
batches = st.lists(drafts, min_size=1, max_size=6)


def naming_kept(draft: Draft) -> Draft:
    """The draft as it would be had there been one person from the start."""
    links = [
        Link(*KEPT, link.role) if link.key in PEOPLE else Link(*link.key, link.role)
        for link in draft.links
    ]
    return note(
        *links, at=draft.occurred_at, kind=draft.kind, body=draft.body, summary=draft.summary
    )


def sent_back(old: Draft, new: Draft) -> Draft:
    """What a caller means who sees the old draft under the kept id, and sends the new one."""
    links = []
    for link in new.links:
        named = [one.key for one in old.links if one.role == link.role and one.key in PEOPLE]
        meant = named if link.key == KEPT and named else [link.key]
        links += [Link(key[0], key[1], link.role) for key in meant]
    return note(*links, at=new.occurred_at, kind=new.kind, body=new.body)


class Scene:
    """An account to which everything happens, and how its timelines are told apart from seqs."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.numbers: dict[int, int] = {}

    async def record(self, batch: Sequence[Draft]) -> None:
        """Record drafts; each is known by its number from now on."""
        for one in await self.book.record(*batch):
            self.numbers[one.seq] = len(self.numbers)

    async def replace(self, number: int, draft: Draft) -> None:
        """Put a draft in the place of an activity."""
        await self.book.revise(self._seq(number), draft)

    async def erase(self, number: int) -> None:
        """Delete an activity."""
        await self.book.erase(self._seq(number))

    def _seq(self, number: int) -> int:
        return next(seq for seq, known in self.numbers.items() if known == number)

    async def shown(self, key: EntityKey) -> list[object]:
        """All that a timeline and its counts show, in every way of asking."""
        return await self.book.read(lambda reader: self._shown(reader, key))

    async def _shown(self, reader: Reader, key: EntityKey) -> list[object]:
        query = Query(entities=(key,), limit=200)
        kinds = ("text.*",)
        shown: list[object] = [
            await reader.total(key, None),
            await reader.total(key, kinds),
            await reader.counts_by_day(query),
            await reader.counts_by_kind(query),
            await reader.sums_by_day(query),
            await reader.totals_by_kind(key),
            await reader.count(query),
            await reader.count(Query(entities=(key,), since=MIDNIGHT + 1, until=NOON + 1)),
        ]
        asked = (
            query,
            Query(entities=(key,), kinds=kinds, limit=200),
            Query(entities=(key,), is_descending=False, limit=3, skip=2),
            Query(entities=(key,), limit=2, skip=3),
            Query(actor=key, limit=200),
            Query(also=(key,), limit=200),
            Query(entities=(key, ("appointment", "a")), limit=200),
            Query(entities=(key,), words=words_from_text("red"), limit=200),
        )
        pages = [await reader.page(one) for one in asked]
        shown += [self._known([item.seq for item in page.items]) for page in pages]
        walked: list[int] = []
        step: Query | None = Query(entities=(key,), limit=2)
        while step is not None:
            page = await reader.page(step)
            walked += [item.seq for item in page.items]
            step = None if page.after is None else Query(entities=(key,), limit=2, gap=page.after)
        shown.append(self._known(walked))
        diary = Query(entities=(key,), limit=3, skip=1)
        order = DiaryOrder("UTC", is_descending=True)
        shown.append(self._known(await reader.diary(diary, order)))
        seq = (await reader.entity(key)).seq
        summary = (await reader.timeline_summaries([seq]))[seq]
        newest = summary.newest and self.numbers[summary.newest.seq]
        return [*shown, summary.total, newest]

    def _known(self, seqs: Sequence[int]) -> list[int]:
        return [self.numbers[seq] for seq in seqs]


async def scenes(book: Book, count: int) -> list[Scene]:
    """Accounts of their own, each with the same people."""
    made = []
    for _ in range(count):
        accounts = await book.database.accounts()
        account = await book.database.create_account(
            f"s{len(accounts)}", name="Scene", time_zone="UTC"
        )
        scene = Scene(Book(book.database, account))
        for key in PEOPLE:
            await scene.book.put(*key)
        await scene.book.put("appointment", "a", contact=OTHER[1])
        made.append(scene)
    return made


@pytest.mark.parametrize("engine", ENGINES)
def test_merged_is_as_if_one_and_parted_as_if_two(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is recorded before, meanwhile and of whom, in every way that a timeline is read."""
    monkeypatch.setattr(reading, "SHARED_CHUNK", 2)

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(batches, batches, drafts, st.sampled_from([1, 2]))
    def prove(first: list[Draft], then: list[Draft], instead: Draft, count: int) -> None:
        runner.run(follow(book, first, then, instead, count))

    with asyncio.Runner() as runner:
        database = runner.run(opened(engine, tmp_path))
        account = runner.run(database.create_account("acme", name="Acme", time_zone="UTC"))
        book = Book(database, account)
        try:
            prove()
            assert runner.run(checked(book)) == []
        finally:
            runner.run(database.close())


async def opened(engine: str, directory: Path) -> Any:  # noqa: ANN401 - a Database
    """An empty database."""
    return await ENGINES[engine](directory, TickingClock())


async def follow(
    book: Book, first: list[Draft], then: list[Draft], instead: Draft, count: int
) -> None:
    """Do the same with people who are merged, who always were one, and who never were.

    `count` is how many merges it takes.
    """
    merged, one, two = await scenes(book, 3)
    await one.book.put("appointment", "a", contact=KEPT[1])
    for scene in (merged, two):
        await scene.record(first)
    await one.record(list(map(naming_kept, first)))

    others = [[OTHER, THIRD]] if count == 1 else [[OTHER], [THIRD]]
    made = [await merge(merged.book, KEPT, *those) for those in others]

    assert await merged.shown(KEPT) == await one.shown(KEPT)
    for scene in (merged, two):
        await scene.record(then)
        await scene.erase(len(first))
    await merged.replace(0, instead)
    await two.replace(0, sent_back(first[0], instead))
    await one.record(list(map(naming_kept, then)))
    await one.replace(0, naming_kept(instead))
    await one.erase(len(first))

    whole = await one.shown(KEPT)
    assert [await merged.shown(key) for key in PEOPLE] == [whole, whole, whole]
    for one_merge in reversed(made):
        await revert(merged.book, one_merge)
    assert [await merged.shown(key) for key in PEOPLE] == [await two.shown(key) for key in PEOPLE]
    await merge(merged.book, THIRD, OTHER)

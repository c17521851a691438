"""The store against the model: whatever is done to both, both give the same answers."""

import asyncio
from collections.abc import Awaitable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from doings.auth.credentials import issue
from doings.core.activity import Activity, Draft
from doings.core.documents.rendering import json_rendering
from doings.core.entity import CONTACT, EntityDraft
from doings.core.errors import NotFound
from doings.core.query import DiaryOrder, Gap, Query, RecordedOrder
from doings.core.store import Reader, Writer
from doings.core.store.credentials import Standing
from doings.storage.checks.check import check
from doings.storage.database import Database
from doings.storage.reading import counts, entity_lists
from doings.storage.reading.timeline import pages, search
from doings.storage.sql import tallies
from doings.storage.writing import relinks
from tests.clocks import NOON, TickingClock
from tests.storage.book import Book
from tests.storage.conftest import ENGINES
from tests.storage.machine.drawn import KEYS, NAMES, TIES, ZONES, drafts, places, queries
from tests.storage.machine.model import Entry, Model

T = TypeVar("T")
SEQS_OF_ENTITIES = """
    SELECT seq FROM entities WHERE account_id = :id
    UNION ALL SELECT seq FROM entity_changes WHERE account_id = :id"""


WHOLE = json_rendering("whole", lambda activities: activities)
"""Shows all that is known of an activity and of what it is linked to."""


KEPT = 4
"""How many pages are kept at a time."""


class Kept(NamedTuple):
    """A page as it was made once, and what says whether it still holds."""

    version: int | None
    standing: Standing | None
    items: list[bytes]


class StoreMachine(RuleBasedStateMachine):
    """Does everything twice. `other` is a second handle on the database, which only reads."""

    def __init__(self, runner: asyncio.Runner, database: Database, other: Database) -> None:
        super().__init__()
        self.runner = runner
        self.database = database
        self.other = other
        self.model = Model()
        self.kept: dict[Query, Kept] = {}

    def wait(self, work: Awaitable[T]) -> T:
        """What a call to the store comes to."""

        async def awaited() -> T:
            return await work

        return self.runner.run(awaited())

    @initialize(zone=st.sampled_from(ZONES))
    def open_account(self, zone: str) -> None:
        """Begin with an empty account."""
        slug = f"a{len(self.wait(self.database.accounts()))}"
        account = self.wait(self.database.create_account(slug, name="Acme", time_zone=zone))
        self.book = Book(self.database, account)
        issued, credential = issue(account.id, scopes=["read_activities"], now=NOON)
        self.wait(self.book.write(lambda writer: writer.add_credential(credential)))
        self.key = issued.key

    def entry(self, data: st.DataObject) -> Entry:
        """Any one activity that exists."""
        return self.model.entries[data.draw(st.sampled_from(sorted(self.model.entries)))]

    @rule(batch=st.lists(drafts, min_size=1, max_size=5))
    def record(self, batch: list[Draft]) -> None:
        """Record a batch, in which ids may repeat."""
        recorded = self.wait(self.book.record(*batch))

        touched = self.model.touch()
        for draft, one in zip(batch, recorded, strict=True):
            first = self.model.standing(draft)
            assert one.is_repeated == (first is not None)
            if first is None:
                self.model.meet(draft)
                self.model.entries[one.seq] = Entry(one.seq, one.id, draft, touched)
            else:
                assert (one.seq, one.id) == (first.seq, first.id)

    @precondition(lambda self: self.model.entries)
    @rule(data=st.data(), draft=drafts)
    def revise(self, data: st.DataObject, draft: Draft) -> None:
        """Revise an activity, whose origin and external id stay."""
        entry = self.entry(data)
        old = entry.draft
        draft = msgspec.structs.replace(draft, origin=old.origin, external_id=old.external_id)
        before = self.wait(self.book.read(lambda reader: reader.activity(entry.seq)))

        after = self.wait(self.book.revise(entry.seq, draft))

        assert self.model.revise(entry, draft) == (after.updated_at > before.updated_at)
        self.compare(after, entry)

    @precondition(lambda self: self.model.entries)
    @rule(data=st.data(), batch=st.lists(drafts, min_size=1, max_size=4))
    def replace(self, data: st.DataObject, batch: list[Draft]) -> None:
        """Replace several activities at once, each by a draft of its name."""
        seqs = st.lists(st.sampled_from(sorted(self.model.entries)), unique=True)
        entries = [self.model.entries[seq] for seq in data.draw(seqs)][: len(batch)]
        chosen = [
            msgspec.structs.replace(
                draft, origin=entry.draft.origin, external_id=entry.draft.external_id
            )
            for entry, draft in zip(entries, batch, strict=False)
        ]

        async def replace(writer: Writer) -> list[Activity]:
            olds = await writer.activities([entry.seq for entry in entries])
            return await writer.replace(list(zip(olds, chosen, strict=True)))

        news = self.wait(self.book.write(replace))

        touched = self.model.touch()
        for entry, draft, new in zip(entries, chosen, news, strict=True):
            if self.model.revise(entry, draft):
                entry.touched = touched
            self.compare(new, entry)

    @precondition(lambda self: self.model.entries)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        """Erase an activity."""
        entry = self.entry(data)

        self.wait(self.book.erase(entry.seq))

        entry.ops.append("deleted")
        self.model.gone.append(self.model.entries.pop(entry.seq))

    @rule(
        key=st.sampled_from(KEYS),
        contact=st.sampled_from([None, "1", "2", "4"]),
        name=st.sampled_from(NAMES),
    )
    def put(self, key: tuple[str, str], contact: str | None, name: str | None) -> None:
        """Put an entity, which may change its name and whom it belongs to."""
        draft = EntityDraft(name=name, contact=None if key[0] == CONTACT else contact)

        entity = self.wait(self.book.put(*key, name=name, contact=draft.contact))

        self.model.put(key, draft)
        assert entity.contact == draft.contact

    @rule(key=st.sampled_from(KEYS))
    def delete(self, key: tuple[str, str]) -> None:
        """Delete an entity, if there is one."""
        if self.model.is_alive(key):
            self.wait(self.book.delete(*key))
            self.model.things[key].is_deleted = True
        else:
            with pytest.raises(NotFound):
                self.wait(self.book.delete(*key))

    @rule(asked=st.lists(st.tuples(queries, places), min_size=1, max_size=8))
    def ask(self, asked: list[tuple[Query, Gap | int]]) -> None:
        """A page of any query is the model's."""
        for query, place in asked:
            where: dict[str, Any] = {"gap": place} if isinstance(place, Gap) else {"skip": place}
            self.compare_pages(msgspec.structs.replace(query, **where))

    def compare_pages(self, query: Query) -> None:
        """The store's page and the model's."""
        page = self.wait(self.book.read(lambda reader: reader.page(query)))

        seqs, has_more = self.model.page(query)
        assert [activity.seq for activity in page.items] == seqs
        is_after = (query.side == "older") == query.is_descending
        assert has_more == ((page.after if is_after else page.before) is not None)
        for activity in page.items:
            self.compare(activity, self.model.entries[activity.seq])
        kept = self.wait(self.book.read(lambda reader: reader.rendered_page(query, WHOLE)))
        assert list(map(bytes, kept.items)) == list(map(msgspec.json.encode, page.items))
        assert (kept.before, kept.after) == (page.before, page.after)

    @precondition(lambda self: len(self.kept) < KEPT)
    @rule(query=queries, skip=st.integers(0, 2))
    def keep(self, query: Query, skip: int) -> None:
        """Keep a page that the other handle made, as answers are kept."""
        query = msgspec.structs.replace(query, words=None, skip=skip)
        version = self.other.version()
        sign_in = self.wait(self.other.credential(self.key))
        assert sign_in is not None
        page = self.read_by(self.other, query)
        self.kept[query] = Kept(version, sign_in.standing, page)

    def read_by(self, database: Database, query: Query) -> list[bytes]:
        """The documents of a page."""
        work = database.read(
            self.book.account.id, lambda reader: reader.rendered_page(query, WHOLE)
        )
        return list(map(bytes, self.wait(work).items))

    @invariant()
    def what_is_kept_is_as_if_made_now(self) -> None:
        """While nothing was committed, and while the standing is the same."""
        if not self.kept:
            return
        version = self.other.version()
        standing = self.wait(self.other.standing(self.key, self.book.account.id))
        sign_in = self.wait(self.other.credential(self.key))
        assert sign_in is not None
        assert sign_in.standing == standing
        for query, kept in list(self.kept.items()):
            is_same = version is not None and version == kept.version
            if is_same or standing == kept.standing:
                assert self.read_by(self.database, query) == kept.items
            else:
                del self.kept[query]

    def compare(self, activity: Activity, entry: Entry) -> None:
        """An activity is what was recorded last, linked as the model says."""
        roles = {link.entity.key: set(link.roles) for link in activity.links}
        assert roles == self.model.roles(entry)
        for member in ("kind", "occurred_at", "summary", "body", "level", "channels", "origin"):
            assert getattr(activity, member) == getattr(entry.draft, member)

    @rule(query=queries, skip=st.integers(0, 5), zone=st.sampled_from(ZONES), data=st.data())
    def read_diary(self, query: Query, skip: int, zone: str, data: st.DataObject) -> None:
        """A page of the diary is the model's."""
        query = Query(entities=query.entities[:1], kinds=query.kinds, limit=query.limit, skip=skip)
        tie = data.draw(st.sampled_from(TIES))
        order = DiaryOrder(zone, tie, is_descending=data.draw(st.booleans()))

        page = self.wait(self.book.read(lambda reader: reader.diary(query, order)))

        assert page == self.model.diary(query, order)

    @precondition(lambda self: self.model.entries or self.model.gone)
    @rule(data=st.data())
    def read_history(self, data: st.DataObject) -> None:
        """The history of any activity that ever was is the model's."""
        entry = data.draw(st.sampled_from([*self.model.entries.values(), *self.model.gone]))

        changes = self.wait(self.book.read(lambda reader: reader.history(entry.id)))

        assert [change.op for change in changes] == entry.ops

    @invariant()
    def counts_are_those_of_the_model(self) -> None:
        """Totals and histograms of everything and of each entity."""
        alive = [(key,) for key in KEYS if self.model.is_alive(key)]
        for timeline in [(), *alive]:
            query = Query(entities=timeline, limit=200)
            found = self.wait(self.book.read(partial(counted, query=query)))
            total = len(self.model.answer(query))
            assert found == (self.model.days(query), self.model.kinds(query), total)

    @invariant()
    def lists_are_those_of_the_model(self) -> None:
        """What concerns a contact, and which entities there are."""
        for tie in TIES:
            order = RecordedOrder(tie, is_descending=tie == "updated")
            found = self.wait(self.book.read(partial(with_contacts, order=order)))
            wanted = self.model.with_contacts(order)
            assert found == (wanted, len(wanted))
        living = self.model.living(CONTACT)
        for skip in (0, 2):
            listed = self.book.entities(type=CONTACT, with_partial=False, skip=skip)
            assert self.wait(listed) == living[skip:]

    @invariant()
    def people_are_found_by_their_names(self) -> None:
        """By the beginnings of words and by single characters."""
        for q in ("jo", "JÓSE", "京", "一郎"):
            listed = self.wait(self.book.entities(q=q))
            assert sorted(listed) == sorted(id_ for _, id_ in self.model.named(q))

    @invariant()
    def every_seq_is_used_once(self) -> None:
        """1 to the head are entities and changes, and the feed tells every change."""
        entities = self.wait(self.book.rows(SEQS_OF_ENTITIES, id=self.book.account.id))
        changes = self.wait(self.book.changes())
        seqs = sorted([*(seq for (seq,) in entities), *(change.seq for change in changes)])
        assert seqs == list(range(1, self.wait(self.book.last_seq()) + 1))
        told = sorted((change.activity_id, change.op) for change in changes)
        entries = [*self.model.entries.values(), *self.model.gone]
        assert told == sorted((entry.id, op) for entry in entries for op in entry.ops)


async def counted(
    reader: Reader, query: Query
) -> tuple[list[tuple[int, int]], list[tuple[str, int]], int]:
    """The days, kinds and total of one timeline."""
    entity = query.entities[0] if query.entities else None
    days, kinds = await reader.counts_by_day(query), await reader.counts_by_kind(query)
    return days, kinds, await reader.total(entity, query.kinds)


async def with_contacts(reader: Reader, order: RecordedOrder) -> tuple[list[int], int]:
    """The seqs of what concerns contacts, and their number."""
    found = await reader.with_contacts(order, skip=0, limit=1000)
    return found, await reader.total_with_contacts()


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store go in steps so small that a handful of activities takes many of them."""
    monkeypatch.setattr(relinks, "ACTIVITY_CHUNK", 3)
    monkeypatch.setattr(search, "KEY_CHUNK", 3)
    monkeypatch.setattr(pages, "KEY_CHUNK", 3)
    monkeypatch.setattr(entity_lists, "ENTITY_CHUNK", 3)
    monkeypatch.setattr(counts, "TALLY_CHUNK", 3)
    monkeypatch.setattr(tallies, "BLOCK_BITS", 2)


@pytest.mark.timeout(600)  # what fails is made smaller first, which takes longer than passing
@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("engine", ENGINES)
def test_store_answers_like_the_model(engine: str, tmp_path: Path) -> None:
    """After any sequence of writes, on every engine; every example has an account of its own."""
    with asyncio.Runner() as runner:
        database = runner.run(opened(engine, tmp_path))
        other = runner.run(opened(engine, tmp_path))
        try:
            check_machine(runner, database, other)
            assert runner.run(check(database, lambda _done, _total: None)) == []
        finally:
            runner.run(other.close())
            runner.run(database.close())


async def opened(engine: str, directory: Path) -> Database:
    """The database in this directory, which is empty at first."""
    return await ENGINES[engine](directory, TickingClock())


def check_machine(runner: asyncio.Runner, database: Database, other: Database) -> None:
    """Run the machine on a database; raises what the store does wrong."""

    class Machine(StoreMachine):
        def __init__(self) -> None:
            super().__init__(runner, database, other)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

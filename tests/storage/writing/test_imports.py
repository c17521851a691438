"""An import notes what it records, and an undo takes back just that."""

from collections.abc import Awaitable, Callable

import pytest

from doings.core.activity import Link, draft_of
from doings.core.entity import CONTACT, EntityDraft
from doings.core.errors import NotFound
from doings.core.store import Writer
from doings.core.store.imports import ImportCounts, UndoPart
from doings.storage.checks.check import check
from doings.storage.writing.importing import import_undo
from tests.builders import note
from tests.storage.book import Book

Work = Callable[[Writer], Awaitable[object]]

A = Link("appointment", "a")


async def run_import(book: Book, *parts: Work) -> int:
    """Carry out an import, each part in a transaction of its own; returns its number."""
    number = await book.write(lambda writer: writer.start_import("cobot", ["a.json"]))
    for part in parts:

        async def work(writer: Writer, part: Work = part) -> None:
            assert await writer.follow_import(number)
            await part(writer)
            await writer.note_import(number, ImportCounts(recorded=1))

        await book.write(work)
    await book.write(lambda writer: writer.end_import(number, ImportCounts(bad=2)))
    return number


async def undo(book: Book, number: int) -> list[UndoPart]:
    """Undo an import to its end."""
    parts: list[UndoPart] = []
    place = None
    while not parts or place is not None:

        async def work(writer: Writer, place=place) -> UndoPart:  # type: ignore[no-untyped-def]  # noqa: ANN001
            return await writer.undo_import(number, place)

        part = await book.write(work)
        parts.append(part)
        place = part.next
    return parts


def kept(parts: list[UndoPart]) -> set[tuple[str, str]]:
    """What was kept, by the type for an entity, and why."""
    every = [one for part in parts for one in part.kept]
    return {(one.name if one.thing == "entity" else "note", one.reason) for one in every}


async def everything(book: Book) -> list[tuple[object, ...]]:
    """What the account holds as its callers see it, without times."""
    activities = await book.read(lambda reader: reader.activities(list(range(1, 5000))))
    entities = await book.rows(
        "SELECT type, id, name, attrs, contact_seq FROM entities WHERE deleted_at IS NULL"
        " ORDER BY seq"
    )
    tallies = await book.rows("SELECT entity, day, kind, count FROM tallies ORDER BY 1, 2, 3")
    return [*[(one.id, draft_of(one)) for one in activities], *entities, *tallies]


def recording(*drafts: object) -> Work:
    """A part that records drafts."""
    return lambda writer: writer.record(drafts)  # type: ignore[arg-type]


def putting(type_: str, id_: str, draft: EntityDraft) -> Work:
    """A part that puts an entity."""
    return lambda writer: writer.put_entity((type_, id_), lambda _: draft)


def deleting(type_: str, id_: str) -> Work:
    """A part that deletes an entity."""
    return lambda writer: writer.delete_entity((type_, id_))


PARTS: dict[str, list[Work]] = {
    "nothing": [],
    "activities and whom they are about": [
        recording(note("1", A), note("2")),
        recording(note("1")),
    ],
    "a known entity": [recording(note("known"), note(Link("thing", "known")))],
    "entities": [putting("membership", "m", EntityDraft(name="M", contact="9"))],
    "an entity that changes hands": [
        putting("thing", "known", EntityDraft(name="Other", contact="9"))
    ],
    "an entity changed twice": [
        putting("thing", "known", EntityDraft(name="Other")),
        putting("thing", "known", EntityDraft(name="Third")),
    ],
    "an entity made and changed": [
        putting("thing", "new", EntityDraft(name="One")),
        putting("thing", "new", EntityDraft(name="Two")),
    ],
    "a deleted entity": [putting("thing", "gone", EntityDraft(name="Again", contact="9"))],
    "an entity that it deletes": [deleting("thing", "known")],
    "an entity changed and deleted": [
        putting("thing", "known", EntityDraft(name="Other")),
        deleting("thing", "known"),
    ],
    "an entity made and deleted": [
        putting("thing", "new", EntityDraft(name="One")),
        deleting("thing", "new"),
    ],
    "an activity that was there": [
        lambda writer: writer.revise(
            "01900000-0000-7000-8000-000000000001", lambda old: note("known", "7", body=old.kind)
        )
    ],
}


@pytest.mark.parametrize("name", PARTS)
async def test_undo_leaves_what_was_there_before(book: Book, name: str) -> None:
    """Activities, entities and counts; a second undo finds nothing, and a new import all."""
    await book.put("thing", "known", name="Known", attrs='{"n":95.00}', contact="known")
    await book.put("thing", "gone", name="Gone")
    await book.delete("thing", "gone")
    await book.record_one("known", Link("thing", "known"))
    before = await everything(book)
    number = await run_import(book, *PARTS[name])
    imported = await everything(book)

    first = await undo(book, number)
    after = await everything(book)
    second = await undo(book, number)

    assert after == before
    assert kept(first) == kept(second) == set()
    assert [(part.activities, part.entities, part.reverted) for part in second] == [
        (0, 0, 0)
    ] * len(second)
    assert await check(book.database, lambda _done, _total: None) == []
    await run_import(book, *PARTS[name])
    assert len(await everything(book)) == len(imported)
    assert await check(book.database, lambda _done, _total: None) == []


CHANGES: dict[str, tuple[Work, set[tuple[str, str]]]] = {
    "an activity revised": (
        lambda writer: writer.revise(last_note(writer), lambda _: note("1", body="mine")),
        {("note", "changed since"), ("contact:1", "in use")},
    ),
    "an entity changed": (
        putting(CONTACT, "1", EntityDraft(name="mine")),
        {("contact:1", "changed since")},
    ),
    "an entity linked to": (
        recording(note("1")),
        {("contact:1", "in use")},
    ),
    "an entity that others belong to": (
        putting("thing", "mine", EntityDraft(contact="1")),
        {("contact:1", "in use")},
    ),
    "an activity erased": (lambda writer: writer.erase(last_note(writer)), set()),
    "an entity deleted": (lambda writer: writer.delete_entity((CONTACT, "1")), set()),
}


def last_note(_: Writer) -> str:
    """The id of the only activity of the import."""
    return "01900000-0000-7000-8000-000000000001"


@pytest.mark.parametrize("name", CHANGES)
async def test_what_somebody_changed_since_is_kept_and_listed(book: Book, name: str) -> None:
    """And all else of the import is taken back, now or by another undo."""
    change, expected = CHANGES[name]
    number = await run_import(book, recording(note("1", "2")))
    await book.write(change)

    parts = await undo(book, number)

    assert kept(parts) == expected
    assert kept(await undo(book, number)) == expected
    assert ("2" in await book.entities(type=CONTACT)) == ("1" in name)
    assert await check(book.database, lambda _done, _total: None) == []


async def test_later_imports_are_undone_before_earlier_ones(book: Book) -> None:
    """What the later one changed is then as the earlier one left it, and is taken back as well."""
    before = await everything(book)
    first = await run_import(
        book, recording(note("1")), putting("thing", "a", EntityDraft(name="A"))
    )
    second = await run_import(
        book,
        lambda writer: writer.revise(last_note(writer), lambda _: note("1", body="more")),
        putting("thing", "a", EntityDraft(name="A", attrs='{"b":1}')),
    )
    third = await run_import(book, putting("thing", "a", EntityDraft(name="C")))

    out_of_turn = await undo(book, second)
    assert kept(out_of_turn) == {("thing:a", "changed since")}
    for number in (third, second, first):
        assert kept(await undo(book, number)) == set()

    assert await everything(book) == before


async def test_undo_keeps_who_was_deleted_and_made_again(book: Book) -> None:
    """Nobody changed them since they are there again, but they are not the import's any more."""
    number = await run_import(book, putting("thing", "a", EntityDraft(name="A")))
    await book.write(deleting("thing", "a"))
    await book.write(putting("thing", "a", EntityDraft(name="Mine")))

    first, second = kept(await undo(book, number)), kept(await undo(book, number))

    entity = await book.read(lambda reader: reader.entity(("thing", "a")))
    assert (first, second) == ({("thing:a", "changed since")}, {("thing:a", "changed since")})
    assert entity.name == "Mine"


async def test_what_a_later_import_changed_and_another_deleted_goes_in_reverse_order(
    book: Book,
) -> None:
    """That an undo made it again is no work of anybody's."""
    before = await everything(book)
    parts = (
        putting("thing", "a", EntityDraft(name="A")),
        putting("thing", "a", EntityDraft(name="B")),
        deleting("thing", "a"),
    )
    numbers = [await run_import(book, part) for part in parts]

    held = [kept(await undo(book, number)) for number in reversed(numbers)]

    assert held == [set(), set(), set()]
    assert await everything(book) == before


async def test_undo_shows_in_the_feed(book: Book) -> None:
    """Each activity is deleted by a change with what it was."""
    number = await run_import(book, recording(note("1", body="words")))
    last_seq = await book.read(lambda reader: reader.last_seq())

    await undo(book, number)

    (change,) = await book.read(lambda reader: reader.changes(last_seq, 10))
    assert (change.op, change.by, "words" in (change.before or "")) == ("deleted", None, True)


async def test_undo_goes_in_bounded_parts_and_can_be_taken_up(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part is done for good, and after a break the rest is found."""
    monkeypatch.setattr(import_undo, "PART_SIZE", 7)
    before = await everything(book)
    parts = [recording(*[note(str(i), A) for i in range(10 * j, 10 * j + 10)]) for j in range(3)]
    number = await run_import(book, *parts)

    merges = await book.write(lambda writer: writer.undo_import(number, None))
    broken_off = await book.write(lambda writer: writer.undo_import(number, merges.next))
    run = await book.read(lambda reader: reader.import_run(number))
    rest = await undo(book, number)

    assert (broken_off.activities, run.state) == (7, "undoing")
    assert sum(part.activities for part in rest) == 23
    assert max(part.activities + part.entities for part in rest) <= 7
    assert await everything(book) == before


async def test_import_that_is_undone_records_no_more(book: Book, other: Book) -> None:
    """It may still run when somebody undoes it; another account has no such import."""
    number = await book.write(lambda writer: writer.start_import(None, ["-"]))
    await undo(book, number)

    assert not await book.write(lambda writer: writer.follow_import(number))
    with pytest.raises(NotFound):
        await other.write(lambda writer: writer.undo_import(number, None))


async def test_imports_are_listed(book: Book, other: Book) -> None:
    """Newest first, with their counts, each under a number of its own in the whole database."""
    first = await run_import(book, recording(note("1")), recording(note("1")))
    second = await other.write(lambda writer: writer.start_import(None, ["-"]))
    third = await run_import(book)

    runs = await book.read(lambda reader: reader.import_runs())

    assert len({first, second, third}) == 3
    assert [(run.number, run.state, run.counts) for run in runs] == [
        (third, "done", ImportCounts(bad=2)),
        (first, "done", ImportCounts(recorded=2, entities=1, bad=2)),
    ]
    assert [(run.dialect, run.files) for run in runs] == [("cobot", ("a.json",))] * 2


async def test_imports_go_with_their_account(book: Book, other: Book) -> None:
    """Deleting an account removes all that was noted about its imports."""
    await run_import(book, recording(note("1")), putting(CONTACT, "1", EntityDraft(name="A")))

    await book.database.delete_account(book.account.slug)

    for table in ("import_runs", "import_ranges", "import_changes"):
        assert await other.rows(f"SELECT COUNT(*) FROM {table}") == [(0,)]  # noqa: S608


async def test_merged_people_stay(book: Book) -> None:
    """Whom an import made or changed is left as long as it is one person with others."""
    await book.put(CONTACT, "8", name="Jim")

    async def bring(writer: Writer) -> None:
        for id_, name in (("77", "James"), ("8", "Jimmy")):
            draft = EntityDraft(name=name)
            await writer.put_entity((CONTACT, id_), lambda _, draft=draft: draft)  # type: ignore[misc]

    number = await run_import(book, bring)
    await book.write(lambda writer: writer.add_merge((CONTACT, "77"), [(CONTACT, "8")], None))

    parts = await undo(book, number)

    shown = await book.read(lambda reader: reader.entity((CONTACT, "8")))
    assert kept(parts) == {("contact:77", "in use"), ("contact:8", "merged")}
    assert (shown.id, shown.name) == ("77", "James")
    assert await check(book.database, lambda _done, _total: None) == []

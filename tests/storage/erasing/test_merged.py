"""Erasing somebody who is one person with others, or once was."""

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import msgspec
import pytest

from doings.core.activity import Link
from doings.core.entity import EntityKey
from doings.core.erasing.erasure import ErasureOrder
from doings.core.erasing.retention import Rule
from doings.core.errors import Conflict, Invalid, NotFound
from doings.core.retention.sweeper import RetentionSweeper
from doings.core.store import Writer
from doings.core.store.merges import Merge
from doings.core.store.webhooks import Attempt, Delivery, Made, Outcome
from doings.storage.checks.check import check
from doings.storage.erasing import people
from tests.clocks import TickingClock
from tests.storage.book import Book
from tests.storage.erasing.conftest import ATTRS, HOOK, JIM, WORDS, dump, erase, fill
from tests.storage.erasing.test_left import files

Find = Callable[[bytes | str], list[str]]

DAY = 86_400_000_000
KEPT, JIMS, THIRD = ("contact", "zwq8-k"), ("contact", "zwq8"), ("contact", "zwq8-t")


async def merge(book: Book, keep: EntityKey, *merged: EntityKey) -> Merge:
    """Let one stand for others, for a reason that names the person."""
    return await book.write(lambda writer: writer.add_merge(keep, merged, f"this is {JIM}, too"))


async def revert(book: Book, one: Merge) -> Merge:
    """Part them again."""
    return await book.write(lambda writer: writer.revert_merge(one.id))


async def checked(book: Book) -> list[str]:
    """What `doings check` finds."""
    return await check(book.database, lambda _done, _total: None)


async def fill_group(book: Book) -> tuple[dict[str, int], Merge, Merge]:
    """One person under three ids, each with traces, and things that belong to each."""
    seqs = await fill(book)
    await book.put(*KEPT, name="Quibble, X.")
    await book.put(*THIRD, name="Mister Quibble")
    await book.put("membership", "zwq8-n", name=JIM, contact="zwq8-t")
    await book.record_one("zwq8-k", body="privateword of the kept one")
    first = await merge(book, KEPT, JIMS)
    await book.record_one("zwq8", "9", body=f"{JIM} and Ann, while they are one")
    await book.record_one("zwq8", "zwq8-k", "9", body="of both, with Mister Quibble")
    second = await merge(book, KEPT, THIRD)
    await book.record_one("zwq8-t", body="privateword of the third")
    return seqs, first, second


async def hold(book: Book, key: EntityKey, until: int | None = None) -> None:
    """Put somebody on hold."""
    await book.write(lambda writer: writer.hold_entity(key, "claim", until))


async def release(book: Book, key: EntityKey) -> None:
    """End the hold on somebody."""
    await book.write(lambda writer: writer.release_entity(key))


def _order(entity: EntityKey) -> ErasureOrder:
    return ErasureOrder(entity=entity)


@pytest.mark.parametrize("entity", [KEPT, JIMS], ids=["kept", "merged"])
@pytest.mark.parametrize("together", [1, 40])
async def test_a_group_goes_altogether(
    book: Book,
    entity: EntityKey,
    together: int,
    monkeypatch: pytest.MonkeyPatch,
    found_in: Find,
) -> None:
    """By any of its ids and however small the parts are; nothing is left, and all adds up."""
    monkeypatch.setattr(people, "TOGETHER", together)
    seqs, *merges = await fill_group(book)
    assert len(found_in(await dump(book))) > 4

    dry = await book.database.erasures.count(book.account.id, _order(entity))
    done = await erase(book, entity=entity)

    assert found_in(await dump(book)) == []
    assert (done.entity, done.counts) == (dry.entity, dry.counts)
    assert await checked(book) == []
    (shared,) = await book.read(lambda reader: reader.activities([seqs["shared"]]))
    opaque = ":".join(shared.links[0].entity.key)
    assert (opaque, shared.links[0].entity.is_erased) == (done.entity, True)
    for key in (KEPT, JIMS, THIRD):
        assert await book.read(lambda reader, key=key: reader.entities_by_key([key])) == {}  # type: ignore[misc]
    shown = [await book.read(lambda reader, one=one: reader.merge(one.id)) for one in merges]  # type: ignore[misc]
    assert {one.reason for one in shown} == {None}
    assert {":".join(one.keep) for one in shown} == {done.entity}
    for one in merges:
        with pytest.raises(Conflict, match="erased"):
            await revert(book, one)
    assert await checked(book) == []


async def test_texts_that_stay_keep_the_counts_of_a_group(book: Book) -> None:
    """With `unlink` all activities stay, and their group is counted as before."""
    await fill_group(book)
    counts = "SELECT entity, day, kind, count FROM tallies WHERE entity < -10"
    before = sorted(await book.rows(counts))

    await erase(book, entity=JIMS, activities="unlink")

    assert sorted(await book.rows(counts)) == before
    assert await checked(book) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_file_holds_anything_of_a_group(
    book: Book, tmp_path: Path, found_in: Find
) -> None:
    """Neither of the kept one nor of the others, nor why they were merged."""
    await fill_group(book)
    assert found_in(files(tmp_path))

    await erase(book, entity=THIRD)

    assert found_in(files(tmp_path)) == []
    assert "zwq8" in WORDS


async def test_an_id_that_was_merged_is_free_again(book: Book) -> None:
    """It is somebody new, who is nobody else; the erased one can be merged with nobody."""
    _, _, second = await fill_group(book)
    await book.put("contact", "5")
    done = await erase(book, entity=KEPT)

    erased = ("contact", done.entity.partition(":")[2])
    for keep, other in (
        (("contact", "5"), KEPT),
        (KEPT, ("contact", "5")),
        (("contact", "5"), JIMS),
        (("contact", "5"), erased),
        (erased, ("contact", "5")),
    ):
        with pytest.raises(NotFound):
            await merge(book, keep, other)
    for key in (KEPT, JIMS, erased):
        with pytest.raises(NotFound):
            await erase(book, entity=key)
    await book.put(*JIMS, name="Somebody else")
    await book.record_one("zwq8")
    assert len(await book.timeline("zwq8")) == 1
    made = await merge(book, ("contact", "5"), JIMS)
    await book.record_one("5")
    assert len(await book.timeline("zwq8")) == 2
    assert await checked(book) == []
    await revert(book, made)
    with pytest.raises(Conflict):
        await revert(book, second)
    assert await checked(book) == []


async def test_who_was_parted_again_is_not_erased(book: Book, found_in: Find) -> None:
    """But nothing of the merge names the erased one any more, nor what the log says of it."""
    await fill(book)
    await book.put("contact", "5", name="Ben Wyatt")
    own = await book.record_one("5")
    made = await merge(book, ("contact", "5"), JIMS)
    await revert(book, made)
    dry = await book.database.erasures.count(book.account.id, _order(JIMS))

    done = await erase(book, entity=JIMS)

    assert done.counts == dry.counts
    assert found_in(await dump(book)) == []
    assert await book.timeline("5") == [own.seq]
    assert await book.rows("SELECT reason FROM merges") == [(None,)]
    with pytest.raises(Conflict, match="already"):
        await revert(book, made)
    assert await checked(book) == []


async def test_a_hold_on_one_keeps_all(book: Book) -> None:
    """Also one that was set before the merge, and one on what belongs to any of them."""
    await fill_group(book)
    await book.write(lambda writer: writer.hold_entity(THIRD, "claim"))
    for key in (KEPT, JIMS, THIRD, ("membership", "zwq8-m")):
        if key[0] == "contact":
            with pytest.raises(Conflict, match="on hold"):
                await erase(book, entity=key)
            with pytest.raises(Conflict, match="on hold"):
                await book.database.erasures.count(book.account.id, _order(key))

    await book.write(lambda writer: writer.release_entity(THIRD))
    await book.write(lambda writer: writer.hold_entity(("membership", "zwq8-m"), "claim"))
    with pytest.raises(Conflict, match="on hold"):
        await erase(book, entity=KEPT)
    await book.write(lambda writer: writer.release_entity(("membership", "zwq8-m")))
    await book.put("membership", "other", name="M", contact="9")
    await merge(book, ("membership", "other"), ("membership", "zwq8-m"))
    await book.write(lambda writer: writer.hold_entity(("membership", "other"), "claim"))
    with pytest.raises(Conflict, match="on hold"):
        await erase(book, entity=KEPT)

    await book.write(lambda writer: writer.release_entity(("membership", "other")))
    await erase(book, entity=KEPT)
    assert await book.entities(type="membership") == []
    assert await checked(book) == []


async def test_a_hold_is_of_the_id_that_it_was_set_by(book: Book) -> None:
    """So that the other one can be erased once they are parted."""
    _, _, second = await fill_group(book)
    await book.write(lambda writer: writer.hold_entity(THIRD, "claim"))
    await revert(book, second)

    await erase(book, entity=KEPT)

    with pytest.raises(Conflict):
        await erase(book, entity=THIRD)


ORDERS = [
    order
    for order in permutations(("merge", "revert", "hold 8", "hold 77", "end 8", "end 77"))
    if order.index("merge") < order.index("revert")
]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("first", ["merge", "hold 8", "hold 77", "end 8", "end 77"])
async def test_each_has_its_own_hold_whenever_they_were_one(book: Book, first: str) -> None:
    """In all orders: what is put on one id, and ended there, is that id's own, merged or not.

    While they are one, the hold of either keeps both. What is put on them then may be ended by
    either id; what the other one brought along may not.
    """
    for place, order in enumerate(one for one in ORDERS if one[0] == first):
        keys = {id_: ("contact", f"{place}-{id_}") for id_ in ("8", "77")}
        for key in keys.values():
            await book.put(*key)
        held: set[str] = set()
        since: set[str] = set()  # those that were put on while they were one
        merges: list[Merge] = []
        for step in order:
            verb, _, id_ = step.partition(" ")
            if verb == "merge":
                merges.append(await merge(book, keys["8"], keys["77"]))
            elif verb == "revert":
                await revert(book, merges.pop())
            elif verb == "hold":
                await hold(book, keys[id_])
                held.add(id_)
                since |= {id_} if merges else set()
            elif merges and held and id_ not in held and held & since:
                await release(book, keys[id_])
                held -= since
            elif merges and held and id_ not in held:
                with pytest.raises(Conflict, match="itself"):
                    await release(book, keys[id_])
            else:
                await release(book, keys[id_])
                held.discard(id_)
            for one, key in keys.items():
                shown = await book.read(lambda reader, key=key: reader.holds_of(key, 0))  # type: ignore[misc]
                kept = held if merges else held & {one}
                assert {hold.entity for hold in shown} == {keys[id_] for id_ in kept}, order


async def test_a_hold_ends_by_itself(book: Book, clock: TickingClock) -> None:
    """From that instant on nothing is kept, nor shown; what has ended leaves no trace."""
    await book.put("contact", "8")
    old = await book.record_one("8", at=clock.now() - 400 * DAY)
    await book.record_one("9", at=clock.now() - 400 * DAY)
    await book.write(lambda writer: writer.set_retention([Rule("note.*", 365)]))
    sweeper = RetentionSweeper(book.database, "me", lambda _: None, lambda _: None)
    with pytest.raises(Invalid, match="future"):
        await hold(book, ("contact", "8"), until=clock.now())
    until = clock.now() + DAY
    await hold(book, ("contact", "8"), until=until)
    await sweeper.sweep()
    assert await book.seqs() == [old.seq]
    with pytest.raises(Conflict):
        await erase(book, entity=("contact", "8"))

    clock.instant += DAY

    now = clock.now()
    assert await book.read(lambda reader: reader.holds(now, 9, 0)) == []
    assert await book.read(lambda reader: reader.holds_of(("contact", "8"), now)) == []
    await sweeper.sweep()
    assert await book.seqs() == []
    await erase(book, entity=("contact", "8"))
    assert await book.rows("SELECT * FROM holds") == []


async def test_retention_keeps_what_a_hold_on_one_of_a_group_keeps(
    book: Book, clock: TickingClock
) -> None:
    """No matter which of them the activity names."""
    old = clock.now() - 400 * DAY
    kept = [await book.record_one(id_, at=old) for id_ in ("8", "77")]
    await book.record_one("9", at=old)
    await merge(book, ("contact", "8"), ("contact", "77"))
    await book.write(lambda writer: writer.hold_entity(("contact", "77"), "claim"))
    await book.write(lambda writer: writer.set_retention([Rule("note.*", 365)]))

    await RetentionSweeper(book.database, "me", lambda _: None, lambda _: None).sweep()

    assert set(await book.seqs()) == {one.seq for one in kept}


async def test_a_key_tells_that_its_entity_was_erased(book: Book, other: Book) -> None:
    """By each of the ids, with what belonged to it; not once somebody has it again."""
    await fill_group(book)
    await book.put("contact", "9", name="Ann")
    keys = [KEPT, JIMS, THIRD, ("membership", "zwq8-n"), ("contact", "9"), ("contact", "no")]
    erased = book.database.erasures.erased_keys
    assert await erased(book.account.id, keys) == set()
    await erase(book, entity=KEPT)

    assert await erased(book.account.id, keys) == set(keys[:4])
    assert await erased(other.account.id, keys) == set()
    await book.put(*JIMS, name="Somebody else")
    assert await erased(book.account.id, keys) == {KEPT, THIRD, ("membership", "zwq8-n")}


async def test_the_register_names_each_of_a_group(book: Book) -> None:
    """So that all are erased again in a backup, whether it is from before the merge or later."""
    await book.put(*KEPT, name=JIM)
    await book.put(*JIMS, name=JIM)
    entries = [
        msgspec.structs.replace(
            await book.database.erasures.count(book.account.id, _order(key)), id=f"{place:032x}"
        )
        for place, key in enumerate((KEPT, JIMS))
    ]
    await merge(book, KEPT, JIMS)

    erased = (await book.database.erasures.erase_again(book.account.id, entries)).erased

    register = await book.read(lambda reader: reader.erasures(99, None))
    assert [one.entity for one in erased] == [entries[0].entity]
    assert {one.entity for one in register} == {one.entity for one in entries}
    assert all(one.is_done for one in register)
    assert (await book.database.erasures.erase_again(book.account.id, entries)).erased == []
    assert await checked(book) == []


async def test_a_register_is_replayed_in_its_order(book: Book) -> None:
    """What went with the second of two goes then, whoever of them was made first."""
    await book.put(*JIMS, name=JIM)
    await book.put("contact", "9", name="Ann Lee")
    await book.record_one(*[Link(*key) for key in (JIMS, ("contact", "9"))], body="privateword")
    first, second = [
        await book.database.erasures.count(book.account.id, order)
        for order in (ErasureOrder(entity=("contact", "9"), activities="unlink"), _order(JIMS))
    ]
    entries = [
        msgspec.structs.replace(second, id="2" * 32, at=2),
        msgspec.structs.replace(first, id="1" * 32, at=1),
    ]

    erased = (await book.database.erasures.erase_again(book.account.id, entries)).erased

    assert [(one.id, one.counts.activities_erased) for one in erased] == [
        ("1" * 32, 0),
        ("2" * 32, 1),
    ]


async def test_what_was_sent_of_others_names_nobody_who_stood_for_them(
    book: Book, tmp_path: Path, found_in: Find
) -> None:
    """Bodies that were made while people were one name the kept one, whom they lead to no more."""
    await book.put(*JIMS, name=JIM, attrs=ATTRS)
    await book.put("contact", "77", name="Ann Lee")
    one = await merge(book, JIMS, ("contact", "77"))
    seqs = [(await book.record_one("77", body=str(number))).seq for number in range(4)]
    link = '{"type":"contact","id":"zwq8","role":"subject","via":"contact:77"}'
    bodies = [f'{{"links":[{link}]}}', f'{{"client":{{"name":"{JIM}"}}}}', '{"id":77}', None]

    async def deliver(writer: Writer) -> None:
        await writer.add_webhook(HOOK)
        queued = [
            Delivery(seq=seq, message=f"m{seq}", event="activity.created", subject="a", at=0)
            for seq in seqs
        ]
        await writer.queue(HOOK.id, queued)
        made = [Made(seq, f"m{seq}", body) for seq, body in zip(seqs, bodies, strict=True) if body]
        await writer.note_bodies(HOOK.id, made)
        attempt = Attempt(at=0, ms=1, status=500, response=f"no {JIM}")
        last = Outcome(seq=seqs[-1], status="pending", tries=1, next_at=0, attempt=attempt)
        await writer.note_outcomes(HOOK.id, [last])

    await book.write(deliver)
    await revert(book, one)

    dry = await book.database.erasures.count(book.account.id, _order(JIMS))
    done = await erase(book)

    assert found_in(await dump(book)) == []
    assert found_in(files(tmp_path)) == []  # of SQLite
    assert (dry.counts, done.counts.deliveries_redacted) == (done.counts, 3)
    kept = await book.rows("SELECT seq FROM deliveries WHERE body IS NOT NULL")
    assert [seq for (seq,) in kept] == [seqs[2]]


async def test_a_merge_of_others_says_no_more_why(book: Book, found_in: Find) -> None:
    """Its reason named the person; the merge stays, and the log and all else add up."""
    await fill(book)
    await book.put("contact", "11", name="Ann")
    await book.put("contact", "12", name="Anne")
    one = await merge(book, ("contact", "11"), ("contact", "12"))

    await erase(book)

    assert found_in(await dump(book)) == []
    assert await checked(book) == []
    assert (await book.read(lambda reader: reader.merge(one.id))).reason == "this is [erased], too"

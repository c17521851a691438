"""Which activities a page shows: filters, numbered pages, the diary and the list by recording."""

import random
from itertools import product

import msgspec
import pytest

from doings.core.activity import Activity, Link
from doings.core.clock import DAY, SECOND, local_date
from doings.core.entity import CONTACT
from doings.core.query import DiaryOrder, Gap, Query, RecordedOrder, Tie
from doings.storage.reading.timeline import pages
from doings.storage.reading.timeline.ranges import KEY_CHUNK
from doings.storage.sql import select
from tests.builders import contact, note
from tests.clocks import NOON
from tests.counting import statements_of
from tests.storage.book import Book

HOUR = 3600 * SECOND
FIRST = NOON // DAY * DAY


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [5, 4, 3, 2, 1, 0]),
        ({"is_descending": False}, [0, 1, 2, 3, 4, 5]),
        ({"limit": 2}, [5, 4]),
        ({"limit": 2, "is_descending": False}, [0, 1]),
        ({"entities": (("contact", "1"),)}, [3, 1, 0]),
        ({"entities": (("contact", "1"), ("file", "f"))}, [3, 2, 1, 0]),
        ({"entities": (("contact", "none"),)}, []),
        ({"entities": (("contact", "none"), ("file", "f"))}, [3, 2]),
        ({"entities": (("file", "1"),)}, []),
        ({"entities": (("contact", "f"), ("file", "1"))}, []),
        ({"kinds": ("text.posted",)}, [4, 1]),
        ({"kinds": ("text.*", "form_result.created")}, [5, 4, 1]),
        ({"kinds": ("form.*",)}, []),
        ({"kinds": ("form_result.*",)}, [5]),
        ({"kinds": ()}, []),
        ({"kinds": ("text.*",), "entities": (("contact", "1"),)}, [1]),
        ({"kinds": ("text.*",), "entities": (("contact", "1"), ("contact", "2"))}, [4, 1]),
        ({"kinds": ("text.*",), "entities": (("contact", "f"), ("file", "1"))}, []),
        ({"since": FIRST + 2 * HOUR}, [5, 4, 3, 2]),
        ({"until": FIRST + 2 * HOUR}, [1, 0]),
        ({"since": FIRST + HOUR, "until": FIRST + 3 * HOUR}, [2, 1]),
        ({"actor": ("contact", "1")}, [1]),
        ({"actor": ("contact", "none")}, []),
        ({"actor": ("contact", "1"), "entities": (("file", "f"),)}, []),
        ({"actor": ("user", "u"), "entities": (("file", "f"), ("contact", "1"))}, [3, 2]),
        ({"entities": (("contact", "1"),), "also": (("file", "f"),)}, [3]),
        ({"also": (("file", "f"), ("contact", "2"))}, [4, 3, 2]),
        ({"entities": (("file", "f"),), "also": (("contact", "none"),)}, []),
        ({"origin": "crm"}, [2, 0]),
        ({"level": "WARN"}, [4]),
        ({"channel": "email"}, [5, 4]),
        ({"channel": "mail"}, []),
        ({"channel": "admin", "origin": "api", "limit": 2}, [3, 1]),
        ({"origin": "crm", "is_descending": False, "entities": (("contact", "1"),)}, [0]),
        ({"origin": "crm", "kinds": ("text.*",)}, []),
    ],
)
async def test_filters_narrow_a_timeline(
    book: Book, filters: dict[str, object], found: list[int]
) -> None:
    """The table is the specification: which of six activities, hour by hour, in which order."""
    user = Link("user", "u", "actor")
    drafts = [
        note("1", origin="crm"),
        note(contact("1", "actor"), kind="text.posted"),
        note(Link("file", "f"), user, origin="crm"),
        note(contact("1"), Link("file", "f"), user, kind="note.updated"),
        note("2", kind="text.posted", level="WARN", channels=("email", "admin"), origin="web"),
        note(kind="form_result.created", data=FORM, channels=("email",)),
    ]
    hours = [
        msgspec.structs.replace(draft, occurred_at=FIRST + number * HOUR)
        for number, draft in enumerate(drafts)
    ]
    recorded = await book.record(*hours)

    seqs = await book.seqs(**filters)

    assert [seq - recorded[0].seq for seq in seqs] == found


FORM = '{"form_result":{"id":"f"}}'


async def test_activities_of_one_instant_follow_their_seq(book: Book) -> None:
    """The order is total, so that both directions are each other's mirror."""
    recorded = await book.record(*[note("1") for _ in range(5)])
    seqs = [one.seq for one in recorded]

    assert await book.seqs(is_descending=False) == seqs
    assert await book.seqs() == seqs[::-1]


async def test_page_tells_whether_there_is_more(book: Book) -> None:
    """Gaps are there exactly where the list goes on."""
    await book.record(*[note() for _ in range(3)])

    async def gaps(**members: object) -> tuple[bool, bool]:
        page = await book.read(lambda reader: reader.page(Query(**members)))  # type: ignore[arg-type]
        return page.before is not None, page.after is not None

    assert await gaps(limit=2) == (False, True)
    assert await gaps(limit=3) == (False, False)
    assert await gaps(limit=1, skip=1) == (True, True)
    assert await gaps(limit=2, skip=1) == (True, False)
    assert await gaps(limit=2, gap=Gap(0, 0, "older")) == (True, False)
    assert await gaps(limit=2, gap=Gap(0, 0, "newer")) == (True, True)


BOUNDS = (None, FIRST, FIRST + 5 * HOUR, FIRST + DAY, FIRST + DAY + 7 * HOUR, FIRST + 2 * DAY)


@pytest.mark.parametrize("is_descending", [True, False])
@pytest.mark.parametrize("kinds", [None, ("text.*",)])
async def test_numbered_page_shows_what_walking_there_would(
    book: Book,
    is_descending: bool,  # noqa: FBT001 - a column of the table
    kinds: tuple[str, ...] | None,
) -> None:
    """Skipping jumps over whole days, also when the bounds cut days in pieces."""
    await book.record(
        *[
            note("1", at=FIRST + number // 3 * 4 * HOUR, kind=("note.created", "text.posted")[odd])
            for number in range(60)
            for odd in [number % 2]
        ]
    )

    for since, until in product(BOUNDS, BOUNDS):
        filters = {
            "entities": ((CONTACT, "1"),),
            "kinds": kinds,
            "since": since,
            "until": until,
            "is_descending": is_descending,
        }
        walked = await book.seqs(**filters)
        for skip in (0, 1, 5, 8, 17, 23, 40, 59, 60, 99):
            assert await book.seqs(**filters, skip=skip, limit=4) == walked[skip : skip + 4]


@pytest.mark.parametrize(
    "filters",
    [
        {"origin": "api"},
        {"entities": ((CONTACT, "1"), (CONTACT, "2"))},
        {"actor": (CONTACT, "1")},
    ],
)
async def test_numbered_page_of_other_filters_shows_the_same(
    book: Book, filters: dict[str, object]
) -> None:
    """Where no tally counts, what is skipped is walked over."""
    await book.record(*[note(contact("1", "actor"), "2", at=FIRST + n) for n in range(9)])

    walked = await book.seqs(**filters)

    assert len(walked) == 9
    assert await book.seqs(**filters, skip=4, limit=3) == walked[4:7]
    assert await book.seqs(**filters, skip=9) == []


ZONES = ("UTC", "America/New_York", "Pacific/Kiritimati")
TIES: tuple[Tie, ...] = ("recorded", "updated")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("tie", TIES)
@pytest.mark.parametrize("is_descending", [True, False])
async def test_diary_runs_by_date_and_within_a_date_by_recording(
    book: Book,
    zone: str,
    tie: Tie,
    is_descending: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Newest date first by the zone's calendar, dates split over pages still in one order."""
    hours = (30, 1, 12, 1, 5, 5, 5, 23, 24, 25, 47, 48, 2, 3, 70, 71, 1)
    recorded = await book.record(*[note("1", at=FIRST + hour * HOUR) for hour in hours])
    for one in (recorded[7], recorded[1]):
        await book.revise(one.seq, note("1", at=FIRST + HOUR, summary="late"))
    order = DiaryOrder(zone, tie=tie, is_descending=is_descending)
    activities = [
        await book.read(lambda reader, seq=one.seq: reader.activity(seq))  # type: ignore[misc]
        for one in recorded
    ]

    def rank(activity: Activity) -> tuple[int, int, int]:
        sign = -1 if is_descending else 1
        changed = activity.updated_at if tie == "updated" else 0
        date = local_date(activity.occurred_at, zone).toordinal()
        return -date, sign * changed, sign * activity.seq

    expected = [activity.seq for activity in sorted(activities, key=rank)]

    for limit in (1, 2, 4, 17):
        shown: list[int] = []
        for skip in range(0, 18, limit):
            query = Query(entities=((CONTACT, "1"),), limit=limit, skip=skip)
            shown += await book.read(lambda reader, query=query: reader.diary(query, order))  # type: ignore[misc]
        assert shown == expected


@pytest.mark.parametrize("tie", TIES)
@pytest.mark.parametrize("is_descending", [True, False])
async def test_date_that_takes_several_chunks_is_still_in_one_order(
    book: Book,
    tie: Tie,
    is_descending: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """More activities on one date than one chunk holds, on both sides of a page."""
    times = random.Random(7).sample(range(DAY // SECOND), 2 * KEY_CHUNK + 500)
    drafts = [note("1", at=FIRST + time * SECOND) for time in times]
    seqs = [one.seq for one in await book.record(*drafts)]
    earlier, later = await book.record(note("1", at=FIRST - DAY), note("1", at=FIRST + DAY))
    await book.revise(seqs[KEY_CHUNK], note("1", at=drafts[KEY_CHUNK].occurred_at, summary="late"))
    if tie == "updated":
        seqs.append(seqs.pop(KEY_CHUNK))
    if is_descending:
        seqs.reverse()
    expected = [later.seq, *seqs, earlier.seq]
    order = DiaryOrder("UTC", tie=tie, is_descending=is_descending)

    forth = await diary(book, order, is_forward=True)
    back = await diary(book, order, is_forward=False)

    assert forth == expected
    assert back == expected


@pytest.mark.parametrize("is_descending", [True, False])
async def test_date_whose_activities_stand_at_one_instant_is_not_sorted(
    book: Book,
    monkeypatch: pytest.MonkeyPatch,
    is_descending: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """An index has them in order, so that a page of 200,000 takes no longer than one of ten."""
    monkeypatch.setattr(pages, "DATE_CHUNK", 10)
    seqs = [one.seq for one in await book.record(*[note("1", at=FIRST) for _ in range(30)])]
    seqs = seqs[::-1] if is_descending else seqs
    order = DiaryOrder("UTC", is_descending=is_descending)
    statements = statements_of(book.database.engine, monkeypatch)

    shown: list[int] = []
    for skip in range(0, 30, 7):
        query = Query(entities=((CONTACT, "1"),), limit=7, skip=skip)
        shown += await book.read(lambda reader, query=query: reader.diary(query, order))  # type: ignore[misc]

    assert shown == seqs
    assert select.seqs_at_instant(is_descending=is_descending) in statements
    assert select.seqs_of_date("recorded", is_descending=is_descending) not in statements


async def diary(book: Book, order: DiaryOrder, *, is_forward: bool) -> list[int]:
    """All of contact 1 by the calendar, its numbered pages taken from the first or the last one."""
    limit = 1000
    skips = range(0, 3 * KEY_CHUNK, limit)
    shown: list[int] = []
    for skip in skips if is_forward else reversed(skips):
        query = Query(entities=((CONTACT, "1"),), limit=limit, skip=skip)
        page = await book.read(lambda reader, query=query: reader.diary(query, order))  # type: ignore[misc]
        shown = shown + page if is_forward else page + shown
    return shown


async def test_diary_of_nobody_is_empty(book: Book) -> None:
    """The diary of an unknown contact is empty, and so is a page after its end."""
    await book.record(note("1"))
    order = DiaryOrder("UTC")

    for query in (
        Query(entities=((CONTACT, "none"),)),
        Query(entities=((CONTACT, "1"),), skip=1),
        Query(entities=((CONTACT, "1"),), kinds=("text.*",)),
    ):
        assert await book.read(lambda reader, query=query: reader.diary(query, order)) == []  # type: ignore[misc]


@pytest.mark.parametrize("by", TIES)
@pytest.mark.parametrize("is_descending", [True, False])
async def test_activities_with_contacts_follow_their_recording_or_change(
    book: Book,
    by: Tie,
    is_descending: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Whatever day they happened on; also far into the list, over more than one block of seqs."""
    drafts = [note(*["1"] * (number % 3 > 0), at=FIRST - number) for number in range(3000)]
    recorded = [one.seq for one in await book.record(*drafts)]
    wanted = [seq for number, seq in enumerate(recorded) if number % 3]
    await book.erase(wanted.pop(700))
    await book.revise(wanted[3], note("1", summary="changed"))
    if by == "updated":
        wanted.append(wanted.pop(3))
    if is_descending:
        wanted.reverse()
    order = RecordedOrder(by, is_descending=is_descending)

    async def page(skip: int) -> list[int]:
        return await book.read(lambda reader: reader.with_contacts(order, skip=skip, limit=5))

    assert await book.read(lambda reader: reader.total_with_contacts()) == len(wanted) == 1999
    for skip in (0, 3, 500, 699, 1023, 1024, 1996, 1999, 5000):
        assert await page(skip) == wanted[skip : skip + 5]

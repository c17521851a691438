"""Pages of lists: how large, which one, in which order, and what the envelope shows."""

from typing import Any

import httpx
import pytest

from doings.core.clock import DAY, SECOND
from doings.core.entity import Entity
from doings.core.values.instants import instant_from_text
from doings.dialects.monica.paging import NEXT, PREVIOUS, Page, list_document, page_links
from doings.dialects.monica.params import listing_from_query
from tests.builders import note
from tests.clocks import NOON
from tests.dialects.monica.answers import data_of
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

ANN = {
    "first_name": "Ann", "is_birthdate_known": False, "is_deceased": False,
    "is_deceased_date_known": False,
}  # fmt: skip

ANYTHING = {
    "summary": "Lunch", "happened_at": "2020-01-02", "body": "Hello", "called_at": "2020-01-02",
    "title": "Call", "initial_date": "2020-01-02", "frequency_type": "one_time",
    "frequency_number": 1,
}  # fmt: skip
"""What an entry of any list takes."""


@pytest.fixture
async def diary(acme: Business, served: Served, jim: Entity) -> list[int]:
    """Seven activities of one contact on four dates, recorded in another order."""
    days = (3, 1, 3, 0, 2, 3, 1)
    seqs = []
    for day in days:
        served.clock.instant += SECOND
        seqs.append((await acme.record_one(jim.id, at=NOON + day * DAY)).seq)
    served.clock.instant += SECOND
    await acme.revise(seqs[0], note(jim.id, at=NOON + days[0] * DAY, summary="Changed"))
    return seqs


async def ids(monica: httpx.AsyncClient, path: str) -> list[int]:
    """The ids on one page."""
    answer = await monica.get(path)
    assert answer.status_code == 200, answer.text
    return [document["id"] for document in answer.json()["data"]]


@pytest.mark.parametrize(
    ("sort", "places"),
    [
        (None, [0, 1, 2, 3, 4, 5, 6]),
        ("created_at", [0, 1, 2, 3, 4, 5, 6]),
        ("-created_at", [6, 5, 4, 3, 2, 1, 0]),
        ("updated_at", [1, 2, 3, 4, 5, 6, 0]),
        ("-updated_at", [0, 6, 5, 4, 3, 2, 1]),
    ],
)
async def test_sorts_the_account_by_recording_or_change(
    monica: httpx.AsyncClient, diary: list[int], sort: str | None, places: list[int]
) -> None:
    """In both directions; the whole list and a page in its middle."""
    order = f"&sort={sort}" if sort else ""
    expected = [diary[place] for place in places]

    assert await ids(monica, f"/activities?limit=100{order}") == expected
    assert await ids(monica, f"/activities?limit=3&page=2{order}") == expected[3:6]


@pytest.mark.parametrize(
    ("sort", "places"),
    [
        (None, [0, 2, 5, 4, 1, 6, 3]),
        ("-created_at", [5, 2, 0, 4, 6, 1, 3]),
        ("updated_at", [2, 5, 0, 4, 1, 6, 3]),
        ("-updated_at", [0, 5, 2, 4, 6, 1, 3]),
    ],
)
async def test_sorts_a_contact_by_date_first(
    monica: httpx.AsyncClient, diary: list[int], jim: Entity, *, sort: str | None, places: list[int]
) -> None:
    """The newest date is first in every order; a page may end in the middle of a date."""
    order = f"&sort={sort}" if sort else ""
    expected = [diary[place] for place in places]
    path = f"/contacts/{jim.seq}/activities"

    assert await ids(monica, f"{path}?limit=100{order}") == expected
    for page in range(1, 5):
        here = await ids(monica, f"{path}?limit=2&page={page}{order}")
        assert here == expected[2 * (page - 1) : 2 * page]


@pytest.mark.parametrize(
    ("limit", "size"),
    [
        (None, 10),
        ("", 10),
        ("0", 10),
        ("-3", 10),
        ("-" + "9" * 30, 10),
        (" ", 10),
        ("1", 1),
        ("100", 100),
        ("+7", 7),
    ],
)
async def test_takes_ten_by_default(
    monica: httpx.AsyncClient, limit: str | None, size: int
) -> None:
    """A hundred at most."""
    params = {} if limit is None else {"limit": limit}

    answer = await monica.get("/activities", params=params)

    assert answer.json()["meta"]["per_page"] == size


@pytest.mark.parametrize(
    ("page", "number"),
    [
        (None, 1), ("", 1), ("0", 1), ("-1", 1), ("x", 1), ("1.5", 1), ("-" + "9" * 30, 1),
        ("2", 2), ("0" * 30 + "2", 2), ("999999999999999999", 999_999_999_999_999_999),
        ("9" * 30, 10**18),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/activities", "/contacts", "/tags"])
async def test_takes_the_first_page_by_default(
    monica: httpx.AsyncClient, *, path: str, page: str | None, number: int
) -> None:
    """A page past the end is there and empty."""
    params = {} if page is None else {"page": page}

    answer = await monica.get(path, params=params)

    meta = answer.json()["meta"]
    assert (answer.status_code, answer.json()["data"]) == (200, [])
    assert meta["current_page"] == number
    assert (meta["from"], meta["to"], meta["last_page"], meta["total"]) == (None, None, 1, 0)


URL = "https://here/api/activities"


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("page", "total", "count", "links", "meta"),
    [
        (1, 0, 0, (1, None, None), (None, None, 1)),
        (1, 7, 3, (3, None, 2), (1, 3, 3)),
        (2, 7, 3, (3, 1, 3), (4, 6, 3)),
        (3, 7, 1, (3, 2, None), (7, 7, 3)),
        (9, 7, 0, (3, 8, None), (None, None, 3)),
        (1, 3, 3, (1, None, None), (1, 3, 1)),
    ],
)
def test_shows_where_a_page_stands(
    *,
    page: int,
    total: int,
    count: int,
    links: tuple[int, int | None, int | None],
    meta: tuple[int | None, int | None, int],
) -> None:
    """Links carry the number of the page and nothing else."""
    listing = listing_from_query({"page": [str(page)], "limit": ["3"], "sort": ["-created_at"]})

    many = list_document(Page(documents=[None] * count, total=total), listing, URL)

    def link(number: int | None) -> str | None:
        return f"{URL}?page={number}" if number else None

    assert (many.links.first, many.links.last) == (link(1), link(links[0]))
    assert (many.links.prev, many.links.next) == (link(links[1]), link(links[2]))
    assert (many.meta.from_, many.meta.to, many.meta.last_page) == meta
    assert (many.meta.current_page, many.meta.total, many.meta.path) == (page, total, URL)


async def test_counts_years_where_activities_are_listed(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """The whole account's, newest first, by its own calendar."""
    path = f"/contacts/{jim.seq}/activities"
    empty = (await monica.get(path)).json()["meta"]
    for at in ("2016-05-01T00:00:00Z", "2017-12-31T23:30:00Z", "2018-06-01T00:00:00Z"):
        await acme.record_one("somebody else", at=instant_from_text(at))

    answers = [(await monica.get(url)).text for url in ("/activities", path)]

    assert empty["statistics"] == []
    assert list(empty)[-1] == "statistics"
    for answer in answers:
        assert '"statistics":{"2018":2,"2016":1}' in answer
    assert "statistics" not in (await monica.get("/contacts")).json()["meta"]


async def test_lists_for_an_automation(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """n8n asks for pages of a hundred until it has as many as there are."""
    drafts = [note(jim.id, at=NOON + number * SECOND) for number in range(250)]
    recorded = [activity.seq for activity in await acme.record(*drafts)]

    documents: list[dict[str, Any]] = []
    total, page = 1, 0
    while len(documents) < total:
        page += 1
        answer = (await monica.get("/activities", params={"page": page, "limit": 100})).json()
        documents += answer["data"]
        total = answer["meta"]["total"]

    assert [document["id"] for document in documents] == recorded
    assert page == 3


async def test_finds_pages_deep_in_a_list(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """On the way there, whole days and blocks are skipped by their counts."""
    drafts = [note(jim.id, at=NOON + number * DAY // 4) for number in range(2500)]
    recorded = [activity.seq for activity in await acme.record(*drafts)]
    path = f"/contacts/{jim.seq}/activities"

    assert await ids(monica, "/activities?limit=10&page=200") == recorded[1990:2000]
    assert await ids(monica, "/activities?limit=10&page=200&sort=-updated_at") == list(
        reversed(recorded[500:510])
    )
    deep = await ids(monica, f"{path}?limit=10&page=200")
    assert set(deep) < set(recorded[498:514])


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("number", "last_page", "labels"),
    [
        (1, 1, "< [1] >"),
        (2, 3, "< 1 [2] 3 >"),
        (9, 3, "< 1 2 3 >"),
        (13, 13, "< 1 2 3 4 5 6 7 8 9 10 11 12 [13] >"),
        (7, 20, "< 1 2 3 4 5 6 [7] 8 9 10 ... 19 20 >"),
        (8, 20, "< 1 2 ... 5 6 7 [8] 9 10 11 ... 19 20 >"),
        (13, 20, "< 1 2 ... 10 11 12 [13] 14 15 16 ... 19 20 >"),
        (14, 20, "< 1 2 ... 11 12 13 [14] 15 16 17 18 19 20 >"),
    ],
)
def test_links_to_pages(number: int, last_page: int, labels: str) -> None:
    """All of few; of many those at the ends and near the present one, which is active."""
    links = page_links(number, last_page, "/x")

    shown = [f"[{link.label}]" if link.active else link.label for link in links]
    assert " ".join(["<", *shown[1:-1], ">"]) == labels
    assert (links[0].label, links[-1].label) == (PREVIOUS, NEXT)
    assert (links[0].url is None, links[-1].url is None) == (number == 1, number >= last_page)
    assert all(link.url == f"/x?page={link.label}" for link in links[1:-1] if link.url)


@SQLITE_ONLY
@pytest.mark.parametrize("name", ["activities", "notes", "calls", "tasks", "reminders"])
async def test_lists_are_asked_for_one_contact(
    monica: httpx.AsyncClient, jim: Entity, name: str
) -> None:
    """By `contact_id` as by the contact's own list, to which the links to pages lead."""
    ann = await data_of(await monica.post("/contacts", json=ANN), 201)
    for contact in (jim.seq, ann["id"]):
        await monica.post(
            f"/{name}", json={**ANYTHING, "contact_id": contact, "contacts": [contact]}
        )

    asked = (await monica.get(f"/{name}/?contact_id={jim.seq}&limit=1")).json()
    own = (await monica.get(f"/contacts/{jim.seq}/{name}?limit=1")).json()

    assert asked == own
    assert asked["meta"]["total"] == 1
    assert (await monica.get(f"/{name}")).json()["meta"]["total"] == 2
    assert (await monica.get(f"/contacts/{jim.seq}/{name}?id={jim.seq}")).json()["data"]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/notes?contact_id=999", 404), ("/tasks?contact_id=x", 404), ("/tasks?contact_id=", 400),
        ("/journal?contact_id=1", 400), ("/tags?contact_id=1", 400), ("/notes?id=1", 400),
    ],
)  # fmt: skip
async def test_a_contact_that_is_none_has_no_list(
    monica: httpx.AsyncClient, path: str, status: int
) -> None:
    """Nor are there lists of a contact of what is of none."""
    assert (await monica.get(path)).status_code == status


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/reminders?delible=1", "/notes?is_favorited=1"])
async def test_members_of_other_lists_are_no_filters_either(
    monica: httpx.AsyncClient, path: str
) -> None:
    """A filter that is ignored would show more than was asked for."""
    assert (await monica.get(path)).status_code == 400

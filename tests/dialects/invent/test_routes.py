"""The endpoint as a client of the vendor sees it."""

import json
from pathlib import Path

import httpx
import pytest

from doings.auth.principal import WRITE
from doings.core.activity import Link
from doings.core.clock import SECOND
from doings.dialects.invent.mapping import (
    draft_from_document,
    entity_drafts_from_document,
    saved_activity,
)
from tests.builders import note
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served, serving

GOLDEN = Path(__file__).parent / "golden"
PATH = "/invent/orgs/acme/contacts/8/activities"


async def get(served: Served, acme: Business, path: str = PATH, **params: object) -> httpx.Response:
    """Ask for a list."""
    return await served.client.get(path, params=params, headers=acme.bearer)  # type: ignore[arg-type]


def ids(answer: httpx.Response) -> list[str]:
    """The ids of the answer's activities."""
    assert answer.status_code == 200, answer.text
    return [document["id"] for document in answer.json()]


async def write_notes(acme: Business, count: int) -> list[str]:
    """Record notes a second apart; returns their ids, newest first."""
    drafts = [note("8", at=NOON + index * SECOND) for index in range(count)]
    return [one.id for one in reversed(await acme.record(*drafts))]


async def test_seed_is_reproduced_exactly(served: Served, acme: Business) -> None:
    """The documentation's example, read and served again, is identical."""
    golden = (GOLDEN / "seed.json").read_text()
    document = saved_activity(golden.strip()[1:-1].encode())
    for key, draft in entity_drafts_from_document(document):
        await acme.put(*key, name=draft.name, attrs=draft.attrs)
    await acme.record(draft_from_document(document))

    answer = await get(served, acme, "/invent/orgs/acme/contacts/%3Cstring%3E/activities")

    assert answer.headers["content-type"] == "application/json"
    assert answer.text == json.dumps(json.loads(golden), separators=(",", ":"))


async def test_defaults(served: Served, acme: Business) -> None:
    """The first twenty, newest first, and the counts in the headers."""
    newest_first = await write_notes(acme, 25)

    answer = await get(served, acme)

    assert ids(answer) == newest_first[:20]
    assert answer.headers["pagination-count"] == "25"
    assert answer.headers["pagination-page"] == "1"
    assert answer.headers["pagination-take"] == "20"
    assert "pagination-next" in answer.headers


async def test_pages_by_number(served: Served, acme: Business) -> None:
    """Each activity is on one page, and what lies behind the last page is empty."""
    newest_first = await write_notes(acme, 7)

    pages = [await get(served, acme, take=3, page=page) for page in (1, 2, 3, 4, 10**15)]

    assert [ids(page) for page in pages] == [
        newest_first[:3],
        newest_first[3:6],
        newest_first[6:],
        [],
        [],
    ]
    assert [page.headers["pagination-page"] for page in pages[:4]] == ["1", "2", "3", "4"]
    assert ["pagination-next" in page.headers for page in pages] == [True, True, *[False] * 3]


async def test_pages_by_token(served: Served, acme: Business) -> None:
    """The token leads through the whole list, also when something is written meanwhile."""
    newest_first = await write_notes(acme, 7)
    answer = await get(served, acme, take=3)
    found = ids(answer)
    await acme.record(note("8", at=NOON + 99 * SECOND))

    while token := answer.headers.get("pagination-next"):
        answer = await get(served, acme, take=2, page="ignored", next=token)
        found += ids(answer)
        assert "pagination-page" not in answer.headers
        assert answer.headers["pagination-count"] == "8"

    assert found == newest_first


async def test_type_filters_list_and_count(served: Served, acme: Business) -> None:
    """One type, several repeated, several with commas; other kinds do not count."""
    blocked = await acme.record_one("8", kind="contact.blocked")
    logged = await acme.record_one("8", kind="encounter.logged", at=NOON - SECOND)
    written = await acme.record_one("8", at=NOON - 2 * SECOND)
    await acme.record_one("8", kind="invoice.created")
    await acme.record_one("8", kind="own.kind")

    everything = await get(served, acme)
    notes = await get(served, acme, type="note_created")
    repeated = await get(served, acme, type=["contact_blocked", "note_created"])
    commas = await get(served, acme, type="note_created,contact_blocked")
    none = await get(served, acme, type="file_uploaded")

    assert ids(everything) == [blocked.id, logged.id, written.id]
    assert everything.headers["pagination-count"] == "3"
    assert ids(notes) == [logged.id, written.id]
    assert notes.headers["pagination-count"] == "2"
    assert ids(repeated) == ids(commas) == [blocked.id, logged.id, written.id]
    assert (ids(none), none.headers["pagination-count"]) == ([], "0")


async def test_only_the_contacts_own_activities(served: Served, acme: Business) -> None:
    """The list holds the contact's activities and those of things that belong to the contact."""
    await acme.put("contact", "9")
    await acme.put("membership", "m", contact="8")
    await acme.record_one("9")
    mine = await acme.record_one(Link("membership", "m"))

    assert ids(await get(served, acme)) == [mine.id]


@pytest.mark.parametrize("org_id", ["acme", "c", "number"])
async def test_org_is_named_in_three_ways(served: Served, acme: Business, org_id: str) -> None:
    """By slug, by number, and as the key's own."""
    org_id = str(acme.account.id) if org_id == "number" else org_id

    answer = await get(served, acme, f"/invent/orgs/{org_id}/contacts/8/activities/")

    assert (answer.status_code, answer.json()) == (200, [])


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"page": "0"}, "page"),
        ({"page": "-1"}, "page"),
        ({"page": "one"}, "page"),
        ({"page": "1.5"}, "page"),
        ({"page": "9" * 30}, "page"),
        ({"take": "0"}, "take"),
        ({"take": "101"}, "take"),
        ({"take": "many"}, "take"),
        ({"type": "email_sent"}, "type"),
        ({"type": "note_created,x"}, "type"),
        ({"type": ["note_created", "x"]}, "type"),
        ({"next": "garbage"}, "next"),
        ({"next": "Ünïcode"}, "next"),
    ],
)
async def test_wrong_parameter_is_refused(
    served: Served, acme: Business, params: dict[str, str], field: str
) -> None:
    """400 is answered and names the parameter."""
    answer = await get(served, acme, **params)

    assert answer.status_code == 400
    assert list(answer.json()) == ["message", "code"]
    assert answer.json()["code"] == "invalid_parameter"
    assert answer.json()["message"].startswith(f"{field}: ")


async def test_token_of_another_list_is_refused(served: Served, acme: Business) -> None:
    """Of another contact, other types or another account."""
    await write_notes(acme, 3)
    await acme.put("contact", "9")
    other = await served.business("other")
    await other.put("contact", "8")
    token = (await get(served, acme, take=1)).headers["pagination-next"]

    answers = [
        await get(served, acme, PATH.replace("8", "9"), next=token),
        await get(served, acme, next=token, type="note_created"),
        await get(served, other, PATH.replace("acme", "other"), next=token),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]


async def test_empty_paging_and_unknown_parameters_are_ignored(
    served: Served, acme: Business
) -> None:
    """The list is the one without these parameters."""
    answer = await get(served, acme, page="", take="", next="", color="red")

    assert (answer.status_code, answer.headers["pagination-take"]) == (200, "20")


@pytest.mark.parametrize(
    "path",
    [
        "/invent/orgs/other/contacts/8/activities",
        "/invent/orgs/2/contacts/8/activities",
        "/invent/orgs/acme/contacts/unknown/activities",
        "/invent/orgs/acme/contacts/8",
        "/invent/orgs",
        "/invent",
        "/invent/",
    ],
)
async def test_what_is_not_there_is_not_found(served: Served, acme: Business, path: str) -> None:
    """Another account's contact just like a path that nobody knows."""
    other = await served.business("other")
    await other.put("contact", "unknown")

    answer = await get(served, acme, path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_deleted_contact_is_not_found(served: Served, acme: Business) -> None:
    """Its activities stay, its timeline goes."""
    await write_notes(acme, 1)
    await acme.delete("contact", "8")

    answer = await get(served, acme)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_without_a_good_credential(served: Served, acme: Business) -> None:
    """401 comes before every other error."""
    headers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": f"Basic {acme.secret}"},
        {"Authorization": f"Bearer {acme.key}_{'x' * 43}"},
    ]

    answers = [
        await served.client.get(path, headers=header)
        for header in headers
        for path in (PATH, PATH + "?take=0", "/invent/unknown")
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["code"] for answer in answers} == {"unauthorized"}


async def test_without_the_scope(served: Served, acme: Business) -> None:
    """A credential that may only write may not read."""
    issued = await served.credential(acme.account, scopes=(WRITE,))

    answer = await served.client.get(PATH, headers={"Authorization": f"Bearer {issued.secret}"})

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_other_methods(served: Served, acme: Business) -> None:
    """HEAD works like GET; every other method gets 405 in the vendor's shape."""
    head = await served.client.head(PATH, headers=acme.bearer)
    post = await served.client.post(PATH, headers=acme.bearer)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["pagination-count"] == "0"
    assert (post.status_code, post.json()["code"]) == (405, "method_not_allowed")
    assert post.headers["allow"] == "GET, HEAD"


async def test_guessing_is_slowed_down(served: Served) -> None:
    """Ten wrong credentials in a minute, then 429 in the vendor's shape."""
    header = {"Authorization": "Bearer k_x"}
    for _ in range(10):
        await served.client.get(PATH, headers=header)

    answer = await served.client.get(PATH, headers=header)

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert int(answer.headers["retry-after"]) > 0


async def test_vendors_rate_counts_by_address(tmp_path: Path) -> None:
    """500 a minute for each address, where the vendor's limits are switched on."""
    async with serving(tmp_path, rate_limits="vendor") as served:
        acme = await served.business("acme")
        await acme.put("contact", "8")
        for _ in range(500):
            answer = await get(served, acme)
            assert answer.status_code == 200

        refused = await get(served, acme)
        elsewhere = await served.client_at("10.0.0.1").get(PATH, headers=acme.bearer)

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert elsewhere.status_code == 200

"""An account that keeps the numbers of the Monica that it was moved from."""

import json
from typing import Any

import httpx
import pytest

from doings.core.account import ONE_SEQUENCE, OWN_NUMBERS
from doings.core.activity import Draft, Link
from doings.core.entity import CONTACT
from doings.core.erasing.erasure import ErasureOrder
from doings.core.errors import Misconfigured
from doings.importing.keeping import keep_ids, keeping
from doings.importing.undo import undo_parts
from doings.storage.document_cache import DocumentCache
from tests.builders import contact, note
from tests.clocks import NOON
from tests.dialects.saved.saving import Desk
from tests.serving import Business, Served

ANN = {"id": 3, "first_name": "Ann", "complete_name": "Ann"}

HUNG_OUT = {
    "id": 48213,
    "name": "just hung out",
    "activity_type_category": {"id": 501, "name": "Simple activities"},
}

BY_MAIL = {"id": 2, "name": "Email", "type": "email", "protocol": "mailto:", "delible": False}

SAVED: list[dict[str, Any]] = [
    {"id": 8, "object": "activity", "summary": "Met", "happened_at": "2026-02-03",
     "attendees": {"contacts": [ANN]}, "activity_type": HUNG_OUT},
    {"id": 8, "object": "note", "body": "Tea", "created_at": "2026-03-01T10:00:00Z",
     "contact": ANN},
    {"id": 8, "object": "conversation", "happened_at": "2026-02-03", "contact": ANN,
     "created_at": "2026-03-01T10:00:00Z", "contact_field_type": BY_MAIL,
     "messages": [{"id": number, "content": f"{number}", "written_at": "2026-02-03"}
                  for number in (91, 92)]},
]  # fmt: skip
"""What a Monica shows whose lists count by themselves, and types over all its accounts."""


async def moved(served: Served, acme: Business) -> Desk:
    """The account with what was saved there."""
    desk = Desk(served, acme, "monica")
    acme.account = await desk.timeline.write(lambda writer: keep_ids(writer, "monica"))
    counts = await desk.take(json.dumps({"data": SAVED}).encode())
    assert counts.recorded == len(SAVED)
    return desk


@pytest.fixture
async def desk(served: Served, acme: Business) -> Desk:
    """The account after the move."""
    return await moved(served, acme)


TYPES = ("/activitytypes", "/activitytypecategories")


async def types(monica: httpx.AsyncClient, path: str) -> list[tuple[int, str, object]]:
    """The numbers of types or categories, with their names and the category's number."""
    category = "activity_type_category"
    return sorted(
        (one["id"], one["name"], one.get(category) and one[category]["id"])
        for one in await got(monica, f"{path}?limit=100")
    )


async def got(monica: httpx.AsyncClient, path: str, status: int = 200) -> Any:  # noqa: ANN401 - JSON
    """What a path answers."""
    answer = await monica.get(path)
    assert answer.status_code == status, answer.text
    return answer.json().get("data")


async def test_each_list_has_the_numbers_that_it_had_there(
    monica: httpx.AsyncClient, desk: Desk
) -> None:
    """Where two lists of that Monica count by themselves, each thing has one in its own list."""
    assert (await got(monica, "/activities/8"))["summary"] == "Met"
    assert (await got(monica, "/notes/8"))["body"] == "Tea"
    talk = await got(monica, "/conversations/8")
    assert talk["url"].endswith("/conversations/8")
    assert [one["id"] for one in talk["messages"]] == [91, 92]
    assert talk["contact_field_type"]["name"] == "Email"
    assert (await got(monica, "/contacts/3"))["first_name"] == "Ann"

    among_activities = [one["id"] for one in await got(monica, "/activities")]

    assert among_activities[0] == 8
    assert all(number > OWN_NUMBERS for number in among_activities[1:])
    shown = [(await got(monica, f"/activities/{number}"))["id"] for number in among_activities]
    assert shown == among_activities
    listed = await got(monica, "/contacts/3/activities")
    assert {one["id"] for one in listed} == set(among_activities)
    exported = await desk.give()
    assert [one["id"] for one in exported["data"]] == among_activities


@pytest.mark.usefixtures("desk")
async def test_lists_that_count_as_one_have_one_number(
    acme: Business, monica: httpx.AsyncClient
) -> None:
    """As those of another Doings: a note that is asked for as an activity is the same one."""
    draft = Draft(
        kind="note.created", occurred_at=NOON, body="Nine", origin="monica", external_id="note-9",
        links=(Link(CONTACT, "monica-3"),),
    )  # fmt: skip
    await acme.write(lambda writer: writer.record([draft]))
    await got(monica, "/activities/9", 404)
    shown = len(await got(monica, "/activities"))

    await acme.write(lambda writer: writer.change_settings(lambda own: own | {ONE_SEQUENCE: True}))

    assert (await got(monica, "/activities/9"))["description"] == "Nine"
    assert (await got(monica, "/notes/9"))["body"] == "Nine"
    await got(monica, "/calls/9", 404)
    numbers = [one["id"] for one in await got(monica, "/activities")]
    assert len(numbers) == shown
    assert numbers[-1] == 9


@pytest.mark.usefixtures("desk")
async def test_what_only_looks_like_a_kept_number_is_none(
    acme: Business, monica: httpx.AsyncClient
) -> None:
    """Ids of our own and of other services stay apart from Monica's."""
    mine = await acme.put(CONTACT, "3", name="Mine")
    odd = [await acme.put(CONTACT, f"monica-{end}") for end in ("0", "03", str(OWN_NUMBERS), "x")]
    draft = Draft(
        kind="note.created", occurred_at=NOON, body="x", origin="cobot", external_id="9",
        links=(Link(CONTACT, "3"),),
    )  # fmt: skip
    await acme.write(lambda writer: writer.record([draft]))

    numbers = {one["id"] for one in await got(monica, "/contacts")}

    assert numbers == {3, *(OWN_NUMBERS + one.seq for one in (mine, *odd))}
    assert (await got(monica, f"/contacts/{OWN_NUMBERS + mine.seq}"))["first_name"] == "Mine"
    for path in (f"/contacts/{mine.seq}", "/contacts/0", "/activities/9", "/notes/9"):
        await got(monica, path, 404)
    ann = await acme.read(lambda reader: reader.entity((CONTACT, "monica-3")))
    await got(monica, f"/contacts/{OWN_NUMBERS + ann.seq}", 404)


@pytest.mark.usefixtures("desk")
async def test_what_the_account_came_with_gives_way(monica: httpx.AsyncClient) -> None:
    """A type has the number of that Monica, and its name once; others keep their category."""
    types = {one["name"]: one for one in await got(monica, "/activitytypes?limit=100")}
    categories = await got(monica, "/activitytypecategories?limit=100")

    assert types["just hung out"]["id"] == 48213
    assert len(types) == 13
    assert {one["name"]: one["id"] for one in categories}["Simple activities"] == 501
    assert len(categories) == 4
    assert types["just talked at home"]["activity_type_category"]["id"] == 501

    sent = {"summary": "Again", "happened_at": "2026-02-04", "activity_type_id": 48213}
    made = await monica.post("/activities", json={**sent, "contacts": [3]})

    assert made.json()["data"]["activity_type"]["id"] == 48213
    category = (await monica.post("/activitytypecategories", json={"name": "Mine"})).json()["data"]
    assert category["id"] > OWN_NUMBERS


@pytest.mark.usefixtures("desk")
async def test_messages_keep_their_numbers_beside_new_ones(monica: httpx.AsyncClient) -> None:
    """A new one has a number that none of that Monica's has; each is found by its own."""
    path, said = "/conversations/8/messages", {"written_at": "2026-02-04", "written_by_me": False}

    longer = (await monica.post(path, json={**said, "content": "new"})).json()["data"]
    await monica.delete(f"{path}/91")
    numbers = [one["id"] for one in (await got(monica, "/conversations/8"))["messages"]]

    assert numbers == [92, longer["messages"][-1]["id"]]
    assert numbers[1] > OWN_NUMBERS
    for number, status in ((numbers[1], 200), (92, 200), (91, 404), (1, 404)):
        answer = await monica.put(f"{path}/{number}", json={**said, "content": "x"})
        assert answer.status_code == status


async def test_merged_people_are_found_by_both_numbers(
    acme: Business, monica: httpx.AsyncClient, desk: Desk
) -> None:
    """The number that is shown is that of who stands for both; parted, each has its own."""
    del desk
    own = await acme.put(CONTACT, "8", name="Ann Lee")
    number = OWN_NUMBERS + own.seq
    merge = await acme.write(
        lambda writer: writer.add_merge(own.key, [(CONTACT, "monica-3")], None)
    )

    assert (await got(monica, "/contacts/3"))["id"] == number
    assert (await got(monica, f"/contacts/{number}"))["id"] == number
    (attendee,) = (await got(monica, "/activities/8"))["attendees"]["contacts"]
    assert attendee["id"] == number
    changed = await monica.put("/contacts/3/work", json={"job": "Cook"})
    assert changed.json()["data"]["id"] == number

    await acme.write(lambda writer: writer.revert_merge(merge.id))

    assert (await got(monica, "/contacts/3"))["id"] == 3
    assert (await got(monica, f"/contacts/{number}"))["id"] == number


async def test_an_import_that_was_undone_comes_again_with_its_numbers(
    served: Served, acme: Business, monica: httpx.AsyncClient
) -> None:
    """Meanwhile nothing has them; and who was erased never has one again."""
    before = [await types(monica, path) for path in TYPES]
    desk = await moved(served, acme)
    between = [await types(monica, path) for path in TYPES]
    assert [part.activities async for part in undo_parts(desk.timeline, 1)]
    assert [await types(monica, path) for path in TYPES] == before
    for path in ("/activities/8", "/notes/8", "/contacts/3"):
        await got(monica, path, 404)

    await desk.take(json.dumps({"data": SAVED}).encode())

    assert [await types(monica, path) for path in TYPES] == between
    assert (await got(monica, "/activities/8"))["attendees"]["contacts"][0]["id"] == 3

    order = ErasureOrder(entity=(CONTACT, "monica-3"), activities="unlink")
    await served.database.erasures.erase(acme.account.id, order)

    await got(monica, "/contacts/3", 404)
    assert (await got(monica, "/activities/8"))["attendees"]["total"] == 0


@pytest.mark.parametrize("path", ["/activities", "/contacts", "/notes", "/contacts/{}/activities"])
async def test_pages_take_as_many_statements_as_ever(
    served: Served, acme: Business, monica: httpx.AsyncClient, statements: list[str], *, path: str
) -> None:
    """Whether numbers are kept or not."""
    counts = []
    for is_kept in (True, False):
        business = acme if is_kept else await served.business("other", time_zone="Europe/Berlin")
        number: int = 3
        if is_kept:
            await moved(served, business)
        else:
            await Desk(served, business, "monica").take(json.dumps({"data": SAVED}).encode())
            number = (await business.read(lambda reader: reader.entity((CONTACT, "monica-3")))).seq
        served.database.document_cache = DocumentCache()
        await monica.get("/me", headers=business.bearer)
        await served.application.services().authenticator.flush()
        statements.clear()
        answer = await monica.get(path.format(number), headers=business.bearer)
        assert answer.json()["data"]
        counts.append(len(statements))

    assert counts[0] == counts[1]


async def test_only_an_empty_account_keeps_numbers(served: Served) -> None:
    """Its own might be in links already; what a new account has counts for nothing."""
    for slug, fill in {"people": _meet, "happened": _note}.items():
        business = await served.business(slug)
        await fill(business)
        timeline = Desk(served, business, "monica").timeline

        with pytest.raises(Misconfigured, match=f"{slug} is not empty"):
            await timeline.write(lambda writer: keep_ids(writer, "monica"))

        account = await served.database.account(slug)
        assert account.keeps_ids_of is None


async def _meet(business: Business) -> None:
    await business.put(CONTACT, "8")


async def _note(business: Business) -> None:
    await business.write(lambda writer: writer.record([note(contact("8"))]))
    await business.write(lambda writer: writer.delete_entity((CONTACT, "8")))


async def test_an_account_goes_on_keeping(served: Served, desk: Desk) -> None:
    """It may be asked to once more; where it is only tried, nothing is written."""
    again = await keeping(desk.timeline, "monica")
    other = Desk(served, await served.business("other"), "monica")
    tried = await keeping(other.timeline, "monica")

    assert again.account.keeps_ids_of == "monica"
    assert tried.account.keeps_ids_of == "monica"
    assert (await served.database.account("other")).keeps_ids_of is None

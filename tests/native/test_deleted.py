"""Deleted people and things keep their place in what they were linked to."""

import csv
import io
import json
from typing import Any

import pytest

from tests.native.client import Json, Native

GONE = {"name": None, "deleted": True}
ACTOR = {"type": "user", "id": "u1", **GONE}
CONTACT = {"type": "contact", "id": "8", "role": "subject", **GONE}
LINKS = [CONTACT, {"type": "deal", "id": "1", "role": "subject", "name": "Big"}]


@pytest.fixture
async def path(native: Native) -> str:
    """An activity by a user about a contact, both deleted since."""
    await native.put("contact:8", name="Jim Halpert", attrs={"email": "jim@example.org"})
    await native.put("user:u1", name="Ann Perkins")
    await native.put("deal:1", name="Big")
    recorded = await native.record(actor="user:u1", links=["contact:8", "deal:1"], summary="x")
    await forget(native, "user/u1", "contact/8")
    return f"/activities/{recorded['id']}"


async def forget(native: Native, *names: str) -> None:
    """Delete entities."""
    for name in names:
        answer = await native.call("DELETE", f"/entities/{name}")
        assert answer.status_code == 204


def who(document: Json) -> tuple[Any, Any]:
    """The actor and the links of a document."""
    return document["actor"], document["links"]


async def test_they_are_shown_by_type_and_id(native: Native, path: str) -> None:
    """In the document, the list, the feed and the exports; their names nowhere."""
    document = await native.get(path)
    page = await native.call("GET", "/activities")
    lines = await native.call("GET", "/activities", headers={"Accept": "application/x-ndjson"})
    table = await native.call("GET", "/activities", headers={"Accept": "text/csv"})
    feed = await native.get("/changes")
    history = await native.get(f"{path}/changes")
    row = next(csv.DictReader(io.StringIO(table.text)))

    documents = [
        document,
        page.json()["items"][0],
        json.loads(lines.text),
        feed["items"][0]["activity"],
        history["items"][0]["activity"],
    ]
    assert [who(one) for one in documents] == [(ACTOR, LINKS)] * 5
    assert (row["actor"], json.loads(row["links"])) == ("user:u1", LINKS)
    assert not any("Jim" in one.text or "Ann" in one.text for one in (page, lines, table))


async def test_those_that_exist_say_nothing_of_it(native: Native) -> None:
    """`deleted` is there only where it is true."""
    recorded = await native.record(actor="user:u1", links=["contact:8"])

    assert "deleted" not in recorded["actor"] | recorded["links"][0]


@pytest.mark.parametrize(
    "query",
    ["actor=user:u1", "link=user:u1", "link=contact:8", "link=contact:8&link=contact:9",
     "actor=user:u1&link=contact:8", "link=contact:8&kind=note.*", "link=contact:8&q=x"],
)  # fmt: skip
@pytest.mark.usefixtures("path")
async def test_they_can_be_filtered_by(native: Native, query: str) -> None:
    """In the list, and where they are counted."""
    await native.record(summary="other", links=["contact:9999"])

    assert await native.summaries(f"/activities?{query}") == ["x"]


@pytest.mark.usefixtures("path")
async def test_they_can_be_counted_by(native: Native) -> None:
    """As they can be filtered by."""
    assert (await native.get("/stats", link="contact:8"))["total"] == 1
    assert (await native.get("/stats", link="contact:404"))["total"] == 0


@pytest.mark.usefixtures("path")
async def test_their_own_pages_are_gone(native: Native) -> None:
    """The entity and its timeline are not found."""
    for path in ("/entities/contact/8", "/entities/contact/8/activities"):
        assert (await native.call("GET", path)).status_code == 404
        if path.endswith("activities"):
            csv_too = await native.call("GET", path, headers={"Accept": "text/csv"})
            filtered = await native.call("GET", f"{path}?kind=note.*")
            assert (csv_too.status_code, filtered.status_code) == (404, 404)


@pytest.mark.usefixtures("path")
async def test_recording_about_them_says_so(native: Native) -> None:
    """They stay deleted, whatever name comes along."""
    actor = {"type": "user", "id": "u1", "name": "Ann"}
    link = {"type": "contact", "id": "8", "name": "Jim"}

    recorded = await native.record(actor=actor, links=[link])

    assert who(recorded) == (ACTOR, [CONTACT])


async def test_a_change_keeps_them(native: Native, path: str) -> None:
    """What was shown can be sent back, and its history says whom it was about."""
    document = await native.get(path)

    await native.call("PATCH", path, json={"summary": "y"})
    await native.call("PATCH", path, json={"links": document["links"], "actor": document["actor"]})
    await native.call("PATCH", path, json={"links": [], "actor": None})
    history = await native.get(f"{path}/changes")

    assert [who(history["items"][-1]["before"])] == [(ACTOR, LINKS)]
    assert len(history["items"]) == 3


async def test_one_that_comes_back_has_its_name_again(native: Native, path: str) -> None:
    """Putting it again is all it takes."""
    await native.put("contact:8", name="Jim H.")

    assert (await native.get(path))["links"][0] == {
        "type": "contact", "id": "8", "role": "subject", "name": "Jim H.",
    }  # fmt: skip


async def test_one_that_is_new_may_be_deleted_already(native: Native) -> None:
    """So a history that moves to another account says the same there."""
    recorded = await native.record(links=[CONTACT], actor=ACTOR)

    assert who(recorded) == (ACTOR, [CONTACT])
    assert (await native.call("GET", "/entities/contact/8")).status_code == 404
    assert (await native.get("/entities", type="contact"))["items"] == []


@pytest.mark.usefixtures("path")
async def test_activity_streams_show_a_tombstone(native: Native) -> None:
    """With what it was, and its id for a name."""
    accept = {"Accept": "application/activity+json"}

    answer = await native.call("GET", "/activities", headers=accept)

    item = answer.json()["orderedItems"][0]
    assert [
        (item[at]["type"], item[at]["formerType"], item[at]["name"]) for at in ("actor", "object")
    ] == [
        ("Tombstone", "Person", "u1"),
        ("Tombstone", "Person", "8"),
    ]

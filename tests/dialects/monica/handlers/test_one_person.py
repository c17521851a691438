"""Contacts who are one person: what is shown of them, and what a revert restores."""

from typing import Any

import httpx
import pytest

from doings.core.entity import Entity
from tests.dialects.monica.answers import data_of
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

BORN = {
    "is_birthdate_known": True,
    "birthdate_day": 3,
    "birthdate_month": 2,
    "birthdate_year": 1980,
}
MET = {"general_information": "at work", "is_date_known": False}


@pytest.fixture
async def twin(monica: httpx.AsyncClient, acme: Business, jim: Entity) -> Entity:
    """Somebody of whom more is said than of Jim, who has the tag `one`; he has `two`."""
    twin = await acme.put("contact", "9", name="Jimmy")
    await monica.post(f"/contacts/{jim.seq}/setTags", json={"tags": ["one"]})
    await monica.post(f"/contacts/{twin.seq}/setTags", json={"tags": ["two"]})
    await monica.put(f"/contacts/{jim.seq}/work", json={"company": "Acme"})
    await monica.put(f"/contacts/{twin.seq}/work", json={"job": "Clerk", "company": "Other"})
    await monica.put(f"/contacts/{twin.seq}/food", json={"food_preferences": "Fish"})
    await monica.put(f"/contacts/{twin.seq}/introduction", json=MET)
    body = {"first_name": "Jimmy", "nickname": "J", "gender": "Man", **BORN}
    await data_of(await monica.put(f"/contacts/{twin.seq}", json=body))
    return twin


async def merge(served: Served, acme: Business) -> str:
    """Merge both; the id of the merge."""
    body = {"keep": "contact:8", "merge": ["contact:9"]}
    answer = await served.client.post("/v1/merges", headers=acme.bearer, json=body)
    id_: str = answer.json()["id"]
    return id_


async def revert(served: Served, acme: Business, id_: str) -> None:
    """Part them again."""
    answer = await served.client.post(f"/v1/merges/{id_}/revert", headers=acme.bearer)
    assert answer.status_code == 200


async def shown(monica: httpx.AsyncClient, *seqs: int) -> list[dict[str, Any]]:
    """The documents of contacts, without when they were changed."""
    contacts = [await data_of(await monica.get(f"/contacts/{seq}")) for seq in seqs]
    return [{**contact, "updated_at": None} for contact in contacts]


def tags_of(contact: dict[str, Any]) -> list[str]:
    """The names of its tags."""
    return [tag["name"] for tag in contact["tags"]]


async def tagged(monica: httpx.AsyncClient, *names: str) -> list[list[int]]:
    """The ids of the contacts with each of these tags."""
    numbers = {tag["name"]: tag["id"] for tag in await data_of(await monica.get("/tags"))}
    lists = [await data_of(await monica.get(f"/tags/{numbers[name]}/contacts")) for name in names]
    return [[contact["id"] for contact in one] for one in lists]


async def test_shows_what_is_said_of_all(
    monica: httpx.AsyncClient, acme: Business, served: Served, jim: Entity, twin: Entity
) -> None:
    """The kept one's own first; a revert restores each exactly."""
    before = await shown(monica, jim.seq, twin.seq)

    id_ = await merge(served, acme)
    one, by_other_id = await shown(monica, jim.seq, twin.seq)
    (listed,) = await data_of(await monica.get("/contacts"))
    of_tags = await tagged(monica, "one", "two")
    await revert(served, acme, id_)

    information = one["information"]
    assert one == by_other_id == {**listed, "updated_at": None}
    assert tags_of(one) == ["one", "two"]
    assert of_tags == [[jim.seq], [jim.seq]]
    assert (one["complete_name"], one["nickname"], one["gender"]) == ("Jim Halpert", "J", "Man")
    assert information["career"] == {"job": "Clerk", "company": "Acme"}
    assert information["food_preferences"] == "Fish"
    assert information["how_you_met"]["general_information"] == "at work"
    assert information["dates"]["birthdate"]["date"] == "1980-02-03T00:00:00Z"
    assert await shown(monica, jim.seq, twin.seq) == before
    assert await tagged(monica, "one", "two") == [[jim.seq], [twin.seq]]


async def test_tags_are_set_and_taken_away_of_all(
    monica: httpx.AsyncClient, acme: Business, served: Served, jim: Entity, twin: Entity
) -> None:
    """By the id of either; after a revert each has what was said by its own id."""
    id_ = await merge(served, acme)
    two = next(
        tag["id"] for tag in await data_of(await monica.get("/tags")) if tag["name"] == "two"
    )
    place = f"/contacts/{jim.seq}"

    without = await data_of(await monica.post(f"{place}/unsetTag", json={"tags": [two]}))
    of_tags = await tagged(monica, "one", "two")
    again = await data_of(await monica.post(f"{place}/setTags", json={"tags": ["two", "three"]}))
    by_other = f"/contacts/{twin.seq}/setTags"
    four = await data_of(await monica.post(by_other, json={"tags": ["four"]}))
    none = await data_of(await monica.post(f"{place}/unsetTags"))
    await revert(served, acme, id_)
    parted = await shown(monica, jim.seq, twin.seq)

    assert tags_of(without) == ["one"]
    assert of_tags == [[jim.seq], []]
    assert tags_of(again) == ["one", "two", "three"]
    assert tags_of(four) == ["one", "two", "three", "four"]
    assert none["tags"] == []
    assert list(map(tags_of, parted)) == [[], ["two", "four"]]
    assert parted[1]["complete_name"] == "Jimmy"


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("path", "body", "members"),
    [
        ("/work", {"job": None, "company": None}, ["career"]),
        ("/food", {"food_preferences": None}, ["food_preferences"]),
        ("/introduction", {"is_date_known": False}, ["how_you_met"]),
        ("", {"first_name": "Jim", "is_birthdate_known": False}, ["dates"]),
    ],
)
async def test_what_is_taken_away_comes_from_nobody_else(
    monica: httpx.AsyncClient, acme: Business, served: Served, jim: Entity, twin: Entity, *,
    path: str, body: dict[str, Any], members: list[str],
) -> None:  # fmt: skip
    """Of the person; the other one has its own again after a revert."""
    before = await shown(monica, twin.seq)
    id_ = await merge(served, acme)
    (merged,) = await shown(monica, jim.seq)

    changed = await data_of(await monica.put(f"/contacts/{jim.seq}{path}", json=body))
    await revert(served, acme, id_)

    for member in merged["information"]:
        is_same = changed["information"][member] == merged["information"][member]
        assert is_same == (member not in members), member
    assert changed["tags"] == merged["tags"]
    assert await shown(monica, twin.seq) == before


@SQLITE_ONLY
async def test_a_change_by_the_other_id_keeps_both_records(
    monica: httpx.AsyncClient, acme: Business, served: Served, jim: Entity, twin: Entity
) -> None:
    """The person is changed; after a revert the change is the other one's alone."""
    (before,) = await shown(monica, jim.seq)
    id_ = await merge(served, acme)

    await data_of(await monica.put(f"/contacts/{twin.seq}/work", json={"job": "Boss"}))
    (person,) = await shown(monica, jim.seq)
    await revert(served, acme, id_)
    own, other = await shown(monica, jim.seq, twin.seq)

    assert person["information"]["career"] == {"job": "Boss", "company": None}
    assert own == before
    assert other["information"]["career"] == {"job": "Boss", "company": None}
    assert other["complete_name"] == "Jimmy"


@SQLITE_ONLY
async def test_entries_stay_with_whom_they_named(
    monica: httpx.AsyncClient, acme: Business, served: Served, jim: Entity
) -> None:
    """What is recorded by the other id is shown of the person, and is the other one's later on."""
    twin = await acme.put("contact", "9", name="Jimmy")
    id_ = await merge(served, acme)
    bodies: dict[str, dict[str, Any]] = {
        "notes": {"body": "x"},
        "calls": {"content": "x", "called_at": "2026-02-01"},
        "tasks": {"title": "x", "completed": False},
        "contactfields": {"data": "x@y.example", "contact_field_type_id": 1},
        "addresses": {"name": "x"},
    }

    made = {}
    for path, body in bodies.items():
        answer = await monica.post(f"/{path}", json={**body, "contact_id": twin.seq})
        made[path] = answer.json()["data"]
        again = {**body, "contact_id": twin.seq}
        answer = await monica.put(f"/{path}/{made[path]['id']}", json=again)
        assert answer.status_code == 200, answer.text
    await revert(served, acme, id_)

    assert {one["contact"]["id"] for one in made.values()} == {jim.seq}
    for path, entry in made.items():
        assert await data_of(await monica.get(f"/contacts/{jim.seq}/{path}")) == []
        (own,) = await data_of(await monica.get(f"/contacts/{twin.seq}/{path}"))
        assert own["id"] == entry["id"]

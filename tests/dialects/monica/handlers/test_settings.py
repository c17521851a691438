"""Activity types, their categories, and genders."""

from typing import Any

import httpx
import pytest

from doings.core.clock import SECOND
from doings.core.entity import Entity
from doings.core.text import json_text
from tests.dialects.monica.answers import data_of
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

TYPES = [
    (1, "just hung out", 1), (2, "watched a movie at home", 1), (3, "just talked at home", 1),
    (4, "played a sport together", 2), (5, "ate at their place", 3), (6, "went to a bar", 3),
    (7, "ate at home", 3), (8, "picnicked", 3), (9, "ate at a restaurant", 3),
    (10, "went to the theater", 4), (11, "went to a concert", 4), (12, "went to a play", 4),
    (13, "went to the museum", 4),
]  # fmt: skip


async def test_starts_with_types(monica: httpx.AsyncClient) -> None:
    """Numbered from 1, each in its category, without dates."""
    answer = (await monica.get("/activitytypes?limit=100")).json()

    shown = [
        (document["id"], document["name"], document["activity_type_category"]["id"])
        for document in answer["data"]
    ]
    assert shown == TYPES
    assert list(answer["data"][0]) == [
        "id", "uuid", "object", "name", "location_type", "activity_type_category", "account",
        "created_at", "updated_at",
    ]  # fmt: skip
    assert answer["data"][0]["created_at"] is None


async def test_starts_with_categories(monica: httpx.AsyncClient) -> None:
    """Numbered from 1."""
    answer = (await monica.get("/activitytypecategories")).json()

    assert [(document["id"], document["name"]) for document in answer["data"]] == [
        (1, "Simple activities"),
        (2, "Sport"),
        (3, "Food"),
        (4, "Cultural activities"),
    ]
    assert list(answer["data"][0]) == [
        "id", "uuid", "object", "name", "account", "created_at", "updated_at",
    ]  # fmt: skip


async def test_starts_with_genders(monica: httpx.AsyncClient) -> None:
    """Numbered from 1, with the times of the account."""
    answer = (await monica.get("/genders")).json()

    assert [
        (document["id"], document["name"], document["type"]) for document in answer["data"]
    ] == [
        (1, "Man", "M"),
        (2, "Woman", "F"),
        (3, "Rather not say", "O"),
    ]
    assert list(answer["data"][0]) == [
        "id", "object", "name", "type", "account", "created_at", "updated_at",
    ]  # fmt: skip
    assert answer["data"][0]["created_at"] == "2026-03-01T12:00:00Z"


@pytest.mark.parametrize(
    ("path", "body", "number", "status"),
    [
        ("/activitytypes", {"name": "Sailed", "activity_type_category_id": "2"}, 14, 200),
        ("/activitytypes", {"activity_type_category_id": 2}, 14, 200),
        ("/activitytypecategories", {"name": "Travel"}, 5, 200),
        ("/activitytypecategories", {}, 5, 200),
        ("/genders", {"name": "Queer", "type": "N"}, 4, 201),
        ("/genders", {"name": "Queer"}, 4, 201),
    ],
)
async def test_creates_changes_and_deletes(
    monica: httpx.AsyncClient, served: Served, *, path: str, body: dict[str, str], number: int,
    status: int,
) -> None:  # fmt: skip
    """Numbers go on from the highest ever given out."""
    created = await monica.post(path, json=body)
    served.clock.instant += SECOND
    place = f"{path}/{number}"
    changed = await monica.put(place, json={**body, "name": "Other"})
    shown = await monica.get(place)
    deleted = await monica.delete(place)

    assert created.status_code == status
    assert created.json()["data"]["id"] == number
    assert created.json()["data"]["name"] == body.get("name")
    assert created.json()["data"]["created_at"] == "2026-03-01T12:00:00Z"
    assert changed.status_code == 200
    assert changed.json() == shown.json()
    assert shown.json()["data"]["name"] == "Other"
    assert shown.json()["data"]["updated_at"] == "2026-03-01T12:00:01Z"
    assert (deleted.status_code, deleted.json()) == (200, {"deleted": True, "id": number})
    assert (await monica.get(place)).status_code == 404
    assert (await monica.post(path, json=body)).json()["data"]["id"] == number + 1


async def test_shows_a_type_as_it_is_named_now(monica: httpx.AsyncClient, acme: Business) -> None:
    """Activities that were recorded before show the new name too."""
    activity = await acme.record_one("8", kind="encounter.logged", data='{"activity_type_id":9}')

    await monica.put("/activitytypes/9", json={"name": "Dined", "activity_type_category_id": 1})

    shown = (await monica.get(f"/activities/{activity.seq}")).json()["data"]["activity_type"]
    assert (shown["name"], shown["activity_type_category"]["id"]) == ("Dined", 1)


async def test_deleting_a_type_leaves_its_activities_without(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """The activities stay and have no type."""
    activity = await acme.record_one("8", kind="encounter.logged", data='{"activity_type_id":9}')

    await monica.delete("/activitytypes/9")

    shown = (await monica.get(f"/activities/{activity.seq}")).json()["data"]
    assert shown["activity_type"] is None


async def test_deleting_a_category_deletes_its_types(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """The activities of those types have no type then."""
    activity = await acme.record_one("8", kind="encounter.logged", data='{"activity_type_id":9}')

    await monica.delete("/activitytypecategories/3")

    left = (await monica.get("/activitytypes?limit=100")).json()
    assert [document["id"] for document in left["data"]] == [1, 2, 3, 4, 10, 11, 12, 13]
    assert left["meta"]["total"] == 8
    shown = (await monica.get(f"/activities/{activity.seq}")).json()["data"]
    assert shown["activity_type"] is None


async def test_deleting_a_gender_leaves_its_contacts_without(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """Before, a new name of the gender shows on the contacts."""
    await acme.put("contact", "8", name="Jim", attrs='{"gender_id":1}')
    jim = await acme.read(lambda reader: reader.entity(("contact", "8")))

    await monica.put("/genders/1", json={"name": "Male", "type": "M"})
    renamed = (await monica.get(f"/contacts/{jim.seq}")).json()["data"]
    await monica.delete("/genders/1")
    left = (await monica.get(f"/contacts/{jim.seq}")).json()["data"]

    assert (renamed["gender"], renamed["gender_type"]) == ("Male", "M")
    assert (left["gender"], left["gender_type"]) == (None, None)


async def test_numbers_settings_apart_from_contacts_and_activities(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Other entries of the account do not use up their numbers."""
    for _ in range(3):
        await acme.record_one(jim.id)

    answer = await monica.post("/genders", json={"name": "X"})

    assert answer.json()["data"]["id"] == 4


@SQLITE_ONLY
async def test_what_another_surface_named_is_used_by_the_number_that_is_shown(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Though its id is no number: as a tag, a gender, a category, a type, and a way to reach."""
    place = f"/contacts/{jim.seq}"

    async def named(type_: str, **attrs: str) -> int:
        return (await acme.put(type_, "own", name="Own", attrs=json_text(attrs))).seq

    async def made(path: str, status: int = 201, **members: object) -> Any:  # noqa: ANN401 - JSON
        return await data_of(await monica.post(path, json=members), status)

    tag = await named("tag")
    tagged = await made(f"{place}/setTags", 200, tags=["own"])
    untagged = await made(f"{place}/unsetTag", 200, tags=[tag])
    gender = await named("gender", type="O")
    changed = await data_of(await monica.put(place, json={"gender_id": gender}))
    category = await made(
        "/activitytypes", 200, name="x", activity_type_category_id=await named("activity_category")
    )
    type_ = await named("activity_type", category="1")
    sent: dict[str, Any] = {"summary": "x", "happened_at": "2020-01-01", "contacts": [jim.seq]}
    activity = await made("/activities", **sent, activity_type_id=type_)
    kept = await monica.put(
        f"/activities/{activity['id']}", json={**sent, "activity_type_id": type_}
    )
    none = await monica.put(f"/activities/{activity['id']}", json=sent)
    way = {"contact_id": jim.seq, "contact_field_type_id": await named("contact_field_type")}
    field = await made("/contactfields", **way, data="own")
    held = await made("/conversations", **way, happened_at="2020-01-01")
    reached = await data_of(await monica.get("/contacts", params={"query": "own:ow"}))
    await monica.delete(f"/contactfieldtypes/{way['contact_field_type_id']}")

    assert ([one["id"] for one in tagged["tags"]], untagged["tags"]) == ([tag], [])
    assert (changed["gender"], changed["gender_type"]) == ("Own", "O")
    assert category["activity_type_category"]["name"] == "Own"
    for answer in (activity, await data_of(kept)):
        assert (answer["activity_type"]["id"], answer["activity_type"]["name"]) == (type_, "Own")
    assert (await data_of(none))["activity_type"] is None
    assert field["contact_field_type"]["name"] == held["contact_field_type"]["name"] == "Own"
    assert [one["id"] for one in reached] == [jim.seq]
    assert await data_of(await monica.get(f"{place}/contactfields")) == []
    assert await data_of(await monica.get("/conversations")) == []

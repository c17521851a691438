"""Contacts and their tags."""

from typing import Any

import httpx
import pytest

from doings.core.clock import DAY, SECOND
from doings.core.entity import Entity
from doings.core.text import object_from_text
from tests.clocks import NOON
from tests.serving import Business, Served

NEW = {
    "first_name": "Ann",
    "is_birthdate_known": False,
    "is_deceased": False,
    "is_deceased_date_known": False,
}

UNKNOWN = {"is_age_based": None, "is_year_unknown": None, "date": None}


async def create(monica: httpx.AsyncClient, **members: Any) -> dict[str, Any]:  # noqa: ANN401
    """Create a contact."""
    answer = await monica.post("/contacts", json={**NEW, **members})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()["data"]
    return document


async def test_creates_a_contact(monica: httpx.AsyncClient, acme: Business) -> None:
    """An entity whose name is the complete name, under an id that is its seq."""
    document = await create(
        monica,
        middle_name="Bo",
        last_name="Lee",
        nickname="Annie",
        description="Tall",
        email="ann@example.org",
        gender_id=2,
        is_starred="1",
    )

    contact = await acme.read(lambda reader: reader.entity_by_seq("contact", document["id"]))
    assert contact.id == str(document["id"])
    assert contact.name == "Ann Bo Lee"
    assert object_from_text(contact.attrs) == {
        "first_name": "Ann",
        "middle_name": "Bo",
        "last_name": "Lee",
        "nickname": "Annie",
        "description": "Tall",
        "email": "ann@example.org",
        "gender_id": 2,
        "is_starred": True,
    }
    shown = await monica.get(f"/contacts/{document['id']}")
    assert shown.json() == {"data": document}


async def test_shows_a_contact_in_full(monica: httpx.AsyncClient, acme: Business) -> None:
    """Every member, in the vendor's order."""
    document = await create(monica, last_name="Lee", gender="woman")

    assert list(document) == [
        "id", "uuid", "object", "hash_id", "first_name", "last_name", "nickname", "complete_name",
        "initials", "description", "gender", "gender_type", "is_starred", "is_partial", "is_active",
        "is_dead", "is_me", "last_called", "last_activity_together", "stay_in_touch_frequency",
        "stay_in_touch_trigger_date", "information", "addresses", "tags", "statistics", "url",
        "account", "created_at", "updated_at",
    ]  # fmt: skip
    assert (document["complete_name"], document["initials"]) == ("Ann Lee", "AL")
    assert (document["gender"], document["gender_type"]) == ("Woman", "F")
    assert document["account"] == {"id": acme.account.id}
    assert document["url"] == f"http://server/monica/api/contacts/{document['id']}"
    information = document["information"]
    assert list(information) == [
        "relationships", "dates", "career", "avatar", "food_preferences", "how_you_met",
    ]  # fmt: skip
    assert list(information["relationships"]) == ["love", "family", "friend", "work"]
    assert information["dates"] == {"birthdate": UNKNOWN, "deceased_date": UNKNOWN}
    assert information["career"] == {"job": None, "company": None}
    assert document["statistics"]["number_of_activities"] == 0


def birthdate(**members: object) -> dict[str, Any]:
    """The members that describe a birth date."""
    birthdate = {f"birthdate_{name}": value for name, value in members.items()}
    return {"is_birthdate_known": True, **birthdate}


@pytest.mark.parametrize(
    ("members", "date", "is_age_based", "is_year_unknown"),
    [
        (birthdate(day=23, month=10, year=1983), "1983-10-23T00:00:00Z", False, False),
        (birthdate(day="1", month="2", year="2000"), "2000-02-01T00:00:00Z", False, False),
        (birthdate(day=23, month=10), "2026-10-23T00:00:00Z", False, True),
        (birthdate(day=29, month=2), "2024-02-29T00:00:00Z", False, True),
        (birthdate(is_age_based=True, age=33), "1993-01-01T00:00:00Z", True, False),
        ({"birthdate_day": 1, "birthdate_month": 1}, None, None, None),
    ],
)
async def test_reads_birth_dates(
    monica: httpx.AsyncClient,
    *,
    members: dict[str, Any],
    date: str | None,
    is_age_based: bool | None,
    is_year_unknown: bool | None,
) -> None:
    """In the year of 2026: a day, a day without its year, an age."""
    document = await create(monica, **members)

    assert document["information"]["dates"]["birthdate"] == {
        "is_age_based": is_age_based,
        "is_year_unknown": is_year_unknown,
        "date": date,
    }


async def test_shows_both_forms_of_a_birth_date_of_attendees(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """Old clients read one form, new ones the other."""
    ann = await create(monica, **birthdate(is_age_based=True, age=33))
    activity = await acme.record_one(str(ann["id"]))

    document = (await monica.get(f"/activities/{activity.seq}")).json()["data"]

    information = document["attendees"]["contacts"][0]["information"]
    assert information["dates"] == [
        {
            "name": "birthdate",
            "is_birthdate_approximate": "approximate",
            "birthdate": "1993-01-01T00:00:00Z",
        }
    ]
    assert information["birthdate"]["is_age_based"] is True


async def test_shows_who_died(monica: httpx.AsyncClient) -> None:
    """Whether a contact is dead, and the date of death."""
    document = await create(
        monica,
        is_deceased=True,
        is_deceased_date_known=True,
        deceased_date_day=1,
        deceased_date_month=2,
        deceased_date_year=2020,
    )

    assert document["is_dead"] is True
    dates = document["information"]["dates"]
    assert dates["deceased_date"]["date"] == "2020-02-01T00:00:00Z"


async def test_keeps_what_is_not_sent_but_for_the_description(
    monica: httpx.AsyncClient, served: Served
) -> None:
    """The vendor's way of changing a contact."""
    ann = await create(
        monica,
        last_name="Lee",
        nickname="Annie",
        description="Tall",
        gender_id=2,
        is_starred=True,
        **birthdate(day=1, month=2, year=1990),
    )
    served.clock.instant += SECOND

    answer = await monica.put(f"/contacts/{ann['id']}", json={"last_name": "Li"})

    document = answer.json()["data"]
    assert answer.status_code == 200
    changed = {name for name in document if document[name] != ann[name]}
    assert changed == {"last_name", "complete_name", "description", "updated_at"}
    assert (document["complete_name"], document["description"]) == ("Ann Li", None)


@pytest.mark.parametrize(
    ("members", "member", "value"),
    [
        ({"first_name": ""}, "first_name", "Ann"),
        ({"last_name": None}, "last_name", None),
        ({"nickname": ""}, "nickname", None),
        ({"gender_id": None}, "gender", None),
        ({"gender": "man"}, "gender", "Man"),
        ({"gender": "Elf"}, "gender", "Elf"),
        ({"is_starred": 0}, "is_starred", False),
        ({"is_partial": True}, "is_partial", True),
        ({"is_deceased": "1"}, "is_dead", True),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_changes_what_is_sent(
    monica: httpx.AsyncClient, *, method: str, members: dict[str, Any], member: str, value: object
) -> None:
    """A member that is sent empty is taken away, except the first name."""
    ann = await create(monica, last_name="Lee", nickname="A", gender_id=2, is_starred=True)

    answer = await monica.request(method, f"/contacts/{ann['id']}", json=members)

    assert answer.json()["data"][member] == value


async def test_forgets_a_birth_date(monica: httpx.AsyncClient) -> None:
    """`is_birthdate_known: false` takes it away."""
    ann = await create(monica, **birthdate(day=1, month=2))

    answer = await monica.put(f"/contacts/{ann['id']}", json={"is_birthdate_known": False})

    assert answer.json()["data"]["information"]["dates"]["birthdate"] == UNKNOWN


async def test_changes_a_contact_of_another_surface(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """Its name is split, and what Monica does not know of it stays."""
    await acme.put("contact", "c1", name="Jim  van Dam", attrs='{"vip":1.50,"nickname":7,"a":[]}')
    jim = await acme.read(lambda reader: reader.entity(("contact", "c1")))
    shown = (await monica.get(f"/contacts/{jim.seq}")).json()["data"]

    await monica.put(f"/contacts/{jim.seq}", json={"first_name": "James"})

    changed = await acme.read(lambda reader: reader.entity(("contact", "c1")))
    assert (shown["first_name"], shown["last_name"]) == ("Jim", "van Dam")
    assert shown["nickname"] is None
    assert changed.name == "James van Dam"
    assert changed.attrs == (
        '{"vip":1.50,"nickname":7,"a":[],"first_name":"James","last_name":"van Dam"}'
    )


async def test_deletes_a_contact(monica: httpx.AsyncClient) -> None:
    """After that it is not found."""
    ann = await create(monica)

    first = await monica.delete(f"/contacts/{ann['id']}")

    assert (first.status_code, first.json()) == (200, {"deleted": True, "id": ann["id"]})
    for path in (f"/contacts/{ann['id']}", f"/contacts/{ann['id']}/activities"):
        assert (await monica.get(path)).status_code == 404
    assert (await monica.delete(f"/contacts/{ann['id']}")).status_code == 404
    assert (await monica.get("/contacts")).json()["meta"]["total"] == 0


async def test_counts_activities_and_shows_the_last(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """The last is the newest by its date."""
    for day in (3, 1):
        await acme.record_one(jim.id, at=NOON + day * DAY)

    document = (await monica.get(f"/contacts/{jim.seq}")).json()["data"]

    assert document["statistics"]["number_of_activities"] == 2
    assert document["last_activity_together"] == "2026-03-04T00:00:00Z"


async def test_lists_contacts_but_no_partial_ones(monica: httpx.AsyncClient) -> None:
    """The documents are full, in pages, in the order asked for."""
    made = [(await create(monica, first_name=f"C{number}"))["id"] for number in range(5)]
    await create(monica, first_name="P", is_partial=True)

    first = (await monica.get("/contacts?limit=2&page=2")).json()
    last = (await monica.get("/contacts?limit=2&sort=-created_at")).json()

    assert [contact["id"] for contact in first["data"]] == made[2:4]
    assert [contact["id"] for contact in last["data"]] == [made[4], made[3]]
    assert (first["meta"]["total"], first["meta"]["last_page"]) == (5, 3)
    assert "statistics" in first["data"][0]
    assert "query" not in first["meta"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ann", ["Ann", "Anna"]),
        ("lee", ["Ann", "Bob"]),
        ("ann le", ["Ann", "Bob", "Anna"]),
        ("EE zoe", ["Ann", "Bob"]),
        ("ick", ["Bob"]),
        ("ntis OTHE", ["Bob", "Anna"]),
        ("zürich", ["Anna"]),
        ("nn%", []),
        ("nick", ["Bob"]),
        ("zoe", []),
        ("***", []),
        ('"', []),
    ],
)
async def test_finds_contacts_by_any_of_the_words(
    monica: httpx.AsyncClient, query: str, names: list[str]
) -> None:
    """One begins a word, or is in names, nickname, job, description; the question is repeated."""
    await create(monica, first_name="Ann", last_name="Lee")
    await create(monica, first_name="Bob", last_name="Lee", nickname="Nicky", job="Dentist")
    await create(monica, first_name="Anna", description="Another one of Zurich")
    await create(monica, first_name="Annabel", is_partial=True, job="Dentist")

    answer = (await monica.get("/contacts", params={"query": query})).json()

    assert [contact["first_name"] for contact in answer["data"]] == names
    assert answer["meta"]["total"] == len(names)
    assert list(answer["meta"])[-2:] == ["total", "query"]
    assert answer["meta"]["query"] == query


async def test_pages_through_what_is_found(monica: httpx.AsyncClient) -> None:
    """Newest first where that is asked for."""
    made = [(await create(monica, last_name="Lee"))["id"] for _ in range(5)]

    answer = (await monica.get("/contacts?query=lee&limit=2&page=2&sort=-created_at")).json()

    assert [contact["id"] for contact in answer["data"]] == [made[2], made[1]]
    assert answer["meta"]["total"] == 5


async def test_refuses_a_question_of_too_many_words(monica: httpx.AsyncClient) -> None:
    """Words that are the same count once."""
    many = " ".join(f"w{number}" for number in range(33))

    answer = await monica.get("/contacts", params={"query": many})
    same = await monica.get("/contacts", params={"query": "w " * 100})

    assert (answer.status_code, same.status_code) == (422, 200)
    assert answer.json()["error"] == {
        "message": ["The query field is invalid: at most 32 different words."],
        "error_code": 32,
    }


async def test_lists_everybody_for_an_empty_question(
    monica: httpx.AsyncClient, jim: Entity
) -> None:
    """All contacts are listed, as without a query: Monica trims text and reads empty as null."""
    for blank in ("", "%20", "+%09"):
        answer = (await monica.get(f"/contacts?query={blank}")).json()

        assert [contact["id"] for contact in answer["data"]] == [jim.seq]
        assert "query" not in answer["meta"]


@pytest.mark.usefixtures("jim")
async def test_lists_nobody_for_a_question_without_words(monica: httpx.AsyncClient) -> None:
    """Signs alone ask for something, and nobody is called so."""
    answer = (await monica.get("/contacts?query=!!%20*")).json()

    assert (answer["data"], answer["meta"]["total"], answer["meta"]["query"]) == ([], 0, "!! *")


async def test_tags_a_contact(monica: httpx.AsyncClient, acme: Business, jim: Entity) -> None:
    """By name, in upper or lower case; a tag that does not exist is made and numbered."""
    path = f"/contacts/{jim.seq}"
    await monica.post(f"{path}/setTags", json={"tags": ["VIP", "Old friend"]})

    answer = await monica.post(f"{path}/setTags", json={"tags": ["vip", "new"]})

    tags = answer.json()["data"]["tags"]
    assert [(tag["id"], tag["name"], tag["name_slug"]) for tag in tags] == [
        (1, "VIP", "vip"),
        (2, "Old friend", "old-friend"),
        (3, "new", "new"),
    ]
    assert list(tags[0]) == [
        "id", "object", "name", "name_slug", "account", "created_at", "updated_at",
    ]  # fmt: skip
    listed = (await monica.get("/tags")).json()
    assert [tag["id"] for tag in listed["data"]] == [1, 2, 3]
    contact = await acme.read(lambda reader: reader.entity(jim.key))
    assert (contact.name, contact.attrs) == ("Jim Halpert", '{"tags":[1,2,3]}')


async def test_takes_tags_away(monica: httpx.AsyncClient, jim: Entity) -> None:
    """By id; an unknown id is 404."""
    path = f"/contacts/{jim.seq}"
    await monica.post(f"{path}/setTags", json={"tags": ["a", "b", "c"]})

    answer = await monica.post(f"{path}/unsetTag", json={"tags": [1, "3"]})
    unknown = await monica.post(f"{path}/unsetTag", json={"tags": [2, 9]})

    assert [tag["name"] for tag in answer.json()["data"]["tags"]] == ["b"]
    assert unknown.status_code == 404
    shown = (await monica.get(path)).json()["data"]
    assert [tag["name"] for tag in shown["tags"]] == ["b"]


async def test_takes_forms(monica: httpx.AsyncClient) -> None:
    """In a form, flags are 0 and 1."""
    fields = {"first_name": "Ann", "is_birthdate_known": "0", "is_deceased": "0"}

    answer = await monica.post("/contacts/", data={**fields, "is_deceased_date_known": "0"})

    assert answer.status_code == 201

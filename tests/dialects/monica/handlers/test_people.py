"""What is kept with a contact: how it is reached, where it lives, its tags, work and meeting."""

from typing import Any

import httpx
import pytest

from doings.core.clock import SECOND
from doings.core.entity import Entity
from tests.builders import contact, note
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

DEFAULT_TYPES = ["Email", "Phone", "Facebook", "Twitter", "Whatsapp", "Telegram", "LinkedIn"]


async def data_of(answer: httpx.Response, status: int = 200) -> Any:  # noqa: ANN401 - any JSON
    """What an answer shows."""
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


async def test_every_account_has_types_of_contact_fields(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """They are shown with times and icons before any of them is stored."""
    listed = await data_of(await monica.get("/contactfieldtypes"))
    shown = await data_of(await monica.get("/contactfieldtypes/1"))

    assert [one["name"] for one in listed] == DEFAULT_TYPES
    assert shown == listed[0]
    assert list(shown) == [
        "id", "uuid", "object", "name", "fontawesome_icon", "protocol", "delible", "type",
        "account", "created_at", "updated_at",
    ]  # fmt: skip
    assert (shown["fontawesome_icon"], shown["delible"]) == ("fa fa-envelope-open-o", False)
    assert shown["created_at"] == shown["updated_at"] == "2026-03-01T12:00:00Z"
    assert await acme.entities(type="contact_field_type") == []


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("limit=4", [1, 2, 3, 4]),
        ("limit=4&page=2", [5, 6, 7, 20]),
        ("limit=4&page=3", [21]),
        ("limit=4&page=4", []),
        ("limit=4&sort=-created_at", [21, 20, 7, 6]),
        ("limit=4&page=2&sort=-created_at", [5, 4, 3, 2]),
        ("limit=4&page=3&sort=-updated_at", [1]),
        ("sort=updated_at", [1, 2, 3, 4, 5, 6, 7, 20, 21]),
    ],
)
async def test_a_list_of_defaults_has_pages(
    monica: httpx.AsyncClient, acme: Business, *, query: str, ids: list[int]
) -> None:
    """As any list has, also where another surface stored some of the type."""
    for number in (20, 21):
        await acme.put("contact_field_type", str(number), name="x")

    answer = (await monica.get(f"/contactfieldtypes?{query}")).json()

    assert [one["id"] for one in answer["data"]] == ids
    assert answer["meta"]["total"] == 9


async def test_defaults_are_stored_once_one_is_changed(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """A deleted one stays deleted, and numbers go on behind them; uuids stay."""
    before = await data_of(await monica.get("/contactfieldtypes"))

    changed = await data_of(await monica.put("/contactfieldtypes/7", json={"name": "Xing"}))
    await monica.delete("/contactfieldtypes/3")
    made = await data_of(await monica.post("/contactfieldtypes", json={"name": "Fax"}), 201)

    after = await data_of(await monica.get("/contactfieldtypes?limit=100"))
    assert (changed["name"], changed["fontawesome_icon"]) == ("Xing", "fa fa-linkedin-square")
    assert (made["id"], made["delible"], made["protocol"]) == (8, True, None)
    assert [one["id"] for one in after] == [1, 2, 4, 5, 6, 7, 8]
    assert [one["uuid"] for one in before if one["id"] != 3] == [one["uuid"] for one in after[:-1]]
    assert (await monica.get("/contactfieldtypes/3")).status_code == 404
    assert len(await acme.entities(type="contact_field_type")) == 7


async def test_keeps_how_a_contact_is_reached(
    monica: httpx.AsyncClient, jim: Entity, served: Served
) -> None:
    """Create, show, list, change and delete; labels are found in any case, empty ones left out."""
    body = {"contact_id": str(jim.seq), "contact_field_type_id": "1", "data": " jim@example.org "}

    made = await data_of(
        await monica.post("/contactfields", json={**body, "labels": ["Home", "", "Own"]}), 201
    )
    place = f"/contactfields/{made['id']}"
    served.clock.instant += SECOND
    changed = await data_of(
        await monica.put(place, json={**body, "contact_field_type_id": 2, "data": "555"})
    )
    listed = (await monica.get(f"/contacts/{jim.seq}/contactfields")).json()
    deleted = await monica.delete(place)

    assert list(made) == [
        "id", "uuid", "object", "content", "contact_field_type", "labels", "account", "contact",
        "created_at", "updated_at",
    ]  # fmt: skip
    assert (made["object"], made["content"]) == ("contactfield", "jim@example.org")
    assert made["contact_field_type"]["name"] == "Email"
    assert made["contact"]["complete_name"] == "Jim Halpert"
    assert [(one["object"], one["type"], one["label"]) for one in made["labels"]] == [
        ("contactfieldlabel", "home", "Home"),
        ("contactfieldlabel", "Own", "Own"),
    ]
    assert (changed["content"], changed["contact_field_type"]["name"]) == ("555", "Phone")
    assert [one["type"] for one in changed["labels"]] == ["home", "Own"]
    assert changed["updated_at"] == "2026-03-01T12:00:01Z"
    assert (listed["data"], listed["meta"]["total"]) == ([changed], 1)
    assert deleted.json() == {"deleted": True, "id": made["id"]}
    assert (await monica.get(place)).status_code == 404


@SQLITE_ONLY
async def test_shows_how_a_contact_is_reached_where_that_is_asked(
    monica: httpx.AsyncClient, jim: Entity
) -> None:
    """`with=contactfields`, of one and of all."""
    body = {"contact_id": jim.seq, "contact_field_type_id": 1, "data": "jim@example.org"}
    field = await data_of(await monica.post("/contactfields", json=body), 201)

    (listed,) = await data_of(await monica.get("/contacts?with=contactfields"))
    shown = await data_of(await monica.get(f"/contacts/{jim.seq}?with=contactfields"))
    plain = await data_of(await monica.get(f"/contacts/{jim.seq}"))

    assert listed == shown
    assert shown["contactFields"] == [field]
    assert "contactFields" not in plain


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("email:jim@", ["Jim"]),
        ("EMAIL: Jim@Example.org", ["Jim"]),
        ("phone:jim", []),
        ("email:example", []),
        ("nothing: jim", ["Jim"]),
        ("email:", []),
    ],
)
async def test_finds_contacts_by_how_they_are_reached(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, *, query: str, found: list[str]
) -> None:
    """The name of a type, a colon, and the beginning; without such a type all are words."""
    child = await acme.put("contact", "9", name="Child", attrs='{"is_partial":true}')
    for seq, data in ((jim.seq, "jim@example.org"), (jim.seq, "jim@x.y"), (child.seq, "jim@z.z")):
        body = {"contact_id": seq, "contact_field_type_id": 1, "data": data}
        await monica.post("/contactfields", json=body)

    answer = await data_of(await monica.get("/contacts", params={"query": query}))

    assert [one["first_name"] for one in answer] == found


async def test_deleting_a_type_deletes_its_fields(monica: httpx.AsyncClient, jim: Entity) -> None:
    """Those of other types stay."""
    for number in (1, 2):
        body = {"contact_id": jim.seq, "contact_field_type_id": number, "data": "x"}
        await data_of(await monica.post("/contactfields", json=body), 201)

    await monica.delete("/contactfieldtypes/1")

    left = await data_of(await monica.get(f"/contacts/{jim.seq}/contactfields"))
    assert [one["contact_field_type"]["id"] for one in left] == [2]


async def test_keeps_addresses(monica: httpx.AsyncClient, jim: Entity) -> None:
    """Shown by themselves and in the contact; what is not sent becomes null."""
    body = {
        "contact_id": jim.seq,
        "name": "Home",
        "street": "",
        "city": "Scranton",
        "country": "us",
        "latitude": "41.4",
        "longitude": 0,
    }

    made = await data_of(await monica.post("/addresses", json=body), 201)
    place = f"/addresses/{made['id']}"
    in_contact = (await data_of(await monica.get(f"/contacts/{jim.seq}")))["addresses"]
    of_account = await data_of(await monica.get("/addresses"))
    of_contact = await data_of(await monica.get(f"/contacts/{jim.seq}/addresses"))
    changed = await data_of(await monica.put(place, json={"contact_id": jim.seq, "city": "Rome"}))

    assert list(made) == [
        "id", "uuid", "object", "name", "street", "city", "province", "postal_code", "latitude",
        "longitude", "country", "url", "account", "contact", "created_at", "updated_at",
    ]  # fmt: skip
    assert made["country"] == {
        "id": "US", "object": "country", "name": "United States", "iso": "US",
    }  # fmt: skip
    assert (made["street"], made["latitude"], made["longitude"]) == (None, 41.4, 0)
    assert made["url"].endswith(place)
    assert in_contact == of_account == of_contact == [made]
    assert (changed["city"], changed["name"], changed["country"]) == ("Rome", None, None)


@SQLITE_ONLY
async def test_an_address_stays_with_its_contact(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """404 for an update that names another one; a contact field may be given to another."""
    pam = await acme.put("contact", "9", name="Pam")
    address = await data_of(await monica.post("/addresses", json={"contact_id": jim.seq}), 201)
    body = {"contact_id": jim.seq, "contact_field_type_id": 1, "data": "x"}
    field = await data_of(await monica.post("/contactfields", json=body), 201)

    refused = await monica.put(f"/addresses/{address['id']}", json={"contact_id": pam.seq})
    moved = await data_of(
        await monica.put(f"/contactfields/{field['id']}", json={**body, "contact_id": pam.seq})
    )

    assert (refused.status_code, refused.json()["error"]["error_code"]) == (404, 31)
    assert moved["contact"]["id"] == pam.seq


async def test_what_is_kept_with_a_contact_goes_with_it(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """When it is deleted."""
    body = {"contact_id": jim.seq, "contact_field_type_id": 1, "data": "x"}
    await monica.post("/contactfields", json=body)
    await monica.post("/addresses", json={"contact_id": jim.seq})

    await monica.delete(f"/contacts/{jim.seq}")

    assert await data_of(await monica.get("/addresses")) == []
    assert await acme.entities(type="contact_field") == []


@SQLITE_ONLY
async def test_the_email_of_a_new_contact_is_a_contact_field(monica: httpx.AsyncClient) -> None:
    """As Monica keeps it."""
    body = {
        "first_name": "Ann",
        "email": "ann@example.org",
        "is_birthdate_known": 0,
        "is_deceased": "0",
        "is_deceased_date_known": False,
    }

    made = await data_of(await monica.post("/contacts?with=contactfields", json=body), 201)

    (field,) = made["contactFields"]
    assert (field["content"], field["contact_field_type"]["type"]) == ("ann@example.org", "email")


BAD: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("POST", "/tags", {}, ["The name field is required."]),
    ("POST", "/contactfieldtypes", {}, ["The name field is required."]),
    (
        "POST",
        "/contactfieldtypes",
        {"name": "x" * 256, "delible": "no", "protocol": 5},
        [
            "The name may not be greater than 255 characters.",
            "The protocol must be a string.",
            "The delible must be an integer.",
        ],
    ),
    (
        "POST",
        "/contactfields",
        {},
        [
            "The contact id field is required.",
            "The contact field type id field is required.",
            "The data field is required.",
        ],
    ),
    (
        "POST",
        "/contactfields",
        {"contact_id": 99, "contact_field_type_id": 99, "data": [], "labels": "x"},
        [
            "The selected contact id is invalid.",
            "The selected contact field type id is invalid.",
            "The data field is required.",
            "The labels must be an array.",
        ],
    ),
    (
        "PUT",
        "/contactfields/99",
        {"contact_id": "{jim}", "contact_field_type_id": 1, "data": "x"},
        ["The selected contact field id is invalid."],
    ),
    ("DELETE", "/contactfields/99", {}, ["The selected contact field id is invalid."]),
    (
        "POST",
        "/addresses",
        {"contact_id": "x", "country": "Germany", "latitude": "north", "street": "x" * 256},
        [
            "The contact id must be an integer.",
            "The street may not be greater than 255 characters.",
            "The country may not be greater than 3 characters.",
            "The latitude must be a number.",
        ],
    ),
    (
        "PUT",
        "/addresses/99",
        {},
        ["The selected address id is invalid.", "The contact id field is required."],
    ),
    ("DELETE", "/addresses/99", {}, ["The selected address id is invalid."]),
    ("PUT", "/contacts/99/food", {}, ["The selected contact id is invalid."]),
    ("PUT", "/contacts/{jim}/work", {"job": 5}, ["The job must be a string."]),
    (
        "PUT",
        "/contacts/{jim}/introduction",
        {"met_through_contact_id": 99},
        [
            "The selected met through contact id is invalid.",
            "The is date known field is required.",
        ],
    ),
    (
        "PUT",
        "/contacts/{jim}/introduction",
        {"is_date_known": True, "day": 1},
        ["The month field is required."],
    ),
    (
        "PUT",
        "/contacts/{jim}/introduction",
        {"is_date_known": True, "day": 31, "month": 2},
        ["The date is not a valid date."],
    ),
]


@SQLITE_ONLY
@pytest.mark.parametrize(("method", "path", "body", "messages"), BAD)
async def test_says_what_is_wrong(
    monica: httpx.AsyncClient,
    jim: Entity,
    *,
    method: str,
    path: str,
    body: dict[str, Any],
    messages: list[str],
) -> None:
    """422 with code 32, in the order of the rules."""
    sent = {name: jim.seq if value == "{jim}" else value for name, value in body.items()}

    answer = await monica.request(method, path.replace("{jim}", str(jim.seq)), json=sent)

    assert answer.status_code == 422
    assert answer.json() == {"error": {"message": messages, "error_code": 32}}


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/tags/99"),
        ("PUT", "/tags/99"),
        ("DELETE", "/tags/99"),
        ("GET", "/contactfieldtypes/99"),
        ("PUT", "/contactfieldtypes/99"),
        ("DELETE", "/contactfieldtypes/99"),
        ("GET", "/contactfields/99"),
        ("GET", "/addresses/99"),
        ("GET", "/contacts/99/addresses"),
        ("GET", "/contacts/99/contactfields"),
        ("PUT", "/contacts/99/work"),
        ("POST", "/contacts/99/unsetTags"),
        ("GET", "/currencies/0"),
        ("GET", "/currencies/9999"),
    ],
)
async def test_says_what_is_not_there(monica: httpx.AsyncClient, method: str, path: str) -> None:
    """404 with code 31."""
    answer = await monica.request(method, path, json={"name": "x"})

    assert (answer.status_code, answer.json()["error"]["error_code"]) == (404, 31)


@SQLITE_ONLY
async def test_changes_parts_of_a_contact(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Each as a whole: what is not sent becomes null, and the rest of the contact stays."""
    pam = await acme.put("contact", "9", name="Pam Beesly")
    place = f"/contacts/{jim.seq}"
    met = {
        "met_through_contact_id": str(pam.seq),
        "general_information": "At work",
        "where": "Scranton",
        "is_date_known": 1,
        "day": 2,
        "month": 10,
        "year": 2005,
    }

    await data_of(await monica.put(f"{place}/work", json={"job": "Sales", "company": "Dunder"}))
    await data_of(await monica.put(f"{place}/food", json={"food_preferences": "No beets"}))
    after = await data_of(await monica.put(f"{place}/introduction", json=met))
    less = await data_of(await monica.put(f"{place}/work", json={"job": ""}))
    forgotten = await data_of(await monica.put(f"{place}/introduction", json={"is_date_known": 0}))

    information = after["information"]
    assert information["career"] == {"job": "Sales", "company": "Dunder"}
    assert information["food_preferences"] == "No beets"
    meeting = information["how_you_met"]
    assert meeting["general_information"] == "At work"
    assert meeting["first_met_date"] == {
        "is_age_based": False, "is_year_unknown": False, "date": "2005-10-02T00:00:00Z",
    }  # fmt: skip
    assert meeting["first_met_through_contact"]["complete_name"] == "Pam Beesly"
    assert less["information"]["career"] == {"job": None, "company": None}
    assert less["information"]["food_preferences"] == "No beets"
    assert forgotten["information"]["how_you_met"] == {
        "general_information": None,
        "first_met_date": {"is_age_based": None, "is_year_unknown": None, "date": None},
        "first_met_through_contact": None,
    }


@SQLITE_ONLY
async def test_a_partial_contact_has_no_parts(monica: httpx.AsyncClient, acme: Business) -> None:
    """422, as in Monica."""
    child = await acme.put("contact", "9", name="Child", attrs='{"is_partial":true}')

    answer = await monica.put(f"/contacts/{child.seq}/work", json={"job": "x"})

    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == ["The contact can't be a partial contact"]


async def test_tags_are_made_renamed_and_deleted(monica: httpx.AsyncClient, jim: Entity) -> None:
    """A contact shows them as they are named now; the slug is ASCII."""
    made = await data_of(await monica.post("/tags", json={"name": "Würzige Straße"}), 201)
    await monica.post(f"/contacts/{jim.seq}/setTags", json={"tags": ["würzige straße", "", None]})

    renamed = await data_of(await monica.put(f"/tags/{made['id']}", json={"name": "東京"}))
    shown = (await data_of(await monica.get(f"/contacts/{jim.seq}")))["tags"]
    with_tag = await data_of(await monica.get(f"/tags/{made['id']}/contacts"))
    await monica.delete(f"/tags/{made['id']}")

    assert made["name_slug"] == "wurzige-strasse"
    assert renamed["name_slug"] == "dongjing"
    assert shown == [renamed]
    assert [(one["id"], one["contactFields"]) for one in with_tag] == [(jim.seq, [])]
    assert (await data_of(await monica.get(f"/contacts/{jim.seq}")))["tags"] == []
    assert await data_of(await monica.get("/tags/99/contacts")) == []


async def test_finds_all_contacts_of_a_tag(monica: httpx.AsyncClient, acme: Business) -> None:
    """By pages; those with other tags, and partial ones, are none of them."""
    for number in range(1, 8):
        tags = "[5]" if number % 2 else "[55,15]"
        await acme.put("contact", f"c{number}", attrs=f'{{"first_name":"C{number}","tags":{tags}}}')
    await acme.put("contact", "p", attrs='{"is_partial":true,"tags":[5]}')
    await acme.put("tag", "5", name="five")

    answer = (await monica.get("/tags/5/contacts?limit=3&page=2")).json()

    assert [one["first_name"] for one in answer["data"]] == ["C7"]
    assert answer["meta"]["total"] == 4


@SQLITE_ONLY
async def test_takes_all_tags_away(monica: httpx.AsyncClient, jim: Entity) -> None:
    """Whatever they are; empty elements among ids are passed over."""
    place = f"/contacts/{jim.seq}"
    tagged = await data_of(await monica.post(f"{place}/setTags", json={"tags": ["a", "b", "c"]}))
    first = tagged["tags"][0]["id"]

    two = await data_of(await monica.post(f"{place}/unsetTag", json={"tags": ["", str(first), 0]}))
    none = await data_of(await monica.post(f"{place}/unsetTags"))

    assert [tag["name"] for tag in two["tags"]] == ["b", "c"]
    assert none["tags"] == []


@SQLITE_ONLY
async def test_reads_input_from_the_address(monica: httpx.AsyncClient, jim: Entity) -> None:
    """Of POST and PUT, lists too; what the body says counts more."""
    summary = {"summary": "From the body"}

    made = await data_of(
        await monica.post(
            f"/activities?summary=x&happened_at=2018-02-02&contacts[]={jim.seq}", json=summary
        ),
        201,
    )
    changed = await data_of(await monica.put("/genders/1?name=Gent&type=M"))
    tagged = await data_of(await monica.post(f"/contacts/{jim.seq}/setTags?tags[]=a&tags[]=b"))

    assert (made["summary"], made["happened_at"]) == ("From the body", "2018-02-02")
    assert changed["name"] == "Gent"
    assert [tag["name"] for tag in tagged["tags"]] == ["a", "b"]


@SQLITE_ONLY
async def test_shows_countries_and_currencies(monica: httpx.AsyncClient) -> None:
    """Countries all at once, in the order of their names; currencies by pages."""
    countries = await data_of(await monica.get("/countries"))
    currencies = (await monica.get("/currencies?limit=2&page=2")).json()
    euro = await data_of(await monica.get("/currencies/4"))

    assert countries["de"] == {
        "id": "DE", "object": "country", "name": "Germany", "iso": "DE",
    }  # fmt: skip
    assert len(countries) == 249
    assert list(countries)[:2] == ["af", "ax"]
    assert [one["iso"] for one in currencies["data"]] == ["GBP", "EUR"]
    assert currencies["meta"]["total"] > 140
    assert euro == {
        "id": 4, "object": "currency", "iso": "EUR", "name": "Euro", "symbol": "€",
    }  # fmt: skip


@SQLITE_ONLY
async def test_contact_fields_have_no_list_of_the_account(monica: httpx.AsyncClient) -> None:
    """405, as in Monica."""
    answer = await monica.get("/contactfields")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_contact_has_a_thousand_of_a_sort(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is refused, also where it would be given to it."""
    monkeypatch.setattr("doings.dialects.monica.handlers.entity_resources.LIST_ITEMS", 1)
    pam = await acme.put("contact", "9", name="Pam")
    body = {"contact_id": jim.seq, "contact_field_type_id": 1, "data": "x"}
    await monica.post("/contactfields", json=body)
    of_pam = await data_of(
        await monica.post("/contactfields", json={**body, "contact_id": pam.seq}), 201
    )

    more = await monica.post("/contactfields", json=body)
    given = await monica.put(f"/contactfields/{of_pam['id']}", json=body)

    assert more.status_code == given.status_code == 422
    assert more.json()["error"]["message"] == [
        "The contact id field is invalid: a contact has at most 1 of a sort."
    ]


@SQLITE_ONLY
async def test_one_of_another_surface_is_shown_as_far_as_it_goes(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Attributes of other types count as missing; an id that is no number is the seq."""
    attrs = '{"contact_field_type":[],"labels":[5,"home"],"city":7}'
    field = await acme.put("contact_field", "x", name="y", attrs=attrs, contact=jim.id)

    (shown,) = await data_of(await monica.get(f"/contacts/{jim.seq}/contactfields"))

    assert (shown["id"], shown["content"]) == (field.seq, "y")
    assert shown["contact_field_type"] is None
    assert [label["type"] for label in shown["labels"]] == ["home"]
    assert await data_of(await monica.get(f"/contactfields/{field.seq}")) == shown


async def test_erasing_a_contact_erases_what_is_kept_with_it(
    monica: httpx.AsyncClient, acme: Business, served: Served, jim: Entity
) -> None:
    """Nothing of it is left in the database, and how it was reached is taken out of texts."""
    pam = await acme.put("contact", "9", name="Pam")
    place = f"/contacts/{jim.seq}"
    body = {"contact_id": jim.seq, "contact_field_type_id": 2, "data": "+1 570 555 0199"}
    await monica.post("/contactfields", json=body)
    await monica.post("/contactfields", json={**body, "data": "jim@secret.example"})
    await monica.post(
        "/addresses", json={"contact_id": jim.seq, "name": "Home", "city": "Secretia"}
    )
    await monica.put(f"{place}/work", json={"job": "Secretary"})
    met = {"is_date_known": False, "met_through_contact_id": jim.seq}
    await monica.put(f"/contacts/{pam.seq}/introduction", json=met)
    summary = "Home: wrote to jim@secret.example, rang +1 570-555-0199"
    (activity,) = await acme.record(note(contact("8"), contact("9"), summary=summary))

    await served.client.post(
        "/v1/erasures", headers=acme.bearer, json={"entity": "contact:8", "reason": "asked"}
    )

    rows = await served.database.engine.read(
        lambda connection: connection.fetch("SELECT name, attrs FROM entities")
    )
    shown = (await monica.get(f"/activities/{activity.seq}")).json()["data"]
    introducer = (await monica.get(f"/contacts/{pam.seq}")).json()["data"]["information"]
    assert "ecret" not in str(rows)
    assert shown["summary"] == "Home: wrote to [erased], rang [erased]"
    assert introducer["how_you_met"]["first_met_through_contact"] is None
    assert await data_of(await monica.get("/addresses")) == []


async def test_who_is_one_person_has_what_is_kept_with_each(
    monica: httpx.AsyncClient, acme: Business, served: Served, jim: Entity
) -> None:
    """While a merge holds; afterwards each has its own again."""
    twin = await acme.put("contact", "9", name="Jimmy")
    for one in (jim, twin):
        await monica.post("/addresses", json={"contact_id": one.seq, "city": one.name})

    merge = await served.client.post(
        "/v1/merges", headers=acme.bearer, json={"keep": "contact:8", "merge": ["contact:9"]}
    )
    merged = await data_of(await monica.get(f"/contacts/{jim.seq}/addresses"))
    in_contact = (await data_of(await monica.get(f"/contacts/{jim.seq}")))["addresses"]
    id_ = merge.json()["id"]
    await served.client.post(f"/v1/merges/{id_}/revert", headers=acme.bearer)
    parted = await data_of(await monica.get(f"/contacts/{twin.seq}/addresses"))

    assert [(one["city"], one["contact"]["id"]) for one in merged] == [
        ("Jim Halpert", jim.seq),
        ("Jimmy", jim.seq),
    ]
    assert in_contact == merged
    assert [(one["city"], one["contact"]["id"]) for one in parted] == [("Jimmy", twin.seq)]


@SQLITE_ONLY
async def test_large_addresses_are_shown_with_their_contacts(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """A page that is large comes in parts and is whole; one contact shows a mebibyte at most."""
    attrs = '{"city":"' + "x" * 250_000 + '"}'
    for contact_id in ("1", "2", "3"):
        await acme.put("contact", contact_id, name=contact_id)
        for number in range(5 if contact_id == "2" else 3):
            await acme.put("address", f"{contact_id}-{number}", attrs=attrs, contact=contact_id)

    listed = await data_of(await monica.get("/contacts"))

    assert [(one["first_name"], len(one["addresses"])) for one in listed] == [
        ("1", 3),
        ("2", 4),
        ("3", 3),
    ]


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/photos", "/gifts", "/debts", "/contacts/22/relationships"])
async def test_what_is_not_kept_is_unknown(
    monica: httpx.AsyncClient, jim: Entity, *, path: str
) -> None:
    """404, for a body with a file too."""
    answer = await monica.post(path, files={"photo": b"\xff"}, data={"contact_id": str(jim.seq)})

    route = f"monica/api{path}"
    assert answer.status_code == 404
    assert answer.json() == {"message": f"The route {route} could not be found."}

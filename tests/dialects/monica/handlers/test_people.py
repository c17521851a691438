"""What is said of a contact in parts: its tags, work and meeting; what is refused."""

from typing import Any

import httpx
import pytest

from doings.core.entity import Entity
from tests.dialects.monica.answers import data_of
from tests.engines import SQLITE_ONLY
from tests.serving import Business

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
    ("PUT", "/contacts/99/work", {}, ["The selected contact id is invalid."]),
    (
        "PUT",
        "/genders/99",
        {},
        ["The selected gender id is invalid.", "The name field is required."],
    ),
    ("DELETE", "/genders/99", {}, ["The selected gender id is invalid."]),
    (
        "POST",
        "/addresses",
        {"contact_id": "{jim}", "latitude": "1_0", "longitude": "٣"},
        ["The latitude must be a number.", "The longitude must be a number."],
    ),
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

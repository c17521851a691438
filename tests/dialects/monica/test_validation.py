"""Each rule, and the message for input that breaks it."""

from typing import Any

import httpx
import pytest

from doings.core.entity import Entity
from doings.dialects.monica.validation import date_of, integer_of, trimmed
from tests.engines import SQLITE_ONLY
from tests.serving import Business

pytestmark = SQLITE_ONLY  # what is read and described is the same on both engines

GOOD = {"summary": "Lunch", "happened_at": "2018-02-02"}

BAD_ACTIVITIES: list[tuple[dict[str, Any], list[str]]] = [
    ({"summary": None}, ["The summary field is required."]),
    ({"summary": "   "}, ["The summary field is required."]),
    ({"summary": []}, ["The summary field is required."]),
    ({"summary": 5}, ["The summary must be a string."]),
    ({"summary": "x" * 256}, ["The summary may not be greater than 255 characters."]),
    ({"description": 5}, ["The description must be a string."]),
    ({"description": []}, ["The description must be a string."]),
    ({"activity_type_id": []}, ["The activity type id must be an integer."]),
    (
        {"description": "x" * 1_000_001},
        ["The description may not be greater than 1000000 characters."],
    ),
    ({"happened_at": ""}, ["The happened at field is required."]),
    ({"happened_at": "2018-2-2"}, ["The happened at does not match the format Y-m-d."]),
    ({"happened_at": "02/02/2018"}, ["The happened at does not match the format Y-m-d."]),
    ({"happened_at": "2018-02-02T10:00:00Z"}, ["The happened at does not match the format Y-m-d."]),
    ({"happened_at": 20180202}, ["The happened at does not match the format Y-m-d."]),
    *(
        (
            {"happened_at": date},
            [
                "The happened at is not a valid date.",
                "The happened at does not match the format Y-m-d.",
            ],
        )
        for date in ("soon", "2018-02-30", "2018-13-01", 7, ["2018-02-02"], "0999-12-31", True)
    ),
    ({"emotions": "1"}, ["The emotions must be an array."]),
    ({"emotions": {"a": 1}}, ["The emotions must be an array."]),
    ({"contacts": None}, ["The contacts field is required."]),
    ({"contacts": []}, ["The contacts field is required."]),
    ({"contacts": "8"}, ["The contacts must be an array."]),
    ({"contacts": list(range(201))}, ["The contacts may not have more than 200 items."]),
    ({"activity_type_id": "two"}, ["The activity type id must be an integer."]),
    ({"activity_type_id": 2.5}, ["The activity type id must be an integer."]),
    ({"activity_type_id": True}, ["The activity type id must be an integer."]),
    ({"activity_type_id": 99}, ["The selected activity type id is invalid."]),
    ({"activity_type_id": -1}, ["The selected activity type id is invalid."]),
    (
        {"summary": "a\0b"},
        ["The summary field is invalid: may not contain NUL."],
    ),
]


@pytest.mark.parametrize(("members", "messages"), BAD_ACTIVITIES)
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_says_what_is_wrong_with_an_activity(
    monica: httpx.AsyncClient,
    acme: Business,
    jim: Entity,
    *,
    method: str,
    members: dict[str, Any],
    messages: list[str],
) -> None:
    """422 with code 32, and nothing is stored."""
    existing = await acme.record_one("8")
    path = "/activities" if method == "POST" else f"/activities/{existing.seq}"
    body = {**GOOD, "contacts": [jim.seq], **members}

    answer = await monica.request(method, path, json=body)

    assert answer.status_code == 422
    assert answer.json() == {"error": {"message": messages, "error_code": 32}}
    assert await acme.timeline("8") == [existing.seq]


async def test_says_everything_that_is_wrong_in_the_order_of_the_rules(
    monica: httpx.AsyncClient,
) -> None:
    """One message for each rule broken."""
    answer = await monica.post(
        "/activities", json={"activity_type_id": "x", "emotions": 1, "happened_at": "soon"}
    )

    assert answer.json()["error"]["message"] == [
        "The activity type id must be an integer.",
        "The summary field is required.",
        "The happened at is not a valid date.",
        "The happened at does not match the format Y-m-d.",
        "The emotions must be an array.",
        "The contacts field is required.",
    ]


FLAGS = ("is birthdate known", "is deceased", "is deceased date known")
NEW_CONTACT = {
    "first_name": "Ann",
    "is_birthdate_known": False,
    "is_deceased": 0,
    "is_deceased_date_known": "0",
}

BAD_CONTACTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"first_name": ""}, ["The first name field is required."]),
    ({"first_name": "x" * 256}, ["The first name may not be greater than 255 characters."]),
    ({"last_name": 5}, ["The last name must be a string."]),
    ({"gender": []}, ["The gender must be a string."]),
    ({"first_name": []}, ["The first name field is required."]),
    ({"is_partial": []}, ["The is partial field must be true or false."]),
    ({"nickname": "x" * 256}, ["The nickname may not be greater than 255 characters."]),
    ({"email": ["a"]}, ["The email must be a string."]),
    ({"gender_id": 99}, ["The selected gender id is invalid."]),
    ({"gender_id": "x"}, ["The gender id must be an integer."]),
    ({"is_partial": "yes"}, ["The is partial field must be true or false."]),
    ({"is_starred": 2}, ["The is starred field must be true or false."]),
    *(({flag.replace(" ", "_"): None}, [f"The {flag} field is required."]) for flag in FLAGS),
    *(
        ({flag.replace(" ", "_"): "maybe"}, [f"The {flag} field must be true or false."])
        for flag in FLAGS
    ),
    (
        {"is_birthdate_known": True},
        ["The birthdate day field is required.", "The birthdate month field is required."],
    ),
    (
        {"is_birthdate_known": True, "birthdate_day": 1},
        ["The birthdate month field is required."],
    ),
    (
        {"is_birthdate_known": True, "birthdate_is_age_based": True},
        ["The birthdate age field is required."],
    ),
    (
        {"is_birthdate_known": "1", "birthdate_day": 30, "birthdate_month": 2},
        ["The birthdate is not a valid date."],
    ),
    (
        {"is_birthdate_known": 1, "birthdate_is_age_based": 1, "birthdate_age": 5000},
        ["The birthdate is not a valid date."],
    ),
    (
        {"is_birthdate_known": 1, "birthdate_is_age_based": 1, "birthdate_age": -1},
        ["The birthdate is not a valid date."],
    ),
    (
        {"is_deceased_date_known": True, "deceased_date_day": 1, "deceased_date_month": "x"},
        ["The deceased date month must be an integer.", "The deceased date is not a valid date."],
    ),
]


@pytest.mark.parametrize(("members", "messages"), BAD_CONTACTS)
async def test_says_what_is_wrong_with_a_contact(
    monica: httpx.AsyncClient, acme: Business, members: dict[str, Any], messages: list[str]
) -> None:
    """422 with code 32, and no contact is stored."""
    answer = await monica.post("/contacts", json={**NEW_CONTACT, **members})

    assert answer.status_code == 422
    assert answer.json() == {"error": {"message": messages, "error_code": 32}}
    assert await acme.entities(type="contact") == []


BAD_SETTINGS: list[tuple[str, str, dict[str, Any], list[str]]] = [
    (
        "POST",
        "/activitytypes",
        {"name": 5},
        [
            "The name must be a string.",
            "The activity type category id field is required.",
        ],
    ),
    (
        "POST",
        "/activitytypes",
        {"name": "x" * 256, "activity_type_category_id": 9},
        [
            "The name may not be greater than 255 characters.",
            "The selected activity type category id is invalid.",
        ],
    ),
    (
        "PUT",
        "/activitytypes/99",
        {"name": "x", "activity_type_category_id": 1},
        ["The selected activity type id is invalid."],
    ),
    (
        "PUT",
        "/activitytypes/99",
        {},
        [
            "The selected activity type id is invalid.",
            "The activity type category id field is required.",
        ],
    ),
    ("DELETE", "/activitytypes/99", {}, ["The selected activity type id is invalid."]),
    (
        "POST",
        "/activitytypecategories",
        {"name": "x" * 256},
        ["The name may not be greater than 255 characters."],
    ),
    (
        "PUT",
        "/activitytypecategories/99",
        {"name": "x"},
        ["The selected activity type category id is invalid."],
    ),
    (
        "DELETE",
        "/activitytypecategories/99",
        {},
        ["The selected activity type category id is invalid."],
    ),
    ("POST", "/genders", {"type": "M"}, ["The name field is required."]),
    ("POST", "/genders", {"name": "X", "type": "Z"}, ["The selected type is invalid."]),
    ("POST", "/genders", {"name": "X", "type": []}, ["The selected type is invalid."]),
    ("POST", "/activitytypecategories", {"name": []}, ["The name must be a string."]),
    (
        "PUT",
        "/activities/99",
        {},
        [
            "The selected activity id is invalid.",
            "The summary field is required.",
            "The happened at field is required.",
            "The contacts field is required.",
        ],
    ),
    (
        "PATCH",
        "/activities/x",
        {},
        [
            "The selected activity id is invalid.",
            "The summary field is required.",
            "The happened at field is required.",
            "The contacts field is required.",
        ],
    ),
    ("DELETE", "/activities/99", {}, ["The selected activity id is invalid."]),
]


@pytest.mark.parametrize(("method", "path", "body", "messages"), BAD_SETTINGS)
async def test_says_what_is_wrong_elsewhere(
    monica: httpx.AsyncClient, method: str, path: str, body: dict[str, Any], messages: list[str]
) -> None:
    """422 with code 32."""
    answer = await monica.request(method, path, json=body)

    assert answer.status_code == 422
    assert answer.json() == {"error": {"message": messages, "error_code": 32}}


@pytest.mark.parametrize(
    ("members", "messages"),
    [
        ({}, ["The tags field is required."]),
        ({"tags": "vip"}, ["The tags must be an array."]),
        ({"tags": 5}, ["The tags must be an array."]),
        ({"tags": []}, ["The tags field is required."]),
        ({"tags": [5]}, ["The tags must be names of at most 255 characters."]),
        ({"tags": ["x" * 256]}, ["The tags must be names of at most 255 characters."]),
    ],
)
async def test_says_what_is_wrong_with_tags(
    monica: httpx.AsyncClient, jim: Entity, members: dict[str, Any], messages: list[str]
) -> None:
    """422 with code 32."""
    answer = await monica.post(f"/contacts/{jim.seq}/setTags", json=members)

    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == messages


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" a ", "a"),
        ("\t\n", None),
        ([" a", {"b": " "}], ["a", {"b": None}]),
        (5, 5),
        (False, False),
        ("\u00a0", "\u00a0"),
    ],
)
def test_trims_text_and_takes_none_for_empty(value: object, expected: object) -> None:
    """Text in lists and objects is trimmed too, at any depth."""
    assert trimmed(value) == expected


async def test_refuses_a_body_that_is_nested_too_deeply(monica: httpx.AsyncClient) -> None:
    """400 with code 37, as for a body that cannot be read."""
    body = b'{"name":' + b"[" * 700 + b"]" * 700 + b"}"

    answer = await monica.post("/genders", content=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["error_code"] == 37


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5), ("5", 5), ("-5", -5), ("007", 7), (True, None), ("5.0", None), ("", None),
        (5.0, None), (None, None), ("\u0665", None), (10**18, None), ("9" * 19, None), ([5], None),
    ],
)  # fmt: skip
def test_reads_numbers_and_their_spelling(value: object, expected: int | None) -> None:
    """Text that only looks like a number is none."""
    assert integer_of(value) == expected


@pytest.mark.parametrize(
    ("value", "is_date"),
    [
        ("2018-02-02", True),
        ("2020-02-29", True),
        ("2018-W05-5", False),
        ("20180202", False),
        ("2018-02-29", False),
        ("1000-01-01", False),
        ("9999-12-31", False),
        (None, False),
    ],
)
def test_reads_dates_in_one_writing(value: object, is_date: bool) -> None:  # noqa: FBT001
    """Year, month, day, of the years that can be recorded."""
    assert (date_of(value) is not None) is is_date

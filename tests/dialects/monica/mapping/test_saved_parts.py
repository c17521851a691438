"""Reading contacts and what is kept with them, as somebody saved it, and what is none of it."""

import json
from typing import Any

import pytest

from doings.core.errors import Invalid
from doings.core.imports import ImportItem
from doings.dialects.monica.mapping.resources.saved_parts import part_item, saved_part
from doings.dialects.monica.saved import elements_from_answer, parse_element
from tests.dialects.monica.mapping.test_saved import CONTEXT
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database has a part in what is tested here

ANN = {"id": 3, "object": "contact", "first_name": "Ann"}
SKYPE = {"id": 9, "object": "contactfieldtype", "name": "Skype", "type": None}
FIELD = {"id": 7, "object": "contactfield", "content": "ann", "contact_field_type": SKYPE,
         "labels": [{"label": "Home", "type": "home"}, {"label": "Boat"}]}  # fmt: skip
PLACE = {"id": 8, "object": "address", "name": "Home", "street": "1 Main", "latitude": 41.5,
         "country": {"id": "US", "name": "United States", "iso": "US"}}  # fmt: skip
BORN = {"is_age_based": False, "is_year_unknown": False, "date": "1978-10-01T00:00:00Z"}
FULL = ANN | {
    "object": "contact",
    "tags": [{"id": 1, "name": "friend"}],
    "information": {"dates": {"birthdate": BORN},
                    "how_you_met": {"general_information": "at work"}},
    "addresses": [PLACE],
    "contactFields": [FIELD],
}  # fmt: skip
TASK = {"id": 5, "object": "task", "title": "Call", "contact": ANN, "completed": True,
        "completed_at": "2026-03-01T10:00:00Z"}  # fmt: skip
REMINDER = {"id": 6, "object": "reminder", "title": "Birthday", "contact": ANN,
            "initial_date": "2026-12-01T00:00:00Z", "frequency_type": "year"}  # fmt: skip


def parsed(document: dict[str, Any]) -> ImportItem:
    """What a document says."""
    return parse_element(json.dumps(document).encode(), CONTEXT)


def entities(item: ImportItem) -> dict[str, tuple[str | None, dict[str, Any]]]:
    """The names and attributes of the entities of an item, by their types."""
    return {key[0]: (draft.name, json.loads(draft.attrs)) for key, draft in item.entities}


def test_a_contact_says_where_it_lives_and_how_it_is_reached() -> None:
    """And by which tags it goes."""
    item = parsed(FULL)

    found = entities(item)
    assert found.pop("contact") == (
        "Ann",
        {"first_name": "Ann", "birthdate": "1978-10-01T00:00:00Z",
         "first_met_general_information": "at work"},
    )  # fmt: skip
    assert found == {
        "address": ("Home", {"street": "1 Main", "country": "US", "latitude": 41.5}),
        "contact_field_type": ("Skype", {}),
        "contact_field": ("ann", {"contact_field_type": "monica-9", "labels": ["home", "Boat"]}),
    }
    assert [thing.name for thing in item.named] == ["friend"]


@pytest.mark.parametrize(
    ("document", "type_", "said"),
    [
        (FIELD | {"contact": ANN, "contact_field_type": {"name": "Email", "type": "email"},
                  "labels": []}, "contact_field", ("ann", {"contact_field_type": "1"})),
        (PLACE | {"contact": ANN, "country": "Deutschland"}, "address",
         ("Home", {"street": "1 Main", "country": "DE", "latitude": 41.5})),
        (REMINDER, "reminder", ("Birthday", {
            "initial_date": "2026-12-01", "frequency_type": "year", "frequency_number": 1,
        })),
        (REMINDER | {"frequency_number": 0}, "reminder", ("Birthday", {
            "initial_date": "2026-12-01", "frequency_type": "year", "frequency_number": 0,
        })),
        (TASK, "task", ("Call", {"completed": True, "completed_at": "2026-03-01T10:00:00Z"})),
    ],
    ids=["contact field", "address", "reminder", "reminder of 0", "task"],
)  # fmt: skip
def test_what_is_kept_with_a_contact_is_read_from_its_own_list(
    document: dict[str, Any], type_: str, said: tuple[str, dict[str, Any]]
) -> None:
    """With whom it belongs to."""
    item = parsed(document)

    assert entities(item)[type_] == said
    assert entities(item)["contact"][0] == "Ann"
    assert [draft.contact for key, draft in item.entities if key[0] == type_] == ["monica-3"]


def test_a_completed_task_is_an_activity_as_well() -> None:
    """Of its contact; an open one is none."""
    done = parsed(TASK).draft
    open_ = parsed(TASK | {"completed": False, "completed_at": None}).draft

    assert open_ is None
    assert done is not None
    assert (done.kind, done.summary, done.external_id) == ("task.completed", "Call", "task-5")
    assert [link.key for link in done.links] == [("contact", "monica-3"), ("task", "monica-5")]


def test_what_goes_by_its_name_is_found_by_it() -> None:
    """In its category."""
    type_ = {"id": 1, "object": "activitytype", "name": "swam",
             "activity_type_category": {"name": "Sport"}}  # fmt: skip
    (named,) = parsed(type_).named

    assert (named.type, named.name) == ("activity_type", "swam")
    assert named.within is not None
    assert named.within[1].name == "Sport"


@pytest.mark.parametrize("object_", ["activityType", "activityTypeCategory"])
def test_types_and_categories_need_no_name(object_: str) -> None:
    """Monica allows them without; all without one are one, within their category."""
    category = {"id": 41, "object": "activityTypeCategory", "name": None}
    document = {"id": 1, "object": object_, "name": None}
    if object_ == "activityType":
        document["activity_type_category"] = category

    (named,) = parsed(document).named

    assert named.name is None
    assert [one[1].name for one in [named.within] if one] == (
        [None] if object_ == "activityType" else []
    )


def test_what_goes_by_its_name_keeps_its_number_where_numbers_are_kept() -> None:
    """And its category's."""
    type_ = {"id": 40, "object": "activitytype", "name": "swam",
             "activity_type_category": {"id": 41, "name": "Sport"}}  # fmt: skip

    (named,) = part_item(saved_part(json.dumps(type_).encode()), "UTC", is_kept=True).named

    assert named.within is not None
    assert (named.number, named.within[1].number) == (40, 41)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (PLACE, "contact"),
        (REMINDER | {"initial_date": "soon"}, "initial_date"),
        (REMINDER | {"frequency_type": "often"}, "frequency_type"),
        ({"id": 1, "object": "tag"}, "name"),
        ({"id": 1, "object": "gift"}, "answer"),
    ],
)
def test_what_cannot_be_read_is_refused(document: dict[str, Any], field: str) -> None:
    """The error names the member."""
    with pytest.raises(Invalid) as raised:
        parsed(document)

    assert raised.value.problems[0].field == field


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"data": [{"id": 1, "object": "gift"}]}, "gift is not taken; lists and single answers of"),
        ({"data": {"de": {"id": "DE"}}}, "what says no `object` is not taken"),
        ({"message": "Unauthenticated."}, "is an error that the service answered: Unauthenticated"),
        ({"error": {"message": ["No.", "No"]}}, "is an error that the service answered: No., No"),
    ],
)
def test_an_answer_of_something_else_is_refused_once(answer: Any, reason: str) -> None:  # noqa: ANN401 - any JSON
    """With what is taken instead."""
    with pytest.raises(Invalid) as raised:
        elements_from_answer(json.dumps(answer).encode())

    assert reason in str(raised.value)


def test_an_export_keeps_the_types_of_one_s_own() -> None:
    """Which it names by their UUIDs; those of everybody have numbers."""
    fields = [
        {"uuid": "f1", "properties": {"data": "ann", "type": "t1"}},
        {"uuid": "f2", "properties": {"data": "a@x.org", "type": "t2"}},
    ]
    contact = {"uuid": "c1", "data": [{"type": "contact_field", "values": fields}]}
    types = [
        {"uuid": "t1", "properties": {"name": "Skype", "protocol": "skype:"}},
        {"uuid": "t2", "properties": {"name": "Email", "type": "email"}},
    ]
    account = {
        "data": [{"type": "contact", "values": [contact]}],
        "instance": {"contact_field_types": types},
    }

    _, own, usual = (
        parse_element(element, CONTEXT)
        for element in elements_from_answer(json.dumps({"account": account}).encode())
    )

    assert entities(own)["contact_field"] == ("ann", {"contact_field_type": "monica-t1"})
    ((key, draft),) = own.new_entities
    assert (key, draft.name) == (("contact_field_type", "monica-t1"), "Skype")
    assert entities(usual)["contact_field"] == ("a@x.org", {"contact_field_type": "1"})
    assert usual.new_entities == ()

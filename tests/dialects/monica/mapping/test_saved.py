"""Reading what somebody saved: there and back, and elements that are not Monica's."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.account import Account
from doings.core.activity import Activity, Linked
from doings.core.clock import DAY
from doings.core.entity import Entity, EntityDraft
from doings.core.errors import Invalid
from doings.core.imports import Context, NamedRef
from doings.dialects.monica.documents import AccountReference
from doings.dialects.monica.mapping.activity import activity_documents, linked_entities
from doings.dialects.monica.mapping.public_ids import identities
from doings.dialects.monica.mapping.render_context import AccountApi, RenderContext
from doings.dialects.monica.mapping.saved import (
    draft_from_document,
    entity_drafts_from_document,
    named_from_document,
    saved_activity,
)
from doings.dialects.monica.saved import parse_element
from tests.clocks import NOON
from tests.dialects.saved.saving import less
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database has a part in what is tested here

ZONE = "Europe/Berlin"
API = AccountApi(AccountReference(1), "http://server/monica/api", identities(b"secret"))
CATEGORY = Entity(4, "activity_category", "4", "Food", "{}", None, NOON, NOON, is_deleted=False)
RENDER_CONTEXT = RenderContext(API, ZONE, {CATEGORY.key: CATEGORY})
TYPE = Entity(
    9, "activity_type", "9", "Lunch", '{"category":"4"}', None, NOON, NOON, is_deleted=False
)

ACCOUNT = Account(id=1, slug="acme", name="Acme", time_zone=ZONE, created_at=0)
CONTEXT = Context(account=ACCOUNT, contact_id=None, now=NOON, url="http://server/monica")

OWN = frozenset({"id", "uuid", "hash_id", "url"})


def shown(activity: Activity) -> dict[str, Any]:
    """The document as a client reads it."""
    text = msgspec.json.encode(
        activity_documents([activity], linked_entities([activity]), RENDER_CONTEXT)[0]
    )
    document: dict[str, Any] = json.loads(text)
    return document


def contact(seq: int, draft: EntityDraft) -> Entity:
    """A contact as stored."""
    name, attrs = draft.name, draft.attrs
    return Entity(seq, "contact", str(seq), name, attrs, None, NOON, NOON, is_deleted=False)


def activity(contacts: list[Entity], **members: Any) -> Activity:  # noqa: ANN401 - an Activity's
    """An activity as stored."""
    defaults: dict[str, Any] = {
        "seq": 31,
        "id": "0198",
        "kind": "encounter.logged",
        "occurred_at": NOON,
        "time_zone": None,
        "summary": "Lunch",
        "body": None,
        "data": "{}",
        "metadata": "{}",
        "level": None,
        "channels": ("admin",),
        "origin": "monica",
        "external_id": "31",
        "recorded_at": NOON,
        "updated_at": NOON,
        "links": tuple([Linked(entity, ("attendee",)) for entity in contacts]),
    }
    return Activity(**{**defaults, **members})


def read_again(document: dict[str, Any]) -> Activity:
    """What would be stored of a document that was saved, its contacts under the same numbers."""
    saved = saved_activity(json.dumps(document).encode())
    draft = draft_from_document(saved, ZONE)
    entities = dict(entity_drafts_from_document(saved))
    contacts = [
        contact(int(key[1].removeprefix("monica-")), draft) for key, draft in entities.items()
    ]
    links = [Linked(entity, ("attendee",)) for entity in contacts]
    if named_from_document(saved):
        links.append(Linked(TYPE, ("subject",)))
    return activity(
        contacts,
        occurred_at=draft.occurred_at,
        summary=draft.summary,
        body=draft.body,
        data=draft.data,
        links=tuple(links),
    )


WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
FACTS = st.fixed_dictionaries(
    {"first_name": WORD},
    optional={
        "middle_name": WORD,
        "last_name": WORD,
        "nickname": TEXT,
        "gender": st.sampled_from(["Man", "female", "Rather not say"]),
        "gender_type": st.sampled_from(["M", "F", "O"]),
        "is_starred": st.booleans(),
        "is_partial": st.booleans(),
        "is_active": st.booleans(),
        "is_dead": st.booleans(),
        "birthdate": st.sampled_from(["1978-10-01", "1978-10-01T16:20:55Z"]),
        "birthdate_is_age_based": st.booleans(),
        "birthdate_is_year_unknown": st.booleans(),
        "deceased_date": st.just("2026-01-01"),
        "deceased_date_is_age_based": st.booleans(),
        "deceased_date_is_year_unknown": st.booleans(),
        "avatar": st.just("https://example.org/jim.png"),
    },
)


@st.composite
def expressible(draw: st.DrawFn) -> Activity:
    """An activity with everything that Monica can express."""
    people = draw(st.lists(FACTS, min_size=1, max_size=3))
    drafts = [EntityDraft(attrs=json.dumps(facts)) for facts in people]
    contacts = [contact(number, draft) for number, draft in enumerate(drafts, 1)]
    links = [Linked(entity, ("attendee",)) for entity in contacts]
    if draw(st.booleans()):
        links.append(Linked(TYPE, ("subject",)))
    data: dict[str, Any] = {"emotions": draw(st.lists(st.integers(1, 133), max_size=3))}
    if draw(st.booleans()):
        data["happened_on"] = "2018-02-02"
    return activity(
        contacts,
        occurred_at=draw(st.integers(0, 20_000)) * DAY,
        summary=draw(TEXT),
        body=draw(st.none() | TEXT),
        data=json.dumps(data),
        links=tuple(links),
    )


@given(expressible())
def test_reading_what_was_rendered_gives_it_back(activity: Activity) -> None:
    """Rendered again it is equal, except for what each server numbers itself."""
    document = shown(activity)

    again = shown(read_again(document))

    assert json.dumps(less(again, OWN)) == json.dumps(less(document, OWN))


def element(**members: object) -> bytes:
    """An element with the fewest members that it may have."""
    least = {"id": 1, "happened_at": "2018-02-02", "attendees": {"contacts": [{"id": 8}]}}
    return json.dumps({**least, **members}).encode()


def test_least_that_an_element_may_say() -> None:
    """All other members have a default."""
    document = saved_activity(element())

    draft = draft_from_document(document, "UTC")

    assert (draft.external_id, draft.data) == ("1", '{"happened_on":"2018-02-02"}')
    assert [(link.key, link.role) for link in draft.links] == [
        (("contact", "monica-8"), "attendee")
    ]
    assert entity_drafts_from_document(document) == [(("contact", "monica-8"), EntityDraft())]
    assert named_from_document(document) == ()


def test_type_goes_by_its_name_within_its_category() -> None:
    """A type without a name is no type; one without a category may be in any."""
    food = {"name": "Food"}
    types = [
        {"name": "Lunch", "activity_type_category": food},
        {"name": "Lunch"},
        {"name": "Lunch", "activity_type_category": {"name": None}},
        {"name": None, "activity_type_category": food},
    ]

    named = [named_from_document(saved_activity(element(activity_type=type_))) for type_ in types]

    lunch = NamedRef("activity_type", "Lunch")
    within = ("category", NamedRef("activity_category", "Food"))
    assert named == [(NamedRef("activity_type", "Lunch", within),), (lunch,), (lunch,), ()]


@pytest.mark.parametrize(
    ("first", "last", "complete", "middle"),
    [
        ("Jim", "Halpert", "Jim Halpert", None),
        ("Jim", "Halpert", "Jim Duncan Halpert", "Duncan"),
        ("Jim", None, "Jim Duncan", "Duncan"),
        ("Jim", None, "Jim", None),
        ("Jim", "Halpert", "Halpert Jim", None),
        ("Jim", "Halpert", "Jim Halpert (Tuna)", None),
        ("Jim", "Halpert", None, None),
        ("Jim", "Jim", "Jim", None),
        ("", None, "Jim", "Jim"),
    ],
)
def test_middle_name_is_what_is_between(
    first: str, last: str | None, complete: str | None, middle: str | None
) -> None:
    """Only if the complete name is made of the first, middle and last name."""
    jim = {"id": 8, "first_name": first, "last_name": last, "complete_name": complete}
    document = saved_activity(element(attendees={"contacts": [jim]}))

    ((_, draft),) = entity_drafts_from_document(document)

    assert json.loads(draft.attrs).get("middle_name") == middle


@pytest.mark.parametrize(
    "members",
    [
        {"id": "31x"},
        {"id": None},
        {"happened_at": "2018-2-2"},
        {"happened_at": "0001-01-01"},
        {"happened_at": None},
        {"attendees": {"contacts": []}},
        {"attendees": {"total": 0}},
        {"attendees": {"contacts": [{"first_name": "Jim"}]}},
        {"attendees": {"contacts": [{"id": 1, "first_name": "x" * 1001}]}},
        {"emotions": [{"id": 134}]},
        {"emotions": [24]},
        {"summary": 5},
        {"summary": "x\0"},
        {"description": "x" * 1_000_001},
        {"activity_type": "Lunch"},
    ],
)
def test_element_that_is_none_of_the_vendors_is_refused(members: dict[str, object]) -> None:
    """Invalid is raised for each thing that can be wrong."""
    with pytest.raises(Invalid):
        parse_element(element(**members), CONTEXT)

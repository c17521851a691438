"""Agendize's saved elements: what they say, and there and back for all that can be expressed."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.activity import Activity, Draft, Link, draft_of, is_same
from doings.core.clock import SECOND
from doings.core.errors import Invalid
from doings.dialects.agendize.mapping.activity import RenderContext, activity_documents
from doings.dialects.agendize.mapping.saved import (
    draft_from_document,
    entity_drafts_from_document,
    saved_activity,
)
from doings.dialects.agendize.vocabulary import KINDS
from tests.builders import linked
from tests.dialects.agendize.elements import URL, actor, of_client

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
SHORT = st.text("abc 1", min_size=1, max_size=8)
MOMENT = st.integers(1_000_000_000, 2_000_000_000).map(
    lambda second: f"2026-{second % 12 + 1:02}-{second % 28 + 1:02}T{second % 24:02}:00:00Z"
)
NAMED = st.fixed_dictionaries({"id": SHORT, "name": TEXT})
STAFF = st.fixed_dictionaries({"id": SHORT, "first_name": TEXT, "last_name": TEXT})
CHANGEABLE = {
    "start": MOMENT,
    "end": MOMENT,
    "service": NAMED,
    "staff": STAFF,
    "notes": TEXT,
    "status": st.sampled_from(["pending", "accepted", "noShow"]),
}
CONSENT = st.fixed_dictionaries({"text": TEXT})
BEFORE = st.fixed_dictionaries({}, optional=CHANGEABLE).filter(bool)
DATA: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "note": st.fixed_dictionaries({}, optional={"note": st.fixed_dictionaries({"id": SHORT})}),
    "consent": st.fixed_dictionaries(
        {}, optional={"note": st.fixed_dictionaries({"id": SHORT}), "marketing_consent": CONSENT}
    ),
    "appointment": st.fixed_dictionaries(
        {"appointment": st.fixed_dictionaries({"id": SHORT, **CHANGEABLE})}
    ),
    "form_result": st.fixed_dictionaries(
        {
            "form_result": st.fixed_dictionaries(
                {
                    "id": SHORT,
                    "form": st.fixed_dictionaries({"id": SHORT}),
                    "name": st.fixed_dictionaries({"name": TEXT}),
                }
            )
        },
        optional={"marketing_consent": CONSENT},
    ),
    "email": st.fixed_dictionaries({}, optional={"email": st.fixed_dictionaries({"id": SHORT})}),
    "text_message": st.fixed_dictionaries(
        {}, optional={"text_message": st.fixed_dictionaries({"id": SHORT})}
    ),
    "conference_registration": st.fixed_dictionaries(
        {
            "conference_registration": st.fixed_dictionaries(
                {
                    "id": SHORT,
                    "number_of_seats": st.integers(1, 99),
                    "conference": st.fixed_dictionaries(
                        {"id": SHORT, "title": TEXT, "capacity": st.just("30")}
                    ),
                    "session": st.fixed_dictionaries({"id": SHORT, "start": MOMENT, "end": MOMENT}),
                    "source": TEXT,
                    "source_type": st.sampled_from(["api", "widget"]),
                    "status": st.just("accepted"),
                    "cancel_reason": TEXT,
                }
            )
        }
    ),
}
PREVIOUS = {
    "note": st.fixed_dictionaries({"body": TEXT}),
    "consent": st.fixed_dictionaries({"body": TEXT}),
    "appointment": BEFORE,
}

DISTINCT = [kind for kind in KINDS if kind.partition(".")[0] in DATA]


@st.composite
def expressible(draw: st.DrawFn) -> Activity:
    """An activity that the vendor's document can hold without loss."""
    kind = draw(st.sampled_from(DISTINCT))
    noun, _, event = kind.partition(".")
    data = draw(DATA[noun])
    if event == "updated" and noun in PREVIOUS:
        data["previous"] = draw(PREVIOUS[noun])
    users = [actor("Ann Lee")] if draw(st.booleans()) else []
    has_body = noun in {"note", "consent", "email", "text_message"}
    return of_client(
        kind,
        *users,
        data=data,
        summary=draw(st.none() | TEXT) if noun == "email" else None,
        body=draw(st.none() | TEXT) if has_body else None,
        occurred_at=draw(st.integers(0, 4_000_000_000)) * SECOND,
        time_zone=draw(st.sampled_from(["UTC", "Asia/Kolkata"])),
        origin="agendize",
        external_id="v1",
    )


def encoded(one: Activity) -> bytes:
    """The document as text."""
    return msgspec.json.encode(activity_documents([one], RenderContext(URL, "Europe/Berlin"))[0])


@given(expressible())
def test_reading_what_was_rendered_gives_it_back(one: Activity) -> None:
    """For what the vendor can express, nothing is lost on the way out and in."""
    draft = draft_from_document(saved_activity(encoded(one)), contact_id="8")

    before = draft_of(one)
    assert json.loads(draft.data) == json.loads(before.data)
    assert is_same(draft, msgspec.structs.replace(before, data=draft.data))


@given(expressible(), st.sampled_from(["America/Montreal", "Europe/Berlin", "Australia/Lord_Howe"]))
def test_what_was_imported_is_served_back_equal(one: Activity, time_zone: str) -> None:
    """This holds in every time zone, including those whose clocks show an hour twice."""
    document = encoded(msgspec.structs.replace(one, time_zone=time_zone))

    draft = draft_from_document(saved_activity(document), contact_id="8")

    links = tuple([linked(link.type, link.id, link.name, role=link.role) for link in draft.links])
    members = {name: getattr(draft, name) for name in Draft.__struct_fields__}
    again = of_client(**{**members, "data": json.loads(draft.data), "links": links})
    assert json.loads(encoded(again)) == json.loads(document)


def test_saved_element_says_who_did_it() -> None:
    """The user's attributes, and a name for those who know but one."""
    document = saved_activity(
        b'{"id":"1","type":"note","event":"created","date":{"dateTime":"2022-11-15T10:00:00"},'
        b'"user":{"userName":"ann","emailAddress":"a@x.org","firstName":"Ann","lastName":null}}'
    )

    ((key, entity),) = entity_drafts_from_document(document)
    draft = draft_from_document(document, time_zone="America/Montreal")

    assert (key, entity.name) == (("user", "ann"), "Ann")
    assert json.loads(entity.attrs) == {"first_name": "Ann", "email": "a@x.org"}
    assert draft.links == (Link("user", "ann", "actor", "Ann"),)
    assert (draft.time_zone, draft.occurred_at) == (None, 1_668_524_400 * SECOND)


SAVED = {
    "id": "1",
    "type": "note",
    "event": "created",
    "date": {"dateTime": "2022-11-15T10:00:00", "timeZone": "UTC"},
}


def test_least_that_a_saved_element_may_say() -> None:
    """Identity, type, event and date."""
    draft = draft_from_document(saved_activity(json.dumps(SAVED).encode()))

    assert (draft.kind, draft.external_id, draft.data) == ("note.created", "1", "{}")


@pytest.mark.parametrize(
    "members",
    [
        {"id": None},
        {"id": ""},
        {"type": "call"},
        {"event": "moved"},
        {"date": None},
        {"date": {"dateTime": "soon"}},
        {"date": {"dateTime": "0001-01-01T00:00:00"}},
        {"date": {"dateTime": "2022-11-15T10:00:00", "timeZone": "Moon/Sea"}},
        {"note": 5},
        {"note": {"body": 5}},
        {"note": {"id": 5}},
        {"type": "appointment"},
        {"type": "appointment", "appointment": {"id": "p"}},
        {"type": "appointment", "appointment": {"id": "p", "start": {"dateTime": 5}, "end": {}}},
        {"type": "formResult", "formResult": {"id": 5}},
        {"type": "emailNotification", "emailNotification": {"subject": []}},
    ],
)
def test_element_that_is_none_of_the_vendors_is_refused(members: dict[str, Any]) -> None:
    """Invalid is raised, whichever member is wrong."""
    with pytest.raises(Invalid):
        draft_from_document(saved_activity(json.dumps(SAVED | members).encode()))


@pytest.mark.parametrize("element", [b"", b"5", b"[]", b"{}", b"{", b"\xff"])
def test_element_that_is_no_object_is_refused(element: bytes) -> None:
    """Invalid is raised for JSON that is no object."""
    with pytest.raises(Invalid):
        saved_activity(element)

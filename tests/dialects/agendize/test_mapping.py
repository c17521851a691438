"""What each kind looks like, and that reading it back gives what was recorded."""

import json
from typing import Any

import msgspec
import pytest

from doings.core.activity import Activity, Linked
from doings.dialects.agendize.mapping.activity import RenderContext, activity_documents
from doings.dialects.agendize.vocabulary import KINDS
from tests.builders import ID, linked
from tests.clocks import NOON
from tests.dialects.agendize.elements import APPOINTMENT, URL, actor, of_client
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database has a part in what is tested here

JIM = linked("contact", "8", "Jim H", "actor")


def shown(one: Activity, time_zone: str = "America/Montreal") -> dict[str, Any]:
    """The document as a client reads it."""
    document = activity_documents([one], RenderContext(URL, time_zone))[0]
    members: dict[str, Any] = json.loads(msgspec.json.encode(document))
    return members


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_its_own_members(kind: str) -> None:
    """Members of other types are absent, and those of updates are only in updates."""
    document = shown(of_client(kind))

    type_, event = KINDS[kind]
    detail = "note" if type_ == "consent" else type_
    updated = {"updatedAttributes"} if event == "updated" else set()
    assert set(document) == {"id", "type", "date", "event", "user", detail} | updated
    assert (document["id"], document["type"], document["event"]) == (ID, type_, event)


@pytest.mark.parametrize(
    ("kind", "detail", "path"),
    [
        ("note.created", "note", f"notes/{ID}"),
        ("consent.created", "note", f"notes/{ID}"),
        ("appointment.created", "appointment", "appointments/p"),
        ("form_result.created", "formResult", "formResults/r"),
        ("email.created", "emailNotification", f"emailNotifications/{ID}"),
        ("text_message.created", "textMessageNotification", f"textMessageNotifications/{ID}"),
        ("conference_registration.created", "conferenceRegistration", "conferenceRegistrations/c"),
    ],
)
def test_self_link(kind: str, detail: str, path: str) -> None:
    """By its own id, else by the activity's."""
    assert shown(of_client(kind))[detail]["selfLink"] == f"{URL}/{path}"


@pytest.mark.parametrize(
    ("noun", "detail", "path"),
    [
        ("note", "note", "notes/x"),
        ("consent", "note", "notes/x"),
        ("email", "emailNotification", "emailNotifications/x"),
        ("text_message", "textMessageNotification", "textMessageNotifications/x"),
    ],
)
def test_self_link_of_what_has_an_id_of_its_own(noun: str, detail: str, path: str) -> None:
    """Where data tells it."""
    member = "note" if noun == "consent" else noun

    document = shown(of_client(f"{noun}.created", data={member: {"id": "x"}}))

    assert document[detail]["selfLink"] == f"{URL}/{path}"
    assert document[detail].get("id", "x") == "x"


@pytest.mark.parametrize(
    ("own", "company", "local", "zone"),
    [
        (None, "America/Montreal", "2026-03-01T07:00:00", "America/Montreal"),
        ("Europe/Berlin", "America/Montreal", "2026-03-01T13:00:00", "Europe/Berlin"),
        (None, "UTC", "2026-03-01T12:00:00", "UTC"),
        (None, "Asia/Kathmandu", "2026-03-01T17:45:00", "Asia/Kathmandu"),
    ],
)
def test_date_is_local_without_an_offset(
    own: str | None, company: str, local: str, zone: str
) -> None:
    """In the activity's zone, else in the company's; fractions are not shown."""
    document = shown(of_client("note.created", time_zone=own, occurred_at=NOON + 999_999), company)

    assert document["date"] == {"dateTime": local, "timeZone": zone}


@pytest.mark.parametrize(
    ("start", "local"),
    [
        ("2026-03-02T09:00:00+01:00", "2026-03-02T03:00:00"),
        ("2026-07-02T09:00:00Z", "2026-07-02T05:00:00"),
        ("2026-03-02T09:00:00.75Z", "2026-03-02T04:00:00"),
        ("2026-03-02 09:00:00Z", "2026-03-02T04:00:00"),
    ],
)
def test_times_in_data_are_local_too(start: str, local: str) -> None:
    """With any recorded offset, in winter and in summer."""
    data = {"appointment": {**APPOINTMENT, "start": start}}

    document = shown(of_client("appointment.created", data=data))

    expected = {"dateTime": local, "timeZone": "America/Montreal"}
    assert document["appointment"]["start"] == expected


@pytest.mark.parametrize(
    ("links", "user"),
    [
        ([], None),
        ([actor("Ann Mary Lee")], ["u", None, "Ann Mary", "Lee"]),
        ([actor("Ann")], ["u", None, "Ann", None]),
        ([actor(None)], ["u", None, None, None]),
        ([actor("X", '{"first_name":"A","last_name":"L","email":"a@x.org"}')],
         ["u", "a@x.org", "A", "L"]),
        ([actor("X Y", '{"last_name":"L","email":5}')], ["u", None, None, "L"]),
        ([JIM, actor("Ann")], ["u", None, "Ann", None]),
        ([JIM], ["8", None, "Jim", "H"]),
        ([linked("user", "u", "Ann")], None),
    ],
)  # fmt: skip
def test_user(links: list[Linked], user: list[str | None] | None) -> None:
    """The actor, a user before others; names from the attributes, else from the name."""
    document = shown(of_client("note.created", *links))

    if user is None:
        assert document["user"] is None
    else:
        assert list(document["user"].values()) == user


@pytest.mark.parametrize(
    ("kind", "summary", "body", "text"),
    [
        ("note.created", None, None, None),
        ("note.created", "summary", "body", "body"),
        ("note.created", "summary", None, "summary"),
        ("encounter.logged", "lunch", "talk", "lunch\n\ntalk"),
        ("text.posted", None, "text", "text"),
        ("consent.created", None, "text", "text"),
    ],
)
def test_body_of_a_note(kind: str, summary: str | None, body: str | None, text: str | None) -> None:
    """The body; of an encounter both; the summary where there is no body."""
    assert shown(of_client(kind, summary=summary, body=body))["note"]["body"] == text


def test_previous_values_are_those_of_data() -> None:
    """Only those that changed are there, a null among them; the names are the vendor's."""
    data = {
        "appointment": APPOINTMENT,
        "previous": {"status": "pending", "start": "2026-03-01T12:00:00Z", "staff": None},
    }

    document = shown(of_client("appointment.updated", data=data))

    assert document["updatedAttributes"] == ["status", "start", "staff"]
    previous = {
        name: value
        for name, value in document["appointment"].items()
        if name.startswith("previous")
    }
    assert previous == {
        "previousStart": {"dateTime": "2026-03-01T07:00:00", "timeZone": "America/Montreal"},
        "previousStaff": None,
        "previousStatus": "pending",
    }


def test_previous_values_of_what_is_no_update_are_not_shown() -> None:
    """They are members of the updated event only."""
    data = {"appointment": APPOINTMENT, "previous": {"status": "pending"}}

    document = shown(of_client("appointment.deleted", data=data))

    assert "updatedAttributes" not in document
    assert not any(name.startswith("previous") for name in document["appointment"])


def test_updated_attributes_have_the_vendors_names() -> None:
    """Updated attributes have the vendor's names, even where the previous value is null."""
    data = {
        "conference_registration": {"id": "c"},
        "previous": {"number_of_seats": 1, "cancel_reason": None},
    }

    document = shown(of_client("conference_registration.updated", data=data))

    assert document["updatedAttributes"] == ["numberOfSeats", "cancelReason"]


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("consent.created", {"marketing_consent": {"text": "yes"}}, "yes"),
        ("form_result.created",
         {"form_result": {"id": "r"}, "marketing_consent": {"text": "yes"}}, "yes"),
        ("form_result.created",
         {"form_result": {"id": "r", "marketing_consent": {"text": "yes"}}}, "yes"),
        ("form_result.created", {"form_result": {"id": "r", "marketing_consent": True}}, None),
        ("consent.created", {}, None),
        ("note.created", {"marketing_consent": {"text": "yes"}}, None),
    ],
)  # fmt: skip
def test_marketing_consent(kind: str, data: dict[str, Any], text: str | None) -> None:
    """A member of its own, where one was checked."""
    document = shown(of_client(kind, data=data))

    assert document.get("marketingConsent") == ({"text": text} if text else None)


def test_capacity_is_text_and_seats_are_a_number() -> None:
    """Whichever way the capacity was recorded."""
    registration = {"id": "c", "number_of_seats": 2, "conference": {"title": "K", "capacity": 30}}
    data = {"conference_registration": registration}

    found = shown(of_client("conference_registration.created", data=data))["conferenceRegistration"]

    assert found["conference"] == {"id": None, "title": "K", "capacity": "30"}
    assert found["numberOfSeats"] == 2


@pytest.mark.parametrize("kind", ["encounter.logged", "text.posted", "email.updated"])
def test_data_that_nobody_checked_is_no_defect(kind: str) -> None:
    """Members that mean something elsewhere may be anything here."""
    odd = {"note": 5, "email": [], "previous": "x", "marketing_consent": 1}

    assert shown(of_client(kind, data=odd))["id"] == ID


def test_what_came_from_the_vendor_keeps_its_id() -> None:
    """Other origins do not."""
    assert shown(of_client("note.created", origin="agendize", external_id="v1"))["id"] == "v1"
    assert shown(of_client("note.created", origin="crm", external_id="v1"))["id"] == ID

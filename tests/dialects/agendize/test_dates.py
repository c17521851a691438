"""Local times when clocks change: read in order, and served again as they were written."""

import json
from typing import Any

import msgspec
import pytest

from doings.core.errors import Invalid
from doings.core.values.instants import instant_from_text
from doings.dialects.agendize.dates import readings, span
from doings.dialects.agendize.documents import SavedDate
from doings.dialects.agendize.mapping.activity import RenderContext, activity_documents
from doings.dialects.agendize.mapping.saved import draft_from_document, saved_activity
from tests.builders import activity
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database has a part in what is tested here

BERLIN = "Europe/Berlin"
VIEW = RenderContext("http://server/agendize/api/2.3", BERLIN)

SPANS = [
    # An ordinary day.
    ("2026-03-02T09:00:00", "2026-03-02T09:30:00", "08:00", "08:30"),
    # The hour from 02:00 to 03:00 occurs twice on 2026-10-25.
    ("2026-10-25T02:15:00", "2026-10-25T02:45:00", "00:15", "00:45"),
    ("2026-10-25T02:45:00", "2026-10-25T02:15:00", "00:45", "01:15"),
    ("2026-10-25T02:30:00", "2026-10-25T02:30:00", "00:30", "00:30"),
    ("2026-10-25T01:30:00", "2026-10-25T02:30:00", "23:30", "00:30"),
    ("2026-10-25T02:30:00", "2026-10-25T03:30:00", "00:30", "02:30"),
    # There is no such hour on 2026-03-29.
    ("2026-03-29T01:45:00", "2026-03-29T02:15:00", "00:45", "01:15"),
    ("2026-03-29T02:10:00", "2026-03-29T02:40:00", "01:10", "01:40"),
    ("2026-03-29T02:30:00", "2026-03-29T03:15:00", "00:30", "01:15"),
    ("2026-03-29T02:50:00", "2026-03-29T03:00:00", "00:50", "01:00"),
    ("2026-03-29T01:50:00", "2026-03-29T02:00:00", "00:50", "01:00"),
    # An end that is before its start on any clock stays so.
    ("2026-03-02T09:30:00", "2026-03-02T09:00:00", "08:30", "08:00"),
]


def utc(instant: int) -> str:
    """The time of day."""
    minutes = instant // 60_000_000
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


@pytest.mark.parametrize(("start", "end", "start_utc", "end_utc"), SPANS)
def test_an_end_is_not_before_its_start(start: str, end: str, start_utc: str, end_utc: str) -> None:
    """The first reading, unless that would turn the two round."""
    first, last = span(SavedDate(start), SavedDate(end, BERLIN), BERLIN)

    assert (utc(first), utc(last)) == (start_utc, end_utc)


def served(document: dict[str, Any]) -> dict[str, Any]:
    """What an element is served as once it was imported."""
    draft = draft_from_document(
        saved_activity(json.dumps(document).encode()), contact_id="8", time_zone=BERLIN
    )
    one = activity(
        draft.kind,
        occurred_at=draft.occurred_at,
        time_zone=draft.time_zone,
        data=json.loads(draft.data),
        metadata=draft.metadata,
        origin=draft.origin,
        external_id=draft.external_id,
    )
    members: dict[str, Any] = json.loads(msgspec.json.encode(activity_documents([one], VIEW)[0]))
    return members


@pytest.mark.parametrize(("start", "end", "_", "__"), SPANS)
@pytest.mark.parametrize("name", ["appointment", "conferenceRegistration", "previous"])
def test_local_times_are_served_as_they_were_imported(
    name: str, start: str, end: str, _: str, __: str
) -> None:
    """Also those that no clock showed, of the activity itself too."""
    dates = {
        "start": {"dateTime": start, "timeZone": BERLIN},
        "end": {"dateTime": end, "timeZone": BERLIN},
    }
    details: dict[str, dict[str, Any]] = {
        "appointment": {"appointment": {"id": "p", **dates}},
        "conferenceRegistration": {"conferenceRegistration": {"id": "c", "session": dates}},
        "previous": {
            "event": "updated",
            "updatedAttributes": ["start", "end"],
            "appointment": {
                "id": "p",
                "start": {"dateTime": "2026-11-01T09:00:00", "timeZone": BERLIN},
                "end": {"dateTime": "2026-11-01T09:30:00", "timeZone": BERLIN},
                "previousStart": dates["start"],
                "previousEnd": dates["end"],
            },
        },
    }
    type_ = "appointment" if name == "previous" else name
    document = {"id": "1", "type": type_, "event": "created", "date": dates["start"]}
    document |= details[name]

    found = served(document)

    assert found["date"] == dates["start"]
    detail = found[type_]
    if name == "previous":
        shown = (detail["previousStart"], detail["previousEnd"])
    else:
        within = detail["session"] if name == "conferenceRegistration" else detail
        shown = (within["start"], within["end"])
    assert shown == (dates["start"], dates["end"])


def test_an_update_of_the_start_alone_goes_by_the_end_that_stayed() -> None:
    """02:45 had to be the first one, as 02:15 was its end."""
    at = {"dateTime": "2026-10-25T12:00:00", "timeZone": BERLIN}
    document = {
        "id": "1", "type": "appointment", "event": "updated", "date": at,
        "updatedAttributes": ["start"],
        "appointment": {
            "id": "p",
            "start": {"dateTime": "2026-10-25T02:15:00"},
            "end": {"dateTime": "2026-10-25T02:50:00"},
            "previousStart": {"dateTime": "2026-10-25T02:45:00"},
        },
    }  # fmt: skip

    draft = draft_from_document(saved_activity(json.dumps(document).encode()), time_zone=BERLIN)

    data = json.loads(draft.data)
    assert data["previous"]["start"] == "2026-10-25T00:45:00Z"


def test_a_date_in_another_zone_stays_in_it() -> None:
    """An appointment abroad is served with its own zone."""
    abroad = {"dateTime": "2026-03-02T09:00:00", "timeZone": "America/Montreal"}
    home = {"dateTime": "2026-03-02T15:30:00", "timeZone": BERLIN}
    document = {
        "id": "1", "type": "appointment", "event": "created", "date": home,
        "appointment": {"id": "p", "start": abroad, "end": home},
    }  # fmt: skip

    found = served(document)["appointment"]

    assert (found["start"], found["end"]) == (abroad, home)


def test_a_kept_date_is_not_shown_for_another_instant() -> None:
    """What was changed since the import is shown by its instant."""
    kept = {"start": {"dateTime": "2026-03-29T02:30:00", "timeZone": BERLIN}}
    one = activity(
        "appointment.created",
        data={
            "appointment": {
                "id": "p",
                "start": "2026-04-01T08:00:00+01",
                "end": "2026-04-01 08:00:00z",
            }
        },
        metadata=json.dumps({"agendize_dates": kept}),
        origin="agendize",
        time_zone=BERLIN,
    )

    (document,) = activity_documents([one], VIEW)

    shown = json.loads(msgspec.json.encode(document))["appointment"]
    assert shown["start"] == {"dateTime": "2026-04-01T09:00:00", "timeZone": BERLIN}
    assert shown["end"] == {"dateTime": "2026-04-01T10:00:00", "timeZone": BERLIN}


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-02t09:00:00", "2026-03-02T08:00:00Z"),
        ("2026-03-02 09:00:00.5", "2026-03-02T08:00:00.5Z"),
        ("2026-03-02T09:00:00z", "2026-03-02T09:00:00Z"),
        ("2026-03-02T09:00:00+0300", "2026-03-02T06:00:00Z"),
    ],
)
def test_a_date_may_have_an_offset_of_its_own(text: str, instant: str) -> None:
    """Then its zone only says how it is shown."""
    assert readings(SavedDate(text), BERLIN)[0] == instant_from_text(instant)


@pytest.mark.parametrize(
    "text", ["20260302", "1772438400", "1772438400000", "2026-03-02", "2026-W10-1T09:00:00",
             "2026-03-02T09:00:60", "2026-03-02T09", "soon", ""],
)  # fmt: skip
def test_other_texts_are_no_dates(text: str) -> None:
    """Refused naming the member."""
    with pytest.raises(Invalid, match="dateTime"):
        readings(SavedDate(text), BERLIN)


def test_numbers_keep_their_digits() -> None:
    """What the vendor sends beside what we know is kept as it came."""
    at = b'{"dateTime":"2026-03-02T09:00:00"}'
    text = (
        b'{"id":"1","type":"appointment","event":"created","date":%b,'
        b'"appointment":{"id":"p","price":95.00,"start":%b,"end":%b}}'
    )

    draft = draft_from_document(saved_activity(text % (at, at, at)))

    assert '"price":95.00' in draft.data


def test_an_empty_zone_is_the_company_s_and_an_unknown_one_is_named() -> None:
    """As in exports of programs that leave a member empty, or know zones by Windows' names."""
    element = b'{"id":"a","type":"note","event":"created","date":{"dateTime":"%b","timeZone":"%b"}}'
    empty, windows = (
        saved_activity(element % (b"2022-11-15T10:00:00", zone))
        for zone in (b"", b"W. Europe Standard Time")
    )

    draft = draft_from_document(empty, contact_id="8", time_zone="Europe/Berlin")

    assert (draft.time_zone, draft.occurred_at) == (None, 1_668_502_800_000_000)
    with pytest.raises(Invalid, match=r"timeZone: .* is no IANA time zone"):
        draft_from_document(windows, contact_id="8")

"""One activity of every kind in the catalogue, with all that its data may hold."""

import json
from typing import Any

from doings.core.activity import ACTOR, Draft, Link
from doings.core.kinds.catalogue import CATALOGUE
from tests.clocks import NOON

Members = dict[str, Any]

FILE: Members = {
    "id": "f1",
    "file_path": "/files/f1",
    "file_filename": "document.pdf",
    "file_size": 1024,
    "file_mimetype": "application/pdf",
    "file_url": "https://files.example/f1",
    "created_at": "2026-03-01T11:00:00Z",
}

APPOINTMENT: Members = {
    "id": "a1",
    "start": "2026-03-05T14:00:00Z",
    "end": "2026-03-05T15:00:00Z",
    "service": {"id": "s1", "name": "Haircut"},
    "staff": {"id": "st1", "first_name": "Mia", "last_name": "Wong"},
    "notes": "Please ring twice",
    "status": "accepted",
}

CONFERENCE: Members = {
    "id": "cr1",
    "number_of_seats": 2,
    "conference": {"id": "c1", "title": "Spring fair", "capacity": "80"},
    "session": {"id": "se1", "start": "2026-04-01T08:00:00Z", "end": "2026-04-01T16:00:00Z"},
    "source": "newsletter",
    "source_type": "widget",
    "status": "accepted",
}

INVOICE: Members = {
    "invoice_number": 11946,
    "invoice_id": "i1",
    "amount": "95.0",
    "currency": "EUR",
    "membership_id": "m1",
    "membership_name": "Joe Doe",
}

DATA: dict[str, Members] = {
    "encounter": {"activity_type_id": 9, "emotions": [24], "happened_on": "2026-03-01"},
    "note": {"note": {"id": "n1", "attachments": [FILE]}},
    "call": {"contact_called": True, "emotions": [24], "happened_on": "2026-03-01"},
    "conversation": {
        "contact_field_type_id": 1,
        "messages": [
            {"id": 1, "content": "Hello", "written_at": "2026-03-01", "written_by_me": False},
            {"id": 2, "content": "Hi", "written_at": "2026-03-01T11:00:00Z", "written_by_me": True},
        ],
    },
    "life_event": {"life_event_type": {"id": 10, "name": "Marriage"}, "happened_on": "2026-03-01"},
    "task": {"task_id": 1},
    "file": {"file": FILE},
    "consent": {"note": {"id": "n2"}, "marketing_consent": {"text": "You may write to me."}},
    "appointment": {"appointment": APPOINTMENT},
    "form_result": {
        "form_result": {"id": "r1", "form": {"id": "fo1"}, "name": {"name": "Feedback"}},
        "marketing_consent": {"text": "You may write to me."},
    },
    "email": {"email": {"id": "e1"}},
    "text_message": {"text_message": {"id": "t1"}},
    "conference_registration": {"conference_registration": CONFERENCE},
    "invoice": INVOICE,
    "plan": {
        "old_plan_name": "Part-time",
        "new_plan_name": "Full-time",
        "change_date": "2026-04-17",
        "new_plan_extras": [],
        "old_plan_price": "88.23",
        "new_plan_price": "163.86",
        "old_plan_currency": "EUR",
        "new_plan_currency": "EUR",
    },
    "payment": INVOICE,
    "details": {
        "requirements": [{"code": "RQ_008", "type": "RTP_001", "category": "RQC_001"}],
        "valid_until": "2026-03-08T12:00:00Z",
        "expires_in": {"seconds": 86_400},
        "notification_message": "We would like to call you",
    },
    "authorization": {"requirements": [], "valid_until": 1_772_971_200_000},
}
"""What data holds, by noun."""

PREVIOUS: dict[str, Members] = {
    "note.updated": {"body": "Old text"},
    "consent.updated": {"body": "Old text"},
    "appointment.updated": {
        "start": "2026-03-04T14:00:00Z",
        "end": "2026-03-04T15:00:00Z",
        "service": {"id": "s2", "name": "Shave"},
        "staff": {"id": "st2", "first_name": "Ben", "last_name": "Okafor"},
        "notes": "Ring once",
        "status": "pending",
    },
    "conference_registration.updated": {"number_of_seats": 1, "status": "accepted"},
}
"""What a change replaced."""

INTERACTIONS = {"details", "authorization"}


def sample(kind: str, number: int = 0) -> Draft:
    """An activity of the kind; each number is a minute later than the one before."""
    noun = kind.partition(".")[0]
    data = dict(DATA.get(noun, {}))
    if kind in PREVIOUS:
        data["previous"] = PREVIOUS[kind]
    is_html = kind == "text.posted"
    return Draft(
        kind=kind,
        occurred_at=NOON + number * 60_000_000,
        summary=None if is_html else f"Summary of {kind}",
        body='See <a href="https://example.org/">this</a> &amp; that' if is_html else "Some text",
        data=json.dumps(data, separators=(",", ":")),
        metadata='{"ticket":7}',
        links=_links(noun),
    )


def _links(noun: str) -> tuple[Link, ...]:
    contact = Link("contact", "8", "subject", "Jim Halpert")
    if noun in INTERACTIONS:
        return (
            Link("business", "acme", ACTOR, "Acme"),
            Link("individual", "i1", "counterpart", "Jim Halpert"),
            contact,
        )
    user = Link("user", "u1", ACTOR, "Ann Perkins")
    if noun == "segment":
        return (contact, user, Link("segment", "s1", "segment", "Regulars"))
    return (contact, user)


SAMPLES: dict[str, Draft] = {kind: sample(kind, number) for number, kind in enumerate(CATALOGUE)}
"""All of them, in the order of the catalogue and of time."""

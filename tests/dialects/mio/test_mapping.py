"""What an interaction looks like, and that reading it back gives what was recorded."""

import json
from typing import Any

import msgspec
import pytest

from doings.core.activity import Activity, Linked
from doings.dialects.mio.mapping import (
    activity_detail_document,
    activity_documents,
)
from tests.builders import ID, entity, linked
from tests.clocks import NOON
from tests.dialects.mio.interactions import ACCOUNT, IDA, NOON_MS, US, interaction
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database has a part in what is tested here


def shown(one: Activity, *, now: int = NOON, detail: bool = False) -> dict[str, Any]:
    """The document as a client reads it."""
    if detail:
        rendered = activity_detail_document(one, ACCOUNT, now=now)
    else:
        (rendered,) = activity_documents([one], ACCOUNT, now=now)
    document: dict[str, Any] = json.loads(msgspec.json.encode(rendered))
    return document


def test_bare_interaction_shows_every_member() -> None:
    """What is not there is null or empty."""
    assert shown(interaction()) == {
        "id": ID,
        "type": "AT_001",
        "type_name": "Request",
        "in_out_bound": "OUT",
        "description": None,
        "status": "SENT",
        "notification_message": None,
        "time_zone": "Europe/Berlin",
        "valid_until": None,
        "attended_at": None,
        "completed_at": None,
        "expires_at": None,
        "created_at": NOON_MS,
        "updated_at": NOON_MS + 2000,
        "entity": {
            "id": "i",
            "name": "Ida",
            "cifcode": None,
            "type": "INDIVIDUAL",
            "avatar": None,
            "score": None,
            "scoring_level": None,
            "social_media": [],
            "created_at": NOON_MS,
            "unregistered": False,
        },
        "requirements": [],
        "declined_requirements": [],
        "timeline": [],
        "expires_in": None,
    }


@pytest.mark.parametrize(
    ("kind", "type_", "name"),
    [
        ("details.requested", "AT_001", "Request"),
        ("details.shared", "AT_002", "Share"),
        ("details.swapped", "AT_003", "Swap"),
        ("authorization.requested", "AT_004", "Authorization"),
    ],
)
def test_types(kind: str, type_: str, name: str) -> None:
    """One for each kind."""
    document = shown(interaction(kind=kind))

    assert (document["type"], document["type_name"]) == (type_, name)


@pytest.mark.parametrize(
    ("links", "direction", "status", "other"),
    [
        ([US, IDA], "OUT", "SENT", "i"),
        ([IDA], "OUT", "SENT", "i"),
        ([US], "OUT", "SENT", None),
        (
            [Linked(entity("individual", "i"), ("actor", "counterpart"))],
            "IN",
            "ACTION_REQUIRED",
            "i",
        ),
        (
            [Linked(entity("business", "b"), ("actor", "counterpart"))],
            "IN",
            "ACTION_REQUIRED",
            "b",
        ),
    ],
)
def test_direction_and_other_party(
    links: list[Linked], direction: str, status: str, other: str | None
) -> None:
    """IN where the other party acts; pending has a name on either side."""
    document = shown(interaction(*links))

    assert (document["in_out_bound"], document["status"]) == (direction, status)
    assert (document["entity"] or {}).get("id") == other


def test_deleted_other_party_is_shown_without_a_name() -> None:
    """The direction stays what it was."""
    gone = msgspec.structs.replace(entity("individual", "i"), name=None, is_deleted=True)

    document = shown(interaction(Linked(gone, ("actor", "counterpart"))))

    assert (document["entity"]["id"], document["entity"]["name"]) == ("i", None)
    assert document["in_out_bound"] == "IN"


def test_member_with_all_its_attributes() -> None:
    """A business; attributes of the wrong type are as good as none."""
    attrs = {
        "cifcode": "c",
        "avatar": "a",
        "score": 1,
        "scoring_level": 3,
        "social_media": ["x"],
        "unregistered": True,
    }
    odd: dict[str, object] = {name: {} for name in attrs}
    parties = [
        interaction(linked("business", "b", None, "counterpart", json.dumps(given)))
        for given in (attrs, odd)
    ]

    full, empty = [shown(one)["entity"] for one in parties]

    assert full == {
        "id": "b",
        "name": None,
        **{name: attrs[name] for name in ("cifcode",)},
        "type": "BUSINESS",
        "avatar": "a",
        "score": 1,
        "scoring_level": 3,
        "social_media": ["x"],
        "created_at": NOON_MS,
        "unregistered": True,
    }
    assert empty["cifcode"] is empty["score"] is empty["scoring_level"] is None
    assert (empty["social_media"], empty["unregistered"]) == ([], False)


def test_other_types_of_counterparts_are_individuals() -> None:
    """The vendor knows no third."""
    document = shown(interaction(linked("contact", "8", role="counterpart")))

    assert document["entity"]["type"] == "INDIVIDUAL"


@pytest.mark.parametrize(
    ("body", "summary", "description"),
    [("b", "s", "b"), ("b", None, "b"), (None, "s", "s"), (None, None, None)],
)
def test_description(body: str | None, summary: str | None, description: str | None) -> None:
    """The body, else the summary."""
    assert shown(interaction(body=body, summary=summary))["description"] == description


REQUIREMENT = {
    "code": "RQ_008",
    "type": "RTP_001",
    "category": "RQC_001",
    "data": {"b": 1, "a": 2},
    "items": [{"code": "x", "type": "t", "data": "+49"}, {}],
}
WITHOUT_DATA = {
    "code": "RQ_008",
    "type": "RTP_001",
    "category": "RQC_001",
    "items": [{"code": "x", "type": "t"}, {"code": None, "type": None}],
}


def test_data_is_shown_of_what_was_granted_only() -> None:
    """In the detail, and until it expires."""
    one = interaction(
        data={
            "status": "ACCEPTED",
            "expires_at": NOON_MS,
            "requirements": [REQUIREMENT],
            "declined_requirements": [REQUIREMENT],
            "accepted_requirements": [REQUIREMENT],
        }
    )

    listed = shown(one, now=NOON - 1)
    detail = shown(one, now=NOON - 1, detail=True)
    over = shown(one, now=NOON, detail=True)

    assert "accepted_requirements" not in listed
    for document in (listed, detail, over):
        assert document["requirements"] == [WITHOUT_DATA]
        assert document["declined_requirements"] == [WITHOUT_DATA]
    (granted,) = detail["accepted_requirements"]
    assert list(granted) == ["code", "type", "category", "data", "items"]
    assert list(granted["data"]) == ["b", "a"]
    assert granted["items"][0] == {"code": "x", "type": "t", "data": "+49"}
    (rest,) = over["accepted_requirements"]
    assert (rest["data"], rest["items"][0]["data"], over["status"]) == (None, None, "EXPIRED")


def test_completed_one_shows_no_data_after_its_time() -> None:
    """It stays completed."""
    data = {
        "status": "COMPLETED",
        "expires_at": NOON_MS,
        "accepted_requirements": [{"code": "c", "data": 1}],
    }

    document = shown(interaction(data=data), detail=True)

    assert document["status"] == "COMPLETED"
    assert document["accepted_requirements"] == [
        {"code": "c", "type": None, "category": None, "data": None, "items": []}
    ]


@pytest.mark.parametrize(
    ("data", "status", "timeline"),
    [
        ({"timeline": [{"status": "SENT", "at": 5}]}, "SENT", [("SENT", 5)]),
        (
            {"timeline": [{"status": "SENT", "at": 5}], "valid_until": NOON_MS - 1},
            "CANCELED",
            [("SENT", 5), ("CANCELED", NOON_MS - 1)],
        ),
        (
            {
                "status": "ACCEPTED",
                "timeline": [{"status": "ACCEPTED", "at": "1970-01-01T00:00:00.005Z"}],
                "expires_at": NOON_MS,
            },
            "EXPIRED",
            [("ACCEPTED", 5), ("EXPIRED", NOON_MS)],
        ),
        (
            {"status": "EXPIRED", "timeline": [{"status": "EXPIRED", "at": 5}], "expires_at": 5},
            "EXPIRED",
            [("EXPIRED", 5)],
        ),
    ],
)
def test_timeline_knows_what_time_has_changed(
    data: dict[str, Any], status: str, timeline: list[tuple[str, int]]
) -> None:
    """Whether or not it was recorded yet."""
    document = shown(interaction(data=data))

    assert document["status"] == status
    assert [(entry["status"], entry["at"]) for entry in document["timeline"]] == timeline


def test_times_are_milliseconds_however_they_were_given() -> None:
    """Data in RFC 3339 and data in milliseconds give the same milliseconds."""
    data = {
        "valid_until": "2026-03-01T13:00:00+01:00",
        "attended_at": NOON_MS,
        "completed_at": "2026-03-01T12:00:00.0015Z",
        "expires_in": {"seconds": 60},
        "status": "COMPLETED",
    }

    document = shown(interaction(data=data, time_zone="Asia/Tokyo"))

    assert document["valid_until"] == document["attended_at"] == NOON_MS
    assert document["completed_at"] == NOON_MS + 1
    assert document["expires_in"] == {"seconds": 60}
    assert document["time_zone"] == "Asia/Tokyo"

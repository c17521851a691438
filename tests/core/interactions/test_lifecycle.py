"""The life of an interaction as tables, and what holds whatever happens in which order."""

import json
from typing import Any, get_args

import msgspec
import pytest

from doings.core.activity import Link
from doings.core.clock import text_from_instant
from doings.core.errors import Conflict
from doings.core.interactions import lifecycle
from doings.core.interactions.data import (
    Attendance,
    begun_draft,
    data_in_time,
    members_of_step,
    mirrored_draft,
)
from doings.core.interactions.lifecycle import (
    IN,
    KINDS,
    OUT,
    Direction,
    StepName,
    check_revision,
    check_step,
    direction_of,
    due_at,
    facts_of,
    status_at,
)
from doings.core.kinds.catalogue import CATALOGUE
from doings.core.kinds.shapes import InteractionData, Span
from tests.builders import activity, note
from tests.clocks import NOON
from tests.core.interactions.requests import HOUR, OWN, SECRET, data_of, draft, request

STATUSES = ("SENT", "ACTION_REQUIRED", "ACCEPTED", "DECLINED", "CANCELED", "EXPIRED", "COMPLETED")


def test_kinds_are_those_of_the_catalogue_with_this_shape() -> None:
    """Neither table can change alone."""
    assert set(KINDS) == {kind.kind for kind in CATALOGUE.values() if kind.data is InteractionData}


def test_facts_are_the_members_of_the_shape() -> None:
    """What may be recorded can be read."""
    assert lifecycle.Facts.__struct_fields__ == InteractionData.__struct_fields__


@pytest.mark.parametrize("step", get_args(StepName))
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("party", [OUT, IN, None])
def test_steps(step: StepName, status: str, party: Direction | None) -> None:
    """Every step from every state by every party: allowed here, or a conflict."""
    allowed = {
        ("accept", "SENT"): {IN, None},
        ("accept", "ACTION_REQUIRED"): {IN, None},
        ("decline", "SENT"): {IN, None},
        ("decline", "ACTION_REQUIRED"): {IN, None},
        ("cancel", "SENT"): {OUT, None},
        ("cancel", "ACTION_REQUIRED"): {OUT, None},
        ("complete", "ACCEPTED"): {IN, OUT, None},
    }

    if party in allowed.get((step, status), set()):
        check_step(step, status, party)
    else:
        with pytest.raises(Conflict):
            check_step(step, status, party)


LATER = text_from_instant(NOON + HOUR)
LATER_MS = (NOON + HOUR) // 1000


@pytest.mark.parametrize(
    ("members", "before", "after"),
    [
        ({}, "SENT", "SENT"),
        ({"status": "SENT"}, "SENT", "SENT"),
        ({"valid_until": LATER}, "SENT", "CANCELED"),
        ({"valid_until": LATER_MS}, "SENT", "CANCELED"),
        ({"status": "ACTION_REQUIRED", "valid_until": LATER}, "SENT", "CANCELED"),
        ({"expires_at": LATER}, "SENT", "SENT"),
        ({"status": "ACCEPTED"}, "ACCEPTED", "ACCEPTED"),
        ({"status": "ACCEPTED", "valid_until": LATER}, "ACCEPTED", "ACCEPTED"),
        ({"status": "ACCEPTED", "expires_at": LATER}, "ACCEPTED", "EXPIRED"),
        ({"status": "DECLINED", "valid_until": LATER}, "DECLINED", "DECLINED"),
        ({"status": "COMPLETED", "expires_at": LATER}, "COMPLETED", "COMPLETED"),
        ({"status": "CANCELED", "expires_at": LATER}, "CANCELED", "CANCELED"),
        ({"status": "EXPIRED", "expires_at": LATER}, "EXPIRED", "EXPIRED"),
    ],
)
def test_status_goes_by_the_clock(members: dict[str, Any], before: str, after: str) -> None:
    """A microsecond before the hour, and on it; the receptor's pending has another name."""
    facts = facts_of(data_of(**members))

    assert status_at(facts, OUT, NOON + HOUR - 1) == before
    assert status_at(facts, OUT, NOON + HOUR) == after
    assert status_at(facts, IN, NOON + HOUR - 1) == before.replace("SENT", "ACTION_REQUIRED")


OPEN = [{"code": "RQ_008"}]


@pytest.mark.parametrize(
    ("kind", "members", "due"),
    [
        ("details.requested", {}, None),
        ("details.requested", {"valid_until": LATER}, NOON + HOUR),
        ("details.requested", {"valid_until": LATER_MS}, NOON + HOUR),
        ("details.requested", {"status": "DECLINED", "valid_until": LATER}, None),
        ("details.requested", {"status": "ACCEPTED", "expires_at": LATER}, NOON + HOUR),
        ("details.requested", {"status": "EXPIRED", "expires_at": LATER}, None),
        ("details.requested", {"status": "COMPLETED", "expires_at": LATER}, None),
        (
            "details.requested",
            {"status": "COMPLETED", "expires_at": LATER, "accepted_requirements": OPEN},
            None,
        ),
        (
            "details.requested",
            {"status": "COMPLETED", "expires_at": LATER, "accepted_requirements": SECRET},
            NOON + HOUR,
        ),
        ("note.created", {"valid_until": LATER}, None),
    ],
)
def test_what_time_will_change(kind: str, members: dict[str, Any], due: int | None) -> None:
    """When a pending one lapses, an accepted one expires, and shared data is forgotten."""
    assert due_at(kind, data_of(**members)) == due


@pytest.mark.parametrize(
    ("links", "direction"),
    [
        ([], OUT),
        ([("business", "acme", "actor")], OUT),
        ([("business", "acme", "actor"), ("individual", "i", "counterpart")], OUT),
        ([("individual", "i", "counterpart")], OUT),
        ([("user", "u", "actor"), ("individual", "i", "counterpart")], OUT),
        ([("individual", "i", "actor counterpart")], IN),
    ],
)
def test_direction(links: list[tuple[str, str, str]], direction: Direction) -> None:
    """IN where the other party acts."""
    assert direction_of(request(*links)) == direction


@pytest.mark.parametrize(
    ("links", "begun", "status"),
    [
        ([], [("business:acme", "actor")], "SENT"),
        (
            [Link("individual", "i", "counterpart")],
            [("business:acme", "actor"), ("individual:i", "counterpart")],
            "SENT",
        ),
        ([Link("user", "u", "actor")], [("user:u", "actor")], "SENT"),
        ([Link("business", "acme", "actor")], [("business:acme", "actor")], "SENT"),
        (
            [Link("individual", "i", "actor")],
            [("individual:i", "actor"), ("individual:i", "counterpart")],
            "ACTION_REQUIRED",
        ),
        (
            [Link("individual", "i", "actor"), Link("individual", "i", "counterpart")],
            [("individual:i", "actor"), ("individual:i", "counterpart")],
            "ACTION_REQUIRED",
        ),
    ],
)
def test_parties_as_it_begins(links: list[Link], begun: list[tuple[str, str]], status: str) -> None:
    """We act where nobody else does, and who acts upon us is the other party."""
    made = begun_draft(draft(*links), OWN)

    assert [(f"{link.type}:{link.id}", link.role) for link in made.links] == begun
    assert json.loads(made.data) == {
        "status": status,
        "timeline": [{"status": status, "at": "2026-03-01T12:00:00Z"}],
    }


def test_what_only_the_server_sets_is_ignored_as_it_begins() -> None:
    """All else stays, in its order and to the letter."""
    given = draft(
        zeta=1.50,
        status="COMPLETED",
        attended_at=1,
        completed_at=1,
        expires_at=1,
        accepted_requirements=SECRET,
        declined_requirements=OPEN,
        timeline=[{"status": "SENT", "at": 1}],
        alpha=[1],
    )

    assert begun_draft(given, OWN).data == (
        '{"zeta":1.5,"alpha":[1],"status":"SENT",'
        '"timeline":[{"status":"SENT","at":"2026-03-01T12:00:00Z"}]}'
    )


def test_receptor_gets_nothing_of_the_initiators_own() -> None:
    """The copy has no metadata, no other links, nothing of what is offered and none of our ids."""
    begun = msgspec.structs.replace(
        begun_draft(
            draft(
                Link("business", "beta", "counterpart"),
                Link("contact", "8"),
                requirements=[
                    {"code": "RQ_008", "data": "+49", "items": [{"data": 1, "code": "x"}]}
                ],
                valid_until=LATER,
            ),
            OWN,
        ),
        metadata='{"own":1}',
        body="Please",
        level="WARN",
        channels=("private",),
        external_id="ours",
    )

    theirs = mirrored_draft(begun, Link(*OWN, "actor", "Acme"), "1:abc")

    assert theirs.links == (
        Link("business", "acme", "actor", "Acme"),
        Link("business", "acme", "counterpart", "Acme"),
    )
    assert json.loads(theirs.data) == {
        "requirements": [{"code": "RQ_008", "items": [{"code": "x"}]}],
        "valid_until": LATER,
        "status": "ACTION_REQUIRED",
        "timeline": [{"status": "ACTION_REQUIRED", "at": "2026-03-01T12:00:00Z"}],
    }
    assert (theirs.body, theirs.metadata, theirs.level) == ("Please", "{}", None)
    assert (theirs.origin, theirs.external_id) == ("interaction", "1:abc")


def test_acceptance_without_a_word_grants_all_that_was_asked() -> None:
    """What was asked is granted, for as long as was asked."""
    facts = facts_of(data_of(requirements=OPEN, expires_in={"seconds": 60}))

    members = members_of_step("accept", Attendance(), facts, NOON)

    assert {name: json.loads(bytes(value)) for name, value in members.items()} == {
        "status": "ACCEPTED",
        "attended_at": "2026-03-01T12:00:00Z",
        "accepted_requirements": OPEN,
        "declined_requirements": [],
        "expires_at": "2026-03-01T12:01:00Z",
    }


def test_acceptance_of_a_part() -> None:
    """What is declined is not granted; the step's own words come first."""
    facts = facts_of(
        data_of(requirements=[{"code": "a"}, {"code": "b"}], expires_in={"seconds": 9})
    )
    given = Attendance(
        declined_requirements=msgspec.Raw(b'[{"code":"b"}]'),
        expires_in=Span(seconds=3600),
        notification_message="here",
    )

    members = members_of_step("accept", given, facts, NOON)

    assert json.loads(bytes(members["accepted_requirements"])) == [{"code": "a"}]
    assert json.loads(bytes(members["declined_requirements"])) == [{"code": "b"}]
    assert json.loads(bytes(members["expires_in"])) == {"seconds": 3600}
    assert json.loads(bytes(members["expires_at"])) == LATER
    assert json.loads(bytes(members["notification_message"])) == "here"


@pytest.mark.parametrize(
    ("step", "members"),
    [
        (
            "decline",
            {
                "status": "DECLINED",
                "attended_at": "2026-03-01T12:00:00Z",
                "declined_requirements": OPEN,
            },
        ),
        ("cancel", {"status": "CANCELED"}),
        ("complete", {"status": "COMPLETED", "completed_at": "2026-03-01T12:00:00Z"}),
    ],
)
def test_members_of_other_steps(step: StepName, members: dict[str, Any]) -> None:
    """Each says when it was taken, where the vendor of the word has a member for it."""
    found = members_of_step(step, Attendance(), facts_of(data_of(requirements=SECRET)), NOON)

    assert {name: json.loads(bytes(value)) for name, value in found.items()} == members


def test_expiry_takes_what_was_shared() -> None:
    """The status of the minute it ended, and nothing of the data."""
    accepted = [{"code": "a", "data": 1, "label": "x", "items": [{"code": "b", "data": {}}]}]
    data = data_of(status="ACCEPTED", expires_at=LATER, accepted_requirements=accepted)

    after = json.loads(data_in_time(data, OUT, NOON + 2 * HOUR))

    assert after == {
        "status": "EXPIRED",
        "expires_at": LATER,
        "accepted_requirements": [{"code": "a", "label": "x", "items": [{"code": "b"}]}],
        "timeline": [{"status": "EXPIRED", "at": LATER}],
    }


def test_completed_one_forgets_what_was_shared() -> None:
    """It stays completed."""
    data = data_of(status="COMPLETED", expires_at=LATER, accepted_requirements=SECRET)

    assert json.loads(data_in_time(data, OUT, NOON + HOUR)) == {
        "status": "COMPLETED",
        "expires_at": LATER,
        "accepted_requirements": OPEN,
    }
    assert data_in_time(data, OUT, NOON + HOUR - 1) == data


@pytest.mark.parametrize(
    ("new", "is_allowed"),
    [
        ({}, True),
        ({"body": "other"}, True),
        ({"links": (Link("business", "acme", "actor"), Link("contact", "8"))}, True),
        ({"data": '{"valid_until":1}'}, False),
        ({"kind": "details.shared"}, False),
        ({"kind": "note.created"}, False),
        ({"links": (Link("individual", "i", "actor"),)}, False),
        (
            {"links": (Link("business", "acme", "actor"), Link("business", "b", "counterpart"))},
            False,
        ),
    ],
)
def test_what_both_rely_on_is_not_revised(new: dict[str, Any], is_allowed: bool) -> None:  # noqa: FBT001
    """Prose and one's own links may change, kind, data and parties may not."""
    old = request(("business", "acme", "actor"))
    revised = msgspec.structs.replace(draft(Link("business", "acme", "actor")), **new)

    if is_allowed:
        check_revision(old, revised)
    else:
        with pytest.raises(Conflict):
            check_revision(old, revised)


def test_other_kinds_are_revised_as_ever() -> None:
    """Other kinds may change, and Conflict is raised when one is to become an interaction."""
    old = activity("note.created")

    check_revision(old, note(kind="note.updated", data='{"a":1}'))
    with pytest.raises(Conflict):
        check_revision(old, draft())

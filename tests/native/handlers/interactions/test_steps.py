"""Interactions with a party that has no account here: how they begin, and their steps."""

import pytest

from doings.auth.principal import READ
from tests.engines import SQLITE_ONLY
from tests.native.handlers.interactions.parties import (
    HOUR,
    INDIVIDUAL,
    NOON_TEXT,
    PHONE,
    Json,
    Party,
)
from tests.serving import Business, Served


async def test_one_sided_interaction_begins_as_sent(ours: Party) -> None:
    """We act where nobody else does."""
    found = await ours.record(links=[INDIVIDUAL], data={"requirements": [PHONE]})

    assert found["actor"] == {"type": "business", "id": "acme", "name": "Acme"}
    assert found["data"] == {
        "requirements": [PHONE],
        "status": "SENT",
        "timeline": [{"status": "SENT", "at": NOON_TEXT}],
    }


async def test_interaction_that_the_other_party_began(ours: Party) -> None:
    """It is ours to attend."""
    found = await ours.record(actor={"type": "individual", "id": "i1"})

    assert found["data"]["status"] == "ACTION_REQUIRED"
    assert found["links"] == [
        {"type": "individual", "id": "i1", "role": "counterpart", "name": None}
    ]


async def test_one_credential_speaks_for_both_where_the_other_party_is_none_of_ours(
    ours: Party,
) -> None:
    """Request, acceptance and completion; each answers with the activity."""
    await ours.record(links=[INDIVIDUAL], data={"requirements": [PHONE]})
    ours.clock.instant += HOUR
    granted = {**PHONE, "data": {"number": "+49 30 1", "zeta": 1, "alpha": 2}}

    accepted = await ours.take(
        "accept",
        {
            "accepted_requirements": [granted],
            "expires_in": {"seconds": 60},
            "notification_message": "Here it is",
        },
    )
    completed = await ours.take("complete")

    assert (accepted.status_code, completed.status_code) == (200, 200)
    assert accepted.json()["data"] == {
        "requirements": [PHONE],
        "status": "ACCEPTED",
        "timeline": [
            {"status": "SENT", "at": NOON_TEXT},
            {"status": "ACCEPTED", "at": "2026-03-01T13:00:00Z"},
        ],
        "attended_at": "2026-03-01T13:00:00Z",
        "notification_message": "Here it is",
        "accepted_requirements": [granted],
        "declined_requirements": [],
        "expires_in": {"seconds": 60},
        "expires_at": "2026-03-01T13:01:00Z",
    }
    assert list(accepted.json()["data"]["accepted_requirements"][0]["data"]) == [
        "number",
        "zeta",
        "alpha",
    ]
    assert completed.json()["data"]["status"] == "COMPLETED"
    assert completed.json()["data"]["completed_at"] == "2026-03-01T13:00:00Z"
    assert completed.json() == await ours.only()


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        (["accept"], "ACCEPTED"),
        (["accept", "complete"], "COMPLETED"),
        (["decline"], "DECLINED"),
        (["cancel"], "CANCELED"),
    ],
)
async def test_what_has_ended_takes_no_step_but_those_of_the_table(
    ours: Party, steps: list[str], status: str
) -> None:
    """409 for every other step, and nothing changes."""
    await ours.record(links=[INDIVIDUAL])
    for step in steps:
        assert (await ours.take(step)).status_code == 200
    before = await ours.only()
    assert before["data"]["status"] == status

    for step in ("accept", "decline", "cancel", "complete"):
        if (status, step) != ("ACCEPTED", "complete"):
            answer = await ours.take(step)
            assert answer.status_code == 409, step
            assert answer.headers["content-type"] == "application/problem+json"
    assert await ours.only() == before


async def test_pending_one_cannot_be_completed(ours: Party) -> None:
    """Completion follows acceptance."""
    await ours.record(links=[INDIVIDUAL])

    assert (await ours.take("complete")).status_code == 409


async def test_other_kinds_take_no_steps(ours: Party) -> None:
    """A note has nothing to accept."""
    await ours.post("/activities", {"kind": "note.created"})

    assert (await ours.take("accept")).status_code == 409


@pytest.mark.parametrize("step", ["accept", "decline", "complete", "cancel"])
async def test_step_of_what_is_not_there(ours: Party, theirs: Party, step: str) -> None:
    """Another account's interaction just like one that nobody knows."""
    foreign = await theirs.record(links=[INDIVIDUAL])
    unknown = "00000000-0000-7000-8000-000000000000"

    for ref in (foreign["id"], unknown, "5"):
        answer = await ours.post(f"/activities/{ref}/{step}")
        assert answer.status_code == 404


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("step", "body", "field"),
    [
        ("accept", {"x": 1}, "x"),
        ("accept", {"accepted_requirements": {}}, "accepted_requirements"),
        ("accept", {"accepted_requirements": [{"code": 1}]}, "accepted_requirements[0].code"),
        ("accept", {"declined_requirements": "all"}, "declined_requirements"),
        ("accept", {"expires_in": 60}, "expires_in"),
        ("accept", {"expires_in": {"seconds": -1}}, "expires_in.seconds"),
        ("accept", {"expires_in": {"seconds": 10**12}}, "expires_in.seconds"),
        ("accept", {"expires_in": {"seconds": 10**30}}, "expires_in.seconds"),
        ("accept", {"notification_message": []}, "notification_message"),
        ("decline", {"accepted_requirements": []}, "accepted_requirements"),
        ("decline", {"notification_message": 1}, "notification_message"),
        ("complete", {"notification_message": "x"}, "notification_message"),
        ("cancel", {"expires_in": {}}, "expires_in"),
    ],
)
async def test_wrong_body_is_refused(ours: Party, step: str, body: Json, field: str) -> None:
    """422 with the member's path."""
    await ours.record(links=[INDIVIDUAL])

    answer = await ours.take(step, body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_body_that_is_no_json_is_refused(ours: Party) -> None:
    """400 for what cannot be read, 415 for what nobody reads."""
    found = await ours.record(links=[INDIVIDUAL])
    path = f"/v1/activities/{found['id']}/accept"

    broken = await ours.client.post(path, headers=ours.headers, content=b"{")
    text = await ours.client.post(
        path, headers=ours.headers | {"Content-Type": "text/plain"}, content=b"{}"
    )

    assert (broken.status_code, text.status_code) == (400, 415)


async def test_step_needs_the_scope_to_write(served: Served, acme: Business, ours: Party) -> None:
    """Reading is not enough."""
    found = await ours.record(links=[INDIVIDUAL])
    issued = await served.credential(acme.account, scopes=(READ,))

    answer = await served.client.post(
        f"/v1/activities/{found['id']}/accept",
        headers={"Authorization": f"Bearer {issued.secret}"},
    )

    assert answer.status_code == 403


async def test_step_that_is_sent_again_is_answered_again(ours: Party) -> None:
    """By its Idempotency-Key; with another body it is a conflict."""
    found = await ours.record(links=[INDIVIDUAL])
    path = f"/activities/{found['id']}/decline"
    key = {"Idempotency-Key": "once"}

    first = await ours.post(path, {"notification_message": "no"}, **key)
    again = await ours.post(path, {"notification_message": "no"}, **key)
    other = await ours.post(path, {"notification_message": "yes"}, **key)

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert again.content == first.content


async def test_kind_data_and_parties_are_not_patched(ours: Party) -> None:
    """An interaction changes by its steps; its prose may be corrected."""
    found = await ours.record(links=[INDIVIDUAL])
    path = f"/v1/activities/{found['id']}"

    patches: list[Json] = [
        {"data": {"status": "ACCEPTED"}},
        {"data": {"valid_until": 1}},
        {"kind": "details.shared"},
        {"actor": "individual:i1"},
        {"links": []},
    ]

    refused = [await ours.client.patch(path, headers=ours.headers, json=patch) for patch in patches]
    allowed = await ours.client.patch(path, headers=ours.headers, json={"body": "Please"})

    assert [answer.status_code for answer in refused] == [409] * 5
    assert (allowed.status_code, allowed.json()["body"]) == (200, "Please")

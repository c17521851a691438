"""Interactions between two accounts of this server."""

import random

import pytest

from doings.core.activity import RESERVED_ORIGINS, Draft, Link
from doings.core.clock import text_from_instant
from doings.core.interactions.sweeper import Sweeper
from tests.clocks import NOON
from tests.native.handlers.interactions.parties import (
    BETA,
    HOUR,
    INDIVIDUAL,
    NOON_TEXT,
    PHONE,
    Json,
    Party,
)
from tests.serving import Business, Served


async def test_both_parties_have_it(ours: Party, theirs: Party) -> None:
    """OUT here and IN there, made in one go; nothing of ours is told but what is theirs."""
    mine = await ours.record(
        links=[BETA, "contact:8"],
        body="Your phone number, please",
        metadata={"ticket": 5},
        data={"requirements": [PHONE], "valid_until": "2026-03-02T12:00:00Z"},
    )

    other = await theirs.only()

    assert other["kind"] == "details.requested"
    assert other["actor"] == {"type": "business", "id": "acme", "name": "Acme"}
    assert other["links"] == [
        {"type": "business", "id": "acme", "role": "counterpart", "name": "Acme"}
    ]
    assert other["data"]["requirements"] == [PHONE]
    assert other["data"]["valid_until"] == "2026-03-02T12:00:00Z"
    assert other["data"]["status"] == "ACTION_REQUIRED"
    assert (other["body"], other["metadata"]) == ("Your phone number, please", {})
    assert (other["origin"], other["external_id"]) == ("interaction", f"1:{mine['id']}")
    assert (await theirs.changes())[-1]["by"] is None


async def test_step_on_one_side_is_seen_on_the_other(ours: Party, theirs: Party) -> None:
    """In the same transaction, with what was granted."""
    await ours.record(links=[BETA], data={"requirements": [PHONE], "expires_in": {"seconds": 60}})

    answer = await theirs.take("accept", {"accepted_requirements": [{**PHONE, "data": "+49"}]})

    assert answer.status_code == 200
    mine = (await ours.only())["data"]
    assert mine["status"] == "ACCEPTED"
    assert mine["accepted_requirements"] == [{**PHONE, "data": "+49"}]
    assert mine["attended_at"] == NOON_TEXT
    assert mine["expires_at"] == "2026-03-01T12:01:00Z"
    assert [change["op"] for change in await ours.changes()] == ["created", "updated"]
    assert [change["op"] for change in await theirs.changes()] == ["created", "updated"]


async def test_what_is_offered_is_told_when_it_is_accepted(ours: Party, theirs: Party) -> None:
    """A share holds its data back until then."""
    await ours.record(
        kind="details.shared", links=[BETA], data={"requirements": [{**PHONE, "data": "+49"}]}
    )
    before = (await theirs.only())["data"]

    await theirs.take("accept")

    assert before["requirements"] == [PHONE]
    assert (await theirs.only())["data"]["accepted_requirements"] == [{**PHONE, "data": "+49"}]


@pytest.mark.parametrize(
    ("side", "step", "status"),
    [
        ("ours", "accept", 409),
        ("ours", "decline", 409),
        ("ours", "cancel", 200),
        ("theirs", "accept", 200),
        ("theirs", "decline", 200),
        ("theirs", "cancel", 409),
    ],
)
async def test_each_party_has_its_own_steps(
    ours: Party, theirs: Party, side: str, step: str, status: int
) -> None:
    """The receptor attends, the initiator takes back."""
    await ours.record(links=[BETA])

    answer = await {"ours": ours, "theirs": theirs}[side].take(step)

    assert answer.status_code == status
    statuses = {(await party.only())["data"]["status"] for party in (ours, theirs)}
    assert len(statuses) == (1 if status == 200 else 2)


@pytest.mark.parametrize("side", ["ours", "theirs"])
async def test_either_party_completes(ours: Party, theirs: Party, side: str) -> None:
    """After acceptance, and for both."""
    await ours.record(links=[BETA])
    await theirs.take("accept")

    answer = await {"ours": ours, "theirs": theirs}[side].take("complete")

    assert answer.status_code == 200
    assert {(await party.only())["data"]["status"] for party in (ours, theirs)} == {"COMPLETED"}


async def test_repetition_makes_no_second_record_over_there(ours: Party, theirs: Party) -> None:
    """Neither by external id, nor by Idempotency-Key, nor within a batch."""
    body = {"kind": "details.requested", "links": [BETA], "external_id": "e"}
    first = await ours.post("/activities", body, **{"Idempotency-Key": "k"})
    await ours.post("/activities", body, **{"Idempotency-Key": "k"})
    again = await ours.post("/activities", body)
    batch = await ours.client.post("/v1/activities/batch", headers=ours.headers, json=[body, body])

    assert (first.status_code, again.status_code) == (201, 200)
    assert batch.json()["repeated"] == 2
    assert len(await theirs.all()) == 1


async def test_batches_reach_the_other_party(ours: Party, theirs: Party) -> None:
    """As an array and as NDJSON, among activities of other kinds."""
    lines = [
        b'{"kind":"note.created"}',
        b'{"kind":"details.shared","links":[{"type":"business","id":"beta","role":"counterpart"}]}',
    ]

    for body, media_type in (
        (b"[" + b",".join(lines) + b"]", "application/json"),
        (b"\n".join(lines), "application/x-ndjson"),
    ):
        answer = await ours.client.post(
            "/v1/activities/batch",
            headers=ours.headers | {"Content-Type": media_type},
            content=body,
        )
        assert answer.json()["recorded"] == 2

    assert [found["kind"] for found in await theirs.all()] == ["details.shared"] * 2
    assert len(await ours.all()) == 4


async def test_closed_account_gets_nothing(
    served: Served, ours: Party, theirs: Party, beta: Business
) -> None:
    """The interaction is one-sided; what has begun before goes on."""
    await ours.record(links=[BETA], external_id="before")
    await served.database.change_settings(beta.account.id, lambda _: {"interactions": "closed"})
    await ours.record(links=[BETA], external_id="after")

    assert len(await theirs.all()) == 1
    assert (await theirs.take("accept")).status_code == 200
    assert {one["data"]["status"] for one in await ours.all()} == {"SENT", "ACCEPTED"}


async def test_counterpart_that_is_oneself_or_nobody(ours: Party) -> None:
    """Is one-sided like any other."""
    await ours.record(links=[{**BETA, "id": "acme"}])
    await ours.record(links=[{**BETA, "id": "nobody"}])
    await ours.record(links=[{**BETA, "role": "subject"}])

    assert len(await ours.all()) == 3


async def test_incoming_record_stays_here(ours: Party, theirs: Party) -> None:
    """What the other party began elsewhere is not recorded for it once more."""
    await ours.record(links=[BETA], actor="business:beta")

    assert await theirs.all() == []


async def test_deleted_other_side_leaves_one_that_speaks_for_both(
    ours: Party, theirs: Party
) -> None:
    """Deleting is each account's own business."""
    await ours.record(links=[BETA])
    other = await theirs.only()
    await ours.client.delete(f"/v1/activities/{other['id']}", headers=theirs.headers)

    assert (await ours.take("accept")).status_code == 200


def forged(external_id: str, *links: Link) -> Draft:
    """A record like the one that the server makes for the other party."""
    return Draft(
        kind="details.requested",
        occurred_at=NOON,
        data='{"status":"ACTION_REQUIRED","timeline":[]}',
        links=links,
        origin="interaction",
        external_id=external_id,
    )


FROM_ACME = (Link("business", "acme", "actor"), Link("business", "acme", "counterpart"))
TO_ACME = (Link("business", "beta", "actor"), Link("business", "acme", "counterpart"))


async def test_forged_link_moves_nobody(ours: Party, theirs: Party, beta: Business) -> None:
    """Only a record that names the forger as its other party can be attended by it."""
    mine = await ours.record(links=[INDIVIDUAL])
    await beta.record(forged(f"1:{mine['id']}", *FROM_ACME))

    assert (await theirs.take("accept")).status_code == 200
    assert (await ours.only())["data"]["status"] == "SENT"


async def test_forged_direction_moves_nobody(ours: Party, theirs: Party, beta: Business) -> None:
    """A record under that origin that does not come IN takes no steps for the one who asked."""
    mine = await ours.record(links=[BETA])
    await theirs.client.delete(
        f"/v1/activities/{(await theirs.only())['id']}", headers=theirs.headers
    )
    await beta.record(forged(f"1:{mine['id']}", *TO_ACME))

    await theirs.take("cancel")

    assert (await ours.only())["data"]["status"] == "SENT"


@pytest.mark.parametrize("origin", sorted(RESERVED_ORIGINS))
async def test_reserved_origin_is_refused_on_every_way_in(ours: Party, origin: str) -> None:
    """One by one, in an array, as NDJSON, by its name in the path and by a patch."""
    document = {"kind": "note.created", "origin": origin, "external_id": "7"}
    named = f"/v1/activities/by-external-id/{origin}/7"

    single = await ours.post("/activities", document)
    array = await ours.post("/activities/batch", [document])
    atomic = await ours.post("/activities/batch?atomic=true", [document])
    replacing = await ours.post("/activities/batch?on_repeat=replace", [document])
    lines = await ours.client.post(
        "/v1/activities/batch",
        headers=ours.headers | {"Content-Type": "application/x-ndjson"},
        json=document,
    )
    put = await ours.client.put(named, headers=ours.headers, json={"kind": "note.created"})

    assert [single.status_code, atomic.status_code, put.status_code] == [422, 422, 422]
    assert single.json()["errors"][0]["field"] == put.json()["errors"][0]["field"] == "origin"
    for answer in (array, replacing, lines):
        assert (answer.json()["recorded"], len(answer.json()["errors"])) == (0, 1)
    assert await ours.all() == []


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize(
    "external_id", ["x", "1", "1:", "99:x", "2:x", ":", "-1:x", "1" * 30 + ":x"]
)
async def test_link_that_leads_nowhere(theirs: Party, beta: Business, external_id: str) -> None:
    """Is one-sided like any other."""
    await beta.record(forged(external_id, *FROM_ACME))

    assert (await theirs.take("accept")).status_code == 200


@pytest.mark.parametrize("seed", range(8))
async def test_two_sides_never_disagree(
    ours: Party, theirs: Party, sweeper: Sweeper, seed: int
) -> None:
    """Whatever both do, in whatever order and at whatever time."""
    chance = random.Random(seed)
    for number in range(3):
        await ours.record(
            links=[BETA],
            external_id=str(number),
            data={
                "requirements": [{**PHONE, "data": number}],
                "valid_until": text_from_instant(NOON + chance.randrange(6 * HOUR)),
                "expires_in": {"seconds": chance.randrange(7200)},
            },
        )
    for _ in range(40):
        party = chance.choice([ours, theirs])
        found = chance.choice(await party.all())
        step = chance.choice(["accept", "decline", "complete", "cancel", "wait", "sweep"])
        if step == "wait":
            ours.clock.instant += chance.randrange(HOUR)
        elif step == "sweep":
            await sweeper.sweep()
        else:
            await party.post(f"/activities/{found['id']}/{step}")
        await check_agreement(ours, theirs)
    ours.clock.instant += 10 * HOUR
    await sweeper.sweep()
    await check_agreement(ours, theirs)


async def check_agreement(ours: Party, theirs: Party) -> None:
    """Both sides say the same, except that the pending state has two names."""
    mine = {one["id"]: one["data"] for one in await ours.all()}
    others = {one["external_id"].partition(":")[2]: one["data"] for one in await theirs.all()}
    assert mine.keys() == others.keys()
    for id_, data in mine.items():
        assert _agreed(data) == _agreed(others[id_])


def _agreed(data: Json) -> Json:
    """What both say alike: all but the offer that only the initiator knows."""
    named = {"SENT": "pending", "ACTION_REQUIRED": "pending"}
    timeline = [(named.get(one["status"], one["status"]), one["at"]) for one in data["timeline"]]
    status = named.get(data["status"], data["status"])
    rest = {name: value for name, value in data.items() if name != "requirements"}
    return {**rest, "status": status, "timeline": timeline}

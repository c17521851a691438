"""Interactions over HTTP: one-sided, between two accounts, and in the course of time."""

import asyncio
import random
from typing import Any

import httpx
import pytest

from doings.auth.principal import READ
from doings.core.activity import RESERVED_ORIGINS, Draft, Link
from doings.core.clock import SECOND, text_from_instant
from doings.core.interactions.sweeper import Sweeper
from tests.clocks import NOON
from tests.serving import Business, Served

HOUR = 3600 * SECOND
NOON_TEXT = "2026-03-01T12:00:00Z"
Json = dict[str, Any]


@pytest.fixture
async def acme(served: Served) -> Business:
    """The account that begins."""
    return await served.business("acme")


@pytest.fixture
async def beta(served: Served) -> Business:
    """The account of the other party."""
    return await served.business("beta")


class Party:
    """One account's view of its only interaction."""

    def __init__(self, served: Served, business: Business) -> None:
        self.client = served.client
        self.headers = business.bearer
        self.clock = served.clock

    async def post(
        self, path: str, body: Json | list[Json] | None = None, **headers: str
    ) -> httpx.Response:
        """Send a request, without a body where there is none."""
        content = {} if body is None else {"json": body}
        return await self.client.post(
            f"/v1{path}",
            headers=self.headers | headers,
            **content,  # type: ignore[arg-type]
        )

    async def record(self, **members: Any) -> Json:  # noqa: ANN401 - JSON
        """Record a request for details."""
        answer = await self.post("/activities", {"kind": "details.requested", **members})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def all(self) -> list[Json]:
        """The whole timeline."""
        answer = await self.client.get("/v1/activities?limit=200", headers=self.headers)
        return list(answer.json()["items"])

    async def only(self) -> Json:
        """The one activity there is."""
        (found,) = await self.all()
        return found

    async def take(self, step: str, body: Json | None = None) -> httpx.Response:
        """Take the only interaction a step further."""
        return await self.post(f"/activities/{(await self.only())['id']}/{step}", body)

    async def changes(self) -> list[Json]:
        """The feed."""
        answer = await self.client.get("/v1/changes?limit=200", headers=self.headers)
        return list(answer.json()["items"])


@pytest.fixture
def ours(served: Served, acme: Business) -> Party:
    """The initiator."""
    return Party(served, acme)


@pytest.fixture
def theirs(served: Served, beta: Business) -> Party:
    """The receptor."""
    return Party(served, beta)


@pytest.fixture
def sweeper(served: Served) -> Sweeper:
    """A sweeper that is told when to sweep."""
    return Sweeper(served.database, served.clock, lambda error: pytest.fail(str(error)))


INDIVIDUAL = {"type": "individual", "id": "i1", "role": "counterpart", "name": "Ida"}
BETA = {"type": "business", "id": "beta", "role": "counterpart"}
PHONE = {"code": "RQ_008", "type": "RTP_001", "category": "RQC_001"}


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


async def test_unattended_one_is_canceled_in_time(
    ours: Party, theirs: Party, sweeper: Sweeper
) -> None:
    """Once, for both, in both feeds, as of the minute it lapsed."""
    await ours.record(links=[BETA], data={"valid_until": (NOON + HOUR) // 1000})
    assert await sweeper.sweep() == 0
    ours.clock.instant += 2 * HOUR

    assert await sweeper.sweep() > 0
    assert await sweeper.sweep() == 0

    for party in (ours, theirs):
        data = (await party.only())["data"]
        assert data["status"] == "CANCELED"
        assert data["timeline"][-1] == {"status": "CANCELED", "at": "2026-03-01T13:00:00Z"}
        assert [change["op"] for change in await party.changes()] == ["created", "updated"]
        assert (await party.changes())[-1]["by"] is None


async def test_lapsed_one_takes_no_step_before_it_is_swept(ours: Party, theirs: Party) -> None:
    """Time is what counts, not who has noticed."""
    await ours.record(links=[BETA], data={"valid_until": (NOON + HOUR) // 1000})
    ours.clock.instant += HOUR

    assert (await theirs.take("accept")).status_code == 409
    assert (await ours.take("cancel")).status_code == 409


async def test_accepted_one_expires_in_time(ours: Party, theirs: Party, sweeper: Sweeper) -> None:
    """From then on what was shared is not there any more."""
    await ours.record(links=[BETA], data={"requirements": [PHONE]})
    await theirs.take(
        "accept",
        {"accepted_requirements": [{**PHONE, "data": "+49"}], "expires_in": {"seconds": 3600}},
    )
    ours.clock.instant += HOUR

    await sweeper.sweep()

    for party in (ours, theirs):
        data = (await party.only())["data"]
        assert data["status"] == "EXPIRED"
        assert data["accepted_requirements"] == [PHONE]
        assert "+49" not in str(await party.changes())
    assert (await ours.take("complete")).status_code == 409


async def test_what_was_shared_leaves_the_past_as_well(
    ours: Party, theirs: Party, sweeper: Sweeper
) -> None:
    """Also what a completion replaced; the rest of the history stays."""
    await ours.record(links=[BETA], data={"requirements": [PHONE]})
    await theirs.take(
        "accept",
        {"accepted_requirements": [{**PHONE, "data": "+49"}], "expires_in": {"seconds": 3600}},
    )
    await ours.take("complete")
    before = str(await ours.changes())
    ours.clock.instant += HOUR

    await sweeper.sweep()

    assert "+49" in before
    for party in (ours, theirs):
        changes = await party.changes()
        assert "+49" not in str(changes)
        assert [change["op"] for change in changes] == ["created", *["updated"] * 3]
        assert changes[2]["before"]["data"]["status"] == "ACCEPTED"
        assert changes[2]["before"]["data"]["accepted_requirements"] == [PHONE]


async def test_deleted_one_is_not_swept(ours: Party, sweeper: Sweeper) -> None:
    """Nothing of it is left to change."""
    found = await ours.record(links=[INDIVIDUAL], data={"valid_until": (NOON + HOUR) // 1000})
    await ours.client.delete(f"/v1/activities/{found['id']}", headers=ours.headers)
    ours.clock.instant += 2 * HOUR

    assert await sweeper.sweep() == 0


async def test_many_are_swept_in_one_go(ours: Party, sweeper: Sweeper) -> None:
    """More than are looked at together."""
    body = [
        {"kind": "details.requested", "data": {"valid_until": (NOON + HOUR) // 1000}}
        for _ in range(150)
    ]
    await ours.client.post("/v1/activities/batch", headers=ours.headers, json=body)
    ours.clock.instant += 2 * HOUR

    assert await sweeper.sweep() == 150
    assert {one["data"]["status"] for one in await ours.all()} == {"CANCELED"}


async def test_sweepers_take_turns(served: Served, ours: Party, sweeper: Sweeper) -> None:
    """While one is at work another leaves it alone, and takes over when it is gone."""
    other = Sweeper(served.database, served.clock, lambda error: pytest.fail(str(error)))
    due = {"data": {"valid_until": NOON // 1000}}
    await ours.record(**due)
    ours.clock.instant += HOUR
    assert await sweeper.sweep() == 1
    await ours.record(**due)

    meanwhile = await other.sweep()
    ours.clock.instant += HOUR
    later = await other.sweep()

    assert (meanwhile, later) == (0, 1)


async def test_what_cannot_be_swept_stops_no_other(
    served: Served, ours: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported, and tried again the next time."""
    errors: list[Exception] = []
    sweeper = Sweeper(served.database, served.clock, errors.append)
    for _ in range(2):
        await ours.record(data={"valid_until": NOON // 1000})
    ours.clock.instant += HOUR
    due = await served.database.due(10)
    with monkeypatch.context() as patch:
        original = sweeper._record_on_both_sides  # noqa: SLF001 - breaks what never breaks

        async def broken(account_id: int, seq: int) -> None:
            if (account_id, seq) == due[0]:
                raise RuntimeError
            await original(account_id, seq)

        patch.setattr(sweeper, "_record_on_both_sides", broken)
        assert await sweeper.sweep() == 1

    assert errors != []
    assert await sweeper.sweep() == 1


async def test_running_server_sweeps_by_itself(served: Served, ours: Party) -> None:
    """Its task looks again and again, and ends with it."""
    sweeper = Sweeper(
        served.database, served.clock, lambda error: pytest.fail(str(error)), seconds=0.01
    )
    await ours.record(data={"valid_until": NOON // 1000})
    ours.clock.instant += HOUR

    sweeper.start()
    for _ in range(500):
        if (await ours.only())["data"]["status"] == "CANCELED":
            break
        await asyncio.sleep(0.01)
    await sweeper.stop()

    assert (await ours.only())["data"]["status"] == "CANCELED"


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

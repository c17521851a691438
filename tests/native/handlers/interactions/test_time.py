"""Interactions in the course of time: what is canceled, what expires, and who sweeps."""

import asyncio

import pytest

from doings.core.interactions.sweeper import Sweeper
from tests.clocks import NOON
from tests.native.handlers.interactions.parties import BETA, HOUR, INDIVIDUAL, PHONE, Party
from tests.serving import Served


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
    """Also what a completion replaced; the rest stays, and a change says that it was forgotten."""
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
        assert [change["op"] for change in changes] == ["created", *["updated"] * 4]
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

"""When a stream ends: credentials, the server, slow readers, and one too many."""

import pytest

from doings.app import Application
from doings.httpkit.bounds.waiting import WaitingRoom
from doings.live import hub
from doings.live import tail as tails
from doings.live.frames import Audience, Frame, Frames
from tests.engines import SQLITE_ONLY
from tests.native.client import Native
from tests.native.handlers.feed.listening import QUICK, listening, until


async def test_a_revoked_credential_ends_its_streams(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason, and no other's."""
    monkeypatch.setattr(hub, "CREDENTIAL_SECONDS", QUICK)
    other = Native(
        app, (await native.http.post("/tokens", json={"scopes": ["read"]})).json()["secret"]
    )
    async with listening(app, native) as kept, listening(app, other) as listener:
        await native.http.delete(f"/tokens/{str(other.secret).partition('_')[0]}")
        closing = await listener.wait_for("closing")
        await native.record()
        await kept.wait_for("created")

    await other.http.aclose()
    assert closing.data == {"reason": "revoked"}
    assert listener.is_over


async def test_a_server_that_stops_ends_all_streams(app: Application, native: Native) -> None:
    """Those that come meanwhile, too."""
    async with listening(app, native) as listener:
        app.end_waiting()
        closing = await listener.wait_for("closing")
    async with listening(app, native, is_ready=False) as late:
        await late.wait_for("closing")

    assert closing.data == {"reason": "shutdown"}
    assert listener.is_over


async def test_a_reader_with_too_much_waiting_is_closed_and_may_resume(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others get everything meanwhile; it goes on where it was."""
    monkeypatch.setattr(tails, "STREAM_BACKLOG_BYTES", 2000)
    async with listening(app, native) as quick, listening(app, native) as slow:
        slow.is_stuck = True
        for number in range(12):
            await native.record(summary=str(number))
            await quick.wait_for("created", number + 1)
        slow.is_stuck = False
        slow.free.set()
        closing = await slow.wait_for("closing")
    last = [event.id for event in slow.events if event.id][-1]
    async with listening(app, native, headers={"last-event-id": str(last)}) as again:
        pass

    assert closing.data == {"reason": "slow"}
    got = [event.data["activity"]["summary"] for event in [*slow.events, *again.events]
           if event.name == "created"]  # fmt: skip
    assert got == [str(number) for number in range(12)]


async def test_a_reader_that_takes_nothing_is_let_go(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even though the reason cannot be told."""
    monkeypatch.setattr(hub, "LOOK_SECONDS", QUICK)
    monkeypatch.setattr(hub, "STREAM_SECONDS", 0.1)
    monkeypatch.setattr(hub, "GRACE_SECONDS", 0.1)
    async with listening(app, native) as listener:
        listener.is_stuck = True
        await native.record()
        await until(lambda: not app.services().streams.count)  # type: ignore[attr-defined]

    assert not listener.is_over


async def test_one_stream_too_many_is_refused(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with the time to come again; one that ends leaves its place."""
    monkeypatch.setattr(
        app.services().streams, "_room", WaitingRoom(2, of_account=1, bound="streams")
    )
    async with listening(app, native):
        refused = await native.call("GET", "/stream")
    async with listening(app, native) as listener:
        assert listener.status == 200

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"


@SQLITE_ONLY
async def test_a_defect_ends_no_other_stream(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be shown to one ends that one's stream, to come again; others go on."""
    of = Frames.of

    def broken(self: Frames, audience: Audience) -> list[Frame]:
        if audience.query.kinds:
            raise TypeError
        return of(self, audience)

    async with listening(app, native) as good, listening(app, native, "kind=note.*") as bad:
        monkeypatch.setattr(Frames, "of", broken)
        await native.record()
        await good.wait_for("created")
        await native.record()
        await good.wait_for("created", 2)
        await until(lambda: app.services().streams.count == 1)  # type: ignore[attr-defined]

    assert not [event for event in bad.events if event.name != "position"]

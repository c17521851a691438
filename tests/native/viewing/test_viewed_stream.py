"""The stream as a viewer is sent it."""

import json
from contextlib import AbstractAsyncContextManager

import pytest
import structlog

from doings.app import Application
from doings.httpkit.observing.logs import RequestLines
from doings.live import hub
from tests.engines import SQLITE_ONLY
from tests.native.client import Native, signed_in
from tests.native.handlers.feed.listening import QUICK, Listener, listening
from tests.native.viewing.viewers import token_for

UNSIGNED = {"authorization": ""}


def viewing(app: Application, query: str) -> AbstractAsyncContextManager[Listener]:
    """Listen to a stream with a token in its query and no header."""
    return listening(app, Native(app, None), query, headers=UNSIGNED)


async def test_a_viewer_is_told_of_one_timeline(app: Application, native: Native) -> None:
    """Without the ids of others, without what was before, and of activities only."""
    await native.put("contact:8", name="Jim")
    query = f"entity=contact:8&token={await token_for(native, kinds=['note.*'])}"
    async with viewing(app, query) as listener:
        assert listener.status == 200
        assert listener.headers["access-control-allow-origin"] == "*"
        await native.put("contact:8", name="James")
        await native.record(summary="other", links=["contact:9"])
        await native.record("call.logged", summary="no note", links=["contact:8"])
        made = await native.record(summary="mine", links=["contact:8", "contact:9"])
        created = await listener.wait_for("created")
        await native.http.patch(f"/activities/{made['id']}", json={"summary": "changed"})
        updated = await listener.wait_for("updated")

    activity = created.data["activity"]
    assert (activity["title"], activity["summary"]) == ("mine", "mine")
    assert [link["id"] for link in activity["links"]] == ["8", None]
    assert (updated.data["before"], updated.data["by"]) == (None, None)
    assert [name for name, _ in listener.told()] == ["created", "updated"]


async def test_a_viewer_is_told_what_comes_into_the_timeline(
    app: Application, native: Native
) -> None:
    """By an update, as who has a credential is; what leaves it, too."""
    note = await native.record(links=["contact:9"])
    async with viewing(app, f"entity=contact:8&token={await token_for(native)}") as listener:
        for contact in ("8", "9"):
            body = {"links": [f"contact:{contact}"]}
            await native.call("PATCH", f"/activities/{note['id']}", json=body)
        left = await listener.wait_for("left")

    created = await listener.wait_for("created")
    assert (created.data["op"], created.data["entered"]) == ("updated", True)
    assert (created.data["activity"]["id"], created.data["before"]) == (note["id"], None)
    assert left.data["activity_id"] == note["id"]


@SQLITE_ONLY
async def test_a_viewer_is_told_that_the_timeline_is_another_one(
    app: Application, native: Native
) -> None:
    """Whom it shows is merged and parted: not with whom, only to load again."""
    for key in ("contact:8", "contact:77"):
        await native.put(key)
    async with viewing(app, f"entity=contact:8&token={await token_for(native)}") as listener:
        body = {"keep": "contact:8", "merge": ["contact:77"]}
        merge = (await native.call("POST", "/merges", json=body)).json()
        await native.record(links=["contact:77"])
        await listener.wait_for("created")
        await native.call("POST", f"/merges/{merge['id']}/revert")
        await native.record(links=["contact:8"])
        await listener.wait_for("created", 2)

    told = [name for name, _ in listener.told()]
    assert told == ["reset", "created", "reset", "created"]


async def test_others_are_told_all_on_the_same_filter(app: Application, native: Native) -> None:
    """A credential's stream shows ids, whoever else listens to the same."""
    query = "entity=contact:8"
    token = await token_for(native)
    async with (
        listening(app, native, query) as own,
        viewing(app, f"{query}&token={token}") as viewed,
    ):
        await native.record(links=["contact:8", "contact:9"])
        shown = [(await one.wait_for("created")).data["activity"] for one in (own, viewed)]

    assert [[link["id"] for link in one["links"]] for one in shown] == [["8", "9"], ["8", None]]
    assert "title" not in shown[0]


async def test_a_viewer_is_told_that_somebody_was_erased(app: Application, native: Native) -> None:
    """Not who: any activity that it is shown may have named them."""
    await native.put("contact:9", name="Ann")
    await native.record(links=["contact:8", "contact:9"])
    async with viewing(app, f"entity=contact:8&token={await token_for(native)}") as listener:
        await native.http.post("/erasures", json={"entity": "contact:9"})
        erased = await listener.wait_for("entity.erased")

    assert erased.data.keys() == {"seq"}


async def test_a_viewer_s_stream_ends_with_its_credential(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It need not read by itself; once it is revoked, nothing more is told."""
    monkeypatch.setattr(hub, "CREDENTIAL_SECONDS", QUICK)
    maker = await signed_in(app, "acme", ["admin"])
    query = f"entity=contact:8&token={await token_for(maker)}"
    async with viewing(app, query) as listener:
        await native.record(links=["contact:8"])
        await listener.wait_for("created")
        await native.http.delete(f"/tokens/{(maker.secret or '').partition('_')[0]}")
        closing = await listener.wait_for("closing")

    await maker.http.aclose()
    assert closing.data == {"reason": "revoked"}


async def test_a_viewer_s_stream_ends_with_its_token(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second after it began, here."""
    monkeypatch.setattr(hub, "CREDENTIAL_SECONDS", QUICK)
    query = f"entity=contact:8&token={await token_for(native, expires_in=2)}"
    async with viewing(app, query) as listener:
        closing = await listener.wait_for("closing")

    assert closing.data == {"reason": "revoked"}


async def test_a_token_in_the_address_is_for_the_stream_only(
    app: Application, native: Native
) -> None:
    """Elsewhere it is no parameter; a secret in the address is no token."""
    await native.put("contact:8")
    token = await token_for(native)
    stranger = Native(app, None)
    listed = await stranger.call("GET", f"/entities/contact/8/activities?token={token}")
    secret = await stranger.call("GET", f"/stream?entity=contact:8&token={native.secret}")
    known = await native.call("GET", f"/entities/contact/8/activities?token={token}")

    await stranger.http.aclose()
    assert (listed.status_code, secret.status_code, known.status_code) == (401, 401, 400)
    assert token not in known.text


async def test_the_log_never_holds_a_token(native: Native, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of an answer nor of an error."""
    await native.put("contact:8")
    token = await token_for(native)
    # Another test of this process may have set up the short way, which nothing captures.
    monkeypatch.setattr(RequestLines, "file", None)
    with structlog.testing.capture_logs() as lines:
        for query in (f"token={token}", f"entity=contact:8&token={token}", f"token={token}x"):
            await native.http.get(f"/stream?{query}", headers={"Authorization": ""})
            await native.http.get(f"/activities?{query}")

    assert len(lines) >= 6
    assert token not in json.dumps(lines, default=str)

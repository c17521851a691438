"""What others were let see of somebody who is erased: it ends, and shows nobody who comes next."""

import httpx
import pytest

from doings.app import Application
from doings.live import hub
from tests.engines import SQLITE_ONLY
from tests.native.client import URL, Native
from tests.native.handlers.feed.listening import QUICK
from tests.native.viewing.test_viewed_stream import viewing
from tests.native.viewing.viewers import token_for, viewer
from tests.transport import transport

pytestmark = SQLITE_ONLY

ACTIVITIES = "/entities/contact/zed/activities"


async def test_addresses_and_tokens_end_with_the_erasure(app: Application, native: Native) -> None:
    """Neither opens the timeline of another one of the same id; others' go on."""
    await native.put("contact:zed", name="Zed")
    made = await native.http.post("/entities/contact/zed/addresses", json={"format": "feed"})
    address = made.json()["url"].partition("/feeds/")[2]
    token, other = await token_for(native, "contact:zed"), await token_for(native)
    early = await token_for(native, "contact:later")

    await native.http.post("/erasures", json={"entity": "contact:zed"})
    await native.record(summary="new", links=["contact:zed", "contact:8"])

    async with (
        viewer(app, token) as ended,
        viewer(app, other) as shown,
        viewer(app, early) as waiting,
        viewer(app, await token_for(native, "contact:zed")) as again,
        httpx.AsyncClient(transport=transport(app), base_url=URL) as http,
    ):
        assert (await ended.get(ACTIVITIES)).status_code == 401
        assert (await shown.get("/entities/contact/8/activities")).status_code == 200
        assert (await waiting.get("/entities/contact/later/activities")).status_code == 404
        assert (await again.get(ACTIVITIES)).status_code == 200
        assert (await http.get(f"/feeds/{address}")).status_code == 404


async def test_a_token_of_nobody_yet_ends_once_somebody_came_and_was_erased(
    app: Application, native: Native
) -> None:
    """It was made before there was such an entity."""
    token = await token_for(native, "contact:zed")
    async with viewer(app, token) as shown:
        await native.put("contact:zed", name="Zed")
        assert (await shown.get(ACTIVITIES)).status_code == 200
        await native.http.post("/erasures", json={"entity": "contact:zed"})
        await native.put("contact:zed", name="Another")

        assert (await shown.get(ACTIVITIES)).status_code == 401


async def test_a_viewer_s_stream_ends_with_the_erasure(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is told of who comes next."""
    monkeypatch.setattr(hub, "CREDENTIAL_SECONDS", QUICK)
    await native.put("contact:zed", name="Zed")
    token = await token_for(native, "contact:zed")
    async with viewing(app, f"entity=contact:zed&token={token}") as listener:
        await native.http.post("/erasures", json={"entity": "contact:zed"})
        closing = await listener.wait_for("closing")

    assert closing.data == {"reason": "revoked"}

"""The script that a page of another site loads."""

import gzip

import httpx

from doings.app import Application
from tests.engines import SQLITE_ONLY
from tests.native.client import URL
from tests.transport import transport

pytestmark = SQLITE_ONLY


async def test_any_page_may_load_the_script(app: Application) -> None:
    """It is small, kept for an hour, and asked for again by its ETag."""
    async with httpx.AsyncClient(transport=transport(app), base_url=URL) as http:
        answer = await http.get("/embed.js", headers={"Origin": "https://app.example.org"})
        again = await http.get("/embed.js", headers={"If-None-Match": answer.headers["etag"]})

    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert again.status_code == 304
    assert len(gzip.compress(answer.content)) < 20_000


async def test_the_script_writes_no_markup(app: Application) -> None:
    """What is stored is only ever text."""
    async with httpx.AsyncClient(transport=transport(app), base_url=URL) as http:
        script = (await http.get("/embed.js")).text

    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in script

"""A browser's own EventSource follows a stream, without a line of code of ours."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page

from tests.acceptance.running import PATIENCE, RunningServer, Token, serving
from tests.browsers import chromium
from tests.engines import SQLITE_ONLY

pytestmark = [pytest.mark.browser, SQLITE_ONLY]  # what a browser does is the same on either

FOLLOW = """
window.seqs = []
window.opened = 0
const source = new EventSource("/v1/stream?after=0")
source.onopen = () => { opened += 1 }
source.addEventListener("created", event => seqs.push(JSON.parse(event.data).seq))
"""


def record(server: RunningServer, token: Token, count: int) -> list[int]:
    """Record some activities; returns their seqs."""
    seqs: list[int] = []
    for number in range(count):
        body: dict[str, Any] = {"kind": "note.created", "summary": str(number)}
        answer = httpx.post(f"{server.url}/v1/activities", json=body, headers=token.bearer)
        seqs.append(answer.json()["seq"])
    return seqs


def wait_for(page: Page, condition: str) -> None:
    """Return once a JavaScript expression is true."""
    page.wait_for_function(condition, timeout=PATIENCE * 1000)


def test_a_browser_reconnects_after_a_kill_and_misses_nothing(tmp_path: Path) -> None:
    """It says itself from where on, and gets each event once.

    The credential is a header that the browser adds, as a proxy in front would.
    """
    database = f"sqlite:///{tmp_path / 'doings.db'}"
    with chromium() as browser:
        with serving(tmp_path, database=database) as server:
            port = urlsplit(server.url).port or 0
            token = server.token("co-up", "read", "write")
            recorded = record(server, token, 3)
            page = browser.new_context(extra_http_headers=token.bearer).new_page()
            page.route("**/blank", lambda route: route.fulfill(content_type="text/html", body=""))
            page.goto(f"{server.url}/blank")
            page.evaluate(FOLLOW)
            wait_for(page, "seqs.length == 3")
            server.kill()
        with serving(tmp_path, port=port, database=database) as server:
            recorded += record(server, token, 3)
            wait_for(page, "seqs.length >= 6")
            recorded += record(server, token, 1)
            wait_for(page, "seqs.length >= 7")
            found = page.evaluate("[seqs, opened]")
            page.close()

    assert found == [recorded, 2]

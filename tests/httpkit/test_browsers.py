"""What every answer tells browsers, whoever makes it."""

import hashlib
import re
from base64 import b64encode
from pathlib import Path

import pytest

from tests.engines import SQLITE_ONLY, engine
from tests.serving import serving

__all__ = ["engine"]

pytestmark = SQLITE_ONLY

PREFLIGHT = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "GET"}

ANSWERS = [
    ("GET", "/", {}),
    ("GET", "/healthz", {}),
    ("GET", "/metrics", {}),
    ("GET", "/docs", {}),
    ("HEAD", "/docs", {}),
    ("GET", "/v1/openapi.json", {}),
    ("GET", "/no/such/surface", {}),
    ("GET", "/v1/%00", {}),
    ("GET", "/v1/activities", {"Authorization": "Bearer x"}),
    ("GET", "/v1/activities", {}),
    ("GET", "/v1/activities", {"Accept": "text/csv"}),
    ("HEAD", "/v1/activities", {}),
    ("POST", "/v1/activities", {}),
    ("DELETE", "/v1/account", {}),
    ("OPTIONS", "/v1/activities", {}),
    ("OPTIONS", "/v1/activities", PREFLIGHT),
    ("OPTIONS", "/v1/activities", PREFLIGHT | {"Origin": "https://other.example.org"}),
    ("OPTIONS", "/v1/stream", PREFLIGHT | {"Origin": "https://other.example.org"}),
    ("GET", "/embed.js", {}),
    ("GET", "/embed", {"Accept": "text/html"}),
    ("GET", "/feeds/x.ics", {}),
    ("GET", "/monica/api/me", {}),
    ("GET", "/cobot/acme/api/activities?last=1", {"Accept": "text/html"}),
]


@pytest.mark.parametrize(("method", "path", "headers"), ANSWERS)
async def test_every_answer_is_what_it_says_it_is(
    tmp_path: Path, method: str, path: str, headers: dict[str, str]
) -> None:
    """Also an error, a page, a stream and the answer before a page's call; once each."""
    async with serving(tmp_path, cors_origins=("https://app.example.org",)) as served:
        business = await served.business()

        answer = await served.client.request(method, path, headers=business.bearer | headers)

    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    assert len(answer.headers.get_list("cache-control")) == 1


async def test_the_list_of_cobot_loads_nothing(tmp_path: Path) -> None:
    """Its HTML holds text and links, and stands in no frame."""
    async with serving(tmp_path) as served:
        business = await served.business()
        headers = business.bearer | {"Accept": "text/html"}

        answer = await served.client.get("/cobot/acme/api/activities?last=1", headers=headers)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


async def test_the_page_that_describes_runs_only_what_is_in_it(tmp_path: Path) -> None:
    """Its script and its style, by their digests."""
    async with serving(tmp_path) as served:
        answer = await served.client.get("/docs")

    policy = answer.headers["content-security-policy"]
    inline = re.findall(r"<(?:script|style)>(.*?)</", answer.text, re.DOTALL)
    assert len(inline) == 2
    for text in inline:
        assert b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("path", "origin", "status", "allowed"),
    [
        ("/v1/stats", "https://app.example.org", 200, "https://app.example.org"),
        ("/v1/activities", "https://app.example.org", 200, "https://app.example.org"),
        ("/v1/stats", "https://other.example.org", 204, "*"),
        ("/v1/activities", "https://other.example.org", 401, None),
    ],
)
async def test_sites_that_are_not_named_may_ask_as_viewers_only(
    tmp_path: Path, path: str, origin: str, status: int, allowed: str | None
) -> None:
    """Where sites are named, a page of another one is given leave for what viewers may see."""
    async with serving(tmp_path, cors_origins=("https://app.example.org",)) as served:
        answer = await served.client.options(path, headers=PREFLIGHT | {"Origin": origin})

    assert answer.status_code == status
    assert answer.headers.get("access-control-allow-origin") == allowed

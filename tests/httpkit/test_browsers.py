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

"""What is at the root, outside the surfaces."""

from pathlib import Path

import httpx
import pytest

from doings.core.errors import Unavailable
from tests.serving import Served, serving


async def test_the_root_leads_to_a_page(served: Served) -> None:
    """Somebody who looks in with a browser may sign in, or find the documents."""
    answer = await served.client.get("/", follow_redirects=True)

    assert answer.status_code == 200
    assert answer.url.path == "/sign-in"
    assert answer.headers["content-type"].startswith("text/html")
    assert 'href="/docs"' in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/v2/activities", "/docs/nowhere", "/healthz/x"])
async def test_a_path_of_no_surface_is_not_found(served: Served, path: str) -> None:
    """There is nothing to sign in to, so 404 and not 401."""
    answer = await served.client.get(path)

    assert answer.status_code == 404
    assert answer.json()["detail"] == f"there is no path {path}"


async def test_a_wrong_verb_is_told_which_is_right(served: Served) -> None:
    """405 as a problem document."""
    answer = await served.client.post("/readyz")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_verb_of_nobody_gets_no_metric_of_its_own(served: Served) -> None:
    """Otherwise a caller that makes verbs up could fill the memory."""
    answer = await served.client.request("BREW", "/readyz")
    metrics = await served.client.get("/metrics")

    assert answer.status_code == 405
    assert 'method="OTHER",route="/readyz",status="405"' in metrics.text
    assert "BREW" not in metrics.text


async def test_ready_means_that_the_store_answers(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that lives may still not be ready."""
    ready = await served.client.get("/readyz")

    async def away() -> None:
        raise Unavailable("the database is locked by another program")

    monkeypatch.setattr(served.database, "ping", away)
    unready = await served.client.get("/readyz")
    alive = await served.client.get("/healthz")

    assert (ready.status_code, unready.status_code, alive.status_code) == (200, 503, 200)


@pytest.mark.parametrize("path", ["/metrics/", "/metrics//", "/%6Detrics", "/metrics/x"])
async def test_metrics_have_one_spelling(served: Served, path: str) -> None:
    """Another one would get past a proxy that shuts `/metrics` alone."""
    answer = await served.client.get(path)
    own = await served.client.get("/metrics?x=1")

    assert (answer.status_code, own.status_code) == (404, 200)
    assert answer.json()["detail"] == f"there is no path {path}"


async def test_every_answer_has_an_id(served: Served) -> None:
    """The caller's own where it is a sound one, else one of ours."""
    own = await served.client.get("/healthz", headers={"X-Request-Id": "abc-1"})
    odd = await served.client.get("/healthz", headers={b"X-Request-Id": "a b\u00fc".encode()})
    none: httpx.Response = await served.client.get("/healthz")

    assert own.headers["x-request-id"] == "abc-1"
    assert len(odd.headers["x-request-id"]) == 36
    assert len(none.headers["x-request-id"]) == 36


async def test_another_site_may_ask_only_where_that_is_set(tmp_path: Path) -> None:
    """CORS is off, and on for the origins named."""
    origin = {"Origin": "https://app.example.org"}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    async with serving(tmp_path / "a") as off:
        closed = await off.client.get("/healthz", headers=origin)
    async with serving(tmp_path / "b", cors_origins=("https://app.example.org",)) as on:
        opened = await on.client.get("/healthz", headers=origin)

    assert "access-control-allow-origin" not in closed.headers
    assert opened.headers["access-control-allow-origin"] == "https://app.example.org"

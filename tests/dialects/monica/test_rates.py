"""How often Monica's callers may ask, and what those are told who guess."""

from pathlib import Path

import httpx

from tests.dialects.monica.conftest import API
from tests.dialects.monica.test_errors import error
from tests.engines import SQLITE_ONLY
from tests.serving import Served, serving


@SQLITE_ONLY
async def test_slows_down_callers_who_guess(served: Served) -> None:
    """Ten wrong credentials a minute, then 429 with code 34."""
    wrong = {"Authorization": "Bearer wrong_secret"}
    for _ in range(10):
        await served.client.get(f"{API}/activities", headers=wrong)

    answer = await served.client.get(f"{API}/activities", headers=wrong)

    assert answer.status_code == 429
    assert answer.json() == error(34, "Too many attempts, please slow down the request")
    assert 0 < int(answer.headers["retry-after"]) <= 60


@SQLITE_ONLY
async def test_limits_the_rate_where_that_is_switched_on(tmp_path: Path) -> None:
    """Sixty a minute for each credential; every answer shows how many are left."""
    async with serving(tmp_path, rate_limits="vendor") as served:
        acme = await served.business()
        answers = [await served.client.get(f"{API}/me", headers=acme.bearer) for _ in range(61)]
        now = served.clock.instant // 1_000_000

    left = [int(answer.headers["x-ratelimit-remaining"]) for answer in answers]
    refused = answers[-1]
    assert left == [*range(59, -1, -1), 0]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"60"}
    assert refused.status_code == 429
    assert refused.json() == error(34, "Too many attempts, please slow down the request")
    wait = int(refused.headers["retry-after"])
    assert int(refused.headers["x-ratelimit-reset"]) == now + wait


async def test_does_not_limit_the_rate_otherwise(monica: httpx.AsyncClient) -> None:
    """Answers have no headers about a rate."""
    answer = await monica.get("/me")

    assert "x-ratelimit-limit" not in answer.headers

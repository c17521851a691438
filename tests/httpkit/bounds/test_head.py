"""The limits of a request's head, on every surface in its own shape."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from doings.core.budget import HEADER_BYTES, HEADERS_BYTES
from tests.serving import Served

SHAPES: dict[str, Any] = {
    "/v1/nothing": lambda body: body["detail"],
    "/docs": lambda body: body["detail"],
    "/nothing": lambda body: body["detail"],
    "/monica/api/contacts": lambda body: body["message"],
    "/invent/orgs": lambda body: body["code"],
    "/cobot/acme/api/activities": lambda body: body["error"],
    "/agendize/api": lambda body: body["error"]["message"],
    "/mio/business/v1": lambda body: body["code"],
}


@pytest.mark.parametrize("path", SHAPES)
async def test_an_address_that_is_too_long_is_refused(served: Served, path: str) -> None:
    """Path and query together, before anybody signs in."""
    fits = "a" * (HEADER_BYTES - len(path) - len("q="))

    good = await served.client.get(f"{path}?q={fits}")
    refused = await served.client.get(f"{path}?q={fits}a")

    assert good.status_code != 414
    assert refused.status_code == 414
    assert SHAPES[path](refused.json())


@pytest.mark.parametrize("path", SHAPES)
async def test_a_header_that_is_too_large_is_refused(served: Served, path: str) -> None:
    """Its name and its value together."""
    fits = "a" * (HEADER_BYTES - len("X"))

    good = await served.client.get(path, headers={"X": fits})
    refused = await served.client.get(path, headers={"X": fits + "a"})

    assert good.status_code != 431
    assert refused.status_code == 431
    assert SHAPES[path](refused.json())


async def test_headers_that_are_too_large_together_are_refused_and_counted(served: Served) -> None:
    """However small each of them is."""
    bound = ("doings_refusals_total", {"bound": "header"})
    before = REGISTRY.get_sample_value(*bound) or 0
    headers = {f"X-{number}": "a" * 1000 for number in range(HEADERS_BYTES // 1000 + 1)}

    refused = await served.client.get("/v1/activities", headers=headers)

    assert refused.status_code == 431
    assert refused.json()["detail"] == "all headers together are larger than 65536 bytes"
    assert REGISTRY.get_sample_value(*bound) == before + 1


@pytest.mark.parametrize("path", SHAPES)
async def test_a_head_that_names_two_hosts_is_refused(served: Served, path: str) -> None:
    """Also where both are the same; one is fine."""
    host = ("Host", "server")

    good = await served.client.get(path, headers=[host])
    refused = await served.client.get(path, headers=[host, host])

    assert good.status_code != 400
    assert refused.status_code == 400
    assert SHAPES[path](refused.json())


async def test_an_answer_that_is_kept_does_not_pass_the_limits(served: Served) -> None:
    """Although what is too large is nothing that it was made of."""
    business = await served.business()

    for _ in range(2):
        good = await served.client.get("/v1/activities", headers=business.bearer)
        assert good.status_code == 200
    too_large = {**business.bearer, "X": "a" * HEADER_BYTES}
    refused = await served.client.get("/v1/activities", headers=too_large)

    assert refused.status_code == 431

"""The root of the API, and the account behind the credential."""

from pathlib import Path

import httpx
import pytest

from tests.serving import Business, serving


async def test_welcomes(monica: httpx.AsyncClient) -> None:
    """It shows the addresses of all lists, and each of them answers."""
    answer = (await monica.get("/")).json()

    assert answer["success"] == {"message": "Welcome to Monica"}
    assert answer["links"]["activities_url"] == "http://server/monica/api/activities"
    for url in answer["links"].values():
        assert (await monica.get(url)).status_code == 200


async def test_tells_who_is_asking(monica: httpx.AsyncClient, acme: Business) -> None:
    """The account, as a person."""
    document = (await monica.get("/me")).json()["data"]

    assert list(document) == [
        "id", "uuid", "object", "first_name", "last_name", "name", "email", "me_contact",
        "timezone", "currency", "locale", "is_policy_compliant", "account", "created_at",
        "updated_at",
    ]  # fmt: skip
    assert document["name"] == acme.account.name
    assert document["timezone"] == "Europe/Berlin"
    assert document["is_policy_compliant"] is True
    assert document["account"] == {"id": acme.account.id}


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"public_url": "https://doings.example/"}, "https://doings.example/monica/api/me"),
        ({"hosts": {"server": "monica"}}, "http://server/api/me"),
    ],
)
async def test_names_itself_as_it_is_reached(
    tmp_path: Path, settings: dict[str, object], url: str
) -> None:
    """Links begin with the address of the installation."""
    async with serving(tmp_path, **settings) as served:
        acme = await served.business()
        path = "/api" if "hosts" in settings else "/monica/api"

        answer = await served.client.get(path, headers=acme.bearer)

    assert answer.json()["links"]["user_url"] == url

"""A business that signs in the vendor's way."""

from typing import Any

import httpx

from tests.serving import Business, Served

ROOT = "/mio/business/v1"
ACTIVITIES = f"{ROOT}/activities"
WEBHOOKS = f"{ROOT}/settings/webhooks"

Json = dict[str, Any]


class Mio:
    """A client of one account."""

    def __init__(self, served: Served, business: Business) -> None:
        self.served = served
        self.business = business
        self.headers: dict[str, str] = {}

    async def sign_in(self, **headers: str) -> httpx.Response:
        """Ask for a token with this business's own credential, or with other headers."""
        own = {"Authorization-Key": self.business.key}
        return await self.served.client.post(
            f"{ROOT}/auth",
            headers=headers or own,
            auth=(self.business.account.slug, self.business.secret),
        )

    async def signed_in(self) -> "Mio":
        """Fetch a token for all later requests, and return this client."""
        answer = await self.sign_in()
        assert answer.status_code == 200, answer.text
        self.headers = {
            "Authorization": f"Bearer {answer.json()['token']}",
            "x-api-key": self.business.key,
        }
        return self

    async def get(
        self, path: str = ACTIVITIES, *, headers: dict[str, str] | None = None, **params: object
    ) -> httpx.Response:
        """Send a GET request."""
        return await self.served.client.get(
            path,
            params=params,  # type: ignore[arg-type]
            headers=self.headers | (headers or {}),
        )

    async def found(self, **params: object) -> list[Json]:
        """The activities of a list that is answered."""
        answer = await self.get(**params)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return list(answer.json()["activities"])

    async def ids(self, **params: object) -> list[str]:
        """The ids of the activities in a list."""
        return [one["id"] for one in await self.found(**params)]

    async def detail(self, id_: str) -> Json:
        """One activity."""
        answer = await self.get(f"{ACTIVITIES}/{id_}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

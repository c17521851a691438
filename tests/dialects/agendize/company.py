"""A company, and the requests that its clients make."""

from typing import Any

import httpx

from doings.core.activity import Activity, Draft, Link
from tests.clocks import NOON
from tests.serving import Business, Served

PATH = "/agendize/api/2.3/activities"


class Company:
    """An account, read through the dialect."""

    def __init__(self, served: Served, business: Business) -> None:
        self.served = served
        self.business = business

    @property
    def partner(self) -> dict[str, str]:
        """The headers that a partner signs in with."""
        return {"apiKey": self.business.key, "token": self.business.secret}

    async def get(self, path: str = PATH, **params: object) -> httpx.Response:
        """Send a GET request."""
        return await self.served.client.get(path, params=params, headers=self.partner)  # type: ignore[arg-type]

    async def items(self, client_id: str = "8", **params: object) -> list[dict[str, Any]]:
        """The list."""
        answer = await self.get(PATH, clientId=client_id, **params)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def ids(self, client_id: str = "8", **params: object) -> list[str]:
        """The ids of the list."""
        return [item["id"] for item in await self.items(client_id, **params)]

    async def record(self, kind: str, *links: Link, at: int = NOON, **members: Any) -> Activity:  # noqa: ANN401 - a Draft's
        """Record an activity of client 8, or of the entities that are linked."""
        linked = links or (Link("contact", "8"),)
        draft = Draft(kind=kind, occurred_at=at, links=linked, **members)
        recorded = (await self.business.record(draft))[0]
        return await self.business.read(lambda reader: reader.activity(recorded.seq))

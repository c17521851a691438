"""Two accounts, each with its view of the only interaction between them."""

from typing import Any

import httpx

from doings.core.clock import SECOND
from tests.serving import Business, Served

HOUR = 3600 * SECOND
NOON_TEXT = "2026-03-01T12:00:00Z"
Json = dict[str, Any]


class Party:
    """One account's view of its only interaction."""

    def __init__(self, served: Served, business: Business) -> None:
        self.client = served.client
        self.headers = business.bearer
        self.clock = served.clock

    async def post(
        self, path: str, body: Json | list[Json] | None = None, **headers: str
    ) -> httpx.Response:
        """Send a request, without a body where there is none."""
        content = {} if body is None else {"json": body}
        return await self.client.post(
            f"/v1{path}",
            headers=self.headers | headers,
            **content,  # type: ignore[arg-type]
        )

    async def record(self, **members: Any) -> Json:  # noqa: ANN401 - JSON
        """Record a request for details."""
        answer = await self.post("/activities", {"kind": "details.requested", **members})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def all(self) -> list[Json]:
        """The whole timeline."""
        answer = await self.client.get("/v1/activities?limit=200", headers=self.headers)
        return list(answer.json()["items"])

    async def only(self) -> Json:
        """The one activity there is."""
        (found,) = await self.all()
        return found

    async def take(self, step: str, body: Json | None = None) -> httpx.Response:
        """Take the only interaction a step further."""
        return await self.post(f"/activities/{(await self.only())['id']}/{step}", body)

    async def changes(self) -> list[Json]:
        """The feed."""
        answer = await self.client.get("/v1/changes?limit=200", headers=self.headers)
        return list(answer.json()["items"])


INDIVIDUAL = {"type": "individual", "id": "i1", "role": "counterpart", "name": "Ida"}
BETA = {"type": "business", "id": "beta", "role": "counterpart"}
PHONE = {"code": "RQ_008", "type": "RTP_001", "category": "RQC_001"}

"""A space, and the requests that its clients make."""

from pathlib import Path
from typing import Any

import httpx

from doings.core.clock import SECOND
from tests.builders import note
from tests.clocks import NOON
from tests.serving import Business, Served

GOLDEN = Path(__file__).parent / "golden"

PATH = "/cobot/co-up/api/activities"
EVER = {"from": "1000-01-01", "to": "9999-12-31"}


def golden(name: str) -> str:
    """A document of the vendor's, as it is printed."""
    return (GOLDEN / name).read_text()


class Space:
    """An account, read and written through the dialect."""

    def __init__(self, served: Served, business: Business) -> None:
        self.served = served
        self.business = business

    async def get(
        self, path: str = PATH, *, accept: str | None = None, **params: object
    ) -> httpx.Response:
        """Send a GET request with these parameters."""
        headers = self.business.bearer | ({"Accept": accept} if accept is not None else {})
        return await self.served.client.get(path, params=params, headers=headers)  # type: ignore[arg-type]

    async def listed(self, **params: object) -> list[dict[str, Any]]:
        """The list as JSON; without parameters, of all times."""
        answer = await self.get(PATH, **(params or EVER))
        assert answer.status_code == 200, answer.text
        documents: list[dict[str, Any]] = answer.json()
        return documents

    async def texts(self, **params: object) -> list[str]:
        """The texts of the activities of a list."""
        return [document["attributes"]["text"] for document in await self.listed(**params)]

    async def html(self, **params: object) -> str:
        """The list as HTML."""
        answer = await self.get(PATH, accept="text/html", **(params or EVER))
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(self, **members: object) -> httpx.Response:
        """Post a JSON body."""
        return await self.served.client.post(PATH, json=members, headers=self.business.bearer)

    async def post_form(self, content: str) -> httpx.Response:
        """Post a form, spelled out."""
        headers = {**self.business.bearer, "Content-Type": "application/x-www-form-urlencoded"}
        return await self.served.client.post(PATH, content=content, headers=headers)


async def write(space: Space, *bodies: str, step: int = SECOND, kind: str = "note.created") -> None:
    """Record notes one after the other, from noon on."""
    drafts = [
        note(at=NOON + index * step, body=body, kind=kind) for index, body in enumerate(bodies)
    ]
    await space.business.record(*drafts)

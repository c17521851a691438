"""Those who may see one timeline: clients that have nothing but a viewer token."""

import httpx

from doings.app import Application
from tests.native.client import URL, Native
from tests.transport import transport


async def token_for(native: Native, entity: str = "contact:8", **members: object) -> str:
    """A viewer token for an entity's timeline."""
    answer = await native.call("POST", "/viewer-tokens", json={"entity": entity, **members})
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


def viewer(app: Application, token: str, **headers: str) -> httpx.AsyncClient:
    """A client that signs in with a token."""
    return httpx.AsyncClient(
        transport=transport(app),
        base_url=f"{URL}/v1",
        headers={"Authorization": f"Bearer {token}", **headers},
    )

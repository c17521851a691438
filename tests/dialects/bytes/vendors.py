"""What each vendor takes and answers, as the tests of bytes need it."""

from base64 import b64encode

import httpx
import msgspec

from tests.serving import Business, Served

Headers = dict[str, str]
NOON = 1_772_366_400_000_000


class Vendor(msgspec.Struct, frozen=True):
    """Where a dialect's list is, and whose ids stand in its answer."""

    name: str
    path: str
    vary: str
    field_status: int = 400


VENDORS = (
    Vendor("monica", "/monica/api/contacts", "Authorization"),
    Vendor("cobot", "/cobot/acme/api/activities?last=9", "Accept, Authorization", 422),
    Vendor("invent", "/invent/orgs/c/contacts/8/activities", "Authorization"),
    Vendor("agendize", "/agendize/api/2.3/activities?clientId=8", "Authorization, apiKey, token"),
    Vendor(
        "mio",
        "/mio/business/v1/activities",
        "Authorization, Authorization-Key, x-api-key, x-pvt-timezone",
    ),
)


async def sign_in(served: Served, vendor: Vendor, business: Business) -> Headers:
    """The headers of a good credential."""
    if vendor.name != "mio":
        return business.bearer
    basic = b64encode(f"acme:{business.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Authorization-Key": business.key}
    answer = await served.client.post("/mio/business/v1/auth", headers=headers)
    assert answer.headers["cache-control"] == "no-store"
    return {"Authorization": f"Bearer {answer.json()['token']}", "x-api-key": business.key}


def with_query(path: str, query: str) -> str:
    """The path with more parameters."""
    return f"{path}{'&' if '?' in path else '?'}{query}"


async def get(served: Served, vendor: Vendor, acme: Business, path: str) -> httpx.Response:
    """A request with a good credential."""
    return await served.client.get(path, headers=await sign_in(served, vendor, acme))


def check_shape(vendor: Vendor, answer: httpx.Response) -> None:
    """An error as this vendor writes it."""
    assert answer.headers["content-type"] == "application/json"
    members = set(answer.json())
    shapes: dict[str, tuple[set[str], ...]] = {
        "monica": ({"error"}, {"message"}),
        "cobot": ({"error"}, {"errors"}, {"error", "message"}),
        "invent": ({"message", "code"},),
        "agendize": ({"error"},),
        "mio": ({"code", "message"},),
    }
    assert members in shapes[vendor.name]

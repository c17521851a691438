"""The five dialects as the tests that run over all of them speak them."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from tests.serving import Served

Headers = dict[str, str]
Document = dict[str, Any]


async def sign_in_by_secret(_served: Served, _key: str, secret: str) -> Headers:
    """The secret as a bearer token."""
    return {"Authorization": f"Bearer {secret}"}


async def sign_in_by_pair(_served: Served, key: str, secret: str) -> Headers:
    """Key and secret in headers of their own."""
    return {"apiKey": key, "token": secret}


async def sign_in_by_jwt(served: Served, key: str, secret: str) -> Headers:
    """A token that is fetched first; without one there is nothing to send but the key."""
    basic = b64encode(f"acme:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Authorization-Key": key}
    answer = await served.client.post("/mio/business/v1/auth", headers=headers)
    if answer.status_code != 200:
        return {"Authorization": "Bearer x.y.z", "x-api-key": key}
    return {"Authorization": f"Bearer {answer.json()['token']}", "x-api-key": key}


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How to speak one: where its list is, how to sign in, and where things are in its answers.

    `list_path` takes the id and the seq of a contact.
    """

    name: str
    list_path: Callable[[str, int], str]
    sign_in: Callable[[Served, str, str], Awaitable[Headers]] = sign_in_by_secret
    items: Callable[[Any], list[Document]]
    error: Callable[[Document], object]
    pages: Callable[[str, int, int], str] | None = None
    has_contact_in_path: bool = True


DIALECTS = (
    Dialect(
        name="monica",
        list_path=lambda _, seq: f"/monica/api/contacts/{seq}/activities",
        items=lambda body: body["data"],
        error=lambda body: body.get("error") or body["message"],
        pages=lambda path, number, size: f"{path}?page={number}&limit={size}",
    ),
    Dialect(
        name="cobot",
        list_path=lambda id_, _: f"/cobot/acme/api/activities?last=100&of={id_}",
        items=lambda body: body,
        error=lambda body: body.get("error") or body["errors"],
        has_contact_in_path=False,
    ),
    Dialect(
        name="invent",
        list_path=lambda id_, _: f"/invent/orgs/c/contacts/{id_}/activities",
        items=lambda body: body,
        error=lambda body: (body["message"], body["code"]),
        pages=lambda path, number, size: f"{path}?page={number}&take={size}",
    ),
    Dialect(
        name="agendize",
        list_path=lambda id_, _: f"/agendize/api/2.3/activities?clientId={id_}",
        sign_in=sign_in_by_pair,
        items=lambda body: body["items"],
        error=lambda body: (body["error"]["code"], body["error"]["message"]),
    ),
    Dialect(
        name="mio",
        list_path=lambda id_, _: f"/mio/business/v1/activities?of={id_}",
        sign_in=sign_in_by_jwt,
        items=lambda body: body["activities"],
        error=lambda body: (body["code"], body["message"]),
        pages=lambda path, number, size: f"{path}&page={number}&limit={size}",
        has_contact_in_path=False,
    ),
)

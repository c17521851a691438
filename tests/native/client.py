"""Somebody who talks to the native API: an HTTP client, and the few calls that every test makes."""

from typing import Any

import httpx
from starlette.routing import compile_path

from doings.app import Application
from doings.auth.credentials import issue
from doings.native.openapi.description import errors_of
from doings.native.routes import SURFACE
from tests.transport import transport

URL = "http://doings.test"

Json = dict[str, Any]

SCOPES = ["read_activities", "write_activities", "admin"]


class Native:
    """A client of one account's native API."""

    def __init__(self, app: Application, secret: str | None) -> None:
        self.secret = secret
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.http = httpx.AsyncClient(
            transport=transport(app), base_url=f"{URL}/v1", headers=headers
        )

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Send a request; its answer must be one that the API's description tells of."""
        answer = await self.http.request(method, path, **options)
        check_described(answer)
        return answer

    async def get(self, path: str, **params: Any) -> Json:  # noqa: ANN401 - parameters
        """The document of a GET that succeeds."""
        answer = await self.http.get(path, params=params or None)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def record(self, kind: str = "note.created", **members: Any) -> Json:  # noqa: ANN401
        """Record an activity and return its document."""
        answer = await self.http.post("/activities", json={"kind": kind, **members})
        assert answer.status_code == 201, answer.text
        document: Json = answer.json()
        return document

    async def put(self, key: str, **members: Any) -> Json:  # noqa: ANN401 - an entity's
        """Put an entity, named like `contact:8`."""
        answer = await self.http.put(f"/entities/{key.replace(':', '/')}", json=members)
        assert answer.status_code in {200, 201}, answer.text
        document: Json = answer.json()
        return document

    async def summaries(self, path: str = "/activities", **params: Any) -> list[str]:  # noqa: ANN401
        """The summaries on a page of a timeline."""
        return [item["summary"] for item in (await self.get(path, **params))["items"]]


async def signed_in(app: Application, slug: str, scopes: list[str]) -> Native:
    """A client of the account of that slug, which is made if there is none."""
    store = app.services().store
    known = {account.slug: account for account in await store.accounts()}
    account = known.get(slug) or await store.create_account(slug, name=slug, time_zone="UTC")
    issued, credential = issue(account.id, scopes=scopes, now=store_now(app))
    await store.write(account.id, lambda writer: writer.add_credential(credential))
    return Native(app, issued.secret)


def check_described(answer: httpx.Response) -> None:
    """Fail for a status that the operation is not described to answer."""
    path = answer.request.url.raw_path.decode().partition("?")[0].removeprefix("/v1").rstrip("/")
    method = answer.request.method.replace("HEAD", "GET")
    found = next((one for pattern, one in ROUTES if pattern.match(path)), None)
    told = {401, 404, 503}
    if found is not None:
        told = {401, 405}
        if operation := found.operations.get(method):
            told = {*operation.about.answers, *errors_of(found.path, operation), 500}
    assert answer.status_code in told, (method, path, answer.text)


ROUTES = [
    (compile_path(one.path[:-1] + ":path}" if one.is_open else one.path)[0], one)
    for one in SURFACE.resources
]


def store_now(app: Application) -> int:
    """The present instant by the application's clock."""
    return app.services().clock.now()


def problems(answer: httpx.Response) -> list[tuple[str, str]]:
    """(field, reason) of each error of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json"
    return [(one["field"], one["reason"]) for one in answer.json().get("errors", [])]

"""The examples of the description, sent as they stand: each does what its operation says."""

import shlex
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec
import pytest

from doings.native.openapi import examples
from doings.native.openapi.description import MOUNT, description
from doings.native.routes import SURFACE
from tests.engines import SQLITE_ONLY
from tests.native.client import URL, Native

pytestmark = SQLITE_ONLY  # what is read and described is the same on both engines

DESCRIPTION = description(SURFACE.resources)
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, found in DESCRIPTION["paths"].items()
    for method, operation in found.items()
}

INTERACTION: dict[str, Any] = {
    "kind": "authorization.requested",
    "actor": "individual:i1",
    "links": [{"type": "individual", "id": "i1", "role": "counterpart"}],
}


async def _note(native: Native) -> Any:  # noqa: ANN401 - JSON
    return await native.record(links=["contact:8"])


async def _asked_of_us(native: Native) -> Any:  # noqa: ANN401 - JSON
    return await native.record(**INTERACTION)


async def _own_kind(native: Native) -> Any:  # noqa: ANN401 - JSON
    """A note, and a kind of the account's own."""
    await native.call("PUT", "/kinds/visit.logged", json={"title": "Visit"})
    return await _note(native)


async def _accepted(native: Native) -> Any:  # noqa: ANN401 - JSON
    document = await native.record(**INTERACTION)
    await native.call("POST", f"/activities/{document['id']}/accept", json={})
    return document


BEFORE: dict[str, Callable[[Native], Awaitable[Any]]] = {
    "GET /kinds/{kind}": _own_kind,
    "DELETE /kinds/{kind}": _own_kind,
    "POST /activities/{id}/accept": _asked_of_us,
    "POST /activities/{id}/decline": _asked_of_us,
    "POST /activities/{id}/cancel": _asked_of_us,
    "POST /activities/{id}/complete": _accepted,
}
"""What is recorded before an example is sent, where that is not a note about a contact."""


async def sent(native: Native, sample: str, *, activity: str) -> httpx.Response:
    """Send what a line of `curl` says, about that activity and with the client's own credential."""
    words = shlex.split(sample.replace("\\\n", ""))
    assert words[0] == "curl"
    url = words[-1].replace(examples.BASE, URL).replace(examples.ACTIVITY_ID, activity)
    options = list(zip(words[1:-1:2], words[2:-1:2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
    if "Authorization" in headers:
        assert headers["Authorization"] == "Bearer $SECRET"
        headers["Authorization"] = f"Bearer {native.secret}"
    body = next((value for option, value in options if option == "-d"), None)
    method = next((value for option, value in options if option == "-X"), "POST" if body else "GET")
    return await native.http.request(method, url, headers=headers, content=body)


@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_example_does_what_its_operation_says(native: Native, name: str) -> None:
    """It is answered with a status of success that is described, and without a word of warning."""
    operation = OPERATIONS[name]
    document = await BEFORE.get(name, _note)(native)
    await native.call("PUT", "/entities/contact/8", json={"name": "Jim Halpert"})
    sample = operation["x-codeSamples"][0]["source"]
    if "/tokens/{key}" in name:
        key = (await native.get("/tokens"))["items"][0]["key"]
        sample = sample.replace(examples.PATH_PARTS["key"], key)
    if "/addresses/{key}" in name:
        made = await native.call("POST", "/entities/contact/8/addresses", json={"format": "feed"})
        sample = sample.replace(examples.PATH_PARTS["key"], made.json()["key"])
    for id_ in ("77", "91"):
        await native.call("PUT", f"/entities/contact/{id_}", json={"name": "James Halpert"})
    if name == "GET /entities/{type}/{id}/hold":
        await native.call("PUT", "/entities/contact/8/hold", json={"reason": "claim 7"})
    if "/merges/{id}" in name:
        merged = {"keep": "contact:8", "merge": ["contact:77"]}
        made = await native.call("POST", "/merges", json=merged)
        sample = sample.replace(examples.MERGE_ID, made.json()["id"])
    if "/webhooks/{id}" in name:
        made = await native.call(
            "POST", "/webhooks", json={"url": "http://localhost:9/", "enabled": False}
        )
        sample = sample.replace(examples.WEBHOOK_ID, made.json()["id"])

    answer = await sent(native, sample, activity=document["id"])

    assert answer.is_success, answer.text
    described = operation["responses"][str(answer.status_code)]
    assert ("doings-position" in answer.headers) is ("headers" in described)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_example_is_of_its_operation(name: str) -> None:
    """The address is the operation's with its variable parts filled in."""
    method, _, path = name.partition(" ")
    url = shlex.split(OPERATIONS[name]["x-codeSamples"][0]["source"].replace("\\\n", ""))[-1]
    filled, _, query = url.removeprefix(f"{examples.BASE}{MOUNT}").partition("?")

    parts = zip(path.split("/"), filled.split("/"), strict=True)
    assert all(own == other or own.startswith("{") for own, other in parts)
    assert method == "GET" or not query


def test_an_example_of_lines_has_an_item_a_line() -> None:
    """What is sent as a list of JSON can be sent as NDJSON as well."""
    content = OPERATIONS["POST /activities/batch"]["requestBody"]["content"]
    lines = content["application/x-ndjson"]["example"].splitlines()

    assert [msgspec.json.decode(line) for line in lines] == content["application/json"]["example"]


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ({"body": "it's"}, """'{"body": "it'\\''s"}'"""),
        ({"body": "$HOME `ls` \\"}, """'{"body": "$HOME `ls` \\\\"}'"""),
    ],
)
def test_a_shell_takes_an_example_as_it_stands(body: dict[str, str], quoted: str) -> None:
    """Whatever is in it."""
    line = examples.curl("POST", "/activities", mount=MOUNT, bodies={"application/json": body})

    assert f"-d {quoted} " in line
    assert msgspec.json.decode(shlex.split(line.replace("\\\n", ""))[-2]) == body

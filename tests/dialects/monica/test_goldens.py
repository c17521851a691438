"""Every example of Monica's documentation, answered by a running server.

Three of them contradict themselves: the bodies sent to create and to update name a type and
contacts that are not those of the answers shown. What is sent here is what the answers show.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from doings.core.values.instants import instant_from_text
from tests.dialects.monica.goldens import check, golden
from tests.dialects.monica.past import Past, flush
from tests.serving import serving

HOST = "app.monicahq.com"


class Server:
    """A server at the vendor's own address, and its past."""

    def __init__(self, past: Past, client: httpx.AsyncClient) -> None:
        self.past = past
        self.client = client


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """Serve Monica's API at the host that the examples' links name."""
    async with serving(tmp_path, hosts={HOST: "monica"}) as served:
        business = await served.business("acme")
        past = Past(business, served.clock)
        await past.make_room()
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(served.application),
            base_url=f"https://{HOST}/api",
            headers=business.bearer,
        ) as client:
            yield Server(past, client)


async def make(server: Server, documents: list[dict[str, Any]]) -> None:
    """Let the past be as the documents show it."""
    await flush(server.past, documents)
    for document in documents:
        await server.past.record(document)


async def test_lists_activities(server: Server) -> None:
    """The account's activities."""
    example = golden("list_activities")
    await make(server, example["data"])

    answer = await server.client.get("/activities/")

    assert answer.status_code == 200
    check(example, answer.json())


async def test_lists_activities_of_a_contact(server: Server) -> None:
    """Only those of the contact, though others have some too."""
    example = golden("list_activities_of_contact")
    await make(server, golden("list_activities")["data"])

    answer = await server.client.get("/contacts/8/activities")

    assert answer.status_code == 200
    check(example, answer.json())


async def test_gets_an_activity(server: Server) -> None:
    """By its id."""
    example = golden("get_activity")
    await make(server, golden("list_activities")["data"])

    answer = await server.client.get("/activities/2")

    assert answer.status_code == 200
    check(example, answer.json())


def request_for(name: str, document: dict[str, Any]) -> dict[str, Any]:
    """The example's body with the type and contacts that its answer shows."""
    return {
        **golden(f"{name}.request"),
        "activity_type_id": document["activity_type"]["id"],
        "contacts": [contact["id"] for contact in document["attendees"]["contacts"]],
    }


async def test_creates_an_activity(server: Server) -> None:
    """It gets the next id and the present time."""
    example = golden("create_activity")
    await flush(server.past, [example["data"]])
    server.past.clock.instant = instant_from_text(example["data"]["created_at"])
    await server.past.next_id(4670)

    answer = await server.client.post(
        "/activities/", json=request_for("create_activity", example["data"])
    )

    assert answer.status_code == 201
    check(example, answer.json())


async def test_updates_an_activity(server: Server) -> None:
    """The change comes in the second in which it was created."""
    created, example = golden("create_activity"), golden("update_activity")
    await flush(server.past, [created["data"], example["data"]])
    await server.past.record(created["data"])

    answer = await server.client.put(
        "/activities/4670", json=request_for("update_activity", example["data"])
    )

    assert answer.status_code == 200
    check(example, answer.json())


async def test_deletes_an_activity(server: Server) -> None:
    """The answer has its id."""
    document = {**golden("get_activity")["data"], "id": 31}
    await make(server, [document])

    answer = await server.client.delete("/activities/31")

    assert answer.status_code == 200
    assert answer.json() == golden("delete_activity")


async def test_takes_the_examples_as_they_are_sent(server: Server) -> None:
    """The bodies of the documentation, word for word."""
    for seq in (1, 3, 5):
        await server.past.next_id(seq)
        await server.past.business.put("contact", str(seq), name=f"Contact {seq}")

    created = await server.client.post("/activities/", json=golden("create_activity.request"))
    place = f"/activities/{created.json()['data']['id']}"
    updated = await server.client.put(place, json=golden("update_activity.request"))

    assert [answer.status_code for answer in (created, updated)] == [201, 200]
    assert [one.json()["data"]["activity_type"]["id"] for one in (created, updated)] == [2, 2]
    assert attendees(created) == [1, 3, 5]
    assert attendees(updated) == [1, 3]


def attendees(answer: httpx.Response) -> list[int]:
    """The ids of who attended."""
    return [contact["id"] for contact in answer.json()["data"]["attendees"]["contacts"]]

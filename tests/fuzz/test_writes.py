"""Every member of every operation that writes, with values of every JSON type."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from doings.core.activity import Link
from doings.httpkit.surface import Operation
from tests.fuzz.examples import (
    CONTACT_SEQ,
    Document,
    Key,
    example_of,
    operations,
    places,
    with_value,
)
from tests.fuzz.shapes import fault_of
from tests.fuzz.values import JSON_VALUES
from tests.fuzz.world import PARTY, Case, World, world_in
from tests.isolation.world import HAPPENED

WRITES: list[tuple[Key, Document]] = [
    (key, example)
    for key, operation in operations()
    if (example := example_of(key, operation)) is not None
    and (key[0], key[1]) != ("monica", "PATCH")  # which is PUT under another name
]


MESSAGES = '{"messages":[{"id":1,"content":"Hi"}]}'

WITHOUT_BODY = {
    "/v1/webhooks/{id}/rotate",
    "/v1/webhooks/{id}/test",
    "/v1/merges/{id}/revert",
}
"""What is asked for by the address alone."""

MEANT = {
    "/v1/activities/{id}/complete": 409,
    "/mio/business/v1/auth": 401,
    "/monica/oauth/token": 400,
    "/monica/oauth/login": 401,
}
"""What a good body alone does not do: the step follows another one, and signing in takes none, or
a secret.
"""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """An application with something of everything in it."""
    async with world_in() as made:
        yield made


async def path_of(world: World, key: Key) -> bytes:
    """The path of the operation, about something that is there."""
    activity = await world.acme.record_one("8")
    received = (Link("individual", "i1", "actor"), PARTY)
    interaction = await world.acme.record_one(*received, kind="details.requested")
    surface, _, path = key
    if "/webhooks/{id}" in path:
        body = msgspec.json.encode({"url": "https://example.org/", "enabled": False})
        made = await world.ask(_case(("native", "POST", ""), b"/v1/webhooks", body))
        id_ = msgspec.json.decode(made.body)["id"]
    elif surface == "native":
        is_step = path.rpartition("/")[2] in {"accept", "decline", "complete", "cancel"}
        id_ = interaction.id if is_step else "m1" if "/entities/" in path else activity.id
    else:
        for kept in ("contact_field", "address", "task", "reminder"):
            await world.acme.put(kept, "1", contact="8")
        ids = {"activities": activity.seq, "contacts": CONTACT_SEQ}
        for word, kind in HAPPENED.items():
            if surface == "monica" and word in path.split("/"):
                one = await world.acme.record_one("8", kind=kind, data=MESSAGES)
                ids[word] = one.seq
        id_ = str(next((ids[word] for word in path.split("/") if word in ids), 1))
    parts = {
        "id": id_,
        "space": "acme",
        "type": "membership",
        "origin": "phone",
        "external_id": "7",
        "kind": "visit.logged",
        "message": f"{id_}000001",
    }
    return path.format(**parts).encode()


@pytest.mark.parametrize("surface", sorted({key[0] for key, _ in WRITES}))
async def test_is_answered_whatever_its_body_holds(world: World, surface: str) -> None:
    """No defect, and in the surface's shape: each member in turn, and the body itself."""
    faults = []

    for key, example in WRITES:
        path = await path_of(world, key)
        for place in places(example) if key[0] == surface else ():
            for value in JSON_VALUES:
                case = _case(key, path, with_value(example, place, value))
                if fault := fault_of(case, await world.ask(case)):
                    faults.append((key, place, value[:60], fault, world.defects[-1:]))

    assert faults == []


def _case(key: Key, path: bytes, body: bytes) -> Case:
    headers = [(b"content-type", b"application/json")]
    return Case(surface=key[0], method=key[1], path=path, headers=headers, body=body)


async def test_good_bodies_are_taken(world: World) -> None:
    """What the suites change piece by piece is right before, or they would try nothing."""
    refused = {}
    for key, example in WRITES:
        path = await path_of(world, key)
        answer = await world.ask(_case(key, path, msgspec.json.encode(example)))
        if answer.status >= 400 and answer.status != MEANT.get(key[2]):
            refused[key] = answer

    assert refused == {}


def test_every_write_has_an_example() -> None:
    """An operation that is added to a route table needs one, unless it takes no body."""
    without = [
        key
        for key, operation in operations()
        if _takes_body(key, operation) and example_of(key, operation) is None
    ]

    assert without == []


def _takes_body(key: Key, operation: Operation) -> bool:
    if key[2] in WITHOUT_BODY:
        return False
    return key[1] in {"POST", "PUT", "PATCH"} and operation.scope is not None

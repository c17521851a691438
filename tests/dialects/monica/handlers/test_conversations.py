"""Conversations and their messages, each of which answers the whole conversation."""

import httpx
import pytest

from doings.core.entity import Entity
from doings.core.text import object_from_text
from tests.dialects.monica.happened import activity_of, create, refused
from tests.engines import SQLITE_ONLY
from tests.serving import Business


async def test_messages_answer_the_whole_conversation(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """What they say is the body, which other surfaces show and the search finds."""
    document = await create(monica, "/conversations", jim)
    path = f"/conversations/{document['id']}/messages"
    sent = {"written_at": "2018-02-02", "written_by_me": True, "content": "Hello"}

    first = await monica.post(path, json=sent)
    second = await monica.post(path, json={**sent, "written_by_me": 0, "content": "Hi there"})
    messages = second.json()["data"]["messages"]
    changed = await monica.put(f"{path}/{messages[0]['id']}", json={**sent, "content": "Hey"})

    assert [answer.status_code for answer in (first, second, changed)] == [200, 200, 200]
    assert list(messages[0]) == [
        "id", "uuid", "object", "content", "written_at", "written_by_me", "account", "contact",
        "conversation", "created_at", "updated_at",
    ]  # fmt: skip
    assert messages[0]["conversation"] == {"id": document["id"]}
    whole = changed.json()["data"]
    assert [(one["content"], one["written_by_me"]) for one in whole["messages"]] == [
        ("Hey", True), ("Hi there", False),
    ]  # fmt: skip
    assert (await activity_of(acme, document)).body == "Hey\nHi there"
    deleted = await monica.delete(f"{path}/{messages[1]['id']}")
    assert deleted.json() == {"deleted": True, "id": messages[1]["id"]}
    third = await monica.post(path, json=sent)
    ids = [one["id"] for one in third.json()["data"]["messages"]]
    assert ids[0] == messages[0]["id"]
    assert ids[1] not in {one["id"] for one in messages}
    kept = await monica.put(
        f"/conversations/{document['id']}",
        json={"happened_at": "2018-02-03", "contact_field_type_id": "2"},
    )
    assert len(kept.json()["data"]["messages"]) == 2
    assert kept.json()["data"]["contact_field_type"]["id"] == 2


@SQLITE_ONLY
async def test_messages_have_rules(monica: httpx.AsyncClient, jim: Entity, ann: Entity) -> None:
    """And are those of their conversation, and of its contact, alone."""
    one = await create(monica, "/conversations", jim)
    other = await create(monica, "/conversations", jim)
    sent = {"written_at": "2018-02-02", "written_by_me": True, "content": "Hello"}
    path = f"/conversations/{one['id']}/messages"
    answer = await monica.post(path, json={**sent, "contact_id": str(jim.seq)})
    id_ = answer.json()["data"]["messages"][0]["id"]

    empty = await monica.post(path, json={"written_by_me": "x"})
    elsewhere = f"/conversations/{other['id']}/messages/{id_}"
    answers = [
        await monica.post(path, json={**sent, "contact_id": ann.seq}),
        await monica.put(f"{path}/{id_}", json={**sent, "contact_id": ann.seq}),
        await monica.put(elsewhere, json=sent),
        await monica.delete(elsewhere),
        await monica.put(f"{path}/{id_ + 1}", json=sent),
        await monica.delete(f"{path}/x"),
        await monica.post("/conversations/999/messages", json=sent),
    ]

    assert await refused(empty) == (422, [
        "The written at field is required.",
        "The written by me field must be true or false.",
        "The content field is required.",
    ])  # fmt: skip
    assert [one.status_code for one in answers] == [404] * 7


@SQLITE_ONLY
async def test_nobody_sends_what_is_made_here(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Neither messages nor times, under whatever name."""
    document = await create(
        monica, "/conversations", jim,
        **{"messages": [1], "text": "x", "last_message": 9, "": "x", "\0": "x"},
    )  # fmt: skip
    note = await create(monica, "/notes", jim, is_favorited=False, favorited_at="2018-02-02")

    activity = await activity_of(acme, document)
    assert object_from_text(activity.data) == {
        "contact_field_type_id": 1, "happened_on": "2018-02-02",
    }  # fmt: skip
    assert activity.body is None
    assert note["favorited_at"] is None


@SQLITE_ONLY
@pytest.mark.parametrize(
    "data",
    [
        '{"messages":[{"content":"Hi"},{"content":"Ho","id":7,"written_at":"2018-02-02"}]}',
        '{"messages":[{"content":"","written_by_me":true}],"contact_field_type_id":99}',
        "{}",
    ],
)
async def test_conversations_of_other_surfaces(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, data: str
) -> None:
    """What they leave out is null; a message without an id has one, and can be changed."""
    seq = (await acme.record_one("8", kind="conversation.logged", body="Hi", data=data)).seq

    document = (await monica.get(f"/conversations/{seq}")).json()["data"]
    for message in document["messages"]:
        answer = await monica.put(
            f"/conversations/{seq}/messages/{message['id']}",
            json={"written_at": "2018-02-02", "written_by_me": True, "content": "New"},
        )
        assert answer.status_code == 200, answer.text

    after = (await monica.get(f"/conversations/{seq}")).json()["data"]
    assert document["contact_field_type"] is None
    assert [one["id"] for one in after["messages"]] == [one["id"] for one in document["messages"]]
    assert jim.seq == after["contact"]["id"]


@SQLITE_ONLY
async def test_a_conversation_has_an_end(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """It holds a thousand messages."""
    messages = ",".join(['{"content":"x"}'] * 1000)
    data = f'{{"messages":[{messages}]}}'
    seq = (await acme.record_one("8", kind="conversation.logged", data=data)).seq

    answer = await monica.post(
        f"/conversations/{seq}/messages",
        json={"written_at": "2018-02-02", "written_by_me": True, "content": "New"},
    )

    assert answer.status_code == 422
    assert jim.seq

"""People and things: listing, showing, putting and deleting them, and whom they belong to."""

from typing import Any

import pytest

from tests.native.client import Native, problems


async def test_puts_an_entity(native: Native) -> None:
    """201 when it is new, 200 when it replaces one; what is left out is cleared."""
    first = await native.call(
        "PUT", "/entities/contact/8", json={"name": "Jim", "attrs": {"z": 1, "a": [1.50]}}
    )
    again = await native.call("PUT", "/entities/contact/8", json={"name": "James"})

    document = first.json()
    assert (first.status_code, again.status_code) == (201, 200)
    assert document == {
        "type": "contact",
        "id": "8",
        "seq": document["seq"],
        "name": "Jim",
        "attrs": {"z": 1, "a": [1.5]},
        "contact": None,
        "created_at": document["created_at"],
        "updated_at": document["created_at"],
    }
    assert list(document["attrs"]) == ["z", "a"]
    assert again.json()["attrs"] == {}
    assert again.json()["created_at"] == document["created_at"]
    assert await native.get("/entities/contact/8") == again.json()


@pytest.mark.parametrize(
    "id_", ["a b", "é", "x/y", "x/activities", "%2F", "a:b", "?", "#", ".x", "x" * 255, "/", "a//"]
)
async def test_takes_any_text_as_an_id(native: Native, id_: str) -> None:
    """Escaped in the path, whatever it holds."""
    escaped = "".join(f"%{byte:02X}" for byte in id_.encode())

    put = await native.call("PUT", f"/entities/thing/{escaped}", json={"name": "T"})
    shown = await native.call("GET", f"/entities/thing/{escaped}")
    timeline = await native.call("GET", f"/entities/thing/{escaped}/activities")

    assert put.status_code == 201
    assert shown.json()["id"] == id_
    assert timeline.json()["items"] == []


@pytest.mark.parametrize(
    ("path", "sent", "field", "reason"),
    [
        ("contact/8", {"colour": 1}, "colour", "unknown member"),
        ("contact/8", {"name": 1}, "name", "Expected `str | null`, got `int`"),
        ("contact/8", {"attrs": []}, "attrs", "must be an object"),
        ("contact/8", {"contact": "9"}, "contact", "a contact belongs to nobody"),
        ("deal/8", {"contact": ""}, "contact", "text of 1 to 255 characters without NUL"),
        ("Bad/8", {}, "type", "a lower-case word: letters, digits and _"),
        (f"deal/{'x' * 256}", {}, "id", "text of 1 to 255 characters without NUL"),
    ],
)
async def test_says_which_member_of_an_entity_is_wrong(
    native: Native, path: str, sent: dict[str, Any], field: str, reason: str
) -> None:
    """422 with the member and the reason."""
    answer = await native.call("PUT", f"/entities/{path}", json=sent)

    assert answer.status_code == 422
    assert problems(answer) == [(field, reason)]


async def test_linking_makes_what_is_not_there(native: Native) -> None:
    """With the id and the name given; a name does not change what is there."""
    link = {"type": "contact", "id": "8", "name": "Jim"}
    await native.record(links=[link])
    await native.record(links=[{**link, "name": "Other"}])

    assert (await native.get("/entities/contact/8"))["name"] == "Jim"


async def test_one_contact_has_the_timeline_of_all_that_belongs_to_it(native: Native) -> None:
    """What is recorded before and after the belonging; no more once that ends."""
    await native.record(summary="before", links=["membership:m1"])
    await native.put("membership:m1", contact="8")
    await native.record(summary="after", links=["membership:m1"])
    both = await native.summaries("/entities/contact/8/activities")
    activity = (await native.get("/activities", limit=1))["items"][0]
    await native.put("membership:m1")

    assert both == ["after", "before"]
    assert [(link["type"], link["role"]) for link in activity["links"]] == [
        ("membership", "subject"),
        ("contact", "owner"),
    ]
    assert await native.summaries("/entities/contact/8/activities") == []


async def test_deleting_an_entity_keeps_its_activities(native: Native) -> None:
    """204; its page and timeline are 404, its activities still name it."""
    document = await native.record(links=["contact:8"])

    answer = await native.call("DELETE", "/entities/contact/8")

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await native.call("GET", "/entities/contact/8")).status_code == 404
    assert (await native.call("DELETE", "/entities/contact/8")).status_code == 404
    link = {"type": "contact", "id": "8", "role": "subject", "name": None, "deleted": True}
    assert (await native.get(f"/activities/{document['id']}"))["links"] == [link]


async def test_an_entity_is_guarded_against_lost_updates(native: Native) -> None:
    """If-Match works for PUT and DELETE as it does for activities."""
    first = await native.call("PUT", "/entities/contact/8", json={"name": "Jim"})
    old = {"If-Match": first.headers["etag"]}
    second = await native.call("PUT", "/entities/contact/8", json={"name": "James"}, headers=old)

    late = await native.call("PUT", "/entities/contact/8", json={"name": "J"}, headers=old)
    gone = await native.call("DELETE", "/entities/contact/8", headers=old)
    absent = await native.call("PUT", "/entities/contact/9", json={}, headers={"If-Match": "*"})

    assert second.status_code == 200
    assert [late.status_code, gone.status_code, absent.status_code] == [412, 412, 412]
    assert (await native.get("/entities/contact/8"))["name"] == "James"


@pytest.fixture
async def people(native: Native) -> Native:
    """An account with five contacts and a deal."""
    for number, name in enumerate(["Ann", "Anton", "Berta", "Björn", "Cäsar Ann"]):
        await native.put(f"contact:{number}", name=name, attrs={"email": f"{number}@x.org"})
    await native.put("deal:1", name="Ann’s deal")
    return native


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=contact", ["Ann", "Anton", "Berta", "Björn", "Cäsar Ann"]),
        ("type=deal", ["Ann’s deal"]),
        ("type=nothing", []),
        ("q=an", ["Ann", "Anton", "Cäsar Ann", "Ann’s deal"]),
        ("q=ann&type=contact", ["Ann", "Cäsar Ann"]),
        ("q=bjorn", ["Björn"]),
        ("q=3@x.org", ["Björn"]),
        ("q=***", []),
        ("type=contact&limit=2", ["Ann", "Anton"]),
    ],
)
async def test_lists_entities(people: Native, query: str, found: list[str]) -> None:
    """By type, by what their name or attributes begin with, in the order they came."""
    page = await people.get(f"/entities?{query}")

    assert [item["name"] for item in page["items"]] == found


@pytest.mark.parametrize("query", ["type=contact", "q=an", "type=contact&q=ann", "type=nothing"])
async def test_walks_entities_both_ways(people: Native, query: str) -> None:
    """`next` to the end and `prev` back give every entity once, in order."""
    whole = [item["id"] for item in (await people.get(f"/entities?{query}"))["items"]]
    seen, cursor = [], ""
    while True:
        page = await people.get(f"/entities?{query}&limit=1{cursor}")
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    back = seen[-1:]
    while page["prev"] is not None:
        page = await people.get(f"/entities?{query}&limit=1&cursor={page['prev']}")
        back += [item["id"] for item in page["items"]]

    assert seen == whole
    assert back == whole[::-1]


async def test_an_empty_page_of_entities_leads_back_to_the_last_one(native: Native) -> None:
    """What the cursor led to was deleted; the way back shows all that is left."""
    for id_ in ("a", "b", "c"):
        await native.put(f"contact:{id_}")
    first = await native.get("/entities?type=contact&limit=2")
    await native.call("DELETE", "/entities/contact/c")

    empty = await native.get(f"/entities?type=contact&limit=2&cursor={first['next']}")
    back = await native.get(f"/entities?type=contact&limit=2&cursor={empty['prev']}")

    assert (empty["items"], empty["next"]) == ([], None)
    assert [item["id"] for item in back["items"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "field"), [("type=Bad", "type"), ("limit=0", "limit"), ("cursor=x", "cursor")]
)
async def test_says_which_parameter_of_a_list_cannot_be_read(
    native: Native, query: str, field: str
) -> None:
    """400 naming the parameter."""
    answer = await native.call("GET", f"/entities?{query}")

    assert answer.status_code == 400
    assert [found for found, _ in problems(answer)] == [field]

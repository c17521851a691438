"""People and things: listing, showing, putting and deleting them, and whom they belong to."""

from typing import Any

import pytest

from doings.native.handlers import entities
from tests.engines import SQLITE_ONLY
from tests.native.client import Native, problems


async def test_what_is_said_already_changes_nothing(native: Native) -> None:
    """Nobody is told, and no document is out of date; a deleted one is there again."""
    path, body = "/entities/contact/8", {"name": "Jim", "attrs": {"a": 1}}
    first = await native.call("PUT", path, json=body)

    again = await native.call("PUT", path, json=body)
    patched = await native.call("PATCH", path, json={"name": "Jim"})
    await native.call("DELETE", path)
    back = await native.call("PUT", path, json=body)

    same = [(one.json(), one.headers["doings-position"]) for one in (again, patched)]
    assert same == [(first.json(), first.headers["doings-position"])] * 2
    assert (back.status_code, back.json()["seq"]) == (201, first.json()["seq"])
    assert back.headers["doings-position"] != first.headers["doings-position"]


async def test_an_entity_is_found_by_what_is_said_now(native: Native) -> None:
    """Whether its words change, or only what nobody looks for."""
    await native.put("contact:8", name="Jim", attrs={"city": "Scranton", "n": 1})
    await native.put("contact:8", name="Jim", attrs={"city": "Scranton", "n": 2})
    same = (await native.get("/entities", q="scranton"))["items"]
    await native.put("contact:8", name="Jim", attrs={"city": "Stamford", "n": 2})

    found = [(await native.get("/entities", q=q))["items"] for q in ("scranton", "stamford")]

    assert [one["attrs"]["n"] for one in same] == [2]
    assert [len(items) for items in found] == [0, 1]


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


BY_ID_ALONE = "a contact is named by its id alone, like 8 and not contact:8"


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("path", "sent", "field", "reason"),
    [
        ("contact/8", {"colour": 1}, "colour", "unknown member"),
        ("contact/8", {"name": 1}, "name", "Expected `str | null`, got `int`"),
        ("contact/8", {"attrs": []}, "attrs", "must be an object"),
        ("contact/8", {"contact": "9"}, "contact", "a contact belongs to nobody"),
        ("deal/8", {"contact": ""}, "contact", "text of 1 to 255 characters without NUL"),
        ("deal/8", {"contact": "contact:77"}, "contact", BY_ID_ALONE),
        ("deal/8", {"contact": "contact:"}, "contact", BY_ID_ALONE),
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


PATCHES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"name": "Massage"}, {"name": "Massage"}),
    ({"name": None}, {"name": None}),
    ({"contact": "77"}, {"contact": "77"}),
    ({"contact": None}, {"contact": None}),
    ({"attrs": {"b": 3}}, {"attrs": {"a": 1.50, "deep": {"x": 1, "y": 2}, "b": 3}}),
    ({"attrs": {"a": None}}, {"attrs": {"deep": {"x": 1, "y": 2}}}),
    ({"attrs": {"deep": {"x": None}}}, {"attrs": {"a": 1.50, "deep": {"y": 2}}}),
    ({"attrs": None, "name": "x"}, {"attrs": {}, "name": "x"}),
]


@pytest.mark.parametrize(("patch", "changed"), PATCHES)
@pytest.mark.parametrize("media_type", ["application/json", "application/merge-patch+json"])
async def test_patches_an_entity(
    native: Native, patch: dict[str, Any], changed: dict[str, Any], media_type: str
) -> None:
    """What the patch names changes, null clears, and all else stays."""
    before = await native.put(
        "appointment:1", name="A", attrs={"a": 1.50, "deep": {"x": 1, "y": 2}}, contact="8"
    )

    answer = await native.call(
        "PATCH", "/entities/appointment/1", json=patch, headers={"Content-Type": media_type}
    )

    after = answer.json()
    assert answer.status_code == 200
    assert after == {**before, **changed, "updated_at": after["updated_at"]}
    assert await native.get("/entities/appointment/1") == after


async def test_patched_contact_takes_the_activities_along(native: Native) -> None:
    """What is recorded about the thing already is found with whom it belongs to now."""
    await native.put("membership:1", name="Flex")
    await native.record(summary="paid", links=["membership:1"])

    await native.call("PATCH", "/entities/membership/1", json={"contact": "77"})

    assert await native.summaries("/entities/contact/77/activities") == ["paid"]
    assert (await native.get("/entities/membership/1"))["name"] == "Flex"


@pytest.mark.parametrize(
    ("path", "patch", "status", "field"),
    [
        ("deal/1", {"colour": 1}, 422, "colour"),
        ("deal/1", {"type": "room"}, 422, "type"),
        ("deal/1", {"id": "2"}, 422, "id"),
        ("deal/1", {"seq": 2}, 422, "seq"),
        ("deal/1", {"name": 1}, 422, "name"),
        ("deal/1", {"name": "x" * 1001}, 422, "name"),
        ("deal/1", {"attrs": []}, 422, "attrs"),
        ("deal/1", {"contact": ""}, 422, "contact"),
        ("deal/1", {"contact": "contact:8"}, 422, "contact"),
        ("deal/1", [], 422, "body"),
        ("contact/8", {"contact": "9"}, 422, "contact"),
        ("deal/2", {"name": "x"}, 404, None),
        ("nothing/1", {"name": "x"}, 404, None),
        ("Bad/1", {"name": "x"}, 404, None),
        ("gone/1", {"name": "x"}, 404, None),
    ],
)
async def test_refuses_a_patch_of_an_entity_that_may_not_be(
    native: Native,
    path: str,
    patch: Any,  # noqa: ANN401 - JSON
    status: int,
    field: str | None,
) -> None:
    """By the member that is wrong, or because there is no such entity; nothing is made."""
    before = [await native.put(key, name="D") for key in ("deal:1", "contact:8", "gone:1")]
    await native.call("DELETE", "/entities/gone/1")

    answer = await native.call("PATCH", f"/entities/{path}", json=patch)

    assert answer.status_code == status
    assert [found for found, _ in problems(answer)] == ([field] if field else [])
    assert (await native.get("/entities"))["items"][1:] == before[:2]


async def test_a_patch_of_an_entity_guards_against_lost_updates(native: Native) -> None:
    """`If-Match` with another state is 412; a repeated Idempotency-Key is done once."""
    made = await native.call("PUT", "/entities/deal/1", json={"name": "A"})
    seen = {"If-Match": made.headers["etag"]}
    keyed = {"Idempotency-Key": "k", **seen}
    answers = [
        await native.call("PATCH", "/entities/deal/1", json={"name": "B"}, headers=headers)
        for headers in (keyed, keyed, seen)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 412]


CONTACTS = ["Ann", "Anton", "Berta", "Björn", "Cäsar Ann"]
NOT_SETTINGS = "!activity_type,!activity_category,!gender"


@pytest.fixture
async def people(native: Native) -> Native:
    """An account with five contacts, a deal, and the settings that every account has."""
    for number, name in enumerate(CONTACTS):
        await native.put(f"contact:{number}", name=name, attrs={"email": f"{number}@x.org"})
    await native.put("deal:1", name="Ann’s deal")
    return native


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=contact", CONTACTS),
        ("type=deal", ["Ann’s deal"]),
        ("type=nothing", []),
        ("q=an", ["Ann", "Anton", "Cäsar Ann", "Ann’s deal"]),
        ("q=ann&type=contact", ["Ann", "Cäsar Ann"]),
        ("q=bjorn", ["Björn"]),
        ("q=3@x.org", ["Björn"]),
        ("q=***", []),
        ("", ["acme", *CONTACTS, "Ann’s deal"]),
        ("q=man", []),
        ("type=gender", ["Man", "Woman", "Rather not say"]),
        ("type=gender&q=man", ["Man"]),
        ("type=gender&type=deal", ["Man", "Woman", "Rather not say", "Ann’s deal"]),
        ("type=deal,gender", ["Man", "Woman", "Rather not say", "Ann’s deal"]),
        ("type=deal&type=contact&q=ann", ["Ann", "Cäsar Ann", "Ann’s deal"]),
        ("type=deal&type=contact&limit=2", ["Ann", "Anton"]),
        ("type=deal&type=!contact", ["Ann’s deal"]),
        ("type=deal,contact,!contact", ["Ann’s deal"]),
        (f"type={NOT_SETTINGS}", ["acme", *CONTACTS, "Ann’s deal"]),
        (f"type=!contact&type={NOT_SETTINGS}", ["acme", "Ann’s deal"]),
        (f"type={NOT_SETTINGS},!deal&q=ann", ["Ann", "Cäsar Ann"]),
        (
            "type=!activity_type,!activity_category,!contact,!deal,!business",
            ["Man", "Woman", "Rather not say"],
        ),
        ("type=contact&limit=2", ["Ann", "Anton"]),
    ],
)
async def test_lists_entities(people: Native, query: str, found: list[str]) -> None:
    """By type, by what their name or attributes begin with, in the order they came."""
    page = await people.get(f"/entities?{query}")

    assert [item["name"] for item in page["items"]] == found


@pytest.mark.parametrize(
    "query",
    [
        "type=contact",
        "q=an",
        "type=contact&q=ann",
        "type=nothing",
        "",
        "type=deal&type=contact",
        "type=!activity_type",
    ],
)
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


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("type=Bad", "type"),
        ("type=!", "type"),
        ("type=!!deal", "type"),
        ("type=deal&type=Bad", "type"),
        ("type=deal,!deal", "type"),
        ("type=" + ",".join(f"t{number}" for number in range(101)), "type"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
    ],
)
async def test_says_which_parameter_of_a_list_cannot_be_read(
    native: Native, query: str, field: str
) -> None:
    """400 naming the parameter."""
    answer = await native.call("GET", f"/entities?{query}")

    assert answer.status_code == 400
    assert [found for found, _ in problems(answer)] == [field]


MANY = " ".join(f"w{number}" for number in range(33))


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/entities", "/activities", "/entities/contact/8/activities"])
async def test_refuses_a_search_for_too_many_words(native: Native, path: str) -> None:
    """422; words that are the same count once."""
    await native.put("contact:8", name="Jim")

    answer = await native.call("GET", path, params={"q": MANY})
    same = await native.call("GET", path, params={"q": "w* " * 330})

    assert (answer.status_code, same.status_code) == (422, 200)
    assert problems(answer) == [("q", "at most 32 different words")]


KEPT = ("task:t1", "task:t2", "reminder:r1", "address:a1", "contact_field:f1")


async def test_with_a_contact_goes_what_is_kept_with_it(native: Native) -> None:
    """As in Monica's API; a membership stays, what another contact has too, and all if refused."""
    for contact in ("contact:8", "contact:9"):
        await native.put(contact, name="Jim")
    for kept in (*KEPT, "membership:m1"):
        await native.put(kept, name="Pay", contact="8")
    await native.put("task:t9", name="Rest", contact="9")
    path = "/entities/contact/8"

    refused = await native.call("DELETE", path, headers={"If-Match": '"x"'})
    before = {one["id"] for one in (await native.get("/entities", limit=50))["items"]}
    deleted = await native.call("DELETE", path)
    after = {one["id"] for one in (await native.get("/entities", limit=50))["items"]}
    again = await native.call("DELETE", path)
    found = [await native.call("GET", f"/entities/{kept.replace(':', '/')}") for kept in KEPT]

    assert (refused.status_code, deleted.status_code, again.status_code) == (412, 204, 404)
    assert before - after == {"8", "t1", "t2", "r1"}
    assert {"9", "m1", "t9"} <= after
    assert {answer.status_code for answer in found} == {404}


@SQLITE_ONLY
async def test_much_that_goes_with_a_contact_goes_in_parts(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that is sent again deletes nothing of somebody who came since."""
    monkeypatch.setattr(entities, "KEPT_AT_A_TIME", 2)
    path, once = "/entities/contact/8", {"Idempotency-Key": "k"}
    for kept in KEPT:
        await native.put(kept, name="Pay", contact="8")

    refused = await native.call("DELETE", path, headers={"If-Match": '"x"'})
    before = await native.call("GET", "/entities/task/t1")
    deleted = await native.call("DELETE", path, headers=once)
    found = [await native.call("GET", f"/entities/{kept.replace(':', '/')}") for kept in KEPT]
    for kept in KEPT:
        await native.put(kept, name="Pay", contact="8")
    again = await native.call("DELETE", path, headers=once)
    after = await native.call("GET", "/entities/task/t1")

    assert (refused.status_code, before.status_code) == (412, 200)
    assert (deleted.status_code, again.status_code, after.status_code) == (204, 204, 200)
    assert {answer.status_code for answer in found} == {404}

"""Erasing over HTTP: what an answer says, what stays to be seen, and what is refused."""

from typing import Any

from doings.app import Application
from tests.native.client import Json, Native, problems, signed_in

JIM: Json = {"type": "contact", "id": "8", "name": "Jim Halpert"}
ANN: Json = {"type": "contact", "id": "9", "name": "Ann Lee"}


async def erase(native: Native, entity: str = "contact:8", **members: Any) -> Json:  # noqa: ANN401
    """Erase an entity and return the entry of the register."""
    answer = await native.call("POST", "/erasures", json={"entity": entity, **members})
    assert answer.status_code == 200, answer.text
    document: Json = answer.json()
    return document


async def filled(native: Native) -> list[Json]:
    """A person with a note of their own, one shared with another person, and one deleted."""
    await native.put("contact:8", name="Jim Halpert", attrs={"email": "jim@halpert.example"})
    own = await native.record(body="Jim's own", links=[JIM])
    shared = await native.record(body="Jim Halpert met Ann Lee", links=[JIM, ANN])
    gone = await native.record(body="deleted before", links=[JIM])
    await native.call("DELETE", f"/activities/{gone['id']}")
    return [own, shared, gone]


async def test_a_person_is_erased(native: Native) -> None:
    """What is only theirs goes; the rest loses their name, and shows an id that says nothing."""
    own, shared, gone = await filled(native)

    done = await erase(native, reason="asked for by mail")

    assert done["entity"].startswith("contact:erased-")
    assert done["counts"] == {
        "activities_erased": 2,
        "activities_unlinked": 1,
        "changes_redacted": 3,
        "deliveries_redacted": 0,
    }
    assert (await native.http.get("/entities/contact/8")).status_code == 404
    assert (await native.http.get("/entities/contact/8/activities")).status_code == 404
    assert (await native.http.get(f"/activities/{own['id']}")).status_code == 404
    left = await native.get(f"/activities/{shared['id']}")
    assert left["body"] == "[erased] met Ann Lee"
    assert left["links"][0] == {
        "type": "contact",
        "id": done["entity"].partition(":")[2],
        "role": "subject",
        "name": None,
        "erased": True,
    }
    assert gone["id"] in {item["activity_id"] for item in (await native.get("/changes"))["items"]}


async def test_the_feed_keeps_that_something_was_there(native: Native) -> None:
    """Its seq, op, kind and time; and it tells that activities and the entity were erased."""
    await filled(native)
    before = (await native.get("/changes", entities="true"))["items"]

    done = await erase(native)
    items = (await native.get("/changes", entities="true"))["items"]

    assert [item["seq"] for item in items] == list(range(1, len(items) + 1))
    for old, new in zip(before, items, strict=False):
        assert {name: new[name] for name in ("seq", "op", "at")} == {
            name: old[name] for name in ("seq", "op", "at")
        }
    erased = [item for item in items if item["op"] == "erased"]
    assert [item["kind"] for item in erased if "kind" in item] == ["note.created"] * 2
    (entity,) = [item for item in erased if "kind" not in item]
    assert (f"{entity['type']}:{entity['id']}", entity["entity"]) == (done["entity"], None)
    made = next(item for item in items if item.get("id") == entity["id"])
    assert (made["seq"], made["op"], made["erased"]) == (entity["entity_seq"], "created", True)
    of_erased = {item["activity_id"] for item in erased if "kind" in item}
    told = [item for item in items if item.get("activity_id") in of_erased]
    assert len(told) == 5
    for item in told:
        assert (item["activity"], item["before"], item["erased"]) == (None, None, True)
    assert "Halpert" not in str(items)
    assert "halpert" not in str(items)


async def test_a_dry_run_counts_the_same_and_changes_nothing(native: Native) -> None:
    """Its answer has no id, as nothing is registered."""
    await filled(native)
    before = await native.get("/changes", entities="true")

    dry = await erase(native, dry_run=True)

    assert (dry["id"], dry["dry_run"]) == (None, True)
    assert await native.get("/changes", entities="true") == before
    assert (await native.get("/erasures"))["items"] == []
    done = await erase(native)
    assert (done["counts"], done["entity"]) == (dry["counts"], dry["entity"])


async def test_unlinking_keeps_every_activity_and_its_text(native: Native) -> None:
    """Only the links, and what changes remember of them, say nothing any more."""
    own, _, gone = await filled(native)

    done = await erase(native, activities="unlink")

    assert done["counts"]["activities_erased"] == 0
    assert done["counts"]["activities_unlinked"] == 2
    left = await native.get(f"/activities/{own['id']}")
    assert left["body"] == "Jim's own"
    assert left["links"][0]["erased"] is True
    history = (await native.get(f"/activities/{gone['id']}/changes"))["items"]
    assert history[-1]["before"]["body"] == "deleted before"
    assert history[-1]["before"]["links"][0]["name"] is None


async def test_what_belongs_to_a_person_goes_along(native: Native) -> None:
    """A membership of theirs and what is recorded about it."""
    await native.put("contact:8", name="Jim Halpert")
    await native.put("membership:m1", name="Jim Halpert", contact="8")
    about = await native.record("membership.created", links=["membership:m1"])

    done = await erase(native)

    assert done["counts"]["activities_erased"] == 1
    assert (await native.http.get("/entities/membership/m1")).status_code == 404
    assert (await native.http.get(f"/activities/{about['id']}")).status_code == 404


async def test_an_id_is_free_again(native: Native) -> None:
    """Recording about the same id later makes a new entity, with a timeline of its own."""
    await filled(native)
    done = await erase(native)

    later = await native.record(links=["contact:8"])

    assert [
        item["id"] for item in (await native.get("/entities/contact/8/activities"))["items"]
    ] == [later["id"]]
    again = await erase(native)
    assert again["entity"] != done["entity"]


async def test_the_register_lists_newest_first(native: Native, stranger: Native) -> None:
    """Page by page, and each account its own."""
    for number in ("1", "2", "3"):
        await native.put(f"contact:{number}", name="Jim Halpert")
        await erase(native, f"contact:{number}", reason=number)

    page = await native.get("/erasures", limit=2)
    rest = await native.get("/erasures", limit=2, cursor=page["next"])

    assert [item["reason"] for item in (*page["items"], *rest["items"])] == ["3", "2", "1"]
    assert rest["next"] is None
    assert all(item["done"] and not item["dry_run"] for item in page["items"])
    assert (await stranger.get("/erasures"))["items"] == []
    answer = await native.call("GET", "/erasures", params={"cursor": "x"})
    assert (answer.status_code, problems(answer)[0][0]) == (400, "cursor")


WRONG_ORDERS: list[tuple[Json, str]] = [
    ({}, "entity"),
    ({"entity": "contact"}, "entity"),
    ({"entity": "Contact:8"}, "entity"),
    ({"entity": "contact:"}, "entity"),
    ({"entity": "contact:8", "reason": "x" * 201}, "reason"),
    ({"entity": "contact:8", "activities": "keep"}, "activities"),
    ({"entity": "contact:8", "dryrun": True}, "dryrun"),
]


async def test_a_wrong_order_is_refused(native: Native) -> None:
    """Member by member, and nobody is erased."""
    await native.put("contact:8", name="Jim Halpert")

    for body, field in WRONG_ORDERS:
        answer = await native.call("POST", "/erasures", json=body)
        assert (answer.status_code, problems(answer)[0][0]) == (422, field)
    assert (await native.http.get("/entities/contact/8")).status_code == 200


async def test_nobody_is_erased_twice_or_from_elsewhere(
    app: Application, native: Native, stranger: Native
) -> None:
    """Who is not there, or in another account, is not found; it needs the scope admin."""
    await native.put("contact:8", name="Jim Halpert")
    writer = await signed_in(app, "acme", ["read_activities", "write_activities"])

    for client, status in ((stranger, 404), (writer, 403), (native, 200), (native, 404)):
        answer = await client.call("POST", "/erasures", json={"entity": "contact:8"})
        assert answer.status_code == status
    await writer.http.aclose()


async def test_a_deleted_person_can_be_erased(native: Native) -> None:
    """Deleting keeps the row, so there is something to erase."""
    await native.put("contact:8", name="Jim Halpert")
    await native.call("DELETE", "/entities/contact/8")

    assert (await erase(native))["done"] is True


async def test_a_hold_keeps_a_person(native: Native) -> None:
    """Also through what belongs to them, until it ends."""
    await native.put("contact:8", name="Jim Halpert")
    await native.put("membership:m1", contact="8")
    held = await native.call("PUT", "/entities/membership/m1/hold", json={"reason": "claim 7"})
    assert (held.status_code, held.json()["entity"]) == (201, "membership:m1")
    again = await native.call("PUT", "/entities/membership/m1/hold", json={"reason": "claim 8"})
    assert (again.status_code, again.json()["reason"]) == (200, "claim 8")

    for dry_run in (True, False):
        refused = await native.call(
            "POST", "/erasures", json={"entity": "contact:8", "dry_run": dry_run}
        )
        assert refused.status_code == 409
        assert "membership m1" in refused.json()["detail"]

    for _ in range(2):
        ended = await native.call("DELETE", "/entities/membership/m1/hold")
        assert ended.status_code == 204
    await erase(native)


async def test_a_hold_is_refused_that_makes_no_sense(native: Native) -> None:
    """On nobody, without a reason, or with a long one."""
    await native.put("contact:8", name="Jim Halpert")

    for path, body, status in (
        ("contact/7", {"reason": "x"}, 404),
        ("contact/8", {"reason": " "}, 422),
        ("contact/8", {"reason": "x" * 201}, 422),
        ("contact/8", {}, 422),
    ):
        answer = await native.call("PUT", f"/entities/{path}/hold", json=body)
        assert answer.status_code == status
    assert (await native.call("DELETE", "/entities/contact/7/hold")).status_code == 404


async def test_nothing_is_said_of_who_was_erased(native: Native) -> None:
    """The opaque id can be neither put nor found, but what links to it may be sent back."""
    _, shared, _ = await filled(native)
    opaque = (await erase(native))["entity"].replace(":", "/")

    put = await native.call("PUT", f"/entities/{opaque}", json={"name": "Jim"})
    patched = await native.call(
        "PATCH", f"/activities/{shared['id']}", json={"summary": "a new summary"}
    )

    assert put.status_code == 409
    assert (await native.http.get(f"/entities/{opaque}")).status_code == 404
    assert patched.json()["links"][0]["erased"] is True


async def test_an_answer_kept_for_a_repeated_request_is_taken_away(native: Native) -> None:
    """The request is not carried out again, and the caller is told."""
    key = {"Idempotency-Key": "once"}
    body = {"kind": "note.created", "body": "Jim", "links": [JIM, ANN]}
    await native.call("POST", "/activities", json=body, headers=key)
    await erase(native)

    again = await native.call("POST", "/activities", json=body, headers=key)

    assert again.status_code == 409
    assert len((await native.get("/activities"))["items"]) == 1


async def test_retention_is_set_and_shown(native: Native, stranger: Native) -> None:
    """Each activity is due under the first rule that fits it; a hold keeps it."""
    old = "2020-01-01T00:00:00Z"
    await native.record("email.sent", occurred_at=old)
    await native.record("email.received", occurred_at=old, level="ERROR")
    await native.record("email.sent")
    await native.record("note.created", occurred_at=old, links=["contact:8"])
    await native.record("note.created", occurred_at=old, links=["contact:9"])
    await native.call("PUT", "/entities/contact/8/hold", json={"reason": "claim"})
    rules = [
        {"kind": "*", "days": 30_000, "level": "ERROR"},
        {"kind": "email.*", "days": 365},
        {"kind": "note.created", "days": 365},
    ]

    put = await native.call("PUT", "/retention", json={"rules": rules})

    assert put.status_code == 200
    assert [rule["due"] for rule in put.json()["rules"]] == [0, 1, 1]
    assert await native.get("/retention") == put.json()
    assert (await stranger.get("/retention"))["rules"] == []
    assert (await native.call("PUT", "/retention", json={"rules": []})).json() == {"rules": []}


WRONG_RULES: list[tuple[list[Json], str]] = [
    ([{"kind": "email", "days": 1}], "rules[0].kind"),
    ([{"kind": "email.*", "days": 0}], "rules[0].days"),
    ([{"kind": "email.*", "days": 99_999}], "rules[0].days"),
    ([{"kind": "email.*", "days": 1, "level": "INFO"}], "rules[0].level"),
    ([{"kind": "email.*", "days": 1}, {"kind": "email.sent", "days": 9}], "rules[1]"),
    ([{"kind": f"a.b{number}", "days": 1} for number in range(101)], "rules"),
]


async def test_a_wrong_rule_is_refused(native: Native) -> None:
    """And the rules stay as they were."""
    await native.call("PUT", "/retention", json={"rules": [{"kind": "note.*", "days": 9}]})

    for rules, field in WRONG_RULES:
        answer = await native.call("PUT", "/retention", json={"rules": rules})
        assert (answer.status_code, problems(answer)[0][0]) == (422, field)
    assert [rule["kind"] for rule in (await native.get("/retention"))["rules"]] == ["note.*"]


async def test_the_log_holds_and_says_nothing_of_who_was_erased(native: Native) -> None:
    """Leaves of what was erased or redacted lose salt and statement; all others keep theirs."""
    await filled(native)
    other = await native.record(body="of nobody", links=["room:1"])
    await erase(native)

    items = (await native.get("/changes", entities="true", limit="200"))["items"]
    proofs = {item["seq"]: await native.get(f"/proofs/{item['seq']}") for item in items[18:]}

    silent = {seq for seq, proof in proofs.items() if proof["salt"] is None}
    told = {item["seq"] for item in items if item["op"] == "erased"}
    assert all(proofs[seq]["statement"] is None for seq in silent)
    assert told.isdisjoint(silent)
    assert other["seq"] not in silent
    assert len(silent) == 5
    assert "Halpert" not in str(proofs)

"""Merging people over the native API."""

from typing import Any

import pytest

from tests.native.client import Json, Native


@pytest.fixture
async def people(native: Native) -> Native:
    """Two contacts with a note each."""
    await native.put("contact:8", name="Jim Halpert", attrs={"email": "jim@example.org"})
    await native.put("contact:77", name="James Halpert", attrs={"email": "Jim@example.org"})
    await native.record(links=["contact:8"], summary="of 8")
    await native.record(links=["contact:77"], summary="of 77")
    return native


async def merged(native: Native, keep: str = "contact:8", *others: str, **members: Any) -> Json:  # noqa: ANN401 - the rest of a body
    """Let one stand for others."""
    body = {"keep": keep, "merge": others or ["contact:77"], **members}
    answer = await native.call("POST", "/merges", json=body)
    assert answer.status_code == 201, answer.text
    document: Json = answer.json()
    return document


async def test_merge_is_shown_and_listed(people: Native) -> None:
    """By whom, when and why; active, and then reverted."""
    made = await merged(people, reason="Same address")
    listed = await people.get("/merges")
    reverted = (await people.call("POST", f"/merges/{made['id']}/revert")).json()

    assert {**made, "id": None, "at": None, "by": None} == {
        "id": None, "keep": "contact:8", "merged": ["contact:77"], "reason": "Same address",
        "at": None, "by": None, "automatic": False, "status": "active", "reverted_at": None,
        "reverted_by": None,
    }  # fmt: skip
    assert listed == {"items": [made], "next": None, "prev": None}
    assert reverted["status"] == "reverted"
    assert reverted["reverted_by"] == made["by"]


async def test_merges_are_paged(people: Native) -> None:
    """Newest first, and back again."""
    ids = []
    for number in range(3):
        await people.put(f"contact:n{number}")
        ids.append((await merged(people, "contact:8", f"contact:n{number}"))["id"])

    first = await people.get("/merges", limit=2)
    second = await people.get("/merges", limit=2, cursor=first["next"])
    back = await people.get("/merges", limit=2, cursor=second["prev"])

    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert (first["prev"], second["next"]) == (None, None)
    assert [one["id"] for one in back["items"]] == ids[:0:-1]


async def test_one_person_by_either_id(people: Native) -> None:
    """Document, timeline, statistics, filters and search; the merged id says where it led."""
    await merged(people)

    kept = await people.get("/entities/contact/8")
    other = await people.get("/entities/contact/77")

    assert other == {**kept, "merged_into": "contact:8"}
    assert "merged_into" not in kept
    for id_ in ("8", "77"):
        key = f"contact:{id_}"
        assert await people.summaries(f"/entities/contact/{id_}/activities") == ["of 77", "of 8"]
        assert await people.summaries("/activities", link=key) == ["of 77", "of 8"]
        assert (await people.get("/stats", link=key))["total"] == 2
    listed = await people.get("/entities", type="contact")
    found = await people.get("/entities", q="james")
    assert [one["id"] for one in listed["items"]] == ["8"]
    assert [one["id"] for one in found["items"]] == ["8"]


async def test_links_say_whom_the_activity_names(people: Native) -> None:
    """An activity of the other one, by it, and of both; kept pages show it at once."""
    before = await people.get("/entities/contact/77/activities")
    made = await merged(people)
    both = await people.record(actor="contact:77", links=["contact:77", "contact:8"])
    document = (await people.get("/entities/contact/77/activities"))["items"][1]

    via = {"type": "contact", "id": "8", "role": "subject", "name": "Jim Halpert"}
    assert document["links"] == [{**via, "via": "contact:77"}]
    assert both["actor"] == {
        "type": "contact", "id": "8", "name": "Jim Halpert", "via": "contact:77",
    }  # fmt: skip
    assert both["links"] == [via]
    await people.call("POST", f"/merges/{made['id']}/revert")
    after = await people.get("/entities/contact/77/activities")
    assert after["items"][-1:] == before["items"]


async def test_documents_can_be_sent_back(people: Native) -> None:
    """`via` says nothing then, and the activity goes on naming whom it named."""
    made = await merged(people)
    document = (await people.get("/entities/contact/77/activities"))["items"][0]

    again = await people.record(links=document["links"])
    changed = await people.call(
        "PATCH", f"/activities/{document['id']}", json={"links": document["links"], "body": "x"}
    )
    acted = await people.call(
        "PATCH", f"/activities/{document['id']}", json={"actor": "contact:77"}
    )

    assert "via" not in again["links"][0]
    assert changed.json()["links"] == document["links"]
    assert acted.json()["actor"]["via"] == "contact:77"
    await people.call("POST", f"/merges/{made['id']}/revert")
    assert len((await people.get("/entities/contact/77/activities"))["items"]) == 1


async def test_writes_by_the_merged_id_go_to_the_kept_one(people: Native) -> None:
    """PUT, PATCH under the ETag that was shown, and DELETE."""
    await merged(people)
    shown = await people.call("GET", "/entities/contact/77")

    headers = {"If-Match": shown.headers["etag"]}
    patched = await people.call(
        "PATCH", "/entities/contact/77", json={"attrs": {"vip": True}}, headers=headers
    )
    put = await people.call("PUT", "/entities/contact/77", json={"name": "Jimothy"})
    kept = await people.get("/entities/contact/8")
    gone = await people.call("DELETE", "/entities/contact/77")

    assert patched.json()["attrs"] == {"email": "jim@example.org", "vip": True}
    assert (put.status_code, put.json()["merged_into"]) == (200, "contact:8")
    assert (kept["name"], gone.status_code) == ("Jimothy", 204)
    for id_ in ("8", "77"):
        assert (await people.call("GET", f"/entities/contact/{id_}")).status_code == 404
        timeline = await people.call("GET", f"/entities/contact/{id_}/activities")
        assert timeline.status_code == 404


REFUSED = (
    ({"keep": "contact:8"}, 422),
    ({"keep": "contact:8", "merge": []}, 422),
    ({"keep": "contact:8", "merge": ["contact:77"] * 100}, 422),
    ({"keep": "8", "merge": ["contact:77"]}, 422),
    ({"keep": "contact:8", "merge": ["Contact:77"]}, 422),
    ({"keep": "contact:8", "merge": ["contact:"]}, 422),
    ({"keep": "contact:8", "merge": ["user:u1"]}, 422),
    ({"keep": "user:u1", "merge": ["user:u2"]}, 422),
    ({"keep": "contact:8", "merge": ["contact:77", "contact:77"]}, 422),
    ({"keep": "contact:8", "merge": ["contact:77"], "reason": "x" * 201}, 422),
    ({"keep": "contact:8", "merge": ["contact:77"], "why": "x"}, 422),
    ({"keep": "contact:8", "merge": ["contact:8"]}, 409),
    ({"keep": "contact:8", "merge": ["contact:none"]}, 404),
    ({"keep": "contact:none", "merge": ["contact:8"]}, 404),
)
"""Bodies of merges, and the status that each is answered with."""


async def test_what_is_refused(people: Native) -> None:
    """And changes nothing."""
    position = (await people.get("/changes"))["last"]

    for body, status in REFUSED:
        answer = await people.call("POST", "/merges", json=body)
        assert answer.status_code == status, (body, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"

    assert (await people.get("/changes"))["last"] == position
    assert (await people.get("/merges"))["items"] == []


async def test_conflicts_of_merges(people: Native) -> None:
    """A circle, a merge again, and reverts out of order or twice, which say what is in the way."""
    await people.put("contact:5")
    first = await merged(people)
    second = await merged(people, "contact:5", "contact:8")

    for body in (
        {"keep": "contact:77", "merge": ["contact:5"]},
        {"keep": "contact:5", "merge": ["contact:77"]},
    ):
        assert (await people.call("POST", "/merges", json=body)).status_code == 409
    early = await people.call("POST", f"/merges/{first['id']}/revert")
    done = await people.call("POST", f"/merges/{second['id']}/revert")
    twice = await people.call("POST", f"/merges/{second['id']}/revert")
    unknown = await people.call("POST", "/merges/none/revert")

    assert (early.status_code, done.status_code) == (409, 200)
    assert second["id"] in early.json()["detail"]
    assert (twice.status_code, unknown.status_code) == (409, 404)


async def test_merge_is_done_once_under_its_key(people: Native) -> None:
    """Sent again it is answered again."""
    body = {"keep": "contact:8", "merge": ["contact:77"]}
    headers = {"Idempotency-Key": "k"}

    first = await people.call("POST", "/merges", json=body, headers=headers)
    again = await people.call("POST", "/merges", json=body, headers=headers)

    assert (again.status_code, again.json()) == (201, first.json())
    assert len((await people.get("/merges"))["items"]) == 1


async def test_suggestions_and_their_dismissal(people: Native) -> None:
    """Who shares an address, with a score and reasons, until somebody says no."""
    await people.put("contact:9", name="Pam Beesly", attrs={"email": "pam@example.org"})

    suggested = await people.get("/merges/suggestions")
    answer = await people.call(
        "POST", "/merges/suggestions/dismiss", json={"entities": ["contact:77", "contact:8"]}
    )

    (one,) = suggested["items"]
    assert one["entities"] == ["contact:8", "contact:77"]
    assert 0.8 < one["score"] <= 1
    assert one["reasons"] == ["same e-mail jim@example.org"]
    assert answer.status_code == 204
    assert (await people.get("/merges/suggestions"))["items"] == []


async def test_dismissals_that_are_refused(people: Native) -> None:
    """One alone, what is no name, what is not there, and one person."""
    for entities, status in (
        (["contact:8"], 422),
        (["contact:8", "x"], 422),
        (["contact:8", "contact:none"], 404),
        (["contact:8", "contact:8"], 409),
    ):
        body = {"entities": entities}
        answer = await people.call("POST", "/merges/suggestions/dismiss", json=body)
        assert answer.status_code == status, (body, answer.text)


async def test_an_erased_person_goes_with_all_that_was_merged(people: Native) -> None:
    """By the merged id; links and merges show opaque ids, and nothing can be parted any more."""
    made = await merged(people, reason="Jim Halpert twice")
    shared = await people.record(links=["contact:77", "contact:9"], summary="James Halpert met Ann")
    body = {"entity": "contact:77"}
    dry = (await people.call("POST", "/erasures", json={**body, "dry_run": True})).json()
    done = (await people.call("POST", "/erasures", json=body)).json()

    left = await people.get(f"/activities/{shared['id']}")
    assert (done["counts"], done["entity"]) == (dry["counts"], dry["entity"])
    assert done["counts"]["activities_erased"] == 2
    assert left["summary"] == "[erased] met Ann"
    (link, _) = left["links"]
    assert ("contact:" + link["id"], link["name"], link["erased"]) == (done["entity"], None, True)
    (one,) = (await people.get("/merges"))["items"]
    assert (one["keep"], one["reason"]) == (done["entity"], None)
    seen = str([left, one, await people.get("/changes", entities="true", limit="200")])
    assert "Halpert" not in seen
    assert "'77'" not in seen
    assert "contact:77" not in seen
    for id_ in ("8", "77"):
        assert (await people.http.get(f"/entities/contact/{id_}")).status_code == 404
    reverted = await people.call("POST", f"/merges/{made['id']}/revert")
    assert (reverted.status_code, reverted.json()["detail"][-11:]) == (409, "were erased")
    for again in (
        {"keep": "contact:9", "merge": ["contact:77"]},
        {"keep": "contact:8", "merge": ["contact:9"]},
        {"keep": "contact:9", "merge": [done["entity"]]},
    ):
        assert (await people.call("POST", "/merges", json=again)).status_code == 404
    assert (await people.call("POST", "/erasures", json=body)).status_code == 404


async def test_a_hold_on_a_merged_one_keeps_both(people: Native) -> None:
    """It is refused with a sentence, and ended by either id."""
    await merged(people)
    await people.call("PUT", "/entities/contact/77/hold", json={"reason": "claim"})

    for id_ in ("8", "77"):
        kept = await people.call("POST", "/erasures", json={"entity": f"contact:{id_}"})
        assert kept.status_code == 409
        assert "contact 77 is on hold" in kept.json()["detail"]

    assert (await people.call("DELETE", "/entities/contact/8/hold")).status_code == 204
    gone = await people.call("POST", "/erasures", json={"entity": "contact:8"})
    assert gone.status_code == 200


async def test_proofs_of_a_merge_say_nothing_of_who_was_erased(people: Native) -> None:
    """Its leaves lose salt and statement, also where it was reverted and the other one stays."""
    made = await merged(people)
    await people.call("POST", f"/merges/{made['id']}/revert")
    await people.call("POST", "/erasures", json={"entity": "contact:8"})

    items = (await people.get("/changes", entities="true", limit="200"))["items"]
    proofs = [await people.get(f"/proofs/{item['seq']}") for item in items]
    told = [proof for item, proof in zip(items, proofs, strict=True)
            if item.get("id") == "77" and item["op"] == "deleted"]  # fmt: skip

    assert [(proof["salt"], proof["statement"]) for proof in told] == [(None, None)]
    assert "jim@example.org" not in str(proofs)
    assert "James Halpert" in str(proofs)


async def test_the_list_of_changes_says_who_stands_for_whom(people: Native) -> None:
    """Where it has entities."""
    await merged(people)

    items = (await people.get("/changes", entities="true", limit="200"))["items"]

    assert [(item["op"], item["id"], item.get("merged_into")) for item in items[-2:]] == [
        ("updated", "8", None), ("deleted", "77", "contact:8"),
    ]  # fmt: skip

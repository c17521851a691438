"""Holds as they are seen, and erasures that are asked for twice."""

from tests.native.client import Native


async def test_holds_are_shown_and_listed(native: Native) -> None:
    """By the entity, for who is one with it, and all of them in pages."""
    for id_ in ("7", "8", "77"):
        await native.call("PUT", f"/entities/contact/{id_}", json={"name": f"Name {id_}"})
        if id_ != "8":
            reason = {"reason": f"claim {id_}"}
            await native.call("PUT", f"/entities/contact/{id_}/hold", json=reason)
    none = await native.call("GET", "/entities/contact/8/hold")
    merge = {"keep": "contact:8", "merge": ["contact:77"]}
    await native.call("POST", "/merges", json=merge)

    own = await native.call("GET", "/entities/contact/7/hold")
    of_other = await native.call("GET", "/entities/contact/8/hold")
    first = (await native.call("GET", "/holds?limit=1")).json()
    second = (await native.call("GET", f"/holds?limit=1&cursor={first['next']}")).json()
    wrong = await native.call("GET", "/holds?cursor=x")

    assert none.status_code == 404
    assert (own.json()["reason"], of_other.json()["entity"]) == ("claim 7", "contact:77")
    assert [one["entity"] for one in first["items"] + second["items"]] == [
        "contact:7",
        "contact:77",
    ]
    assert (second["next"], wrong.status_code) == (None, 400)


async def test_a_hold_is_on_the_id_that_was_named(native: Native) -> None:
    """The hold of another one is not ended by an id that is one person with it: 409 names it."""
    for id_ in ("8", "77"):
        await native.call("PUT", f"/entities/contact/{id_}", json={"name": id_})
    await native.call("PUT", "/entities/contact/77/hold", json={"reason": "claim"})
    await native.call("POST", "/merges", json={"keep": "contact:8", "merge": ["contact:77"]})

    refused = await native.call("DELETE", "/entities/contact/8/hold")
    still = await native.call("GET", "/entities/contact/8/hold")
    ended = [await native.call("DELETE", "/entities/contact/77/hold") for _ in range(2)]
    gone = await native.call("GET", "/entities/contact/8/hold")
    nothing = await native.call("DELETE", "/entities/contact/8/hold")

    assert refused.status_code == 409
    assert "no hold on contact:8 itself, but on contact:77 since before" in refused.json()["detail"]
    assert still.json()["entity"] == "contact:77"
    assert [one.status_code for one in [*ended, gone, nothing]] == [204, 204, 404, 204]


async def test_a_hold_may_end_by_itself(native: Native) -> None:
    """It says when; what is no time to come is refused, and nothing is on hold then."""
    await native.call("PUT", "/entities/contact/8", json={"name": "Jim"})
    for until in ("2020-01-01T00:00:00Z", "soon", "2099-01-01", 5):
        body = {"reason": "claim", "until": until}
        refused = await native.call("PUT", "/entities/contact/8/hold", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "until")
    assert (await native.call("GET", "/entities/contact/8/hold")).status_code == 404

    body = {"reason": "claim", "until": "2099-01-01T01:00:00+01:00"}
    made = await native.call("PUT", "/entities/contact/8/hold", json=body)
    again = await native.call("PUT", "/entities/contact/8/hold", json={"reason": "claim"})

    assert (made.status_code, made.json()["until"]) == (201, "2099-01-01T00:00:00Z")
    assert (again.status_code, again.json()["until"]) == (200, None)


async def test_erasure_that_is_sent_again_is_answered_again(native: Native) -> None:
    """With the same key it is the receipt, without one 404, for another body a conflict."""
    await native.call("PUT", "/entities/contact/8", json={"name": "Jim"})
    body, headers = {"entity": "contact:8"}, {"Idempotency-Key": "k1"}

    first = await native.call("POST", "/erasures", json=body, headers=headers)
    again = await native.call("POST", "/erasures", json=body, headers=headers)
    without = await native.call("POST", "/erasures", json=body)
    other = await native.call("POST", "/erasures", json={"entity": "contact:9"}, headers=headers)

    assert (first.status_code, again.json()) == (200, first.json())
    assert (without.status_code, other.status_code) == (404, 409)


async def test_only_people_are_erased(native: Native) -> None:
    """What is none is refused, and stays."""
    await native.call("PUT", "/entities/business/co-up", json={"name": "co.up"})

    refused = await native.call("POST", "/erasures", json={"entity": "business:co-up"})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "entity")
    assert (await native.call("GET", "/entities/business/co-up")).status_code == 200


async def test_circle_of_two_is_told_by_their_names(native: Native) -> None:
    """Who is asked to be kept is merged into the other one already."""
    for id_ in ("8", "77"):
        await native.call("PUT", f"/entities/contact/{id_}", json={"name": id_})
    await native.call("POST", "/merges", json={"keep": "contact:8", "merge": ["contact:77"]})

    circle = {"keep": "contact:77", "merge": ["contact:8"]}
    refused = await native.call("POST", "/merges", json=circle)

    assert refused.status_code == 409
    assert "contact:8 and contact:77 are one person already" in refused.json()["detail"]


async def test_dry_run_names_who_else_would_go(native: Native) -> None:
    """Who is one person with the one that is named, and what belongs to them."""
    for id_ in ("8", "77"):
        await native.call("PUT", f"/entities/contact/{id_}", json={"name": id_})
    await native.call("PUT", "/entities/membership/m1", json={"contact": "8"})
    await native.call("POST", "/merges", json={"keep": "contact:8", "merge": ["contact:77"]})

    body = {"entity": "contact:77", "dry_run": True}
    counted = (await native.call("POST", "/erasures", json=body)).json()

    assert sorted(counted["also"]) == ["contact:8", "membership:m1"]

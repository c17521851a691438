"""Kinds of an account's own: put, shown, and in the titles of its activities."""

from typing import Any

import pytest

from doings.app import Application
from doings.core.kinds import own
from doings.core.kinds.catalogue import CATALOGUE
from tests.engines import SQLITE_ONLY
from tests.native.client import Json, Native, problems
from tests.native.viewing.viewers import token_for, viewer

VISIT = {"title": "Visited {@contact}{?: {summary}}", "icon": "🏠", "colour": "#3366CC"}
AS2 = "application/activity+json"


async def title_of_newest(native: Native) -> str:
    """The title that ActivityStreams shows of the newest activity."""
    answer = await native.http.get("/activities?limit=1", headers={"Accept": AS2})
    title: str = answer.json()["orderedItems"][0]["summary"]
    return title


async def test_an_own_kind_is_listed_and_makes_titles(app: Application, native: Native) -> None:
    """At once, also of what was recorded and shown before; its colour in lower case."""
    await native.record("visit.logged", summary="tea", links=[jim()])
    before = await title_of_newest(native)
    made = await native.call("PUT", "/kinds/visit.logged", json=VISIT)
    again = await native.call("PUT", "/kinds/visit.logged", json=VISIT)
    after = await title_of_newest(native)
    last = (await native.get("/kinds"))["items"][-1]
    async with viewer(app, await token_for(native)) as http:
        (viewed,) = (await http.get("/entities/contact/8/activities")).json()["items"]

    assert (before, after) == ("Visit logged: tea", "Visited Jim: tea")
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json() == last == await native.get("/kinds/visit.logged")
    assert last == {
        "kind": "visit.logged", "title": VISIT["title"], "icon": "🏠", "meaning": own.MEANING,
        "data": None, "colour": "#3366cc", "own": True,
    }  # fmt: skip
    assert (viewed["title"], viewed["icon"], viewed["colour"]) == (after, "🏠", "#3366cc")


async def test_a_dialect_shows_the_title(native: Native) -> None:
    """Monica's list of what has no summary of its own, like every other one."""
    await native.call("PUT", "/kinds/visit.logged", json={"title": "Saw {contact}"})
    await native.record("visit.logged", links=[jim()])
    headers = {"Authorization": f"Bearer {native.secret}"}
    answer = await native.http.get("http://doings.test/monica/api/activities", headers=headers)

    assert [item["summary"] for item in answer.json()["data"]] == ["Saw Jim"]


async def test_a_kind_that_is_taken_back_shows_its_name_again(native: Native) -> None:
    """Its activities stay."""
    await native.record("visit.logged", summary="tea")
    await native.call("PUT", "/kinds/visit.logged", json=VISIT)
    taken = await native.call("DELETE", "/kinds/visit.logged")
    again = await native.call("DELETE", "/kinds/visit.logged")
    shown = await native.call("GET", "/kinds/visit.logged")

    assert (taken.status_code, again.status_code, shown.status_code) == (204, 404, 404)
    assert await title_of_newest(native) == "Visit logged: tea"
    assert len((await native.get("/kinds"))["items"]) == len(CATALOGUE)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_kind_of_the_catalogue_cannot_be_changed(native: Native, method: str) -> None:
    """What it means holds for every account."""
    body = {"json": VISIT} if method == "PUT" else {}
    answer = await native.call(method, "/kinds/note.created", **body)

    assert answer.status_code == 409


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("visit.logged", {}, "title"),
        ("visit.logged", {"title": " "}, "title"),
        ("visit.logged", {"title": "two\nlines"}, "title"),
        ("visit.logged", {"title": "x" * 201}, "title"),
        ("visit.logged", {"title": "{nothing"}, "title"),
        ("visit.logged", {"title": "{? open"}, "title"),
        ("visit.logged", {"title": "x", "icon": ""}, "icon"),
        ("visit.logged", {"title": "x", "icon": "x" * 17}, "icon"),
        ("visit.logged", {"title": "x", "colour": "red"}, "colour"),
        ("visit.logged", {"title": "x", "template": "y"}, "template"),
        ("visit", {"title": "x"}, "kind"),
        ("Visit.Logged", {"title": "x"}, "kind"),
    ],
)
async def test_odd_kinds_are_refused(
    native: Native, kind: str, body: dict[str, Any], field: str
) -> None:
    """422, with what is wrong; nothing is kept of it."""
    answer = await native.call("PUT", f"/kinds/{kind}", json=body)

    assert answer.status_code == 422
    assert [name for name, _ in problems(answer)] == [field]
    assert len((await native.get("/kinds"))["items"]) == len(CATALOGUE)


async def test_an_account_has_so_many_kinds_at_most(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that it has can still be replaced."""
    monkeypatch.setattr("doings.core.kinds.own.OWN_KINDS", 1)
    answers = [
        await native.call("PUT", f"/kinds/{kind}", json={"title": "x"})
        for kind in ("visit.logged", "visit.planned", "visit.logged")
    ]

    assert [answer.status_code for answer in answers] == [201, 422, 200]


async def test_own_kinds_are_the_account_s_own(native: Native, stranger: Native) -> None:
    """Another account has others, or none."""
    await native.call("PUT", "/kinds/visit.logged", json=VISIT)
    await stranger.record("visit.logged", summary="tea")

    assert await title_of_newest(stranger) == "Visit logged: tea"
    assert len((await stranger.get("/kinds"))["items"]) == len(CATALOGUE)


def jim() -> Json:
    """A link to a contact with a name."""
    return {"type": "contact", "id": "8", "name": "Jim"}

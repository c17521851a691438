"""Timelines at secret addresses, as calendars and as feeds."""

from collections.abc import AsyncIterator
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
import pytest
from icalendar import Calendar

from doings.app import Application
from doings.core.entity import NAME_LENGTH
from tests.native.client import URL, Json, Native, problems
from tests.transport import transport

ADDRESSES = "/entities/contact/8/addresses"
ATOM = "{http://www.w3.org/2005/Atom}"
ODD = "Tea; with \x0b Pam,\r\nand <b>cake</b> ]]> \ufffe"


@pytest.fixture
async def reader(app: Application) -> AsyncIterator[httpx.AsyncClient]:
    """A program that knows an address and nothing else."""
    async with httpx.AsyncClient(transport=transport(app), base_url=URL) as http:
        yield http


async def address(native: Native, **members: Any) -> Json:  # noqa: ANN401 - JSON
    """A new secret address."""
    answer = await native.call("POST", ADDRESSES, json=members)
    assert answer.status_code == 201, answer.text
    document: Json = answer.json()
    return document


async def fill(native: Native) -> None:
    """A timeline of two activities, of which the newer one holds what no format likes."""
    await native.put("contact:8", name="Jim")
    at = "2026-11-05T09:00:00Z"
    await native.record("call.logged", summary="Rang", occurred_at=at, links=["contact:8"])
    at = "2026-11-06T10:05:00Z"
    actor = {"type": "user", "id": "u1", "name": "Ann"}
    await native.record(summary="Tea", body=ODD, occurred_at=at, links=["contact:8"], actor=actor)


async def test_a_calendar_holds_what_happened(native: Native, reader: httpx.AsyncClient) -> None:
    """An event for each activity, which takes nobody's time; the same bytes each time."""
    await fill(native)
    made = await address(native, format="calendar", label="phone")
    answer = await reader.get(made["url"])
    again = await reader.get(made["url"], headers={"If-None-Match": answer.headers["etag"]})

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert again.status_code == 304
    calendar = Calendar.from_ical(answer.content)
    tea, rang = calendar.events
    assert calendar.calendar_name == "Jim"
    assert tea["SUMMARY"] == "📝 Tea"
    assert tea["DESCRIPTION"] == "Tea; with   Pam,\nand <b>cake</b> ]]> \ufffe"
    assert tea["DTSTART"].to_ical() == b"20261106T100500Z"
    assert tea["TRANSP"] == "TRANSPARENT"
    assert str(rang["SUMMARY"]) == "📞 Call with Jim: Rang"


@pytest.mark.parametrize("form", ["calendar", "feed"])
async def test_what_is_made_again_is_known_by_its_etag(
    native: Native, reader: httpx.AsyncClient, form: str
) -> None:
    """Something else happened meanwhile, so it is made again, and is the same bytes."""
    await fill(native)
    made, other = await address(native, format=form), await address(native, format=form)
    answer = await reader.get(made["url"])

    await native.record(links=["contact:9"])
    again = await reader.get(made["url"], headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304

    assert (await reader.get(other["url"])).headers["etag"] != answer.headers["etag"]


async def test_a_feed_holds_what_happened(native: Native, reader: httpx.AsyncClient) -> None:
    """An entry for each activity; what XML cannot hold is left out."""
    await fill(native)
    made = await address(native, format="feed", kinds=["note.*"])
    answer = await reader.get(made["url"])
    feed = fromstring(answer.content)  # noqa: S314 - our own

    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    (entry,) = feed.findall(f"{ATOM}entry")
    assert feed.findtext(f"{ATOM}title") == "Jim"
    assert entry.findtext(f"{ATOM}title") == "📝 Tea"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ann"
    assert entry.findtext(f"{ATOM}published") == "2026-11-06T10:05:00Z"
    assert entry.findtext(f"{ATOM}content") == "Tea; with   Pam, \nand <b>cake</b> ]]>  "


async def test_an_empty_timeline_is_a_feed(native: Native, reader: httpx.AsyncClient) -> None:
    """Without entries, dated from when the entity was first named."""
    await native.put("contact:8")
    for name in ("calendar", "feed"):
        answer = await reader.get((await address(native, format=name))["url"])
        assert answer.status_code == 200
        assert "contact 8" in answer.text


async def test_an_address_is_listed_without_itself_and_revoked(
    native: Native, reader: httpx.AsyncClient
) -> None:
    """Beside the tokens of programs, which the list of those does not mix it with."""
    await fill(native)
    made = await address(native, format="calendar", kinds=["note.*"], label="phone")
    listed = (await native.get(ADDRESSES))["items"]
    other = await native.call("DELETE", f"/entities/contact/9/addresses/{made['key']}")
    revoked = await native.call("DELETE", f"{ADDRESSES}/{made['key']}")
    again = await native.call("DELETE", f"{ADDRESSES}/{made['key']}")
    gone = await reader.get(made["url"])

    url = made.pop("url")
    assert listed == [made]
    assert url.startswith(f"{URL}/feeds/{made['key']}_")
    assert (other.status_code, revoked.status_code, again.status_code) == (404, 204, 404)
    assert gone.status_code == 404
    assert (await native.get(ADDRESSES))["items"] == []
    assert made["key"] not in str(await native.get("/tokens"))


async def test_an_address_is_good_for_nothing_else(
    app: Application, native: Native, reader: httpx.AsyncClient
) -> None:
    """It is no secret of a program, of the other format neither; a secret is no address."""
    await fill(native)
    url = (await address(native, format="calendar"))["url"]
    secret = url.rpartition("/")[2].removesuffix(".ics")
    program = Native(app, secret)
    asked = [
        await program.http.get("/activities"),
        await reader.post("/monica/api/activities", headers={"Authorization": f"Bearer {secret}"}),
    ]
    unknown = [
        await reader.get(f"/feeds/{name}")
        for name in (secret, f"{secret}.atom", f"{secret}x.ics", f"{native.secret}.ics", "x.ics")
    ]

    await program.http.aclose()
    assert {answer.status_code for answer in asked} == {401}
    assert {answer.status_code for answer in unknown} == {404}
    assert secret not in "".join([answer.text for answer in unknown])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "format"),
        ({"format": "pdf"}, "format"),
        ({"format": "feed", "kinds": ["x"]}, "kinds[0]"),
        ({"format": "feed", "label": "x" * (NAME_LENGTH + 1)}, "label"),
        ({"format": "feed", "entity": "contact:9"}, "entity"),
    ],
)
async def test_odd_wishes_are_refused(native: Native, body: dict[str, Any], field: str) -> None:
    """422, with the member that is wrong."""
    await native.put("contact:8")
    answer = await native.call("POST", ADDRESSES, json=body)

    assert answer.status_code == 422
    assert [name for name, _ in problems(answer)] == [field]


async def test_an_unknown_entity_has_no_addresses(native: Native) -> None:
    """404, and nothing is made."""
    made = await native.call("POST", ADDRESSES, json={"format": "feed"})
    listed = await native.call("GET", ADDRESSES)

    assert (made.status_code, listed.status_code) == (404, 404)


async def test_an_account_has_so_many_addresses_at_most(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more is refused until one is revoked."""
    await native.put("contact:8")
    monkeypatch.setattr("doings.auth.credentials.ADDRESSES", 1)
    made = await address(native, format="feed")
    refused = await native.call("POST", ADDRESSES, json={"format": "feed"})
    await native.call("DELETE", f"{ADDRESSES}/{made['key']}")

    assert refused.status_code == 422
    assert (await address(native, format="feed"))["url"]


async def test_a_repeated_request_does_not_show_the_address_again(native: Native) -> None:
    """What is kept for the repetition holds no secret."""
    await native.put("contact:8")
    sent = {"json": {"format": "feed"}, "headers": {"Idempotency-Key": "k"}}
    first = await native.call("POST", ADDRESSES, **sent)
    again = await native.call("POST", ADDRESSES, **sent)

    assert again.json() == {**first.json(), "url": None}

"""Secret addresses that are made on the page of embedding."""

import re
from html import unescape

import pytest

from doings.core.budget import ADDRESSES
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY

EMBEDDING = "/settings/embedding"
PATH = f"{EMBEDDING}/addresses"
FORM = {"entity": "contact:8", "format": "calendar", "kinds": "", "label": ""}


def address_in(text: str) -> str | None:
    """The path of the secret address that a page shows."""
    found = re.search(r"<code>https?://[^/]+(/feeds/[^<]+)</code>", text)
    return found and found[1]


async def made(acme: Business) -> list[tuple[str, tuple[str, ...] | None]]:
    """Whose timelines addresses show, and which kinds."""
    stored = await acme.read(lambda reader: reader.credentials())
    return [(":".join(one.view.entity), one.view.kinds) for one in stored if one.view]


async def test_an_address_is_made_and_shown_once(
    member: Visitor, served: Served, two: Business
) -> None:
    """By an id or a name; it shows the timeline, and the list never says it again."""
    form = {**FORM, "entity": "Jim Halpert", "kinds": "note.*, call.logged", "label": "<b>desk"}
    calendar = await member.send(PATH, **form)
    feed = await member.send(PATH, **FORM | {"format": "feed"})
    paths = [address_in(one.text) for one in (calendar, feed)]

    answers = [await served.client.get(path or "") for path in paths]
    listed = await member.get(EMBEDDING)

    assert [one.headers["cache-control"] for one in (calendar, feed)] == ["no-store"] * 2
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].text.startswith("BEGIN:VCALENDAR")
    assert "first" in answers[1].text
    assert address_in(listed.text) is None
    assert "&lt;b&gt;desk" in listed.text
    assert set(await made(two)) == {("contact:8", ("call.logged", "note.*")), ("contact:8", None)}


async def test_a_form_that_is_sent_twice_makes_one(member: Visitor, two: Business) -> None:
    """The second time leads to the list."""
    once = "x" * 22
    await member.send(PATH, **FORM, once=once)

    again = await member.send(PATH, **FORM, once=once)

    assert again.headers["location"] == f"{EMBEDDING}?done=known"
    assert len(await made(two)) == 1


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"entity": ""}, {"entity"}),
        ({"entity": "contact:404"}, {"entity"}),
        ({"entity": "Halpert"}, {"entity"}),
        ({"entity": "x\0"}, {"entity"}),
        ({"kinds": "note"}, {"kinds"}),
        ({"kinds": "\n".join(f"a.b{place}" for place in range(21))}, {"kinds"}),
        ({"label": "x" * 2000, "format": "pdf"}, {"label", "format"}),
        ({"entity": "nobody", "kinds": "*"}, {"entity", "kinds"}),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    member: Visitor, two: Business, wrong: dict[str, str], fields: set[str]
) -> None:
    """With what was typed; of several of a name the ids; and nothing is made."""
    answer = await member.send(PATH, **FORM | wrong)

    assert answer.status_code == 422
    assert set(re.findall(r'aria-describedby="(\w+)-problem"', answer.text)) == fields
    if wrong == {"entity": "Halpert"}:
        assert "write which one: contact:" in unescape(answer.text)
    assert await made(two) == []


async def test_an_account_has_so_many_at_most(
    member: Visitor, two: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is said on the form."""
    monkeypatch.setattr("doings.auth.credentials.ADDRESSES", 0)

    answer = await member.send(PATH, **FORM)

    assert (answer.status_code, ADDRESSES > 0) == (422, True)
    assert "an account has at most 0" in answer.text.lower()
    assert await made(two) == []


async def test_the_page_of_a_person_leads_to_the_form(member: Visitor, two: Business) -> None:
    """Which knows then whose timeline is meant."""
    assert await made(two) == []
    page = await member.get("/entities/contact:8")
    link = re.search(r'href="(/settings/embedding[^"]*)"', page.text)

    form = await member.get(unescape(link[1])) if link else page

    assert 'name="entity" id="entity" value="contact:8"' in form.text

"""The page of a person or a thing, without scripts."""

import json
import re
from html import unescape

import pytest

from doings.core.activity import Link
from doings.core.clock import HOUR
from doings.core.entity import NAME_LENGTH
from doings.core.erasing.erasure import ErasureOrder
from doings.web.entity import overview
from tests.builders import note
from tests.clocks import NOON
from tests.counting import statements_of
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor, articles, titles

MARKUP = "<script>alert(1)</script><b>\"bold\"</b> & 'it'"
JIM = "/entities/contact:8"


def seen(text: str) -> str:
    """What stands for the state that the form was made for."""
    found = re.search(r'name="seen" value="([^"]+)"', text)
    assert found is not None, text
    return unescape(found[1])


async def test_a_person_has_one_page(member: Visitor, acme: Business) -> None:
    """Name, attributes, systems, things, numbers and timeline."""
    attrs = '{"email":"jim@example.org","imported_as":"5f0e"}'
    await acme.put("contact", "8", name="Jim", attrs=attrs)
    await acme.put("membership", "m1", name="Jim's desk", contact="8")
    await acme.record(
        note("8", at=NOON - 2 * HOUR, summary="first", origin="crm"),
        note(Link("membership", "m1"), at=NOON - HOUR, summary="second", kind="call.logged"),
        note("8", at=NOON, summary="third"),
        note("9", summary="of somebody else"),
    )

    text = (await member.get(JIM)).text

    assert "<h1><bdi>Jim</bdi></h1>" in text
    assert "<dt>email</dt><dd>jim@example.org</dd>" in text
    assert "5f0e" not in text
    assert [title.split()[-1] for title in titles(text)] == ["third", "second", "first"]
    assert [int(one["aria-setsize"]) for one in articles(text)] == [3, 3, 3]
    assert '<a href="/timeline?person=contact:8&amp;origin=crm">crm</a>' in text
    assert '<a href="/entities/membership:m1"><bdi>Jim&#39;s desk</bdi></a>' in text
    totals = re.findall(r'<a href="[^"]*kind=([a-z.]+)[^"]*">[^<]*</a> <span>(\d+)</span>', text)
    assert totals == [("note.created", "2"), ("call.logged", "1")]
    assert text.count("As far as the newest") == 0


@SQLITE_ONLY
async def test_a_thing_tells_whose_it_is(member: Visitor, acme: Business) -> None:
    """And leads to them."""
    await acme.put("contact", "8", name="Jim")
    await acme.put("membership", "m/1 é:x", name="Desk", contact="8")

    answer = await member.get("/entities/membership:m%2F1%20%C3%A9:x")

    assert answer.status_code == 200
    assert 'of <a href="/entities/contact:8"><bdi>Jim</bdi></a>' in answer.text
    assert 'action="/entities/membership:m%2F1%20%C3%A9:x"' in answer.text


@SQLITE_ONLY
async def test_a_long_timeline_is_sampled_for_systems(
    member: Visitor, acme: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says that it may not know all; of a short one it has the numbers of all."""
    monkeypatch.setattr(overview, "LOOKS", 10)
    await acme.record(*[note("9", origin="crm") for _ in range(7)], note("9", origin="shop"))
    await acme.record(
        *[note("8", at=NOON - place, origin="old") for place in range(10)],
        *[note("8", at=NOON + HOUR + place, origin="between") for place in range(3)],
        *[note("8", at=NOON + 2 * HOUR + place, origin="new") for place in range(10)],
    )

    text = (await member.get(JIM)).text

    assert "As far as the newest and the oldest activities tell" in text
    assert "origin=new" in text
    assert "origin=old" in text
    assert "origin=between" not in text
    short = (await member.get("/entities/contact:9")).text
    assert re.findall(r">([a-z]+)</a> <span>(\d)</span>", short)[-2:] == [
        ("crm", "7"),
        ("shop", "1"),
    ]


@SQLITE_ONLY
async def test_statements_do_not_grow_with_the_page(
    member: Visitor, acme: Business, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither with the people on it."""
    await acme.record(note("8"), note("8"))
    kept = statements_of(served.database.engine, monkeypatch)
    await member.get(JIM)
    few = len(kept)
    await acme.record(*[note("8", str(place), at=NOON - place) for place in range(45)])
    kept.clear()

    await member.get(JIM)

    assert len(kept) <= few


async def test_a_name_can_be_changed(member: Visitor, acme: Business) -> None:
    """Its attributes and whom it belongs to stay."""
    await acme.put("contact", "8", name="Jim", attrs='{"a":1}')
    page = (await member.get(JIM)).text

    answer = await member.send(JIM, name=" James ", seen=seen(page))

    entity = await acme.read(lambda reader: reader.entity(("contact", "8")))
    assert (answer.status_code, answer.headers["location"]) == (303, JIM)
    assert (entity.name, entity.attrs) == ("James", '{"a":1}')


async def test_of_two_tabs_the_second_sees_what_changed(member: Visitor, acme: Business) -> None:
    """What was typed is kept, and saving once more replaces."""
    await acme.put("contact", "8", name="Jim")
    page = (await member.get(JIM)).text
    await member.send(JIM, name="James", seen=seen(page))

    late = await member.send(JIM, name="Jimmy", seen=seen(page))
    again = await member.send(JIM, name="Jimmy", seen=seen(late.text))

    assert late.status_code == 409
    assert "Somebody changed this meanwhile" in late.text
    assert 'value="Jimmy"' in late.text
    assert "It is now “<bdi>James</bdi>”" in late.text
    assert again.status_code == 303


@SQLITE_ONLY
@pytest.mark.parametrize("name", ["x" * (NAME_LENGTH + 1), "a\0b"])
async def test_a_name_that_may_not_be_is_refused(
    member: Visitor, acme: Business, name: str
) -> None:
    """At its field, with what was typed; nothing is changed."""
    await acme.put("contact", "8", name="Jim")
    page = (await member.get(JIM)).text

    answer = await member.send(JIM, name=name, seen=seen(page))

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert (await acme.read(lambda reader: reader.entity(("contact", "8")))).name == "Jim"


@SQLITE_ONLY
async def test_who_may_only_read_changes_nothing(
    visitor: Visitor, served: Served, acme: Business
) -> None:
    """There is no form, and what is sent without one is refused."""
    await acme.put("contact", "8", name="Jim")
    issued = await served.credential(acme.account, scopes=("read_activities",))
    acme.secret = issued.secret
    await visitor.sign_in(acme)

    page = (await visitor.get(JIM)).text
    answer = await visitor.send(JIM, name="James", seen="x")

    assert "Change the name" not in page
    assert answer.status_code == 403
    assert (await acme.read(lambda reader: reader.entity(("contact", "8")))).name == "Jim"


@SQLITE_ONLY
async def test_a_deleted_person_has_a_timeline_only(member: Visitor, acme: Business) -> None:
    """The page leads there."""
    await acme.record(note("8"))
    await acme.write(lambda writer: writer.delete_entity(("contact", "8")))

    shown = await member.get(JIM)
    renamed = await member.send(JIM, name="James", seen="x")

    assert shown.headers["location"] == "/timeline?person=contact:8"
    assert renamed.status_code == 404


@SQLITE_ONLY
@pytest.mark.parametrize("key", ["contact:9", "contact", "contact:", "UP:1", ":1", "x" * 400])
async def test_what_is_nobody_is_not_found(member: Visitor, acme: Business, key: str) -> None:
    """Neither to be shown nor to be changed."""
    del acme

    assert (await member.get(f"/entities/{key}")).status_code == 404
    assert (await member.send(f"/entities/{key}", name="x", seen="x")).status_code == 404


async def test_another_accounts_person_is_not_found(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Under the same key there is nobody here."""
    del acme
    other = await served.business("other")
    await other.put("contact", "8", name="secret")

    answer = await member.get(JIM)
    sent = await member.send(JIM, name="mine", seen="x")

    assert (answer.status_code, sent.status_code) == (404, 404)
    assert "secret" not in answer.text
    assert (await other.read(lambda reader: reader.entity(("contact", "8")))).name == "secret"


@SQLITE_ONLY
async def test_markup_is_text(member: Visitor, acme: Business) -> None:
    """In names and attributes."""
    await acme.put("contact", "8", name=MARKUP, attrs='{"<b>x</b>":"<b>y</b>"}')

    text = (await member.get(JIM)).text

    assert "<script>alert" not in text
    assert "<b>" not in text.replace("<b>acme</b>", "").replace(f"<b>{acme.key}</b>", "")


@SQLITE_ONLY
async def test_people_who_are_one_have_one_page(
    served: Served, member: Visitor, acme: Business
) -> None:
    """By either id; and none once they are erased."""
    await acme.put("contact", "8", name="Jim")
    await acme.put("contact", "77", name="James")
    await acme.record(note("8", summary="first"), note("77", at=NOON + HOUR, summary="second"))
    await acme.write(lambda writer: writer.add_merge(("contact", "8"), [("contact", "77")], None))

    for page in (JIM, "/entities/contact:77"):
        text = (await member.get(page)).text
        assert "<h1><bdi>Jim</bdi></h1>" in text
        assert [title.split()[-1] for title in titles(text)] == ["second", "first"]

    order = ErasureOrder(entity=("contact", "77"), activities="unlink")
    await served.database.erasures.erase(acme.account.id, order)
    for page in (JIM, "/entities/contact:77"):
        assert (await member.get(page)).status_code == 404
    assert not re.search("Jim|James", (await member.get("/timeline")).text)


@SQLITE_ONLY
async def test_many_attributes_are_folded(member: Visitor, acme: Business) -> None:
    """None is left out."""
    attrs = json.dumps({f"a{number}": number for number in range(50)})
    await acme.put("contact", "8", name="Jim", attrs=attrs)

    text = (await member.get("/entities/contact:8")).text

    folded = text[text.index("<summary>and 10 more</summary>") :]
    assert "<dt>a39</dt>" not in folded
    assert "<dt>a49</dt><dd>49</dd>" in folded

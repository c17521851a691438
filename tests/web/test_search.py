"""Searching, without scripts."""

import re
from html import unescape

import pytest

from doings.core.clock import HOUR
from tests.builders import note
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor, titles

MARKUP = "<script>alert(1)</script>"


def people(text: str) -> list[str]:
    """The people and things that were found, in their order."""
    hits = re.search(r'<ul class="hits">(.*?)</ul>', text, re.DOTALL)
    return [unescape(one) for one in re.findall(r"<bdi>([^<]*)</bdi>", hits[1])] if hits else []


async def test_people_come_first_and_then_activities(member: Visitor, acme: Business) -> None:
    """Contacts before things, and each leads to its page."""
    await acme.put("membership", "m1", name="Jim's desk")
    await acme.put("contact", "8", name="Jim")
    await acme.put("contact", "9", name="Ann")
    await acme.record(note("9", summary="jim was here"), note("9", summary="nobody"))

    text = (await member.get("/search?q=jim")).text

    assert people(text) == ["Jim", "Jim's desk"]
    assert 'href="/entities/contact:8"' in text
    assert [title for title in titles(text) if "jim" in title] == titles(text)
    assert len(titles(text)) == 1
    assert text.index('<h2 id="people"') < text.index('<h2 id="activities"')
    assert 'id="find" value="jim"' in text


@SQLITE_ONLY
async def test_what_is_too_much_to_show_is_led_to(member: Visitor, acme: Business) -> None:
    """To the timeline; of people another word is asked for."""
    for number in range(25):
        await acme.put("contact", str(number), name=f"Jim {number}")
    await acme.record(*[note("1", at=NOON - place * HOUR, summary="jim") for place in range(25)])

    text = (await member.get("/search?q=jim")).text

    assert len(people(text)) == 20
    assert "There are more; another word narrows it down" in text
    assert 'href="/timeline?text=jim">All activities' in text


@SQLITE_ONLY
async def test_nothing_found_says_what_to_try(member: Visitor, acme: Business) -> None:
    """And leads on."""
    await acme.record(note("8", summary="hello"))

    text = (await member.get("/search?q=goodbye")).text

    assert "Nothing was found" in text
    assert "the beginning of a word" in text
    assert "not searched" in text


@SQLITE_ONLY
async def test_an_empty_timeline_says_that_titles_are_not_searched(
    member: Visitor, acme: Business
) -> None:
    """Only where words were searched for."""
    await acme.record(note("8", kind="invoice.created"))

    text = (await member.get("/timeline?text=invoice")).text

    assert "Only summaries and texts are searched" in text
    assert "Only summaries" not in (await member.get("/timeline?kind=a.b")).text


@SQLITE_ONLY
@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%20", "?x=1"])
async def test_without_words_it_says_how(member: Visitor, query: str) -> None:
    """Nothing is searched for."""
    answer = await member.get(f"/search{query}")

    assert answer.status_code == 200
    assert "Write names or words" in answer.text


@SQLITE_ONLY
@pytest.mark.parametrize("text", ["x" * 1001, "%20".join(map(str, range(100))), '"' + "a%20" * 300])
async def test_a_search_for_too_much_says_so(member: Visitor, text: str) -> None:
    """In the field stays what was written."""
    answer = await member.get(f"/search?q={text}")

    assert answer.status_code == 422
    assert 'class="problem"' in answer.text


async def test_nothing_of_another_account_is_found(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Neither people nor activities."""
    del acme
    other = await served.business("other")
    await other.put("contact", "8", name="Secret")
    await other.record(note("8", summary="secret"))

    assert "Nothing was found" in (await member.get("/search?q=secret")).text


@SQLITE_ONLY
async def test_markup_is_text(member: Visitor, acme: Business) -> None:
    """In what was written and what was found."""
    await acme.put("contact", "8", name=MARKUP)
    await acme.record(note("8", summary=MARKUP))

    text = (await member.get(f"/search?q={MARKUP}")).text

    assert "<script>alert" not in text
    assert people(text) == [MARKUP]

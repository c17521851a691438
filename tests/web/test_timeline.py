"""The page of a timeline, without scripts."""

import json
import re
from html import unescape

import pytest

from doings.core.activity import ACTOR, Link
from doings.core.clock import DAY, HOUR
from doings.web.timeline.calendar import histogram_of, year_of
from doings.web.timeline.filters import PAGE, Filters, address_of
from tests.builders import contact, note
from tests.clocks import NOON
from tests.counting import statements_of
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor, articles, places, titles

MARKUP = "<script>alert(1)</script><b>\"bold\"</b> & 'it'"
KINDS = ("call.logged", "note.created")


async def fill(
    acme: Business, count: int, *, every: int = HOUR, kinds: tuple[str, ...] = KINDS
) -> None:
    """So many activities, the newest at noon, of these kinds by turns."""
    await acme.record(
        *[
            note(
                "8",
                at=NOON - number * every,
                summary=f"number {number}",
                kind=kinds[number % len(kinds)],
            )
            for number in range(count)
        ]
    )


def linked(text: str, rel: str) -> str:
    """The address of the link to the next or the previous page."""
    found = re.search(rf'href="([^"]+)" rel="{rel}"', text)
    assert found is not None
    return unescape(found[1])


@SQLITE_ONLY
async def test_days_are_headings(member: Visitor, acme: Business) -> None:
    """In the zone of the account: at 23:30 UTC it is the next day in Berlin."""
    await acme.record(note(at=NOON + 11 * HOUR + HOUR // 2), note(at=NOON), note(at=NOON - DAY))

    text = (await member.get("/timeline")).text

    assert re.findall(r'<h2 class="day">([^<]+)', text) == [
        "Monday, 2 March 2026",
        "Sunday, 1 March 2026",
        "Saturday, 28 February 2026",
    ]
    assert '<span class="clock">00:30</span>' in text
    assert 'title="2 March 2026, 00:30:00 CET"' in text


async def test_every_place_is_exact(member: Visitor, acme: Business) -> None:
    """On the first page, on the next one, and after a jump; none is lost or shown twice."""
    await fill(acme, 120)

    first = (await member.get("/timeline")).text
    second = (await member.get(linked(first, "next"))).text
    third = (await member.get(linked(second, "next"))).text
    back = (await member.get(linked(third, "prev"))).text
    jump = (await member.get("/timeline?on=2026-02-27")).text

    shown = [*articles(first), *articles(second), *articles(third)]
    assert [int(one["aria-posinset"]) for one in shown] == list(range(1, 121))
    assert {one["aria-setsize"] for one in shown} == {"120"}
    assert len({one["id"] for one in shown}) == 120
    assert places(back) == places(second)
    # From 23:00 in Berlin, which is ten hours after noon of the day before the last.
    assert places(jump)[0] == (39, 120)
    assert articles(jump)[0]["data-day"] == "2026-02-27"


async def test_equal_instants_lose_none(member: Visitor, acme: Business) -> None:
    """Where a page ends among them."""
    await fill(acme, 130, every=0)

    seen: list[str] = []
    path = "/timeline?kind=note.*&kind=call.*"
    for _ in range(3):
        text = (await member.get(path)).text
        seen += [one["id"] for one in articles(text)]
        path = linked(text, "next")

    assert len(seen) == len(set(seen)) == 130


@SQLITE_ONLY
async def test_runs_of_one_kind_fold(member: Visitor, acme: Business) -> None:
    """Within a day, from three on; those that are folded keep their places."""
    kinds = ["note.created"] * 4 + ["call.logged"] * 2 + ["note.created"]
    await acme.record(*[note(at=NOON - place, kind=kind) for place, kind in enumerate(kinds)])

    folded = (await member.get("/timeline")).text
    plain = (await member.get("/timeline?kind=note.*,call.*")).text

    assert "3 more like this: Note created" in folded
    assert folded.count('class="run"') == 1
    assert places(folded) == [(place, 7) for place in range(1, 8)]
    assert 'class="run"' not in plain
    assert places(plain) == places(folded)


FILTERED = [
    ("kind=note.*", ["late", "early"], 2),
    ("person=contact:8", ["late", "call"], 2),
    ("person=8", ["late", "call"], 2),
    ("person=halpert", ["late", "call"], 2),
    ("person=contact:none", [], 0),
    ("actor=user:u1", ["call"], 1),
    ("origin=crm", ["early"], 1),
    ("level=WARN", ["call"], 1),
    ("from=2026-03-01", ["late"], 1),
    ("to=2026-02-28", ["call", "early"], 2),
    ("from=2026-02-28&to=2026-02-28", ["call"], 1),
    ("text=lat*", ["late"], 1),
    ("kind=note.*&from=2026-03-01", ["late"], 1),
]


@SQLITE_ONLY
@pytest.mark.parametrize(("address", "shown", "total"), FILTERED)
async def test_filters(
    member: Visitor, acme: Business, address: str, shown: list[str], total: int
) -> None:
    """Each by itself, and together; the number of all goes by them."""
    await acme.put("contact", "8", name="Jim Halpert")
    await acme.record(
        note("8", at=NOON, summary="late"),
        note(
            "8",
            Link("user", "u1", ACTOR),
            at=NOON - DAY,
            kind="call.logged",
            summary="call",
            level="WARN",
        ),
        note("9", at=NOON - 2 * DAY, summary="early", origin="crm"),
    )

    text = (await member.get(f"/timeline?{address}")).text

    assert [title.rpartition(": ")[2] for title in titles(text)] == shown
    assert f'<span id="total">{total}</span>' in text
    assert {one["aria-setsize"] for one in articles(text)} <= {str(total)}


async def test_a_name_that_several_have_is_asked_about(member: Visitor, acme: Business) -> None:
    """All is shown meanwhile, and a name that nobody has is told as well."""
    await acme.put("contact", "1", name="Jim Halpert")
    await acme.put("contact", "2", name="Jim <i>Beam</i>")
    await acme.record(note())

    text = (await member.get("/timeline?person=jim&actor=nobody&person=jim")).text

    assert "several are called so" in text
    assert 'href="/timeline?person=contact:2">Jim &lt;i&gt;Beam&lt;/i&gt;</a>' in text
    assert "nobody here is called so" in text
    assert len(articles(text)) == 1


@SQLITE_ONLY
async def test_nonsense_is_told_and_the_rest_is_shown(member: Visitor, acme: Business) -> None:
    """What was typed is shown as text."""
    await acme.record(note())

    answer = await member.get("/timeline?level=%3Cb%3E&kind=%FF&to=x&<i>=1&older=9&person=No:1")

    assert answer.status_code == 200
    assert len(articles(answer.text)) == 1
    assert "&lt;b&gt;" in answer.text
    assert "&lt;i&gt;" in answer.text
    assert "<b></b>" not in answer.text
    assert "<i>" not in answer.text


@SQLITE_ONLY
async def test_stored_markup_is_text_everywhere(member: Visitor, acme: Business) -> None:
    """Titles, texts, names, facts, and what a change replaced."""
    data = json.dumps({MARKUP: {"deep": [MARKUP, {"x": MARKUP}]}})
    await acme.put("contact", "8", name=MARKUP)
    (first,) = await acme.record(
        note("8", Link("user", MARKUP, ACTOR, MARKUP), summary=MARKUP, body=MARKUP * 30, data=data)
    )
    await acme.record(note("8", kind="text.posted", body=f"<p>{MARKUP}</p>"))
    await acme.revise(first.seq, note("8", summary="other", body=MARKUP, data="{}"))

    for path in ("/timeline", "/timeline?person=contact:8", "/timeline/part"):
        text = (await member.get(path)).text
        assert "alert(1)&lt;/script&gt;" in text
        assert "<script>" not in text
        assert '<b>"' not in text


async def test_tells_what_a_change_replaced(member: Visitor, acme: Business) -> None:
    """Members as they were, of data only what is different; nothing where nothing was changed."""
    data = json.dumps({"room": "1", "seats": 3, "same": "x"})
    changed, _ = await acme.record(note(summary="a", data=data, level="WARN"), note(summary="same"))
    await acme.revise(changed.seq, note("8", summary="b", data='{"room":"2","same":"x","new":1}'))

    text = (await member.get("/timeline")).text

    (block,) = re.findall(r'<details class="revision">(.*?)</details>', text, re.DOTALL)
    pairs = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", block)
    assert "Changed <time" in block
    assert dict(pairs) == {
        "summary": "a",
        "room": "1",
        "seats": "3",
        "new": "nothing",
        "level": "WARN",
        "links": "none",
    }


@SQLITE_ONLY
async def test_facts_and_people(member: Visitor, acme: Business) -> None:
    """Who did it first, whom it is about as links, and what was recorded in words."""
    await acme.put("contact", "8", name="Jim")
    data = {"pay_by": {"card": True}, "tags": ["a", "b"], "empty": None, "amount": 95.0}
    await acme.record(
        note(
            Link("membership", "m1", "subject", "M"),
            Link("user", "u1", ACTOR, "Ann"),
            "8",
            data=json.dumps(data),
            origin="crm",
            external_id="77",
            level="ERROR",
        )
    )

    text = (await member.get("/timeline")).text

    assert re.findall(r'<a href="(/entities/[^"]*)"><bdi>([^<]*)</bdi>', text) == [
        ("/entities/user:u1", "Ann"),
        ("/entities/contact:8", "Jim"),
        ("/entities/membership:m1", "M"),
    ]
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", text))
    assert facts["pay by · card"] == "yes"
    assert facts["tags"] == "a, b"
    assert facts["amount"] == "95.0"
    assert (facts["origin"], facts["id there"]) == ("crm", "77")
    assert "empty" not in facts
    assert '<strong class="level">Error</strong>' in text


@SQLITE_ONLY
async def test_long_texts_and_many_facts_are_cut(member: Visitor, acme: Business) -> None:
    """A page stays small whatever is recorded, and says that there is more; one alone is whole."""
    data = json.dumps({f"f{number}": "x" * 1000 for number in range(200)})
    guests = [contact(f"g{number}", name=f"Guest {number} " + "x" * 300) for number in range(20)]
    await acme.record(note(*guests, body="word " * 50_000, data=data))

    text = (await member.get("/timeline")).text
    one = (await member.get(re.findall(r'href="(/activities/[^"]+)"', text)[0])).text

    assert len(text) < 60_000
    assert "160 more" in text
    assert "and 8 more" in text
    assert "x" * 100 + "</bdi>" not in text
    assert "The whole text" in text
    assert "<dt>f199</dt>" in one
    assert "Guest 19 " + "x" * 300 in one


@SQLITE_ONLY
async def test_a_summary_is_said_once(member: Visitor, acme: Business) -> None:
    """Where the title is the summary, only the body stands below it."""
    await acme.record(note(kind="encounter.logged", summary="A  picnic", body="A picnic,\n\nlong."))

    text = (await member.get("/timeline")).text

    assert titles(text) == ["A picnic"]
    assert re.findall(r'<p class="prose"[^>]*>([^<]*)<', text) == ["A picnic,\n\nlong."]


@SQLITE_ONLY
async def test_the_first_page_is_small(
    member: Visitor, acme: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a year behind it, and all that it loads; its statements are as many for any length."""
    await fill(acme, 400, every=DAY)
    statements = statements_of(acme.database.engine, monkeypatch)
    await member.get("/timeline?on=2025-01-27")
    few = len(statements)
    answer = await member.get("/timeline", headers={"Accept-Encoding": "gzip"})

    assert len(articles(answer.text)) == PAGE
    assert len(statements) - few <= few
    sizes = [int(answer.headers["content-length"])]
    for path in set(re.findall(r'(?:href|src)="(/static/[^"#]+)', answer.text)):
        asset = await member.get(path, headers={"Accept-Encoding": "gzip"})
        sizes.append(int(asset.headers["content-length"]))
    assert sum(sizes) < 60_000


@SQLITE_ONLY
async def test_an_empty_timeline_says_so(member: Visitor, acme: Business) -> None:
    """And one in which nothing fits says that."""
    empty = (await member.get("/timeline")).text
    await acme.record(note())
    nothing = (await member.get("/timeline?origin=none")).text
    end = (await member.get("/timeline?on=1999-01-01")).text

    assert "Nothing has happened yet." in empty
    assert "Nothing fits these filters." in nothing
    assert "There is nothing older." in end


async def test_nobody_sees_another_account(member: Visitor, acme: Business, served: Served) -> None:
    """Neither in the list nor by a name, a number or a count."""
    await acme.record(note())
    other = await served.business("other")
    await other.put("contact", "secret", name="Secret Guest")
    await other.record(note("secret", summary="agenda"), note(kind="agenda.kept"))

    for path in (
        "/timeline",
        "/timeline?person=Secret",
        "/timeline?person=contact:secret",
        "/timeline/part?older=9000000000000000-99999",
    ):
        text = (await member.get(path)).text
        assert "genda" not in text
        assert "Secret Guest" not in text
        assert len(articles(text)) <= 1
    assert '<span id="total">1</span>' in (await member.get("/timeline")).text


@SQLITE_ONLY
async def test_a_part_is_what_the_page_would_show(member: Visitor, acme: Business) -> None:
    """Articles with their places, and where it goes on."""
    await fill(acme, 60)
    page = (await member.get("/timeline?kind=note.*,call.*")).text
    last = articles(page)[-1]["data-key"]

    part = (await member.get(f"/timeline/part?kind=note.*,call.*&older={last}")).text

    assert places(part) == [(place, 60) for place in range(51, 61)]
    assert 'data-older=""' in part
    assert 'data-total="60"' in part
    assert "<html" not in part


@SQLITE_ONLY
@pytest.mark.parametrize("query", ["", "?kind=note.*", "?level=WARN&text=a&from=2026-01-01&x=y"])
async def test_events_stream_to_who_is_signed_in(member: Visitor, query: str) -> None:
    """By the session, with the page's own filters; nothing in the address is an error."""
    answer = await member.get(f"/timeline/events{query}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream"
    assert "event: position" in answer.text


@SQLITE_ONLY
async def test_events_are_for_nobody_else(visitor: Visitor) -> None:
    """A script is told so, and led to no form."""
    answer = await visitor.get("/timeline/events")

    assert (answer.status_code, answer.headers["content-type"]) == (
        401,
        "text/plain; charset=utf-8",
    )


@SQLITE_ONLY
def test_days_are_drawn_where_they_belong() -> None:
    """A Thursday is the fourth in its week; the darkest day has the most activities."""
    sums = [(20_514, 8), (20_515, 1), (20_000, 2)]  # 2 and 3 March 2026, 4 October 2024

    year = year_of(sorted(sums), 2026, lambda *place: address_of(Filters(), *place))

    assert (year.total, len(year.squares)) == (9, 2)
    assert [(one.label, one.shade, one.y) for one in year.squares] == [
        ("2 March 2026: 8 activities", 4, 0),
        ("3 March 2026: 1 activity", 1, 11),
    ]
    assert year.squares[0].url == "/timeline?on=2026-03-02"
    assert (year.before, year.after) == ("/timeline?year=2024", None)


@SQLITE_ONLY
def test_months_between_have_bars_too() -> None:
    """A long time is shown by years."""
    url = lambda *place: address_of(Filters(), *place)  # noqa: E731 - as a handler has it

    months = histogram_of([(20_454, 1), (20_514, 3)], url, (None, None))
    years = histogram_of([(0, 1), (20_514, 3)], url, (None, None))

    assert months is not None
    assert [(bar.label, bar.last) for bar in months.bars] == [
        ("January 2026: 1 activity", "2026-01-31"),
        ("February 2026: 0 activities", "2026-02-28"),
        ("March 2026: 3 activities", "2026-03-31"),
    ]
    assert years is not None
    assert (years.first_label, years.last_label, len(years.bars)) == ("1970", "2026", 57)
    far = histogram_of([(0, 1), (20_514, 3), (400_000, 1)], url, (None, None))
    assert far
    assert [bar.label for bar in far.bars] == [
        "1970: 1 activity",
        "2026: 3 activities",
        "3065: 1 activity",
    ]
    assert histogram_of([], url, (None, None)) is None

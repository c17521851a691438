"""Filters that no index answers: a page looks at a part, and goes on from there."""

import re
from html import unescape

import pytest

from doings.core.clock import DAY, HOUR, SECOND
from doings.storage.reading.timeline import search
from doings.web.timeline import reading
from tests.builders import note
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.serving import Business
from tests.web.visitor import Visitor, articles

LOOKS = 30


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at few, in small chunks."""
    monkeypatch.setattr(reading, "LOOKED_THROUGH", LOOKS)
    monkeypatch.setattr(search, "KEY_CHUNK", 10)


def link(text: str, rel: str) -> str | None:
    """Where a pager leads; None for one that is hidden."""
    found = re.search(rf'<nav class="pager"[^>]*(hidden)?>\s*<a href="([^"]+)" rel="{rel}"', text)
    assert found is not None
    return None if "hidden" in found[0] else unescape(found[2])


async def fill(acme: Business, *errors: int, count: int = 100) -> None:
    """So many activities, an hour between them; those at these places are errors from the shop."""
    await acme.record(
        *[
            note(
                "8",
                at=NOON - place * HOUR,
                summary=f"number {place}",
                level="ERROR" if place in errors else None,
                origin="shop" if place in errors else "api",
            )
            for place in range(count)
        ]
    )


@pytest.mark.parametrize("query", ["level=ERROR", "origin=shop", "level=ERROR&person=contact:8"])
async def test_each_page_looks_at_a_part(member: Visitor, acme: Business, query: str) -> None:
    """It says how far it came; going on finds all, each once, and back again the same."""
    wanted = (3, 4, 45, 99)
    await fill(acme, *wanted)
    found, pages = [], []
    path: str | None = f"/timeline?{query}"
    while path:
        text = (await member.get(path)).text
        pages.append(text)
        found += articles(text)
        path = link(text, "next")
    assert [len(articles(text)) for text in pages] == [2, 1, 0, 1]
    assert len({one["id"] for one in found}) == len(wanted)
    assert "Looked through all to 28 February 2026." in pages[0]
    assert ">Search on</a>" in pages[0]
    assert "Nothing was found so far." in pages[2]
    assert "Looked through" not in re.sub("hidden></p>", "", pages[3])
    assert "This is where it begins." in pages[3]

    back: list[dict[str, str]] = []
    path = link(pages[3], "prev")
    while path:
        text = (await member.get(path)).text
        back = articles(text) + back
        path = link(text, "prev")
    assert [one["id"] for one in back] == [one["id"] for one in found[:3]]


@SQLITE_ONLY
async def test_a_full_page_is_not_cut(
    member: Visitor, acme: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where enough is found before, it goes on as any other page."""
    monkeypatch.setattr(reading, "LOOKED_THROUGH", 2 * LOOKS)
    await fill(acme, *range(60), count=200)

    text = (await member.get("/timeline?level=ERROR")).text
    rest = (await member.get(link(text, "next") or "")).text

    assert len(articles(text)) == 50
    assert ">Older</a>" in text
    assert "Looked through all to" not in text
    assert len(articles(rest)) == 10
    assert "Looked through all to" in rest


@SQLITE_ONLY
async def test_a_part_tells_how_far_it_looked(member: Visitor, acme: Business) -> None:
    """For the script that goes on by itself."""
    await fill(acme, 45)
    first = (await member.get("/timeline?level=ERROR")).text
    older = re.search(r'data-older="([^"]+)"', first)
    assert older is not None

    part = (await member.get(f"/timeline/part?level=ERROR&older={older[1]}")).text

    assert len(articles(part)) == 1
    assert 'data-looked="27 February 2026"' in part
    assert re.search(r'data-older="[^"]+"', part)


@SQLITE_ONLY
async def test_none_of_one_instant_is_lost(member: Visitor, acme: Business) -> None:
    """Where a part ends between activities that happened together."""
    await acme.record(
        *[note(at=NOON, level="WARN" if place % 9 == 0 else None) for place in range(80)]
    )
    found, path = [], "/timeline?level=WARN"
    while path:
        text = (await member.get(path)).text
        found += articles(text)
        path = link(text, "next") or ""

    assert len({one["id"] for one in found}) == len(found) == 9


@SQLITE_ONLY
async def test_origins_are_offered_with_numbers(member: Visitor, acme: Business) -> None:
    """Those of the newest activities, the most frequent first."""
    await acme.record(
        *[
            note("8", at=NOON - place * SECOND, origin=("crm", "shop", "crm")[place % 3])
            for place in range(9)
        ],
        note("9", at=NOON - DAY, origin="till"),
    )

    def offered(text: str) -> list[tuple[str, str]]:
        return re.findall(r'<option value="([a-z]+)">(\d+ of the newest \d+)</option>', text)

    assert offered((await member.get("/timeline")).text) == [
        ("crm", "6 of the newest 10"),
        ("shop", "3 of the newest 10"),
        ("till", "1 of the newest 10"),
    ]
    assert offered((await member.get("/timeline?person=contact:9")).text) == [
        ("till", "1 of the newest 1")
    ]

"""The page at `/docs` as a browser shows it, on a telephone too."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from doings.native import docs_page
from tests.browsers import chromium
from tests.engines import SQLITE_ONLY

pytestmark = [pytest.mark.browser, SQLITE_ONLY]  # no database is asked

ADDRESS = "https://doings.example.org/docs"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests."""
    with chromium() as browser:
        yield browser


@pytest.fixture(params=[320, 400, 800, 900, 1100, 1400], ids=lambda width: f"{width} px")
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page in a window of that width, with all its details open; nothing else is reachable."""
    page = browser.new_page(viewport={"width": request.param, "height": 800})
    headers = {"Content-Type": docs_page.HTML, "Content-Security-Policy": docs_page.policy()}
    page.route("**", lambda route: route.abort())
    page.route(ADDRESS, lambda route: route.fulfill(body=docs_page.page(), headers=headers))
    page.goto(ADDRESS)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    yield page
    page.close()


def test_nothing_is_cut_off_or_has_to_be_moved_sideways(page: Page) -> None:
    """Neither the page nor anything in it is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(WIDER) == []


WIDER = """
[...document.querySelectorAll("main *")]
  .filter(one => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 80))
"""


def test_text_has_room(page: Page) -> None:
    """No sentence stands in a column of a word or two, and none is too small to read."""
    assert page.evaluate(NARROW) == []
    assert page.evaluate(SMALLEST) >= 12


NARROW = """
[...document.querySelectorAll("main td:last-child:not(:empty), main p, main pre")]
  .filter(one => one.clientWidth && one.clientWidth < 150)
  .map(one => one.outerHTML.slice(0, 80))
"""

SMALLEST = """
Math.min(...[...document.querySelectorAll("body *:not(script, style)")]
  .map(one => parseFloat(getComputedStyle(one).fontSize)))
"""


def test_the_contents_leave_room_for_the_page(page: Page) -> None:
    """The title is seen without scrolling."""
    top = page.locator("h1").bounding_box()

    assert top is not None
    assert top["y"] < 600


def test_examples_are_for_the_server_that_shows_them(page: Page) -> None:
    """So that they can be copied; the script that does it is one that the policy allows."""
    example = page.locator("#get_kinds pre").inner_text()

    assert "'https://doings.example.org/v1/kinds'" in example


def test_the_filter_leaves_what_it_finds(page: Page) -> None:
    """By path, method or words."""
    page.locator("#filter").fill("batch")

    assert page.locator("main section:visible").evaluate_all(
        "found => found.map(one => one.id)"
    ) == ["post_activities_batch", "BatchResult"]

"""The pages in a browser: by mouse, by keyboard, without scripts, and as long lists."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import (
    Browser,
    Page,
    expect,
)

from tests.engines import SQLITE_ONLY
from tests.web.browser.browsing import filled, opened, violations
from tests.web.browser.site import LONG, Site, fill

pytestmark = [pytest.mark.browser, SQLITE_ONLY]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own."""
    with filled(tmp_path_factory.mktemp("web"), fill) as (url, things):
        yield Site(url, *things)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """The timeline of the short account."""
    page = opened(browser, site.url, site.short)
    page.goto("/timeline")
    yield page
    page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_out(browser: Browser, site: Site, theme: str) -> None:
    """Axe finds nothing, wide or narrow, signed in or not; nothing is wider than the window."""
    page = opened(browser, site.url, site.short, color_scheme=theme)
    guest = opened(browser, site.url, None, color_scheme=theme)
    guest.goto("/sign-in")
    assert violations(guest) == []
    for width in (1200, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/timeline?level=x&from=2026-02-25")
        for summary in ("details.facts", "details.run", "#filters", "details.kinds"):
            page.locator(summary).first.evaluate("one => { one.open = true }")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.emulate_media(media="print")
    expect(page.locator(".side")).to_be_hidden()
    expect(page.locator("article").first).to_be_visible()
    guest.context.close()
    page.context.close()


def test_signs_in_and_out(browser: Browser, site: Site) -> None:
    """By the keyboard, after a wrong try; the page that was asked for comes then."""
    page = opened(browser, site.url, None)
    page.goto("/timeline?level=WARN")
    page.keyboard.type("short")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no such account")
    page.get_by_label("Secret").fill(site.short.secret)
    page.keyboard.press("Enter")
    expect(page.locator("article")).to_have_count(1)
    assert page.url == f"{site.url}/timeline?level=WARN"

    page.get_by_text("Short", exact=True).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto("/timeline")
    assert "/sign-in" in page.url
    page.context.close()

    # What was asleep meanwhile leads there by itself.
    asleep = opened(browser, site.url, site.short)
    asleep.goto("/timeline")
    asleep.context.clear_cookies()
    asleep.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    asleep.wait_for_url("**/sign-in?next=*")
    asleep.context.close()


def test_filters_are_in_the_address(page: Page) -> None:
    """Only those that are on; each can be taken away, and Back leads to the list before."""
    page.get_by_label("Search", exact=True).fill("7")
    page.get_by_text("Kinds", exact=True).click()
    page.get_by_role("checkbox", name="Call logged").check()
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page.locator(".chips")).to_contain_text("Call logged")
    assert page.url.partition("?")[2] == "text=7&kind=call.logged"
    expect(page.locator("article h3").first).to_contain_text("7")
    page.get_by_label("Remove the filter text 7").click()
    assert page.url.partition("?")[2] == "kind=call.logged"
    page.go_back()
    expect(page.get_by_label("Search", exact=True)).to_have_value("7")


def test_jumps_to_any_date(page: Page) -> None:
    """By the field, by a day of the year, and to a span that is drawn over the bars."""
    page.get_by_label("Go to a date").fill("2026-02-10")
    page.get_by_role("button", name="Go", exact=True).click()
    first = page.locator("article").first
    expect(first).to_have_attribute("data-day", "2026-02-10")
    expect(first).to_have_attribute("aria-setsize", "120")

    page.locator("#year a[aria-label^='3 February 2026: ']").click()
    expect(first).to_have_attribute("data-day", "2026-02-03")

    bars = page.locator("#histogram a")
    left, right = bars.first.bounding_box(), bars.nth(1).bounding_box()
    assert left is not None
    assert right is not None
    page.mouse.move(left["x"] + 3, left["y"] + 30)
    page.mouse.down()
    page.mouse.move(right["x"] + right["width"] / 2, right["y"] + 30, steps=3)
    page.mouse.up()
    page.wait_for_url("**/timeline?from=*")
    assert page.url.partition("?")[2] == "from=2026-01-01&to=2026-02-28"
    expect(page.locator("#total")).to_have_text("118")


def keys_of(page: Page, *keys: str) -> str:
    """Press keys; the id of what has the focus then, or its tag."""
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_timeout(30)
    focused: str = page.evaluate("document.activeElement.id || document.activeElement.tagName")
    return focused


def test_the_keyboard_is_enough(page: Page) -> None:
    """A feed as the W3C describes it; the foot of the page stays in reach."""
    ids = page.locator("#feed > article").evaluate_all("found => found.map(one => one.id)")
    page.locator("#feed > article").first.focus()

    assert keys_of(page, "PageDown") == ids[1]
    assert keys_of(page, "j", "k", "PageUp") == ids[0]
    assert keys_of(page, "Control+End") == "foot"
    page.wait_for_timeout(300)
    expect(page.locator("#foot")).to_be_in_viewport()
    page.locator("#feed > article").first.focus()
    assert keys_of(page, "Control+Home") == "help"
    assert keys_of(page, "/") == "text"
    assert keys_of(page, "j", "?") == "text"
    expect(page.get_by_label("Search", exact=True)).to_have_value("j?")
    page.locator("#help").focus()
    keys_of(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Keys of one letter").uncheck()
    keys_of(page, "Escape")
    assert keys_of(page, "j") == "help"
    page.locator("#year a").last.focus()
    before = page.evaluate("document.activeElement.getAttribute('aria-label')")
    keys_of(page, "ArrowLeft")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") != before


def test_works_without_scripts(browser: Browser, site: Site) -> None:
    """Signing in, filtering, reading on, details, colours, signing out."""
    page = opened(browser, site.url, None, java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Account").fill("short")
    page.get_by_label("Secret").fill(site.short.secret)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#total")).to_have_text("120")
    page.get_by_role("link", name="Older", exact=True).click()
    expect(page.locator("article").first).to_have_attribute("aria-posinset", "51")
    page.get_by_role("link", name="Newer", exact=True).click()
    expect(page.locator("article").first).to_have_attribute("aria-posinset", "1")
    page.get_by_text("2 more like this").first.click()
    expect(page.locator(".run article").first).to_be_visible()
    page.get_by_label("From").fill("2026-02-28")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#total")).to_have_text("6")
    page.get_by_text("Display").click()
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Apply").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.context.close()


def test_what_is_new_waits_for_the_reader(page: Page, site: Site) -> None:
    """It is told, and inserted where it belongs when the reader says so, changes included.

    What cannot be fetched goes on waiting.
    """
    expect(page.locator("#news")).to_have_attribute("data-live", "yes")
    before = page.locator("article").count()
    second = page.locator("article").nth(1).get_attribute("id") or ""
    draft = {"kind": "note.created", "summary": "<b>brand new</b>", "links": ["contact:8"]}
    new = site.call("POST", "/activities", {**draft, "occurred_at": "2026-03-01T13:00:00Z"})
    middle = site.call("POST", "/activities", {**draft, "occurred_at": "2026-03-01T11:00:00Z"})
    site.call("PATCH", f"/activities/{second.removeprefix('a-')}", {"summary": "amended"})

    button = page.locator("#news button")
    expect(button).to_have_text("2 new, 1 changed")
    assert page.locator("article").count() == before
    with page.expect_event("requestfailed"):
        page.route("**/timeline/part?*", lambda route: route.abort())
        button.click()
    expect(button).to_have_text("2 new, 1 changed")
    assert page.locator("article").count() == before
    page.unroute("**/timeline/part?*")
    button.click()

    expect(page.locator("article").first).to_have_id(f"a-{new['id']}")
    expect(page.locator("article").first).to_be_focused()
    expect(page.locator("article h3").first).to_contain_text("<b>brand new</b>")
    expect(page.locator("article").nth(2)).to_have_id(f"a-{middle['id']}")
    expect(page.locator("#total")).to_have_text("122")
    shown = page.locator("article").evaluate_all(
        "found => found.map(one => one.getAttribute('aria-posinset'))"
    )
    assert shown == [str(place) for place in range(1, len(shown) + 1)]
    expect(page.locator(f"#{second} h3")).to_contain_text("amended")
    expect(button).to_have_count(0)

    site.call("DELETE", f"/activities/{middle['id']}")
    site.call("DELETE", f"/activities/{new['id']}")
    expect(button).to_have_text("2 changed")
    button.click()
    expect(page.locator("#total")).to_have_text("120")
    expect(page.locator(f"#a-{new['id']}")).to_have_count(0)


def test_a_run_is_what_it_says(browser: Browser, site: Site) -> None:
    """Back leads into it, it counts what is left of it, and nothing else gets into it."""
    page = opened(browser, site.url, site.short)
    draft = {"kind": "email.sent", "links": ["contact:8"]}
    made = [
        site.call("POST", "/activities", {**draft, "occurred_at": f"2026-03-02T10:0{minute}:00Z"})
        for minute in range(5)
    ]
    page.goto("/timeline")
    expect(page.locator("#news")).to_have_attribute("data-live", "yes")
    run = page.locator("details.run").first
    last = page.locator(f"#a-{made[0]['id']}")
    run.locator("summary").first.click()
    last.evaluate("one => scrollBy(0, one.getBoundingClientRect().top - 60)")
    place = "one => one.querySelector('.entry').getBoundingClientRect().top"
    before = last.evaluate(place)

    last.locator(".meta a").click()
    page.locator("#views").wait_for()
    page.go_back()
    expect(last).to_be_visible()
    page.wait_for_timeout(200)
    assert abs(last.evaluate(place) - before) <= 1

    button = page.locator("#news button")
    site.call("DELETE", f"/activities/{made[1]['id']}")
    button.click()
    expect(run.locator("summary").first).to_have_text("3 more like this: Email sent")

    site.call("POST", "/activities", {**draft, "occurred_at": "2001-01-01T00:00:00Z"})
    expect(page.locator("#total")).to_have_text("125")
    expect(button).to_have_count(0)

    other = {"kind": "call.logged", "occurred_at": "2026-03-02T10:02:30Z", "summary": "between"}
    between = site.call("POST", "/activities", other)
    button.click()
    expect(page.locator("#feed > article h3").nth(2)).to_contain_text("between")
    expect(last.locator(".run")).to_have_count(0)
    numbers = page.locator("article").evaluate_all(
        "found => found.map(one => Number(one.getAttribute('aria-posinset')))"
    )
    assert numbers == list(range(1, len(numbers) + 1))
    for one in [between, *site.call("GET", "/activities?kind=email.sent")["items"]]:
        site.call("DELETE", f"/activities/{one['id']}")
    page.context.close()


def test_news_go_by_the_filters(browser: Browser, site: Site) -> None:
    """By words and dates as well, which a stream does not know."""
    page = opened(browser, site.url, site.short)
    page.goto("/timeline?text=zebra&from=2026-01-01")
    expect(page.locator("#news")).to_have_attribute("data-live", "yes")
    at = {"occurred_at": "2026-02-27T00:00:00Z", "kind": "note.created"}
    made = [
        site.call("POST", "/activities", {**at, "summary": word}) for word in ("horse", "zebra")
    ]

    expect(page.locator("#news button")).to_have_text("1 new")
    page.locator("#news button").click()
    expect(page.locator("article")).to_have_count(1)
    for one in made:
        site.call("DELETE", f"/activities/{one['id']}")
    page.context.close()


SCROLL = """
async (until) => {
  const feed = document.getElementById("feed");
  const found = { most: 0, jump: 0, last: 0, parts: 0 };
  const inSight = () => [...feed.children].find((one) => one.getBoundingClientRect().bottom > 60)
    .querySelector(".entry");
  while (found.last < until) {
    const grown = new Promise((go) => feed.addEventListener("grown", go, { once: true }));
    scrollTo(0, document.documentElement.scrollHeight);
    const anchor = inSight();
    const top = anchor.getBoundingClientRect().top;
    const count = feed.querySelectorAll("article").length;
    if (!document.getElementById("end").hidden) break;
    await grown;
    found.jump = Math.max(found.jump, Math.abs(anchor.getBoundingClientRect().top - top));
    found.most = Math.max(found.most, count, feed.querySelectorAll("article").length);
    found.last = Number([...feed.querySelectorAll("article")].at(-1).ariaPosInSet);
    found.parts += 1;
  }
  return found;
}
"""

SCROLL_UP = """
async (parts) => {
  const feed = document.getElementById("feed");
  let jump = 0;
  for (let part = 0; part < parts; part += 1) {
    const grown = new Promise((go) => feed.addEventListener("grown", go, { once: true }));
    scrollBy(0, feed.getBoundingClientRect().top + 200);
    const anchor = [...feed.children].find((one) => one.getBoundingClientRect().bottom > 60)
      .querySelector(".entry");
    const top = anchor.getBoundingClientRect().top;
    await grown;
    jump = Math.max(jump, Math.abs(anchor.getBoundingClientRect().top - top));
  }
  return jump;
}
"""


def heap(page: Page) -> float:
    """How many bytes scripts hold after garbage was collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return next(float(one["value"]) for one in metrics if one["name"] == "JSHeapUsedSize")


def test_a_long_list_stays_light_and_still(browser: Browser, site: Site) -> None:
    """However far it is scrolled; Back leads to the very article."""
    page = opened(browser, site.url, site.long)
    page.goto("/timeline?kind=note.*,call.*")
    held = heap(page)

    down = page.evaluate(SCROLL, LONG)
    up = page.evaluate(SCROLL_UP, 4)

    assert down["last"] == LONG
    assert down["most"] <= 500
    assert down["jump"] <= 1
    assert up <= 1
    assert heap(page) - held < 20_000_000
    numbers = page.locator("article").evaluate_all(
        "found => found.map(one => Number(one.getAttribute('aria-posinset')))"
    )
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert page.locator("article").first.get_attribute("aria-setsize") == str(LONG)

    page.wait_for_timeout(250)
    link = page.locator("article .people a").nth(len(numbers) // 2)
    link.scroll_into_view_if_needed()
    article = link.locator("xpath=ancestor::article")
    id_ = article.get_attribute("id")
    place = article.get_attribute("aria-posinset")
    before = article.evaluate("one => one.querySelector('.entry').getBoundingClientRect().top")
    link.click()
    page.wait_for_url("**/entities/contact:8")
    page.go_back()
    back = page.locator(f"#{id_}")
    expect(back).to_have_attribute("aria-posinset", place or "")
    page.wait_for_timeout(300)
    after = back.evaluate("one => one.querySelector('.entry').getBoundingClientRect().top")
    assert abs(after - before) <= 1
    page.context.close()


def test_looks_on_by_itself(browser: Browser, site: Site) -> None:
    """Where a filter has no index, and what fits stands far down."""
    page = opened(browser, site.url, site.long)
    page.goto("/timeline?level=ERROR")

    expect(page.locator("article h3")).to_contain_text("9999")
    expect(page.locator("#looked")).to_be_hidden()
    expect(page.locator("#end")).to_be_visible()
    page.context.close()


def test_back_leads_to_the_same_place_after_a_jump(page: Page) -> None:
    """Though more of the list was fetched above it than the address says."""
    page.goto("/timeline?on=2026-02-10")
    page.get_by_role("link", name="Newer", exact=True).click()
    expect(page.locator("article").first).not_to_have_attribute("data-day", "2026-02-10")
    article = page.locator("article[data-day='2026-02-10']").first
    article.scroll_into_view_if_needed()
    page.wait_for_timeout(250)
    place = "one => one.querySelector('.entry').getBoundingClientRect().top"
    before, id_ = article.evaluate(place), article.get_attribute("id")

    article.locator(".people a").click()
    page.wait_for_url("**/entities/contact:8")
    page.go_back()

    expect(page.locator("#newest")).to_have_count(1)
    page.wait_for_timeout(400)
    assert abs(page.locator(f"#{id_}").evaluate(place) - before) <= 1

    page.get_by_role("link", name="Back to the top").evaluate("link => link.click()")
    page.wait_for_url("**#content")
    page.go_back()

    page.wait_for_timeout(200)
    assert abs(page.locator(f"#{id_}").evaluate(place) - before) <= 1


def test_many_that_are_folded_stay_few_in_the_document(browser: Browser, site: Site) -> None:
    """All of one instant and one kind: none is lost, and the next ones are on another page."""
    page = opened(browser, site.url, site.same)
    page.goto("/timeline")
    expect(page.locator("article")).to_have_count(450)
    page.wait_for_timeout(300)
    expect(page.locator("article")).to_have_count(450)
    expect(page.locator("#feed > article")).to_have_count(5)
    page.locator("#go-older").click()
    page.wait_for_url("**/timeline?older=*")

    expect(page.locator("article").first).to_have_attribute("aria-posinset", "451")
    expect(page.locator("article").last).to_have_attribute("aria-posinset", "700")
    page.context.close()

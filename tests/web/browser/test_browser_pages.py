"""An activity, a person, forms and the search in a browser, with scripts and without."""

from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from doings.core.activity import Draft, Link
from doings.core.clock import HOUR, SystemClock
from doings.core.entity import EntityDraft
from doings.storage.opening import open_url
from tests.builders import note
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.web.browser.browsing import Account, filled, new_account, opened, violations

pytestmark = [pytest.mark.browser, SQLITE_ONLY]

MARKUP = "<img src=x onerror=alert(1)><b>bold</b>"


class Site(NamedTuple):
    """A server, and what is recorded there."""

    url: str
    account: Account
    activity: str
    interaction: str


async def _fill(url: str) -> tuple[Account, str, str]:
    database = await open_url(url, SystemClock(), prepared=True)
    number, account = await new_account(database, "acme")
    jim, ann = (
        EntityDraft(name="Jim", attrs='{"email":"jim@example.org"}'),
        EntityDraft(name=f"Ann {MARKUP}"),
    )
    twin = EntityDraft(name="Twin")
    for id_, draft in (("8", jim), ("9", ann), ("7", twin), ("1", twin)):
        await database.write(
            number,
            lambda writer, id_=id_, draft=draft: writer.put_entity(
                ("contact", id_), lambda _: draft
            ),  # type: ignore[misc]
        )
    drafts = [
        note(
            "8",
            at=NOON - place * HOUR,
            summary=f"{place}",
            kind=("call.logged", "note.created")[place % 2],
        )
        for place in range(120)
    ]
    drafts.append(note("8", "9", at=NOON + HOUR, summary=f"{MARKUP} lunch", body=MARKUP * 20))
    recorded = await database.write(number, lambda writer: writer.record(drafts))
    await database.write(number, lambda writer: writer.hold_entity(("contact", "1"), "lawsuit"))
    request = Draft(
        kind="details.requested",
        occurred_at=NOON,
        links=(Link("individual", "i1", "counterpart", "Zoë"),),
        data='{"requirements":[{"code":"email"},{"code":"phone"}]}',
    )
    interaction, _ = await database.record(number, request)
    await database.close()
    return account, recorded[-1].id, interaction.id


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own."""
    with filled(tmp_path_factory.mktemp("pages"), _fill) as (url, things):
        yield Site(url, *things)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    """A browser with and without scripts."""
    page = opened(browser, site.url, site.account, java_script_enabled=request.param)
    yield page
    page.context.close()


@pytest.fixture
def plain(browser: Browser, site: Site) -> Iterator[Page]:
    """A browser without scripts."""
    page = opened(browser, site.url, site.account, java_script_enabled=False)
    yield page
    page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_out(browser: Browser, site: Site, theme: str) -> None:
    """Axe finds nothing on any page, and nothing is wider than the window."""
    page = opened(browser, site.url, site.account, color_scheme=theme)
    page.goto("/record/lunch")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("alert")).to_contain_text("not right yet")
    assert violations(page) == []
    for path in (
        f"/activities/{site.activity}",
        f"/activities/{site.interaction}",
        f"/activities/{site.activity}/edit",
        f"/activities/{site.activity}/delete",
        "/entities/contact:9",
        "/entities/contact:8/merge?q=twin",
        "/merges",
        "/entities/contact:7/erase",
        "/entities/contact:1",
        "/entities/contact:1/erase",
        "/search?q=jim",
        "/search?q=none",
    ):
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(path)
        page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true })")
        page.locator("details.menu").evaluate_all(
            "all => all.forEach((one) => { one.open = false })"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.set_viewport_size({"width": 1200, "height": 800})
        assert violations(page) == [], path
    page.context.close()


def test_records_a_lunch_with_somebody_new(page: Page) -> None:
    """What was typed is there again when the form comes back, and the lunch is on its page."""
    page.goto("/record")
    somebody = "Zoë Scripted" if page.locator("html.has-js").count() else "Zoë Plain"
    page.get_by_role("link", name="A lunch or the like").click()
    page.get_by_label("What did you do?").fill("Soup at noon")
    page.get_by_label("Names, one on a line").fill(f"Jim\n{somebody}")
    page.get_by_label("Type").select_option(label="ate at a restaurant")
    page.locator("summary", has_text="Feelings").click()
    page.get_by_label("hope", exact=True).check()
    page.get_by_label("Date").fill("2026-02-03")
    page.locator("input[name=at]").fill("12:30")
    page.get_by_role("button", name="Record").click()

    expect(page.get_by_label("What did you do?")).to_have_value("Soup at noon")
    expect(page.get_by_label("hope", exact=True)).to_be_checked()
    expect(page.get_by_label("Jim")).to_be_checked()
    page.get_by_label(somebody).check()
    page.get_by_role("button", name="Record").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Soup at noon")
    expect(page.locator(".people")).to_contain_text(somebody)
    expect(page.get_by_label("The document of Monica")).to_contain_text(
        '"name": "ate at a restaurant"'
    )
    expect(page.locator(".head")).to_contain_text("3 February 2026, 12:30:00 UTC")


def test_of_two_tabs_the_second_sees_what_changed(plain: Page, site: Site) -> None:
    """And may save once more."""
    plain.goto("/record/note")
    plain.get_by_label("The note").fill("old text")
    plain.get_by_role("button", name="Record").click()
    url = plain.url
    other = plain.context.new_page()
    for tab in (plain, other):
        tab.goto(f"{url}/edit")
    plain.get_by_label("The note").fill("first")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("#history + .hint + .steps ins")).to_have_text("first")
    other.get_by_label("The note").fill("second")
    other.get_by_role("button", name="Save").click()

    expect(other.get_by_role("alert")).to_contain_text("Somebody changed this")
    expect(other.locator(".steps del")).to_have_text("old text")
    expect(other.locator(".steps ins")).to_have_text("first")
    expect(other.get_by_label("The note")).to_have_value("second")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("second")
    other.get_by_role("link", name="Delete").click()
    other.get_by_role("button", name="Delete").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("This activity was deleted")
    assert site.url in other.url


def test_markup_is_text(plain: Page, site: Site) -> None:
    """On every page that shows it."""
    for path in (
        f"/activities/{site.activity}",
        f"/activities/{site.activity}/edit",
        "/entities/contact:9",
        "/search?q=bold",
    ):
        plain.goto(path)
        expect(plain.locator("main img, main b:text-is('bold')")).to_have_count(0)
        assert MARKUP in (plain.locator("main").text_content() or "")


def test_finds_a_person_and_reads_their_timeline(page: Page) -> None:
    """By the field on every page; it goes on where the page ends."""
    page.goto("/timeline")
    page.get_by_label("Search people and activities").fill("jim@example")
    page.keyboard.press("Enter")
    page.locator(".hits a", has_text="Jim").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Jim")
    expect(page.locator("#numbers")).to_contain_text("Call logged")
    page.get_by_role("link", name="Older").scroll_into_view_if_needed()
    if page.locator("html.has-js").count():
        expect(page.locator("article").nth(80)).to_be_attached()
    else:
        page.get_by_role("link", name="Older").click()
    expect(page.locator("article[aria-posinset='60']")).to_have_count(1)


def test_verifies_a_proof(browser: Browser, site: Site) -> None:
    """By hashes and the signature; one that was tampered with is told to be wrong."""
    page = opened(browser, site.url, site.account)
    page.goto(f"/activities/{site.activity}")
    page.get_by_role("button", name="Verify it in this browser").click()
    steps = page.locator("#verified li")
    expect(steps).to_have_count(5)
    assert {text.partition(":")[0] for text in steps.all_text_contents()} == {"Good"}

    def tamper(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("lunch", "launch"))

    page.route("**/proofs/*", tamper)
    page.get_by_role("button", name="Verify it in this browser").click()
    expect(steps.first).to_contain_text("Wrong")
    expect(steps).to_have_count(5)
    assert violations(page) == []
    page.context.close()


def test_merges_parts_and_erases(plain: Page, site: Site) -> None:
    """A person who is searched for, without scripts; erased once the name is typed."""
    plain.goto("/entities/contact:8/merge")
    plain.get_by_label("Name, id or address").fill("twin")
    plain.get_by_role("button", name="Search").last.click()
    plain.get_by_role("button", name="Merge Twin contact:7 into Jim").click()
    expect(plain.locator("#merges")).to_contain_text("contact:7")
    plain.locator("#merges summary").click()
    plain.get_by_role("button", name="Part again: contact:7").click()
    expect(plain.locator("#merges")).to_have_count(0)

    plain.goto("/entities/contact:7")
    plain.get_by_role("link", name="Erase").click()
    expect(plain.locator("main")).to_contain_text("nothing has changed yet")
    plain.get_by_label("Type the name or the id").fill("Twin")
    plain.get_by_role("button", name="Erase for good").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Erased")
    plain.goto("/entities/contact:7")
    assert "/entities/contact:7" in plain.url
    expect(plain.locator("main")).to_contain_text("404")
    assert site.url in plain.url


def test_a_persons_page_is_live(browser: Browser, site: Site) -> None:
    """What happens meanwhile is told as on the timeline; so is that it is another list now."""
    page = opened(browser, site.url, site.account)
    page.goto("/entities/contact:9")
    expect(page.locator("#news[data-live='yes']")).to_have_count(1)
    tab = page.context.new_page()
    tab.goto("/record/note?person=contact:9")
    tab.get_by_label("The note").fill("just now")
    tab.get_by_role("button", name="Record").click()
    page.bring_to_front()

    page.get_by_role("button", name="1 new").click()

    expect(page.locator("article h3").first).to_have_text("just now")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()

    headers = {"Authorization": f"Bearer {site.account.secret}"}
    with httpx.Client(base_url=f"{site.url}/v1", headers=headers) as http:
        http.put("/entities/contact/double", json={"name": "Double"})
        order = {"keep": "contact:9", "merge": ["contact:double"]}
        merge = http.post("/merges", json=order).json()["id"]
        page.get_by_role("button", name="This has changed. Load again").click()
        expect(page.locator("#merges")).to_contain_text("contact:double")
        http.post(f"/merges/{merge}/revert")
    page.get_by_role("button", name="This has changed. Load again").click()
    expect(page.locator("#merges")).to_have_count(0)
    page.context.close()


def test_who_is_erased_leaves_open_pages_at_once(browser: Browser, site: Site) -> None:
    """What is only about somebody goes, and names and texts of what stays are taken out."""
    page = opened(browser, site.url, site.account)
    http = httpx.Client(
        base_url=f"{site.url}/v1", headers={"Authorization": f"Bearer {site.account.secret}"}
    )
    http.put("/entities/contact/zed", json={"name": "Zed Zimmer"})
    note = {"kind": "note.created", "summary": "met Zed Zimmer"}
    met = http.post("/activities", json={**note, "links": ["contact:9", "contact:zed"]}).json()
    http.post("/activities", json={**note, "summary": "alone", "links": ["contact:zed"]})
    page.goto("/timeline")
    expect(page.locator("#news[data-live='yes']")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("met Zed Zimmer")

    http.post("/erasures", json={"entity": "contact:zed"})

    expect(page.locator("main")).to_contain_text("met [erased]")
    expect(page.locator("main")).not_to_contain_text("Zed")
    expect(page.locator("article", has_text="alone")).to_have_count(0)
    http.delete(f"/activities/{met['id']}")
    http.close()
    page.context.close()


def test_accepts_some_of_what_is_asked(plain: Page, site: Site) -> None:
    """Without scripts; then it can be completed."""
    plain.goto(f"/activities/{site.interaction}")
    plain.locator("summary", has_text="Accept").click()
    plain.get_by_label("phone").uncheck()
    plain.get_by_role("button", name="Accept").click()
    expect(plain.locator("main")).to_contain_text("This interaction is accepted")
    plain.locator("summary", has_text="Complete").click()
    plain.get_by_role("button", name="Complete").click()

    expect(plain.locator("main")).to_contain_text("This interaction is completed")

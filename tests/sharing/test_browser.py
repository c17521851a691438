"""A timeline on a page of another origin, as people see it, use it by keys and have it read out."""

import re
from collections.abc import Iterator
from threading import Thread
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from doings.cli.demo import embedding
from tests.acceptance.running import RunningServer, Token, serving
from tests.browser import browser, violations
from tests.engines import SQLITE_ONLY

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, SQLITE_ONLY]

MARKUP = '<img src=x onerror="document.title=1"> <b>bold</b>'


EXPECTED = ("status of 401", "net::ERR_")
"""What the console says of a token that is not good and of a line that is cut, in their tests."""


class Site:
    """A page of another origin that shows the timeline of a contact, and who records in it."""

    def __init__(self, server: RunningServer, token: Token, url: str) -> None:
        self.server = server
        self.url = url
        self.token = ""
        """The token that the page has."""
        self.http = httpx.Client(base_url=f"{server.url}/v1", headers=token.bearer)

    def record(self, summary: str, **members: Any) -> str:  # noqa: ANN401 - JSON
        """Record something; returns its id."""
        document = {"kind": "note.created", "summary": summary, "links": ["contact:1"], **members}
        answer = self.http.post("/activities", json=document)
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["id"]
        return found

    def record_many(self, count: int) -> None:
        """Record so many notes, on five days."""
        notes = [
            {
                "kind": "note.created",
                "occurred_at": f"2026-11-{number % 5 + 1:02}T10:{number:02}:00Z",
                "summary": f"note {number}",
                "body": "line\n" * 3,
                "links": ["contact:1"],
                "actor": {"type": "user", "id": "u1", "name": "Hanna"},
            }
            for number in range(count)
        ]
        assert self.http.post("/activities/batch", json=notes).status_code == 200

    def viewer_token(self, **members: Any) -> str:  # noqa: ANN401 - JSON
        """A token for the timeline."""
        answer = self.http.post("/viewer-tokens", json={"entity": "contact:1", **members})
        token: str = answer.json()["token"]
        return token


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server with a short history, and the demo's page of another origin."""
    folder = tmp_path_factory.mktemp("site")
    with serving(folder, database=f"sqlite:///{folder}/doings.db") as server:
        token = server.token("acme", "read", "write", "admin")
        other = embedding.page_server(0)
        origin = embedding.origin_of(other)
        site = Site(server, token, origin)
        site.http.put("/entities/contact/1", json={"name": "Tamsin Okafor"})
        site.http.put("/kinds/visit.logged", json={"title": "Visit", "colour": "#cc3366"})
        site.record_many(25)
        site.record(MARKUP, kind="visit.logged", body=MARKUP, occurred_at="2026-11-06T10:00:00Z")
        site.token = site.viewer_token(origins=[origin])
        body, policy = embedding.page(server.url, site.token)
        other.RequestHandlerClass = embedding.handler_of(body, policy)
        Thread(target=other.serve_forever, daemon=True).start()
        yield site
        other.shutdown()
        other.server_close()
        site.http.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """The page, loaded; whatever its console complains of, or what it asks of others, fails."""
    page = browser.new_page(viewport={"width": 1000, "height": 700})
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    asked: set[str] = set()
    page.on("request", lambda request: asked.add("/".join(request.url.split("/")[:3])))
    page.goto(site.url)
    expect(page.locator("doings-timeline article").first).to_be_visible()
    yield page
    page.close()
    assert [line for line in complaints if not any(one in line for one in EXPECTED)] == []
    assert asked <= {site.url, site.server.url}
    assert site.token not in site.server.log()


def titles(page: Page, count: int = 3) -> list[str]:
    """The titles of the first articles."""
    return page.locator("doings-timeline [part=title]").all_inner_texts()[:count]


def test_another_origin_shows_a_timeline_as_text(page: Page) -> None:
    """Newest first; what looks like markup is text; a colour is that of the account's kind."""
    articles = page.locator("doings-timeline article")

    assert titles(page)[0] == "Visit"
    assert articles.count() == 20
    articles.first.locator("summary").click()
    expect(articles.first.locator("[part=text]")).to_have_text(MARKUP)
    assert page.locator("doings-timeline img").count() == 0
    colour = "one => getComputedStyle(one).borderLeftColor"
    assert articles.first.locator("[part=card]").evaluate(colour) == "rgb(204, 51, 102)"
    assert page.frame_locator("iframe").locator("article").count() == 5
    assert page.frame_locator("iframe").get_by_text(MARKUP).count() == 1


def test_what_happens_is_shown_at_once(page: Page, site: Site) -> None:
    """It is put on top, changed in its place and taken away, each article with its true place."""
    articles = page.locator("doings-timeline article")
    expect(articles.first).to_have_attribute("aria-setsize", re.compile(r"^\d+$"))
    total = int(articles.first.get_attribute("aria-setsize") or "")
    made = site.record("just now")
    expect(articles.first).to_contain_text("just now")
    assert articles.first.get_attribute("aria-setsize") == str(total + 1)
    assert articles.nth(1).get_attribute("aria-posinset") == "2"

    site.http.patch(f"/activities/{made}", json={"summary": "changed"})
    expect(articles.first).to_contain_text("changed")
    site.http.delete(f"/activities/{made}")

    expect(articles.first).to_contain_text("Visit")
    assert articles.first.get_attribute("aria-setsize") == str(total)


def test_nothing_moves_while_somebody_reads(page: Page, site: Site) -> None:
    """A button says how much is new; it shows that, and the focus goes there."""
    articles = page.locator("doings-timeline article")
    articles.nth(2).focus()
    expect(articles.first).not_to_have_attribute("aria-setsize", "-1")  # it is known by now
    total = int(articles.first.get_attribute("aria-setsize") or "")
    # What is long ago comes with what is older, and is only counted.
    old = site.record("long ago", occurred_at="1999-01-01T00:00:00Z")
    made = site.record("while reading")
    news = page.locator("doings-timeline [part=news]")
    expect(articles.first).to_have_attribute("aria-setsize", str(total + 2))
    expect(news).to_have_text("1 new")
    assert titles(page)[0] == "Visit"

    news.click()

    expect(articles.first).to_contain_text("while reading")
    expect(articles.first).to_be_focused()
    for one in (old, made):
        site.http.delete(f"/activities/{one}")


def test_keys_move_through_the_feed(page: Page) -> None:
    """Page Down and Up by articles, on to older ones; Control with Home and End leave the feed."""
    articles = page.locator("doings-timeline article")
    articles.first.focus()
    page.keyboard.press("PageDown")
    expect(articles.nth(1)).to_be_focused()
    page.keyboard.press("PageUp")
    expect(articles.first).to_be_focused()
    articles.nth(19).focus()
    page.keyboard.press("PageDown")
    expect(articles.nth(20)).to_be_focused()
    assert articles.count() == 26
    expect(articles.nth(25)).to_have_attribute("aria-posinset", "26")

    page.keyboard.press("Control+End")

    assert page.evaluate("document.activeElement.localName") == "iframe"


def test_a_stream_that_broke_off_goes_on(page: Page, site: Site) -> None:
    """What happened meanwhile is told, without a gap."""
    page.context.set_offline(True)
    made = site.record("while away")
    page.context.set_offline(False)

    expect(page.locator("doings-timeline article").first).to_contain_text("while away")
    site.http.delete(f"/activities/{made}")


def test_a_token_that_is_not_good_says_so(page: Page, site: Site) -> None:
    """The page hears of it and sets another one, with which it goes on."""
    timeline = page.locator("doings-timeline")
    ended = "one => new Promise(done => one.addEventListener('doings-ended', () => done(true)))"
    waiting = timeline.evaluate_handle(f"one => ({{ ended: ({ended})(one) }})")
    timeline.evaluate("one => one.setAttribute('token', 'a.b.c')")
    assert waiting.evaluate("one => one.ended")
    expect(timeline.locator("[part=status]")).to_have_text("This view has ended.")

    token = site.viewer_token(origins=[site.url])
    timeline.evaluate("(one, token) => one.setAttribute('token', token)", token)

    expect(timeline.locator("[part=status]")).to_be_hidden()
    expect(timeline.locator("article").first).to_contain_text("Visit")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, theme: Literal["light", "dark"]) -> None:
    """Neither in the element nor in the frame, in both themes."""
    page.emulate_media(color_scheme=theme)
    page.frame_locator("iframe").locator("article").first.wait_for()

    assert violations(page) == []


def test_who_is_erased_is_gone_at_once(page: Page, site: Site) -> None:
    """Names in what stays are shown as erased, without a wish, and so are texts."""
    articles = page.locator("doings-timeline article")
    site.http.put("/entities/contact/zed", json={"name": "Zed Zimmer"})
    made = site.record("met Zed Zimmer", links=["contact:1", "contact:zed"])
    site.record("only Zed Zimmer", links=["contact:zed"])
    expect(articles.first).to_contain_text("met Zed Zimmer")

    site.http.post("/erasures", json={"entity": "contact:zed"})

    expect(articles.first).to_contain_text("met [erased]")
    site.http.delete(f"/activities/{made}")


def test_whoever_is_shown_and_erased_is_gone(page: Page, site: Site) -> None:
    """The view ends, and nothing is left of it."""
    timeline = page.locator("doings-timeline")
    site.http.put("/entities/contact/yve", json={"name": "Yve Young"})
    site.record("Yve Young called", links=["contact:yve"])
    token = site.viewer_token(entity="contact:yve")
    show = """(one, [entity, token]) => {
        one.setAttribute("entity", entity);
        one.setAttribute("token", token);
    }"""
    timeline.evaluate(show, ["contact:yve", token])
    expect(timeline.locator("article").first).to_contain_text("Yve Young called")

    site.http.post("/erasures", json={"entity": "contact:yve"})

    expect(timeline.locator("article")).to_have_count(0)
    timeline.evaluate(show, ["contact:1", site.viewer_token()])
    expect(timeline.locator("article").first).to_contain_text("Visit")


@pytest.mark.parametrize("entity", ["", "nonsense", "no type:8", "contact:"])
def test_an_entity_that_makes_no_sense_is_told(page: Page, entity: str) -> None:
    """And it is not asked again; with a good one it goes on."""
    timeline = page.locator("doings-timeline")
    status = timeline.locator("[part=status]")
    timeline.evaluate("(one, entity) => one.setAttribute('entity', entity)", entity)
    expect(status).to_contain_text("This element needs entity=")
    expect(timeline.locator("article")).to_have_count(0)

    timeline.evaluate("one => one.setAttribute('entity', 'contact:1')")

    expect(status).to_be_hidden()
    expect(timeline.locator("article").first).to_contain_text("Visit")

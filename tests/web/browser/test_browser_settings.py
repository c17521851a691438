"""The settings in a browser: nobody is kept out, and files are dropped with scripts and without."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from doings.auth.credentials import issue_address
from doings.core.clock import SystemClock
from doings.core.erasing.erasure import ErasureOrder
from doings.core.erasing.retention import Rule
from doings.core.kinds.own import own_kind, with_kind
from doings.core.store.credentials import View
from doings.core.store.webhooks import Attempt, Delivery, Made, Outcome, WebhookSettings
from doings.live.webhooks.settings import new_webhook
from doings.storage.opening import open_url
from tests.builders import note
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.web.browser.browsing import Account, filled, new_account, opened, violations
from tests.web.settings.files import lines

pytestmark = [pytest.mark.browser, SQLITE_ONLY]

MARKUP = "<img src=x onerror=alert(1)><b>bold</b>"
LONG = "https://hooks.example.org/" + "a-very-long-path/" * 12


class Site(NamedTuple):
    """A server, and what is set there."""

    url: str
    account: Account
    webhook: str


async def fill(url: str) -> tuple[Account, str]:
    """An account with some of everything that settings show."""
    database = await open_url(url, SystemClock(), prepared=True)
    number, account = await new_account(database, "acme")
    clock = database.clock
    settings = WebhookSettings(url=LONG, description=MARKUP, kinds=("note.*",), level="WARN")
    webhook = new_webhook(settings, clock=clock, is_enabled=False)
    await database.write(number, lambda writer: writer.add_webhook(webhook))
    await database.write(number, lambda writer: writer.record([note("8"), note("9", at=NOON)]))
    queue = [
        Delivery(
            seq=seq, message=f"msg_{seq}", event="activity.created", subject="x", at=clock.now()
        )
        for seq in range(1, 5)
    ]
    attempt = Attempt(at=clock.now(), ms=31, status=500, response=MARKUP * 9)
    done = [
        Outcome(seq=one.seq, status="failed", tries=1, next_at=0, attempt=attempt) for one in queue
    ]
    await database.write(number, lambda writer: writer.queue(webhook.id, queue))
    made = [Made(one.seq, one.message, "{}") for one in queue]
    await database.write(number, lambda writer: writer.note_bodies(webhook.id, made))
    await database.write(number, lambda writer: writer.note_outcomes(webhook.id, done))
    await database.write(number, lambda writer: writer.set_retention([Rule("email.*", 365)]))
    look = own_kind("parcel.arrived", title=MARKUP, icon="VIP!", colour="#ffdd00")
    await database.write(
        number, lambda writer: writer.change_settings(lambda old: with_kind(old, look))
    )
    view = View(entity=("contact", "8"))
    _, address = issue_address(number, view, "calendar", now=clock.now(), label=MARKUP)
    await database.write(number, lambda writer: writer.add_credential(address))
    order = ErasureOrder(entity=("contact", "9"), reason=MARKUP)
    await database.erasures.erase(number, order)
    await database.close()
    return account, webhook.id


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own."""
    with filled(tmp_path_factory.mktemp("settings"), fill) as (url, things):
        yield Site(url, *things)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    """A browser with and without scripts."""
    page = opened(browser, site.url, site.account, java_script_enabled=request.param)
    yield page
    page.context.close()


def paths(site: Site) -> tuple[str, ...]:
    """Every page, with all it may show."""
    hook = f"/settings/webhooks/{site.webhook}"
    return (
        "/settings/credentials",
        "/settings/webhooks",
        hook,
        f"{hook}/edit",
        f"{hook}/remove",
        "/settings/imports",
        "/settings/pulls",
        "/settings/kinds?x=1",
        "/settings/kinds/parcel.arrived/remove",
        "/settings/export",
        "/settings/retention",
        "/settings/erasures",
        "/settings/embedding",
        "/settings/sessions",
    )


def test_nothing_keeps_anybody_out(browser: Browser, site: Site) -> None:
    """Axe finds nothing on any page in either theme, and nothing is wider than the window."""
    page = opened(browser, site.url, site.account, reduced_motion="reduce")
    page.goto("/settings/webhooks/new")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("alert")).to_contain_text("not right yet")
    assert violations(page) == []
    for path in paths(site):
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(path)
        page.locator(".setting details").evaluate_all(
            "all => all.forEach((one) => { one.open = true })"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.set_viewport_size({"width": 1200, "height": 800})
        page.emulate_media(color_scheme="light")
        assert violations(page) == [], path
        page.emulate_media(color_scheme="dark")
        assert violations(page, "color-contrast") == [], path
    page.context.close()


def test_a_file_is_tried_out_brought_in_and_taken_back(page: Page, tmp_path: Path) -> None:
    """With what is refused, and how far it is."""
    file = tmp_path / "history.ndjson"
    file.write_bytes(lines(30) + b"\nno json")
    page.goto("/settings")
    page.get_by_role("link", name="Imports").click()
    page.get_by_label("An export").set_input_files(file)
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("history.ndjson")
    expect(page.locator(".refused")).to_contain_text("line 31")
    assert page.locator("html.has-js").count() == 0 or violations(page) == []
    page.get_by_role("button", name="Import it").click()
    expect(page.locator("#progress")).to_contain_text("30 activities recorded")
    page.get_by_role("link", name="Take it back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#progress")).to_contain_text("30 activities and")
    expect(page.locator("#progress")).to_contain_text("0 were kept")


def test_a_file_is_dropped_and_followed(browser: Browser, site: Site) -> None:
    """Anywhere on the form; its progress is shown as it goes, and the page is not loaded again."""
    page = opened(browser, site.url, site.account)
    page.goto("/settings/imports")
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "dropped.ndjson"));
            const target = document.querySelector("#upload .hint");
            const event = new DragEvent("drop", {
                dataTransfer: data, bubbles: true, cancelable: true,
            });
            target.dispatchEvent(event);
        }""",
        lines(8_000).decode(),
    )
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("dropped.ndjson")
    expect(page.get_by_role("button", name="Import it")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Drop the file").click()
    expect(page.get_by_role("status")).to_contain_text("The file is gone")
    page.context.close()


def test_a_credential_is_made_without_scripts(browser: Browser, site: Site) -> None:
    """By the keyboard alone, and its secret is there to be copied."""
    page = opened(browser, site.url, site.account, java_script_enabled=False)
    page.goto("/settings/credentials")
    page.get_by_label("Name").focus()
    page.keyboard.type("phone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The new credential")).to_be_visible()
    expect(page.locator(".secret code").nth(1)).to_contain_text("_")
    expect(page.locator(".rows").get_by_text("phone")).to_be_visible()
    page.context.close()


def test_a_look_is_tried_without_scripts(browser: Browser, site: Site) -> None:
    """By the keyboard alone; it is shown in its colour, also on the timeline once it is saved."""
    page = opened(browser, site.url, site.account, java_script_enabled=False)
    page.goto("/settings/kinds?kind=note.taken")
    page.get_by_label("Title").fill("Taken{?: {text}}")
    page.get_by_label("Colour").fill("#0a7d33")
    page.keyboard.press("Enter")
    trial = page.get_by_role("status")
    expect(trial).to_contain_text("Taken: «text»")
    ground = "one => getComputedStyle(one).fill"
    assert trial.locator(".sign .ground").evaluate(ground) == "rgb(10, 125, 51)"
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator(".rows").get_by_text("note.taken")).to_be_visible()
    page.context.close()


def test_going_back_from_a_secret_shows_the_list(browser: Browser, site: Site) -> None:
    """Without the secret, which no browser keeps; and the head fits in one line at 900 pixels."""
    page = opened(browser, site.url, site.account)
    page.set_viewport_size({"width": 900, "height": 700})
    page.goto("/settings/credentials")
    page.get_by_label("Name").fill("tablet")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The new credential")).to_be_visible()
    page.get_by_role("link", name="Imports").click()
    expect(page.get_by_role("heading", name="A file")).to_be_visible()
    head = page.locator("header.top").bounding_box()
    page.go_back()
    expect(page.locator(".rows").get_by_text("tablet")).to_be_visible()
    expect(page.get_by_role("heading", name="The new credential")).to_have_count(0)
    assert head is not None
    assert head["height"] < 70
    page.context.close()

"""Takes the pictures of the README from a new demo: `make screenshots`, which needs Chromium."""

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, Page

from tests.acceptance.running import Installation, serving
from tests.web.browser.browsing import launched

FOLDER = Path(__file__).with_name("images")

MOST_BYTES = 600_000
"""What all pictures come to at most."""


class Picture(NamedTuple):
    """A page, the window and the colours that it is shown in, and what is done before."""

    name: str
    path: str
    width: int
    height: int
    theme: Literal["light", "dark"]
    prepare: Callable[[Page], None] | None = None


def _verify(page: Page) -> None:
    """Verify the proof, and show it above the documents of the six APIs."""
    page.get_by_role("button", name="Verify it in this browser").click()
    page.locator(".verified li").nth(4).wait_for()
    page.locator("#proof").scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, document.getElementById('proof').getBoundingClientRect().top - 24)")


def _first_of(page: Page) -> None:
    """The page of the first lunch or the like that there is."""
    page.locator("article h3").first.wait_for()
    page.locator("article .meta a").first.click()
    page.locator("#views").wait_for()
    _verify(page)


PICTURES = (
    Picture("timeline", "/timeline", 1200, 780, "light"),
    Picture("person", "/entities/contact:1", 1200, 780, "dark"),
    Picture(
        "activity", "/timeline?kind=encounter.logged&origin=monica", 1200, 900, "light", _first_of
    ),
    Picture("narrow", "/timeline?person=contact:1", 390, 780, "dark"),
)


def main() -> None:
    """Take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with serving(folder, database=f"sqlite:///{folder}/doings.db") as server:
            link = _sign_in_link(server.installation)
            with launched() as browser:
                state = _signed_in(browser, server.url + link, folder / "state.json")
                for picture in PICTURES:
                    _take(browser, server.url, state, picture)
    sizes = {picture.name: _file(picture).stat().st_size for picture in PICTURES}
    sys.stdout.writelines(f"{name}.png: {size:,} bytes\n" for name, size in sizes.items())
    if sum(sizes.values()) > MOST_BYTES:
        raise SystemExit(f"more than {MOST_BYTES:,} bytes")


def _sign_in_link(installation: Installation) -> str:
    """Fill the demo; the path that signs a browser in to it."""
    told = installation.run("demo").stderr
    found = re.search(r"https?://[^/\s]+(/sign-in/\S+)", told)
    if found is None:
        raise SystemExit(told)
    return found[1]


def _signed_in(browser: Browser, url: str, file: Path) -> Path:
    """Sign in; the file with what a browser keeps of that."""
    context = browser.new_context()
    context.new_page().goto(url)
    context.storage_state(path=file)
    context.close()
    return file


def _take(browser: Browser, url: str, state: Path, picture: Picture) -> None:
    context = browser.new_context(
        base_url=url,
        storage_state=state,
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.theme,
    )
    page = context.new_page()
    page.goto(picture.path)
    if picture.prepare is not None:
        picture.prepare(page)
    page.wait_for_timeout(500)
    page.screenshot(path=_file(picture))
    context.close()


def _file(picture: Picture) -> Path:
    return FOLDER / f"{picture.name}.png"


if __name__ == "__main__":
    main()

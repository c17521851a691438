"""Chromium at the site of a module, and a look at what its pages do besides."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.browser.browsing import ODD, launched


@pytest.fixture(autouse=True)
def odd() -> Iterator[list[str]]:
    """What pages ask of other hosts, and what breaks in them: nothing."""
    ODD.clear()
    yield ODD
    assert ODD == []


@pytest.fixture(scope="module")
def browser(site: object) -> Iterator[Browser]:
    """Chromium, as the system has it; each module says what its `site` is."""
    del site  # filled before, as playwright keeps the event loop of this thread
    with launched() as browser:
        yield browser

"""Cobot's list as a page: what a browser gets, and what it shows."""

import json

import pytest

from tests.dialects.cobot.space import Space, write
from tests.engines import SQLITE_ONLY


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("text/html", "text/html; charset=utf-8"),
        ("text/*", "text/html; charset=utf-8"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
         "text/html; charset=utf-8"),
        ("text/html;q=0.5, application/json;q=0.6", "application/json"),
        ("application/json;q=0, */*", "text/html; charset=utf-8"),
    ],
)  # fmt: skip
async def test_negotiation(space: Space, accept: str | None, media_type: str) -> None:
    """JSON unless HTML is liked better."""
    answer = await space.get(accept=accept, last=1)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["vary"] == "Accept, Authorization"


@SQLITE_ONLY
@pytest.mark.parametrize("accept", ["text/csv", "image/*", "*/*;q=0", "text/html;q=0"])
async def test_neither_is_not_acceptable(space: Space, accept: str) -> None:
    """406, in JSON."""
    answer = await space.get(accept=accept, last=1)

    assert (answer.status_code, answer.json()) == (406, {"error": "not_acceptable"})


async def test_html_of_a_long_list_is_the_json_of_it(space: Space) -> None:
    """HTML and JSON hold the same activities in the same order, over several chunks."""
    await write(space, *[str(number) for number in range(1100)])

    found = await space.html()

    assert found.count("<li\n") == found.count("</li>\n") == 1100
    shown = [line.strip() for line in found.splitlines() if line.strip().isdecimal()]
    assert shown == await space.texts()


async def test_html_links_into_the_space(space: Space) -> None:
    """Below the path of the request; the ids are quoted."""
    data = {
        "invoice_number": "7&8",
        "invoice_id": "a/b c",
        "membership_id": '"',
        "membership_name": "<J>",
    }
    await space.business.record_one(kind="invoice.created", data=json.dumps(data))

    found = await space.html()

    assert (
        'Created <a href="http://server/cobot/co-up/admin/invoices/a%2Fb%20c">invoice 7&amp;8</a>'
        ' for <a href="http://server/cobot/co-up/admin/memberships/%22">&lt;J&gt;</a>.'
    ) in found


async def test_html_shows_a_posted_text_with_its_links(space: Space) -> None:
    """Cleaned again, as others may have recorded it."""
    body = '<script>x</script> <a href="http://x.org" onclick="y">link</a>'
    await space.business.record_one(kind="text.posted", body=body)

    assert '    x <a href="http://x.org">link</a>\n' in await space.html()

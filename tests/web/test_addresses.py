"""What pages say of an address that they cannot use whole."""

import re
from html import unescape

import pytest

from doings.web.routes import SURFACE
from tests.builders import note
from tests.engines import SQLITE_ONLY
from tests.serving import Business
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY

NOT_ALL = "Not all of the address can be used"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/timeline?text=%00", "text"),
        ("/timeline?kind=note.*&kind=%F0%28", "kind"),
        ("/timeline?level=WARN&level=ERROR", "level"),
        ("/search?q=a&q=b", "q"),
        ("/search?kind=a.b", "kind"),
        ("/settings/webhooks?nonsense=1", "nonsense"),
        ("/settings/credentials?status=failed", "status"),
        ("/settings/erasures?before=%00", "before"),
        ("/settings/imports?before=x", "before"),
        ("/settings/sessions?done=nothing", "done"),
        ("/entities/contact:8/erase?activities=some", "activities"),
        ("/entities/contact:8/merge?q=a&q=b", "q"),
        ("/record/note?person=contact:8&what=1", "what"),
        ("/record?x=1", "x"),
        ("/?x=1", "x"),
        ("/settings?x=1", "x"),
        ("/sign-in?x=1", "x"),
        ("{activity}?proof=x", "proof"),
        ("{activity}?after=x", "after"),
        ("{activity}?after=" + "9" * 30, "after"),
        ("/settings/export?kind=a.b", "kind"),
    ],
)
async def test_what_does_not_count_is_said(
    member: Visitor, acme: Business, address: str, name: str
) -> None:
    """And the rest is shown."""
    recorded = await acme.record(note("8"))
    path = address.format(activity=f"/activities/{recorded[0].id}")
    answer = await member.get(path, follow_redirects=True)

    assert answer.status_code == 200
    assert answer.text.count(NOT_ALL) == 1
    remarks = re.findall(r"<li><b>([^<]*)</b> “", unescape(answer.text))
    assert remarks == [name]


UNSAID = {
    "/connect",  # OAuth has a server ignore what it does not know
    "/timeline/part",
    "/timeline/events",
    "/settings/export/ndjson",
    "/settings/imports/jobs/{id}/progress",
    "/activities/{id}/proofs/{seq}",
    "/sign-in/{token}",
    "/static/{version}/{name}",
}
"""What is no page, or is led to by others alone."""

PAGES = sorted(
    one.path for one in SURFACE.resources if "GET" in one.operations and one.path not in UNSAID
)


async def test_every_page_says_what_it_does_not_know(member: Visitor, acme: Business) -> None:
    """Of a page with a place for an id those whose things are there."""
    recorded = await acme.record(note("8"))
    seen = []
    for path in PAGES:
        if path.startswith("/settings/") and "{" in path:
            continue
        address = path.format(key="contact:8", what="lunch", id=recorded[0].id)
        answer = await member.get(f"{address}?nonsense=1", follow_redirects=True)
        seen.append((path, answer.status_code, answer.text.count(NOT_ALL)))

    assert seen == [(path, 200, 1) for path, *_ in seen]
    assert len(seen) > 20


async def test_a_file_of_less_than_all_is_refused(member: Visitor) -> None:
    """It could not say that it is of everything."""
    answer = await member.get("/settings/export/ndjson?kind=a.b")

    assert answer.status_code == 400
    assert "unknown parameter" in answer.text


async def test_somebody_unknown_counts(member: Visitor) -> None:
    """Their timeline is empty, which is no part that is left out."""
    text = (await member.get("/timeline?person=contact:999999")).text

    assert "there is nobody of this id here, so nothing is found" in text
    assert NOT_ALL not in text

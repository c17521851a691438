"""What pages say of an address that they cannot use whole."""

import re
from html import unescape

import pytest

from tests.engines import SQLITE_ONLY
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
        ("/settings/export?kind=a.b", "kind"),
    ],
)
async def test_what_does_not_count_is_said(member: Visitor, address: str, name: str) -> None:
    """And the rest is shown."""
    answer = await member.get(address)

    assert answer.status_code == 200
    assert NOT_ALL in answer.text
    remarks = re.findall(r"<li><b>([^<]*)</b> “", unescape(answer.text))
    assert remarks == [name]


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

"""CSV that a spreadsheet opens without running anything in it."""

import csv
import io

import pytest

from tests.engines import SQLITE_ONLY
from tests.native.client import Native, problems

CSV = {"Accept": "text/csv"}

RUN = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1",
    "\uff1d1", "\uff0b1", "\uff0d1", "\uff20SUM", "\ufe661", "\ufe621", "\ufe631", "\ufe6bSUM",
]  # fmt: skip
"""Cells that one spreadsheet or another takes for formulas."""

PLAIN = ["1+1", "a=b", " =1", "'=1", "\u22121", "Ann @ home", "", "…"]


async def cells(native: Native, column: str) -> list[str]:
    """A column of the export, oldest first."""
    answer = await native.call("GET", "/activities?order=asc", headers=CSV)
    return [row[column] for row in csv.DictReader(io.StringIO(answer.text, newline=""))]


@SQLITE_ONLY
@pytest.mark.parametrize("text", RUN)
async def test_a_cell_that_would_run_is_guarded(native: Native, text: str) -> None:
    """In every column that a caller fills."""
    await native.record(summary=text, body=text, external_id=text)

    for column in ("summary", "body", "external_id"):
        assert await cells(native, column) == [f"'{text}"]


@SQLITE_ONLY
@pytest.mark.parametrize("text", PLAIN)
async def test_any_other_cell_is_as_it_was(native: Native, text: str) -> None:
    """An apostrophe too many would be a change."""
    await native.record(summary=text)

    assert await cells(native, "summary") == [text]


@pytest.mark.parametrize(("query", "marks"), [("", 0), ("?bom=false", 0), ("?bom=true", 1)])
async def test_a_byte_order_mark_is_there_on_demand(native: Native, query: str, marks: int) -> None:
    """Before the first column's name, once, in the whole timeline and an entity's."""
    await native.record(links=["contact:8"])

    for path in ("/activities", "/entities/contact/8/activities"):
        answer = await native.call("GET", f"{path}{query}", headers=CSV)

        assert answer.content.count(b"\xef\xbb\xbf") == marks
        assert answer.content.removeprefix(b"\xef\xbb\xbf").startswith(b"id,seq,")
        assert answer.content.startswith(b"\xef\xbb\xbf") is bool(marks)


async def test_a_mark_is_wanted_or_not(native: Native) -> None:
    """Another word is refused."""
    answer = await native.call("GET", "/activities?bom=yes", headers=CSV)

    assert answer.status_code == 400
    assert [field for field, _ in problems(answer)] == ["bom"]

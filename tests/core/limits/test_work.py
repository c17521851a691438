"""How much work drafts are, and what one JSON text may hold."""

import pytest

from doings.core.activity import Draft, Link
from doings.core.budget import JSON_PARTS, LIST_ITEMS
from doings.core.errors import TooMuch
from doings.core.limits.work import LINKS, LONG_TEXT, SEVERAL_WRITES, TEXT, work_of
from doings.core.text import members_from_text


def links(count: int) -> tuple[Link, ...]:
    """So many links."""
    return tuple([Link("contact", str(number)) for number in range(count)])


@pytest.mark.parametrize(
    ("draft", "work"),
    [
        (Draft(kind="a.b", occurred_at=0), 1),
        (Draft(kind="a.b", occurred_at=0, links=links(2)), 3),
        (Draft(kind="a.b", occurred_at=0, links=links(LINKS + 2)), 1 + LINKS + 4),
        (Draft(kind="a.b", occurred_at=0, summary="x" * TEXT, body="x" * TEXT), 3),
        (
            Draft(kind="a.b", occurred_at=0, body="x" * (LONG_TEXT + TEXT)),
            1 + LONG_TEXT // TEXT + 2,
        ),
        (Draft(kind="details.requested", occurred_at=0), 1 + SEVERAL_WRITES),
    ],
    ids=["alone", "links", "many links", "text", "long text", "interaction"],
)
def test_work_grows_with_what_is_written(draft: Draft, work: int) -> None:
    """Links and text make more of it, and so does a record on the other side."""
    assert work_of(draft) == work


def test_a_long_list_in_data_is_refused_by_name() -> None:
    """Whoever shows it would have to show all of it."""
    data = '{"emotions":[' + ",".join(["1"] * (LIST_ITEMS + 1)) + "]}"

    with pytest.raises(TooMuch) as refused:
        Draft(kind="encounter.logged", occurred_at=0, data=data)

    assert refused.value.problems == (("data.emotions", "at most 1,000 items"),)


def test_json_of_too_many_parts_is_refused() -> None:
    """Before it is read, which takes long."""
    text = '{"a":[' + ",".join(["[]"] * JSON_PARTS) + "]}"

    with pytest.raises(TooMuch) as refused:
        members_from_text(text, field="data")

    assert refused.value.bound == "json"

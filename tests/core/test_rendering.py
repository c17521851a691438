"""Documents are encoded together and told apart again, and one that fails takes no other along."""

from collections.abc import Sequence
from typing import cast

import msgspec
import pytest
from structlog.testing import capture_logs

from doings.core.activity import Activity
from doings.core.documents.rendering import bare, encoded_documents, json_rendering, rendered
from doings.core.errors import Unavailable
from doings.core.store.entities import EntityReader
from tests.builders import activity, linked

NO_READER = cast("EntityReader", None)
GOOD = activity("note.created", body="good")
BAD = activity("note.created", linked("contact", "8", "Jim"), body="bad", data={"secret": 1})


@pytest.mark.parametrize(
    "texts",
    [[], [b"1"], [b'{"a":"\\n"}', b"[]"], [b"{\n}", b"2"], [b"[1,\r\n2]\n", b'"x"', b"null"]],
)
def test_each_document_is_one_whatever_it_holds(texts: list[bytes]) -> None:
    """Each document is one line, even where JSON that is passed through has line ends."""
    assert encoded_documents([msgspec.Raw(text) for text in texts]) == texts


def texts(activities: Sequence[Activity]) -> list[str]:
    """A rendering that cannot show one of the texts."""
    shown = [activity.body or "nothing" for activity in activities]
    if "bad" in shown:
        raise ValueError("bad")
    return shown


async def test_what_cannot_be_rendered_is_shown_bare() -> None:
    """In its place, among the others, which are shown whole."""
    documents = await rendered(json_rendering("tests", texts), NO_READER, [GOOD, BAD, GOOD])

    assert documents == [b'"good"', b'"nothing"', b'"good"']


async def test_what_cannot_be_rendered_is_logged_without_its_texts() -> None:
    """The error, of which the log has the trace, the activity and the surface."""
    with capture_logs() as lines:
        await rendered(json_rendering(("tests", "url"), texts), NO_READER, [GOOD, BAD])

    (line,) = lines
    assert isinstance(line.pop("exc_info"), ValueError)
    assert line == {
        "event": "defect",
        "log_level": "error",
        "activity": BAD.id,
        "surface": "tests",
    }


async def test_a_store_that_is_away_is_no_defect_of_a_text() -> None:
    """The whole list is answered with that error."""

    def away(_: Sequence[Activity]) -> list[str]:
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        await rendered(json_rendering("tests", away), NO_READER, [GOOD])


def test_what_is_bare_keeps_what_is_certain() -> None:
    """Kind, times, ids and links, and nothing that somebody wrote."""
    left = bare(BAD)

    assert (left.kind, left.id, left.occurred_at) == (BAD.kind, BAD.id, BAD.occurred_at)
    assert [(link.entity.key, link.roles) for link in left.links] == [
        (("contact", "8"), ("subject",))
    ]
    assert (left.body, left.data, left.links[0].entity.name) == (None, "{}", None)

"""Reading entries of the lists beside that of activities, and what is none."""

import json

import pytest

from doings.core.errors import Invalid
from doings.core.text import object_from_text
from doings.dialects.monica.saved import parse_element
from tests.dialects.monica.mapping.test_saved import CONTEXT
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database has a part in what is tested here

NOTE = {
    "id": 8,
    "object": "note",
    "body": "Tea",
    "created_at": "2026-03-01T10:00:00Z",
    "contact": {"id": 3, "first_name": "Ann"},
}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contact": None}, "contact"),
        ({"created_at": "soon"}, "created_at"),
        ({"created_at": None}, "created_at"),
        ({"object": "call"}, "called_at"),
        ({"object": "call", "called_at": "2026-02-30"}, "called_at"),
        ({"object": "call", "called_at": "2026-02-03", "emotions": [{"id": 999}]}, "emotions"),
        ({"object": "conversation", "happened_at": ""}, "happened_at"),
        ({"object": "conversation", "happened_at": "2026-02-03", "messages": [{"written_at": "x"}]},
         "written_at"),
        ({"object": "lifeevent"}, "happened_at"),
        ({"object": "entry", "created_at": "x"}, "date"),
    ],
)  # fmt: skip
def test_what_is_no_entry_is_refused(changes: dict[str, object], field: str) -> None:
    """The error names the member."""
    with pytest.raises(Invalid) as raised:
        parse_element(json.dumps(NOTE | changes).encode(), CONTEXT)

    assert raised.value.problems[0].field == field


def test_what_older_answers_lack_has_a_default() -> None:
    """A type of somebody's own keeps its name, and a way of somebody's own is left out."""
    own = {"object": "lifeevent", "happened_at": "2026-02-03T00:00:00.000000Z",
           "life_event_type": {"name": "Went to Mars"}}  # fmt: skip
    talk = {"object": "conversation", "happened_at": "2026-02-03 10:00:00",
            "contact_field_type": {"name": "Smoke"}, "messages": [{"content": "Puff"}]}  # fmt: skip

    event, conversation = (
        parse_element(json.dumps(NOTE | changes).encode(), CONTEXT).draft for changes in (own, talk)
    )

    assert event is not None
    assert conversation is not None
    assert event.external_id == "lifeevent-8"
    assert object_from_text(event.data) == {
        "happened_on": "2026-02-03",
        "life_event_type": {"name": "Went to Mars"},
    }
    assert conversation.body == "Puff"
    assert "contact_field_type_id" not in object_from_text(conversation.data)

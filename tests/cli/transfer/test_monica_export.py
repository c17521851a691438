"""The export of an account of Monica 4, imported."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli

EXPORT = Path(__file__).parents[2] / "dialects/monica/golden/export.json"
COMMAND = ("import", "--dialect", "monica", "--account", "co-up")


@pytest.fixture(autouse=True)
def _account(cli: Cli) -> None:
    cli("account", "create", "co-up")


def test_an_export_is_read_with_all_that_happened(cli: Cli) -> None:
    """What is refused is named by its place, what is not kept here is told."""
    outcome = cli(*COMMAND, str(EXPORT))
    again = cli(*COMMAND, str(EXPORT))
    lines = [json.loads(line) for line in cli("export", "--account", "co-up").out.splitlines()]

    assert outcome.code == 1
    assert outcome.err.splitlines() == [
        "contact 1, note 2: created_at: not an RFC 3339 time like 2026-11-22T10:00:00Z",
        "activity 2: attendees: an activity without any is shown nowhere",
        "left out: gift 1, open task 1, relationship 1",
    ]
    assert outcome.out.startswith("Imported 8 activities")
    assert again.out.startswith("Imported 0 activities and 0 entities")
    happened = {one["kind"]: one for one in lines if "kind" in one}
    assert {kind: one["data"] for kind, one in happened.items()} == {
        "life_event.logged": {
            "happened_on": "2009-10-08", "life_event_type": {"id": 10, "name": "Marriage"},
        },
        "note.created": {"is_favorited": True},
        "task.completed": {},
        "call.logged": {"happened_on": "2021-02-03", "contact_called": True, "emotions": [24]},
        "conversation.logged": {
            "happened_on": "2021-03-01",
            "contact_field_type_id": 1,
            "messages": [
                {"id": 1, "content": "Hi", "written_at": "2021-03-01", "written_by_me": True},
                {"id": 2, "content": "Ho", "written_by_me": False},
            ],
        },
        "encounter.logged": {"happened_on": "2021-05-05"},
        "journal_entry.written": {"happened_on": "2021-06-01"},
        "day.rated": {"happened_on": "2021-06-02", "rate": 3},
    }  # fmt: skip
    assert [(link["type"], link["name"]) for link in happened["encounter.logged"]["links"]] == [
        ("contact", "Jim Halpert"), ("contact", "Pam"), ("activity_type", "ate at home"),
    ]  # fmt: skip
    entities = {one["entity"]["name"]: one["entity"] for one in lines if "entity" in one}
    assert entities["Jim Halpert"]["attrs"] == {
        "first_name": "Jim", "last_name": "Halpert", "job": "Sales", "is_starred": True,
        "gender": "Man", "birthdate": "1978-10-01",
        "tags": [int(entities["friend"]["id"]), int(entities["office"]["id"])],
        "email": "jim@x.org",
    }  # fmt: skip
    assert entities["jim@x.org"]["contact"] == entities["Home"]["contact"] == "monica-c1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"version": "1.0"}', "answer 1: answer: has neither `data`"),
        ('{"account": 5}', "answer 1: answer: Expected `object`"),
        ('{"account": {"data": [{"type": "contact", "values": [{}]}]}}', "contact 1: uuid: is"),
    ],
)
def test_what_is_no_export_is_one_bad_element(cli: Cli, text: str, reason: str) -> None:
    """And nothing is recorded."""
    outcome = cli(*COMMAND, "-", stdin=text)

    assert outcome.code == 1
    assert outcome.err.startswith(reason)
    assert "there is no run to undo" in outcome.out


def test_an_entry_that_is_none_is_refused_alone(cli: Cli, tmp_path: Path) -> None:
    """And a favourite note is one, though Monica 4.1 says no more of it than since when."""
    since = {"body": "Ho", "favorited_at": "2021-01-02T09:30:00.000000Z"}
    note = {"uuid": "n1", "created_at": "2021-01-01T09:30:00.000000Z", "properties": since}
    data = [
        {"type": "note", "values": [None, note, {"properties": since}]},
        {"type": "activity", "values": [5, "a1"]},
    ]
    contact = {"uuid": "c1", "properties": {"first_name": "Jim"}, "data": data}
    contacts: dict[str, Any] = {"type": "contact", "values": [None, contact, {"properties": {}}]}
    file = tmp_path / "export.json"
    file.write_text(json.dumps({"version": "1.0-preview.1", "account": {"data": [contacts]}}))

    outcome = cli(*COMMAND, str(file))

    lines = [json.loads(line) for line in cli("export", "--account", "co-up").out.splitlines()]
    assert [line.split(":")[0] for line in outcome.err.splitlines()] == [
        "contact 1", "contact 2, note 1", "contact 2, note 3", "contact 3", "left out",
    ]  # fmt: skip
    (data,) = [one["data"] for one in lines if "kind" in one]
    assert data == {"is_favorited": True, "favorited_at": "2021-01-02T09:30:00Z"}

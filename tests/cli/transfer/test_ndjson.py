"""`doings import` and `doings export`."""

import json
from pathlib import Path

import apsw
import pytest

from tests.cli.conftest import Cli

LUNCH = {
    "kind": "encounter.logged",
    "occurred_at": "2026-03-01T12:00:00Z",
    "summary": "Lunch",
    "links": ["contact:8", {"type": "membership", "id": "m8", "role": "venue"}],
    "data": {"happened_on": "2026-03-01", "zebra": 1, "ant": [2]},
    "metadata": {"b": 1, "a": 2},
    "external_id": "lunch-1",
}
JIM = {
    "type": "contact",
    "id": "8",
    "name": "Jim Halpert",
    "attrs": {"last_name": "Halpert", "first_name": "Jim"},
}
MEMBERSHIP = {"type": "membership", "id": "m8", "name": "Jim", "attrs": {}, "contact": "8"}


@pytest.fixture(autouse=True)
def _accounts(cli: Cli) -> None:
    cli("account", "create", "co-up")
    cli("account", "create", "copy")


def lines(*documents: object) -> str:
    """NDJSON."""
    return "".join(json.dumps(document) + "\n" for document in documents)


def activities(exported: str) -> list[dict[str, object]]:
    """The activities of an export, without what differs from one server to another."""
    documents = [json.loads(line) for line in exported.splitlines()]
    own = ("id", "seq", "recorded_at", "updated_at")
    return [
        {name: value for name, value in document.items() if name not in own}
        for document in documents
        if "entity" not in document
    ]


def entities(exported: str) -> dict[str, object]:
    """The entities of an export by type and id, likewise."""
    found = [json.loads(line).get("entity") for line in exported.splitlines()]
    return {
        f"{one['type']}:{one['id']}": (one["name"], one["attrs"], one["contact"])
        for one in found
        if one
    }


def test_an_export_imported_makes_an_equal_account(cli: Cli) -> None:
    """Names, attributes in their order, owners, roles, data: everything comes back."""
    given = lines({"entity": JIM}, {"entity": MEMBERSHIP}, LUNCH)
    cli("import", "-", "--account", "co-up", stdin=given)
    exported = cli("export", "--account", "co-up").out

    imported = cli("import", "-", "--account", "copy", stdin=exported)
    copied = cli("export", "--account", "copy").out

    assert imported.code == 0
    assert activities(copied) == activities(exported)
    assert '"data":{"happened_on":"2026-03-01","zebra":1,"ant":[2]}' in copied
    assert entities(exported).items() <= entities(copied).items()
    assert entities(copied)["contact:8"] == (
        "Jim Halpert",
        {"last_name": "Halpert", "first_name": "Jim"},
        None,
    )
    assert entities(copied)["membership:m8"] == ("Jim", {}, "8")


def test_importing_twice_changes_nothing(cli: Cli) -> None:
    """Whether a line has an external_id, only an id, or neither."""
    bare = {"kind": "note.created", "occurred_at": "2026-03-02T12:00:00Z", "body": "x"}
    given = lines({"entity": JIM}, LUNCH, {**bare, "id": "17"}, {**bare, "body": "y"})

    first = cli("import", "-", "--account", "co-up", stdin=given)
    before = cli("export", "--account", "co-up").out
    second = cli("import", "-", "--account", "co-up", stdin=given)

    assert first.out == (
        "Imported 3 activities and 1 contacts and 1 other entities (what belongs to them,"
        " types, tags) into co-up; 0 were there already, 0 lines were bad\n"
        "This is run 1: `doings import undo 1` takes it back\n"
    )
    assert second.out == (
        "Imported 0 activities and 0 entities into co-up; 3 were there already, 0 lines were bad\n"
        "This is run 2: `doings import undo 2` takes it back\n"
    )
    assert cli("export", "--account", "co-up").out == before


def test_an_account_s_own_export_changes_nothing_in_it(cli: Cli) -> None:
    """Also where its activities have no external_id, like those of Monica."""
    cli("import", "-", "--account", "co-up", stdin=lines(LUNCH))
    exported = cli("export", "--account", "co-up").out
    without = exported.replace('"external_id":"lunch-1"', '"external_id":null')

    outcome = cli("import", "-", "--account", "co-up", stdin=without)

    assert "Imported 0 activities and 0 entities" in outcome.out


def test_bad_lines_are_reported_and_the_rest_imported(cli: Cli) -> None:
    """Each with its number and reason; the exit code says that there were some."""
    given = [
        json.dumps(LUNCH),
        "{oops",
        json.dumps({**LUNCH, "kind": "lunch", "external_id": "2"}),
        "",
        json.dumps({"entity": {**JIM, "contact": "9"}}),
        json.dumps({"entity": {**MEMBERSHIP, "contact": "contact:8"}}),
        json.dumps({"entity": {"type": "Contact", "id": "1"}}),
        json.dumps({**LUNCH, "entity": {"type": "contact", "id": "1"}}),
        json.dumps({**LUNCH, "occurred_at": "2026-03-01T12:00:00", "external_id": "3"}),
        "[]",
        json.dumps({**LUNCH, "external_id": "4"}),
    ]

    outcome = cli("import", "-", "--account", "co-up", stdin="\n".join(given))

    assert outcome.code == 1
    assert [line.partition(":")[0] for line in outcome.err.splitlines()] == [
        f"line {number}" for number in (2, 3, 5, 6, 7, 8, 9, 10)
    ]
    assert "kind: must be noun.verb" in outcome.err
    assert "a contact belongs to nobody" in outcome.err
    assert "line 8: line: says an entity and an activity" in outcome.err
    assert "entity.contact: a contact is named by its id alone" in outcome.err
    assert outcome.out.startswith("Imported 2 activities and 1 contacts and 1 other entities (what")


def test_an_origin_may_be_given_to_all(cli: Cli) -> None:
    """So that the history of another system can be told apart."""
    cli("import", "-", "--account", "co-up", "--origin", "old.crm", stdin=lines(LUNCH))

    exported = cli("export", "--account", "co-up", "--activities-only").out

    assert json.loads(exported)["origin"] == "old.crm"


def test_a_wrong_origin_is_refused_at_once(cli: Cli) -> None:
    """Rather than once a line."""
    outcome = cli("import", "-", "--account", "co-up", "--origin", "Old CRM", stdin=lines(LUNCH))

    assert outcome.code == 2
    assert outcome.err.startswith("doings: --origin: ")


def test_an_export_is_filtered(cli: Cli) -> None:
    """By kind or noun, and by times or dates of the account's calendar."""
    note = {"kind": "note.created", "body": "x"}
    given = lines(
        LUNCH,
        {**note, "occurred_at": "2026-03-02T00:00:00Z", "external_id": "n1"},
        {**note, "occurred_at": "2026-03-03T00:00:00Z", "external_id": "n2"},
    )
    cli("import", "-", "--account", "co-up", stdin=given)

    def exported(*options: str) -> list[object]:
        out = cli("export", "--account", "co-up", "--activities-only", *options).out
        return [one["external_id"] for one in activities(out)]

    assert exported() == ["lunch-1", "n1", "n2"]
    assert exported("--kind", "note.*") == ["n1", "n2"]
    assert exported("--kind", "note.created", "--kind", "encounter.logged") == exported()
    assert exported("--since", "2026-03-02") == ["n1", "n2"]
    assert exported("--until", "2026-03-02") == ["lunch-1"]
    assert exported("--since", "2026-03-02T00:00:00Z", "--until", "2026-03-03") == ["n1"]


@pytest.mark.parametrize(
    ("option", "value"), [("--kind", "Note"), ("--since", "now"), ("--until", "2026-13-01")]
)
def test_a_wrong_filter_is_refused(cli: Cli, option: str, value: str) -> None:
    """As wrong usage."""
    outcome = cli("export", "--account", "co-up", option, value)

    assert outcome.code == 2
    assert outcome.err.count("\n") == 1


def test_a_file_is_written_whole_or_not_at_all(cli: Cli, tmp_path: Path) -> None:
    """What was exported before stays until the new export is complete."""
    cli("import", "-", "--account", "co-up", stdin=lines(LUNCH))

    outcome = cli("export", "--account", "co-up", "out.ndjson")

    assert outcome.code == 0
    assert outcome.out == ""
    assert len(activities((tmp_path / "out.ndjson").read_text())) == 1
    assert [path.name for path in tmp_path.glob("out*")] == ["out.ndjson"]
    assert cli("export", "--account", "co-up", "no/out.ndjson").code == 2


def test_a_line_without_end_does_not_fill_the_memory(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is skipped and counted as bad, and the next one is read."""
    monkeypatch.setattr("doings.importing.ndjson.MAX_LINE_BYTES", 1000)
    endless = "x" * 5000

    outcome = cli("import", "-", "--account", "co-up", stdin=f"{endless}\n{lines(LUNCH)}")

    assert outcome.code == 1
    assert outcome.err.startswith("line 1: ")
    assert "Imported 1 activities" in outcome.out


def test_a_locked_database_is_one_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another program that holds it for long is a failure, not a defect."""
    monkeypatch.setattr("doings.storage.sqlite.connection.LOCK_SECONDS", 0)
    other = apsw.Connection(str(tmp_path / "doings.db"))
    other.execute("BEGIN IMMEDIATE")

    outcome = cli("import", "-", "--account", "co-up", stdin=lines(LUNCH))
    other.close()

    assert outcome == (1, "", "doings: the database is locked by another program\n")


def test_a_mark_before_any_part_is_no_content(cli: Cli, tmp_path: Path) -> None:
    """Files that were joined each began with one; the same lines without are known already."""
    mark = "\ufeff"
    bare = lines({"entity": JIM}, LUNCH, {"kind": "note.created", "body": "a"})
    marked = "\n".join([mark + line for line in bare.splitlines()] + [mark, " " + mark])
    (tmp_path / "marked.ndjson").write_text(marked, encoding="utf-8")

    first = cli("import", "marked.ndjson", "--account", "co-up")
    second = cli("import", "-", "--account", "co-up", stdin=bare)

    assert (first.code, first.err) == (0, "")
    assert "Imported 2 activities" in first.out
    assert "Imported 0 activities" in second.out


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-32-le"])
def test_a_file_in_another_encoding_is_refused_in_one_line(
    cli: Cli, tmp_path: Path, encoding: str
) -> None:
    """Which names the encoding."""
    (tmp_path / "other.ndjson").write_text(lines(LUNCH, LUNCH), encoding=encoding)

    refused = cli("import", "other.ndjson", "--account", "co-up")

    assert refused.code == 2
    assert encoding[:6].upper() in refused.err
    assert len(refused.err.splitlines()) == 1


def test_a_line_in_another_encoding_is_named(cli: Cli, tmp_path: Path) -> None:
    """The lines before it are imported."""
    text = lines(LUNCH).encode() + "{}".encode("utf-16")
    (tmp_path / "joined.ndjson").write_bytes(text)

    outcome = cli("import", "joined.ndjson", "--account", "co-up")

    assert outcome.code == 1
    assert "line 2: the text is UTF-16" in outcome.err
    assert "Imported 1 activities" in outcome.out


ASKED = {
    "kind": "details.requested",
    "occurred_at": "2026-03-01T12:00:00Z",
    "actor": "business:acme",
    "links": [{"type": "business", "id": "acme", "role": "counterpart"}],
    "data": {"status": "ACTION_REQUIRED"},
    "origin": "interaction",
    "external_id": "1:01900000-0000-7000-8000-000000000001",
}


def test_a_line_of_another_account_s_interaction_becomes_history(cli: Cli) -> None:
    """It is recorded under another origin, once, and ties this account to no other."""
    first = cli("import", "-", "--account", "copy", stdin=lines(ASKED))
    again = cli("import", "-", "--account", "copy", stdin=lines(ASKED))

    assert first.out.startswith("Imported 1 activities")
    assert again.out.startswith("Imported 0 activities")
    (found,) = activities(cli("export", "--account", "copy").out)
    assert (found["origin"], found["external_id"]) == ("interaction.imported", ASKED["external_id"])


def test_lines_keep_a_dialect_s_origin_and_an_option_cannot_give_it(cli: Cli) -> None:
    """An export of what was read from a vendor's answers is imported as such."""
    refused = cli("import", "-", "--account", "copy", "--origin", "monica", stdin=lines(LUNCH))
    cli("import", "-", "--account", "copy", stdin=lines({**LUNCH, "origin": "monica"}))

    assert refused.code == 2
    assert "monica is reserved" in refused.err
    assert [one["origin"] for one in activities(cli("export", "--account", "copy").out)] == [
        "monica"
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (json.dumps([LUNCH, LUNCH], indent=2), "no NDJSON"),
        (json.dumps(LUNCH, indent=2), "no NDJSON"),
        (json.dumps({"items": [LUNCH], "next": None}), "no NDJSON"),
        ("Name;Date;Note\r\nMüller;29.11.2026;Hi\r\nMüller;30.11.2026;Hi\r\n", "no line"),
        ("Name\tNote\na\tb\n\nc\td\n", "no line"),
    ],
    ids=["indented list", "indented", "page", "csv", "tsv"],
)
def test_what_is_no_ndjson_at_all_is_refused_in_a_sentence(
    cli: Cli, text: str, reason: str
) -> None:
    """JSON in another form, and tables."""
    outcome = cli("import", "-", "--account", "co-up", stdin=text)

    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert reason in outcome.err


def test_bad_lines_before_a_good_one_are_bad_lines(cli: Cli) -> None:
    """Whatever they look like."""
    text = "\n".join(["Name;Note", "a;b", "[]", json.dumps(LUNCH)])

    outcome = cli("import", "-", "--account", "co-up", stdin=text)

    assert (outcome.code, outcome.err.count("\n")) == (1, 3)
    assert outcome.out.startswith("Imported 1 activities")

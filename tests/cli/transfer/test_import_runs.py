"""`doings import list` and `doings import undo`, and an import that nobody said the dialect of."""

import gzip
import json
from pathlib import Path

import pytest

from doings.cli.options import with_store
from doings.core.store import Store
from doings.core.timeline import Timeline
from doings.importing.recognition import HEAD_BYTES
from tests.cli.conftest import Cli

GOLDEN = Path(__file__).parents[2] / "dialects"
LINES = "\n".join(
    json.dumps({"kind": "note.created", "body": text, "links": ["contact:8"]}) for text in "abc"
)

POSTED = json.dumps(
    [
        {
            "created_at": "2014/04/01 00:01:02 +0000",
            "type": "text",
            "attributes": {"text": "Hello", "membership_id": "m1"},
        }
    ]
)


@pytest.fixture(autouse=True)
def _accounts(cli: Cli) -> None:
    cli("account", "create", "co-up")
    cli("account", "create", "other")


def delete_entity(type_: str, id_: str) -> None:
    """Delete an entity of co-up, as an API would."""

    async def work(store: Store) -> None:
        timeline = Timeline(store, await store.account("co-up"), by=None)
        await timeline.write(lambda writer: writer.delete_entity((type_, id_)))

    with_store(None, work)


def rows(text: str) -> list[list[str]]:
    """The cells of a table, without its headings and the times."""
    return [[cell for cell in line.split() if "Z" not in cell] for line in text.splitlines()[1:]]


def test_every_import_is_a_run_with_a_number(cli: Cli, tmp_path: Path) -> None:
    """Which is its own whatever the account; all of them are listed, newest first."""
    (tmp_path / "a.ndjson").write_text(LINES + "\noops\n")
    first = cli("import", "a.ndjson", "--account", "co-up")
    second = cli("import", "--account", "other", "-", stdin=LINES)
    third = cli("import", "--dialect", "cobot", "-", "--account", "co-up", stdin=POSTED)

    every = cli("import", "list")
    own = cli("import", "list", "--account", "other")

    assert [outcome.out.split("run ")[1][0] for outcome in (first, second, third)] == [*"123"]
    assert rows(every.out) == [
        ["3", "co-up", "cobot", "-", "1", "0", "1", "0", "0", "done"],
        ["2", "other", "ndjson", "-", "3", "0", "1", "0", "0", "done"],
        ["1", "co-up", "ndjson", "a.ndjson", "3", "0", "1", "0", "1", "done"],
    ]
    assert rows(own.out) == rows(every.out)[1:2]


def test_an_import_of_nothing_takes_no_number(cli: Cli) -> None:
    """There is nothing to undo where no line and no element can be imported."""
    bad = json.dumps({"kind": "note.created", "time_zone": "Nowhere/Land"})
    outcomes = [
        cli("import", "-", "--account", "co-up", stdin=""),
        cli("import", "-", "--account", "co-up", stdin=f"oops\n{bad}"),
        cli("import", "--dialect", "cobot", "-", "--account", "co-up", stdin="[7]"),
    ]

    first = cli("import", "-", "--account", "co-up", stdin=LINES)

    for outcome in outcomes:
        assert outcome.out.endswith("Nothing could be imported, so there is no run to undo\n")
    assert "This is run 1:" in first.out
    assert len(rows(cli("import", "list").out)) == 1


@pytest.mark.parametrize("dialect", [(), ("--dialect", "cobot")])
@pytest.mark.parametrize("file", ["a.gz", "-"])
def test_a_file_may_be_gzip(cli: Cli, tmp_path: Path, file: str, dialect: tuple[str, ...]) -> None:
    """Of one or several members, whatever it is called; a damaged one is told of in a sentence."""
    text = (POSTED if dialect else LINES + "\n").encode()
    whole = gzip.compress(text) + gzip.compress(text)
    (tmp_path / "a.gz").write_bytes(whole)
    stdin = whole if file == "-" else b""

    outcome = cli("import", file, *dialect, "--account", "co-up", stdin=stdin)
    (tmp_path / "cut").write_bytes(whole[:-9])
    cut = cli("import", "cut", *dialect, "--account", "other")

    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith(f"Imported {1 if dialect else 3} activities and 1 ")
    assert (cut.code, cut.err.count("\n")) == (2, 1)
    assert "damaged or cut off" in cut.err


@pytest.mark.parametrize(
    "head", [b"PK\x03\x04", b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"%PDF-1"],
    ids=["zip", "bzip2", "xz", "zstd", "pdf"],
)  # fmt: skip
def test_a_file_that_is_no_text_is_refused_by_name(cli: Cli, tmp_path: Path, head: bytes) -> None:
    """Such as an Excel file."""
    (tmp_path / "a.xlsx").write_bytes(head + bytes(100))

    outcome = cli("import", "a.xlsx", "--account", "co-up")

    assert (outcome.code, outcome.out) == (2, "")
    assert "unpack it, or save it as text" in outcome.err


@pytest.mark.parametrize("dialect", [(), ("--dialect", "cobot")])
def test_what_was_deleted_stays_deleted(cli: Cli, dialect: tuple[str, ...]) -> None:
    """A file may be older than the deletion; the import says so, and an undo's is no deletion."""
    named = {"entity": {"type": "membership", "id": "m1", "name": "Jim"}}
    saved = json.dumps([{"id": "m1", "name": "Jim", "email": "jim@x.org"}])
    text = saved if dialect else json.dumps(named)
    cli("import", "-", *dialect, "--account", "co-up", stdin=text)
    cli("import", "undo", "1")
    again = cli("import", "-", *dialect, "--account", "co-up", stdin=text)
    delete_entity("membership", "m1")

    outcome = cli("import", "-", *dialect, "--account", "co-up", stdin=text)

    assert again.out.startswith("Imported 0 activities and 1 ")
    assert outcome.code == 0
    assert outcome.out.startswith("Imported 0 activities and 0 entities")
    assert "\n1 entities were deleted in co-up and stay so; PUT makes one again\n" in outcome.out
    assert "Jim" not in cli("export", "--account", "co-up").out
    assert cli("check").out == "clean\n"


def test_undo_takes_back_what_a_run_recorded(cli: Cli) -> None:
    """The feed says so, and the same file can be imported again."""
    cli("import", "-", "--account", "other", stdin=LINES)
    before = cli("export", "--account", "co-up").out
    cli("import", "-", "--account", "co-up", stdin=LINES)

    undone = cli("import", "undo", "2")
    again = cli("import", "undo", "2", "--account", "co-up")
    left = cli("export", "--account", "co-up").out
    anew = cli("import", "-", "--account", "co-up", stdin=LINES)

    assert undone == (
        0,
        "Took back 3 activities and 1 entities of run 2; 0 are as they were before, 0 were kept\n",
        "",
    )
    assert again.out.startswith("There is nothing to take back of run 2, which was taken back on 2")
    assert left == before
    assert anew.out.startswith("Imported 3 activities")
    assert rows(cli("import", "list").out)[1][-1] == "undone"
    assert cli("check").out == "clean\n"


def test_what_was_changed_since_is_kept_and_listed(cli: Cli) -> None:
    """Here by another import, which links to the contact and gives it a name."""
    cli("import", "-", "--account", "co-up", stdin=LINES)
    named = {"entity": {"type": "contact", "id": "8", "name": "Jim"}}
    other = {"kind": "note.created", "body": "d", "links": ["thing:1"]}
    cli("import", "-", "--account", "co-up", stdin=f"{json.dumps(named)}\n{json.dumps(other)}")

    undone = cli("import", "undo", "1")

    assert undone.code == 0
    assert " ".join(rows(cli("import", "list").out)[1][-4:]) == "partly undone, 1 kept"
    assert undone.err == "kept entity contact:8: changed since\n"
    assert undone.out.endswith("1 were kept\n")
    assert "of run 1, which was taken back on 2" in cli("import", "undo", "1").out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["undo", "7"], 1, "there is no import 7"),
        (["undo", "1", "--account", "other"], 1, "there is no import 1"),
        (["undo", "1", "--account", "nobody"], 1, "there is no account nobody"),
        (["undo"], 2, "Missing argument 'RUN'. Try 'doings import undo --help'."),
        (["list", "--account", "nobody"], 1, "there is no account nobody"),
        ([], 2, "Missing argument 'FILE'. Try 'doings import --help'."),
        (["-"], 2, "Missing option '--account'. Try 'doings import --help'."),
        (["./list", "--account", "co-up"], 2, "there is no file list"),
    ],
)
def test_wrong_usage_is_one_line(cli: Cli, arguments: list[str], code: int, message: str) -> None:
    """That says what is missing or not there."""
    cli("import", "-", "--account", "co-up", stdin=LINES)

    assert cli("import", *arguments) == (code, "", f"doings: {message}\n")


def golden(path: str) -> bytes:
    """A document of a vendor's."""
    return (GOLDEN / path).read_bytes()


COBOT = json.loads(golden("cobot/golden/list.json"))
MEMBER = {"id": "m1", "name": "Ann", "email": "a@example.org", "plan": {"name": "Flex"}}
NOTE = {
    "id": "n1",
    "type": "note_created",
    "created_at": "2026-03-01T12:00:00Z",
    "note": {"content": "Called back", "contact_id": "8"},
}

FORGOTTEN: dict[str, tuple[bytes, str]] = {
    "monica's list": (golden("monica/golden/list_activities.json"), "monica"),
    "monica's activity": (golden("monica/golden/get_activity.json"), "monica"),
    "cobot's list": (golden("cobot/golden/list.json"), "cobot"),
    "cobot's list, compact": (json.dumps(COBOT).encode(), "cobot"),
    "cobot's memberships": (json.dumps([MEMBER]).encode(), "cobot"),
    "invent's list": (json.dumps([NOTE], indent=2).encode(), "invent"),
    "agendize's list": (golden("agendize/golden/answer.json"), "agendize --contact"),
    "mio's list": (golden("mio/golden/seed.json"), "mio"),
    "two answers": (golden("cobot/golden/list.json") * 2, "cobot"),
    "with a mark": (b"\xef\xbb\xbf" + golden("cobot/golden/list.json"), "cobot"),
    "after empty lines": (b"\n \n" + golden("cobot/golden/list.json"), "cobot"),
    "longer than what is looked at": (json.dumps(COBOT * 4000)[: 2 * HEAD_BYTES].encode(), "cobot"),
}


@pytest.mark.parametrize("name", FORGOTTEN)
def test_forgotten_dialect_is_one_sentence(cli: Cli, tmp_path: Path, name: str) -> None:
    """It names the option, nothing is imported, and it is no run."""
    text, dialect = FORGOTTEN[name]
    (tmp_path / "saved.json").write_bytes(text)

    outcome = cli("import", "saved.json", "--account", "co-up")

    option, _, contact = dialect.partition(" ")
    contact = f" and {contact}" if contact else ""
    sentence = f"this looks like an answer of {option}'s API: give the option --dialect {option}"
    assert outcome == (2, "", f"doings: {sentence}{contact}\n")
    assert rows(cli("import", "list").out) == []


@pytest.mark.parametrize(
    ("text", "recorded", "bad"),
    [
        (LINES, 3, 0),
        ("\n\n" + LINES, 3, 0),
        ("oops\n" + LINES, 3, 1),
        ('{"body": "no kind"}\n' + LINES, 3, 1),
        ('{"id": "x", "body": "no kind"}\n' + LINES, 3, 1),
        ('[{"kind": "note.created", "id": "1", "body": "in a list"}]', 0, 1),
        ('{"type": "contact", "id": "8", "name": "Jim"}\n' + LINES, 3, 1),
        ("\ufeff" + LINES, 3, 0),
        ("[]", 0, 1),
        ("", 0, 0),
    ],
)
def test_lines_are_read_as_before(cli: Cli, text: str, recorded: int, bad: int) -> None:
    """What no vendor gave is NDJSON, right or wrong."""
    outcome = cli("import", "-", "--account", "co-up", stdin=text)

    assert outcome.out.startswith(f"Imported {recorded} activities")
    assert f"{bad} lines were bad" in outcome.out
    assert len(outcome.err.splitlines()) == bad

"""`doings import --keep-ids`: Monica's numbers in an empty account."""

import json
from pathlib import Path

import pytest

from doings.core.account import OWN_NUMBERS
from tests.cli.conftest import Cli

ANN = {"id": 3, "first_name": "Ann"}

NOTES = json.dumps(
    {
        "data": [
            {"id": number, "object": "note", "body": f"{number}", "contact": ANN,
             "created_at": "2026-03-01T10:00:00Z"}
            for number in (8, 9)
        ]
    }
)  # fmt: skip

MET = json.dumps(
    {
        "data": {
            "id": 57, "object": "activity", "summary": "Met", "happened_at": "2026-02-03",
            "attendees": {"contacts": [ANN]},
        }
    }
)  # fmt: skip

EXPORT = json.dumps({"version": "1.0", "account": {"data": [
    {"type": "contact", "values": [{"uuid": "u1", "properties": {"first_name": "Ann"}}]},
]}})  # fmt: skip

MONICA = ("import", "--dialect", "monica", "-", "--account", "co-up")


@pytest.fixture(autouse=True)
def _account(cli: Cli) -> None:
    cli("account", "create", "co-up")


def numbers(cli: Cli, account: str = "co-up", *options: str) -> list[int]:
    """The ids of the activities of an account, as Monica's list has them."""
    exported = cli("export", "--dialect", "monica", "--account", account, *options)
    return [one["id"] for one in json.loads(exported.out)["data"]]


def keeps(cli: Cli) -> str | None:
    """The service whose numbers the first account keeps."""
    first: dict[str, str | None] = json.loads(cli("account", "list", "--json").out)[0]
    return first["keeps_ids_of"]


def test_saved_answers_keep_their_numbers(cli: Cli) -> None:
    """Later imports go on, and a copy of the database has the same numbers."""
    first = cli(*MONICA, "--keep-ids", stdin=MET)
    cli(*MONICA, stdin=NOTES)
    copied = cli("copy", "--from", "sqlite:///doings.db", "--to", "sqlite:///other.db")

    shown = numbers(cli)

    assert first.code == 0, first.err
    assert shown[0] == 57
    assert all(number > OWN_NUMBERS for number in shown[1:])
    assert copied.code == 0, copied.err
    assert numbers(cli, "co-up", "--database", "sqlite:///other.db") == shown
    assert cli("account", "list").out.splitlines()[1].endswith("kept")


def test_lines_bring_the_numbers_on(cli: Cli) -> None:
    """What another Doings exported has the names of that Monica still."""
    cli(*MONICA, "--keep-ids", stdin=MET)
    cli("account", "create", "next")
    lines = cli("export", "--account", "co-up").out

    cli("import", "-", "--account", "next", "--keep-ids", stdin=lines)

    assert numbers(cli, "next") == [57]


def test_an_export_without_numbers_is_refused(cli: Cli, tmp_path: Path) -> None:
    """Before anything is written, though other files hold some."""
    (tmp_path / "a.json").write_text(NOTES)
    (tmp_path / "b.json").write_text(EXPORT)
    files = ("a.json", "b.json")

    outcome = cli("import", "--dialect", "monica", *files, "--account", "co-up", "--keep-ids")

    assert (outcome.code, outcome.out) == (2, "")
    assert "b.json is the export of an account, which holds UUIDs" in outcome.err
    assert "doings pull monica --keep-ids" in outcome.err
    assert keeps(cli) is None
    assert numbers(cli) == []


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        (
            "a.json",
            ("--dialect", "invent"),
            "--keep-ids goes with monica, and invent",
        ),
        ("a.csv", (), "--keep-ids does not go with csv"),
        ("a.vcf", (), "--keep-ids does not go with vcard"),
    ],
)
def test_other_files_have_no_such_numbers(
    cli: Cli, tmp_path: Path, name: str, options: tuple[str, ...], sentence: str
) -> None:
    """Each is told so."""
    (tmp_path / name).write_text("name\nAnn\n")

    outcome = cli("import", name, *options, "--account", "co-up", "--keep-ids", "--yes")

    assert (outcome.code, outcome.out) == (2, "")
    assert sentence in outcome.err


def test_an_account_that_is_not_empty_is_refused(cli: Cli) -> None:
    """Nothing is imported then, and a dry run says so, too; into an empty one it writes nothing."""
    tried = cli(*MONICA, "--keep-ids", "--dry-run", stdin=MET)
    kept = keeps(cli)
    cli(*MONICA, stdin=NOTES)

    refused = [cli(*MONICA, "--keep-ids", *more, stdin=MET) for more in ((), ("--dry-run",))]

    assert tried.code == 0, tried.err
    assert kept is None
    assert [one.code for one in refused] == [2, 2]
    assert all("co-up is not empty" in one.err for one in refused)
    assert len(numbers(cli)) == 2

"""`doings erase`, `doings erasures` and `doings retention`."""

import json
from pathlib import Path

import pytest

from doings.cli.options import with_store
from doings.core.store import Store
from tests.cli.conftest import Cli

LINES = """\
{"entity": {"type": "contact", "id": "8", "name": "Jim Halpert"}}
{"kind": "note.created", "body": "Jim Halpert", "links": ["contact:8"]}
{"kind": "note.created", "body": "Jim Halpert", "links": ["contact:8", "contact:9"]}
{"kind": "email.sent", "occurred_at": "2020-01-01T00:00:00Z"}
"""


@pytest.fixture
def filled(cli: Cli) -> Cli:
    """The command line, on a database with a person in it."""
    cli("account", "create", "co-up")
    assert cli("import", "-", "--account", "co-up", stdin=LINES).code == 0
    return cli


def test_a_person_is_erased(filled: Cli) -> None:
    """A dry run says what the deed then does; afterwards there is nobody to erase."""
    dry = filled("erase", "contact:8", "--account", "co-up", "--dry-run")
    done = filled("erase", "contact:8", "--account", "co-up", "--reason", "by mail")
    again = filled("erase", "contact:8", "--account", "co-up")

    assert dry.out.startswith("Would erase contact:8 and 1 activities; 1 stay without the link")
    assert done.out == dry.out.replace("Would erase", "Erased")
    assert (again.code, again.err) == (1, "doings: there is no contact 8\n")
    assert "Halpert" not in filled("export", "--account", "co-up").out


def test_an_export_says_the_same_elsewhere(filled: Cli) -> None:
    """An erased person in it stays erased where it is imported."""
    filled("erase", "contact:8", "--account", "co-up")
    exported = filled("export", "--account", "co-up").out
    filled("account", "create", "copy")

    filled("import", "-", "--account", "copy", stdin=exported)

    (link,) = [
        link
        for line in filled("export", "--account", "copy").out.splitlines()
        for link in json.loads(line).get("links", ())
        if link.get("erased")
    ]
    assert link["id"].startswith("erased-")
    assert filled("check").out == "clean\n"


def test_a_restored_backup_is_erased_again(filled: Cli, tmp_path: Path) -> None:
    """By the register, which names nobody; doing it twice changes nothing more."""
    filled("backup", "old.db")
    filled("erase", "contact:8", "--account", "co-up", "--activities", "unlink")
    register = filled("erasures", "export", "--account", "co-up").out
    Path("register.ndjson").write_text(register, encoding="utf-8")
    filled("restore", "old.db")
    assert "Halpert" in filled("export", "--account", "co-up").out

    replayed = filled("erase", "replay", "register.ndjson")
    again = filled("erase", "replay", "-", stdin=register)

    assert "Halpert" not in register
    assert '"id":"8"' not in register
    assert replayed.out.startswith("Erased 1 of 1")
    assert again.out.startswith("Erased 0 of 1")
    assert filled("erasures", "export", "--account", "co-up").out == register
    links = filled("export", "--account", "co-up").out
    assert '"name":"Jim Halpert"' not in links
    assert (tmp_path / "doings.db.erasure-key").stat().st_mode & 0o777 == 0o600


def test_without_the_old_key_nobody_is_erased_again(filled: Cli, tmp_path: Path) -> None:
    """That is said, instead of that all is done; and no new key is made."""
    filled("backup", "old.db")
    filled("erase", "contact:8", "--account", "co-up")
    register = filled("erasures", "export", "--account", "co-up").out
    filled("restore", "old.db")
    key = tmp_path / "doings.db.erasure-key"
    key.unlink()

    without = filled("erase", "replay", "-", stdin=register)
    is_made = key.exists()
    key.write_text("0" * 64)
    wrong = filled("erase", "replay", "-", stdin=register)

    assert (without.code, wrong.code, is_made) == (2, 2, False)
    assert "there is no erasure key" in without.err
    assert "another erasure key" in wrong.err


def test_a_hold_keeps_only_the_one_who_is_on_hold(filled: Cli) -> None:
    """Everyone else of the register is erased again, and the one is named."""

    async def hold(store: Store) -> None:
        account = await store.account("co-up")
        await store.write(account.id, lambda writer: writer.hold_entity(("contact", "8"), "court"))

    line = {"entity": {"type": "contact", "id": "20", "name": "Pam Beesly"}}
    filled("import", "-", "--account", "co-up", stdin=json.dumps(line) + "\n")
    filled("backup", "old.db")
    for id_ in ("8", "20"):
        filled("erase", f"contact:{id_}", "--account", "co-up")
    register = filled("erasures", "export", "--account", "co-up").out
    filled("restore", "old.db")
    with_store(None, hold)

    replayed = filled("erase", "replay", "-", stdin=register)

    assert replayed.code == 1
    assert replayed.out.startswith("Erased 1 of 2")
    assert "co-up: contact 8 is on hold and cannot be erased" in replayed.out
    left = filled("export", "--account", "co-up").out
    assert "Beesly" not in left
    assert "Halpert" in left


def test_what_is_no_register_is_refused(filled: Cli) -> None:
    """With the number of the line."""
    answer = filled("erase", "replay", "-", stdin="\n{}\n")

    assert answer.code == 2
    assert "line 2" in answer.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("erase", "contact", "--account", "co-up"), 2),
        (("erase", "contact:8", "--account", "nobody"), 1),
        (("erase", "contact:8", "--account", "co-up", "--activities", "keep"), 2),
        (("erase",), 2),
        (("retention", "set", "--kind", "email", "--days", "1", "--account", "co-up"), 2),
        (("retention", "set", "--kind", "*", "--days", "0", "--account", "co-up"), 2),
        (("retention", "remove", "--kind", "x.y", "--account", "co-up"), 1),
    ],
)
def test_wrong_usage_is_told(cli: Cli, arguments: tuple[str, ...], code: int) -> None:
    """In one line."""
    cli("account", "create", "co-up")

    answer = cli(*arguments)

    assert (answer.code, answer.out) == (code, "")


def test_rules_of_retention_are_set_shown_and_removed(filled: Cli) -> None:
    """A new rule never stands where an earlier one hides it."""
    own = ("--account", "co-up")
    filled("retention", "set", "--kind", "*", "--days", "9000", *own)
    filled("retention", "set", "--kind", "email.*", "--days", "365", *own)
    shown = filled("retention", "set", "--kind", "*", "--days", "8000", *own)

    rows = [line.split() for line in shown.out.splitlines()]

    assert rows == [
        ["KIND", "LEVEL", "DAYS", "DUE"],
        ["email.*", "-", "365", "1"],
        ["*", "-", "8000", "0"],
    ]
    assert filled("retention", "show", *own).out == shown.out
    filled("retention", "remove", "--kind", "email.*", *own)
    assert "email" not in filled("retention", "show", *own).out


def test_a_key_that_is_given_has_to_be_long(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is not repeated in the message."""
    monkeypatch.setenv("DOINGS_ERASURE_KEY", "guess me")

    answer = cli("account", "create", "co-up")

    assert answer.code == 2
    assert "DOINGS_ERASURE_KEY" in answer.err
    assert "guess" not in answer.err

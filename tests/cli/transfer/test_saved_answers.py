"""`doings import --dialect` and `doings export --dialect`."""

import json
from pathlib import Path
from pkgutil import iter_modules

import pytest

from doings import dialects
from doings.importing.registry import SAVED
from tests.cli.conftest import Cli

GOLDEN = Path(__file__).parents[2] / "dialects"
COBOT = (GOLDEN / "cobot/golden/list.json").read_text()
NOTE = {
    "id": "n1",
    "type": "note_created",
    "created_at": "2026-03-01T12:00:00Z",
    "note": {"content": "Called back", "contact_id": "8"},
}
BLOCKED = {"id": "b1", "type": "contact_blocked", "created_at": "2026-03-01T12:00:00Z"}


@pytest.fixture(autouse=True)
def _accounts(cli: Cli) -> None:
    cli("account", "create", "co-up")
    cli("account", "create", "copy")


def test_every_dialect_has_saved_answers() -> None:
    """Each of the packages."""
    assert set(SAVED) == {module.name for module in iter_modules(dialects.__path__)}


def test_an_answer_is_imported_once_and_exported_again(cli: Cli) -> None:
    """A second time everything is there already."""
    first = cli("import", "--dialect", "cobot", "-", "--account", "co-up", stdin=COBOT)
    second = cli("import", "--dialect", "cobot", "-", "--account", "co-up", stdin=COBOT)
    exported = cli("export", "--dialect", "cobot", "--account", "co-up")

    assert (first.code, first.err) == (0, "")
    assert first.out == (
        "Imported 2 activities and 3 entities into co-up;"
        " 0 were there already, 0 elements were bad\n"
        "This is run 1: `doings import undo 1` takes it back\n"
    )
    assert second.out == (
        "Imported 0 activities and 0 entities into co-up;"
        " 2 were there already, 0 elements were bad\n"
        "This is run 2: `doings import undo 2` takes it back\n"
    )
    assert json.loads(exported.out) == json.loads(COBOT)


def test_an_export_goes_to_a_file_and_comes_from_one(cli: Cli, tmp_path: Path) -> None:
    """Of one account into another, across dialects as well."""
    cli("import", "--dialect", "invent", "-", "--account", "co-up", stdin=json.dumps([NOTE]))

    exported = cli("export", "--dialect", "monica", "--account", "co-up", "out.json")
    imported = cli("import", "--dialect", "monica", "out.json", "--account", "copy")

    assert (exported.out, exported.err) == ("", "Exported co-up as monica to out.json\n")
    assert imported.out.startswith("Imported 1 activities and 1 contacts into copy")
    assert [path.name for path in tmp_path.glob("out*")] == ["out.json"]
    answer = json.loads((tmp_path / "out.json").read_text())
    assert answer["data"][0]["url"].startswith("http://127.0.0.1:8000/monica/api/activities/")


def test_addresses_are_those_of_the_public_url(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the server would write them."""
    cli("import", "--dialect", "invent", "-", "--account", "co-up", stdin=json.dumps([NOTE]))
    monkeypatch.setenv("DOINGS_PUBLIC_URL", "https://doings.example.org/")

    exported = cli("export", "--dialect", "agendize", "--account", "co-up", "--contact", "8")

    (item,) = json.loads(exported.out)["items"]
    notes = "https://doings.example.org/agendize/api/2.3/notes"
    assert item["note"]["selfLink"] == f"{notes}/{item['note']['id']}"


@pytest.mark.parametrize("member", ["date", "start", "end"])
def test_an_unknown_time_zone_is_one_bad_element(cli: Cli, member: str) -> None:
    """Whichever of an appointment's dates has it; the elements around it are imported."""
    date = {"dateTime": "2026-10-24T10:00:00", "timeZone": "Europe/Berlin"}
    nowhere = {"dateTime": "2026-10-25T02:00:00", "timeZone": "Nowhere/Bad"}
    note = {"type": "note", "event": "created", "user": None, "date": date}
    appointment = {"id": "a", "start": date, "end": date}
    bad = {**note, "id": "a1", "type": "appointment", "appointment": appointment}
    (bad if member == "date" else appointment)[member] = nowhere
    items = [{**note, "id": number, "note": {"id": number, "body": "x"}} for number in "12"]
    given = json.dumps({"items": [items[0], bad, items[1]]})
    command = ("import", "--dialect", "agendize", "-", "--account", "co-up", "--contact", "8")

    outcome = cli(*command, stdin=given)

    assert outcome.out.startswith("Imported 2 activities"), outcome.err
    assert "Nowhere/Bad" in outcome.err


def test_bad_elements_are_reported_and_the_rest_imported(cli: Cli) -> None:
    """With the answer they stand in where there are several."""
    bad = {**NOTE, "type": "email_sent"}
    given = json.dumps([NOTE]) + json.dumps([{**NOTE, "id": "n2"}, bad]) + "oops"

    outcome = cli("import", "--dialect", "invent", "-", "--account", "co-up", stdin=given)

    assert outcome.code == 1
    assert [line.partition(": ")[0] for line in outcome.err.splitlines()] == [
        "answer 3",
        "answer 2, element 2",
    ]
    assert "type: 'email_sent' is none of" in outcome.err
    assert outcome.out.startswith("Imported 2 activities")


def test_an_element_that_names_no_contact_needs_one(cli: Cli) -> None:
    """Nothing is imported until it is clear whose everything is."""
    given = json.dumps([NOTE, BLOCKED])
    command = ("import", "--dialect", "invent", "-", "--account", "co-up")

    without = cli(*command, stdin=given)
    before = cli("export", "--account", "co-up", "--activities-only").out
    given_one = cli(*command, "--contact", "8", stdin=given)

    assert without == (
        2,
        "",
        "doings: not every element names its contact: give the option --contact\n",
    )
    assert before == ""
    assert given_one.out.startswith("Imported 2 activities")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["import", "-", "--dialect", "monika"],
            "there is no dialect monika; did you mean monica?",
        ),
        (
            ["export", "--dialect", "Agendise"],
            "there is no dialect Agendise; did you mean agendize?",
        ),
        (
            ["export", "--dialect", "x"],
            "there is no dialect x; there are monica, cobot, invent, agendize, mio",
        ),
        (
            ["import", "-", "--dialect", "agendize"],
            "agendize's list is that of one contact: give the option --contact",
        ),
        (
            ["export", "--dialect", "invent"],
            "invent's list is that of one contact: give the option --contact",
        ),
        (
            ["import", "-", "--dialect", "cobot", "--contact", "8"],
            "--contact does not go with cobot here",
        ),
        (["export", "--dialect", "mio", "--contact", "8"], "--contact does not go with mio here"),
        (["import", "-", "--contact", "8"], "--contact goes with --dialect"),
        (["export", "--contact", "8"], "--contact goes with --dialect"),
        (
            ["import", "-", "--dialect", "cobot", "--origin", "crm"],
            "--origin does not go with --dialect, which is the origin itself",
        ),
        (
            ["export", "--dialect", "cobot", "--since", "2026-01-01"],
            "--dialect goes with --account, --contact and FILE alone",
        ),
        (["import", "none.json", "--dialect", "cobot"], "there is no file none.json"),
    ],
)
def test_wrong_usage_is_one_line(cli: Cli, arguments: list[str], message: str) -> None:
    """That says what is missing or too much."""
    assert cli(*arguments, "--account", "co-up") == (2, "", f"doings: {message}\n")


def test_an_unknown_contact_leaves_no_file(cli: Cli, tmp_path: Path) -> None:
    """It is found out before the file is begun."""
    command = ("export", "--dialect", "invent", "--account", "co-up", "--contact", "9", "out.json")

    assert cli(*command) == (1, "", "doings: there is no contact 9\n")
    assert list(tmp_path.glob("out*")) == []


def test_a_mark_before_any_answer_is_no_content(cli: Cli, tmp_path: Path) -> None:
    """Answers that were saved with one and joined are read like those without."""
    text = "\ufeff" + COBOT + "\ufeff" + COBOT + "\n\ufeff"
    (tmp_path / "marked.json").write_text(text, encoding="utf-8")

    marked = cli("import", "--dialect", "cobot", "marked.json", "--account", "co-up")
    bare = cli("import", "--dialect", "cobot", "-", "--account", "copy", stdin=COBOT + COBOT)

    assert (marked.code, marked.err) == (0, "")
    assert marked.out.replace("co-up", "copy").splitlines()[0] == bare.out.splitlines()[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_a_file_in_another_encoding_is_named(cli: Cli, tmp_path: Path, encoding: str) -> None:
    """Also where only a part of the file is in it."""
    (tmp_path / "whole.json").write_text(COBOT, encoding=encoding)
    (tmp_path / "part.json").write_bytes(COBOT.encode() + "\ufeff[]".encode(encoding))

    whole = cli("import", "--dialect", "cobot", "whole.json", "--account", "co-up")
    part = cli("import", "--dialect", "cobot", "part.json", "--account", "co-up")

    assert (whole.code, len(whole.err.splitlines())) == (2, 1)
    assert part.code == 1
    assert encoding[:6].upper() in whole.err
    assert "answer 2" in part.err

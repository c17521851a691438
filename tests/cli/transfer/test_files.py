"""`doings import` of many files, of archives, vCards and tables, and what it would do."""

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

DATE = {"dateTime": "2026-01-01T10:00:00", "timeZone": "Europe/Berlin"}
AGENDIZE = ("import", "--dialect", "agendize", "--account", "co-up")
LINE = '{"kind": "note.created", "body": "%s", "links": ["contact:8"]}\n'
CARD = "BEGIN:VCARD\nVERSION:3.0\nUID:7\nFN:Jim\nEND:VCARD\n"
TABLE = "Date,Client,Notes\n2026-01-31,Jim,Called back\nsoon,Jim,x\n"


@pytest.fixture(autouse=True)
def _account(cli: Cli) -> None:
    cli("account", "create", "co-up")


def answer(*ids: str) -> bytes:
    """A saved list of a client of Agendize's."""
    return json.dumps(
        {
            "items": [
                {"id": id_, "type": "note", "event": "created", "user": None, "date": DATE,
                 "note": {"id": id_, "body": f"note {id_}"}}
                for id_ in ids
            ]
        }
    ).encode()  # fmt: skip


def exported(cli: Cli) -> list[dict[str, object]]:
    """The activities of the account."""
    lines = cli("export", "--account", "co-up", "--activities-only").out.splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder with answers of two clients, one of them compressed, and a file that is none."""
    folder = tmp_path / "saved"
    (folder / "more").mkdir(parents=True)
    (folder / "7.json").write_bytes(answer("a", "b"))
    (folder / "more" / "8.json.gz").write_bytes(gzip.compress(answer("c")))
    (folder / ".hidden").write_text("no answer")
    (folder / "notes.txt").write_text("no answer")
    return folder


@pytest.mark.parametrize(
    "paths",
    [
        ("saved",),
        ("saved/7.json", "saved/more/8.json.gz", "saved/notes.txt", "saved/7.json"),
        ("saved/**/*.*",),
        ("saved.zip",),
    ],
    ids=["folder", "files", "pattern", "archive"],
)
def test_many_files_are_one_import(cli: Cli, saved: Path, paths: tuple[str, ...]) -> None:
    """Each is that of the contact it is named by; one that cannot be read is named."""
    with zipfile.ZipFile(saved.with_suffix(".zip"), "w") as archive:
        for name in ("7.json", "more/8.json.gz", "notes.txt"):
            archive.write(saved / name, name)

    outcome = cli(*AGENDIZE, *paths, "--contact-from-name")

    assert outcome.code == 1
    (line,) = outcome.err.splitlines()
    assert line.startswith(f"{'saved.zip' if paths == ('saved.zip',) else 'saved'}/notes.txt, ")
    assert outcome.out.startswith("Imported 3 activities and 2 contacts and 2 other entities (what")
    assert "This is run 1" in outcome.out
    contacts = [one["links"][0]["id"] for one in exported(cli)]  # type: ignore[index]
    assert sorted(contacts) == ["7", "7", "8"]


def test_the_only_file_of_a_folder_is_named(cli: Cli, tmp_path: Path) -> None:
    """Nobody who gave the folder knows which one it is."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.ndjson").write_text(LINE % "good" + '{"kind": "bad"}\n')

    outcome = cli("import", "one", "--account", "co-up")

    assert outcome.err.startswith("one/a.ndjson, line 2: ")
    assert outcome.out.startswith("Imported 1 activities")


def test_what_an_import_would_do_is_counted_as_it_would_be(
    cli: Cli, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In parts that do not see each other, and nothing is written."""
    monkeypatch.setattr("doings.importing.importer.ITEMS_PER_WRITE", 1)
    (saved / "again.json").write_bytes(answer("a"))
    command = (*AGENDIZE, "saved", "--contact", "7")

    dry = cli(*command, "--dry-run")
    nothing = exported(cli)
    real = cli(*command)
    dry_again = cli(*command, "--dry-run")

    assert dry.out == (
        "Would import 3 activities and 1 contacts and 1 other entities (what belongs to them,"
        " types, tags) into co-up; 1 are there already, 1 elements are bad\nNothing was written\n"
    )
    assert nothing == []
    assert real.out.startswith("Imported 3 activities and 1 contacts and 1 other entities (what")
    assert dry_again.out.startswith("Would import 0 activities and 0 entities into co-up; 4 are")
    assert cli("import", "list").out.count("done") == 1


def test_a_damaged_archive_and_its_members_are_told(cli: Cli, tmp_path: Path) -> None:
    """What is whole is imported."""
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 and no more")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("good.ndjson", LINE % "good")
        archive.writestr("bad.ndjson", LINE % "broken")
    damaged = (tmp_path / "a.zip").read_bytes().replace(b"broken", b"BROKEN", 1)
    (tmp_path / "a.zip").write_bytes(damaged)
    with zipfile.ZipFile(tmp_path / "office.zip", "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass

    outcome = cli("import", "a.zip", "--account", "co-up")
    refused = [
        cli("import", name, "--account", "co-up").err
        for name in ("no.zip", "office.zip", "empty.zip")
    ]

    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert outcome.err.startswith("a.zip/bad.ndjson: the archive is damaged")
    assert [one["body"] for one in exported(cli)] == ["good"]
    assert [line.partition(": ")[2] for line in refused] == [
        "the file is no ZIP archive, or a damaged one\n",
        "the file is an Office document; save it as CSV\n",
        "there is no file in the archive\n",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("b.ndjson", LINE % "good"), ("b.csv", TABLE.replace("soon", "2026-02-01")), ("b.vcf", CARD)],
)
def test_a_damaged_archive_leaves_the_other_files_of_a_folder(
    cli: Cli, tmp_path: Path, name: str, content: str
) -> None:
    """It is named, and says nothing of which format they have."""
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "a.zip").write_bytes(b"")
    (tmp_path / "all" / name).write_text(content)

    outcome = cli("import", "all", "--account", "co-up", "--yes")

    assert outcome.code == 1
    assert "all/a.zip: the file is no ZIP archive, or a damaged one\n" in outcome.err
    assert outcome.out.startswith(("Imported 0 activities and 1", "Imported 1 ", "Imported 2 "))


def test_what_inflates_without_end_is_refused(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before all of it is held."""
    monkeypatch.setattr("doings.importing.compression.IMPORT_DOCUMENT_BYTES", 4 << 20)
    monkeypatch.setattr("doings.importing.saved_answers.IMPORT_OBJECTS", 1000)
    monkeypatch.setattr("doings.importing.saved_answers.IMPORT_COMMAS", 1000)
    (tmp_path / "a.gz").write_bytes(gzip.compress(b" " * (5 << 20)))
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"[" + b"{}" * 1000))
    (tmp_path / "c.gz").write_bytes(gzip.compress(b"[" + b"1," * 2000))

    said = [cli(*AGENDIZE, "--contact", "8", name) for name in ("a.gz", "b.gz", "c.gz")]

    assert [one.code for one in said] == [2, 2, 2]
    assert [one.err for one in said] == [
        "doings: the file holds more than 4 MiB, also inflated, and is read as a whole; part it\n",
        "doings: the file has more than 1,000 objects and lists; part it\n",
        "doings: the file has more than 1,000 values; part it\n",
    ]


def test_empty_lines_are_skipped_and_counted(cli: Cli, tmp_path: Path) -> None:
    """Millions of them take no time, before the first line and after it."""
    empty = b"\n" * 3_000_000
    text = b" \r\n" + empty + (LINE % "one").encode() + empty + b"  \n \nbad\n\n{} "
    (tmp_path / "a.gz").write_bytes(gzip.compress(text, 1))

    outcome = cli("import", "a.gz", "--account", "co-up")

    assert [one["body"] for one in exported(cli)] == ["one"]
    assert [line.partition(":")[0] for line in outcome.err.splitlines()] == [
        "line 6000005",
        "line 6000007",
    ]


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.zip.gz"])
def test_other_archives_are_refused_by_name(cli: Cli, tmp_path: Path, name: str) -> None:
    """Also where they are compressed."""
    (tmp_path / "x.json").write_bytes(answer("a"))
    plain = io.BytesIO()
    if "tar" in name:
        with tarfile.open(fileobj=plain, mode="w") as archive:
            archive.add(tmp_path / "x.json", "x.json")
    else:
        plain.write(b"PK\x03\x04")
    content = plain.getvalue()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)

    said = [cli(*AGENDIZE, "--contact", "8", name), cli("import", name, "--account", "co-up")]

    what = "a TAR archive" if "tar" in name else "a ZIP archive or an Excel file"
    assert [one.code for one in said] == [2, 2]
    assert {one.err for one in said} == {
        f"doings: the file is {what}; unpack it, or save it as text\n"
    }


def test_cards_become_contacts(cli: Cli, tmp_path: Path) -> None:
    """What is known already stays; a card that cannot be read is named."""
    (tmp_path / "a.vcf").write_text(CARD + "BEGIN:VCARD\nEND:VCARD\n")

    outcome = cli("import", "a.vcf", "--account", "co-up")
    again = cli("import", "-", "--format", "vcard", "--account", "co-up", stdin=CARD)

    assert outcome.code == 1
    assert outcome.err.startswith("card 2: contact: ")
    assert outcome.out.startswith("Imported 0 activities and 1 contacts into co-up; 0 were")
    assert again.out.startswith("Imported 0 activities and 0 entities into co-up; 1 were")


def test_the_mapping_of_a_table_is_shown_before_anything_is_imported(
    cli: Cli, tmp_path: Path
) -> None:
    """Where nobody can be asked it has to be confirmed by an option."""
    (tmp_path / "calls.csv").write_text(TABLE)
    command = ("import", "calls.csv", "--account", "co-up")

    shown = cli(*command)
    confirmed = cli(*command, "--yes")
    mapped = cli(*command, "--map", "kind:=call.logged", "--origin", "phone")

    assert (shown.code, shown.out) == (2, "")
    assert shown.err.splitlines()[:3] == [
        "Date → occurred_at: 2026-01-31", "Client → contact.name: Jim", "Notes → body: Called back",
    ]  # fmt: skip
    assert "nothing was imported" in shown.err
    assert confirmed.code == 1
    assert "line 3: column Date: " in confirmed.err
    assert confirmed.out.startswith("Imported 1 activities and 1 contacts into co-up; 0 were there")
    assert mapped.out.startswith("Imported 1 activities and 0 entities")
    assert [(one["kind"], one["origin"]) for one in exported(cli)] == [
        ("note.created", "csv"), ("call.logged", "phone"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("a.vcf", "b.csv"), "a.vcf is vcard, and b.csv is csv"),
        (("no/*.json",), "there is no file in no/*.json"),
        (("empty",), "there is no file in empty"),
        (("a.vcf", "--contact-from-name"), "--contact-from-name goes with --dialect"),
        (("a.vcf", "--map", "body=x"), "--map and --dates go with tables"),
        (("a.vcf", "--origin", "x"), "--origin does not go with vCards"),
        (("a.vcf", "--format", "xml"), "there is no format xml"),
        (("a.vcf", "--format", "csv", "--dialect", "mio"), "--format does not go with --dialect"),
        (("-", "--dialect", "agendize", "--contact-from-name"), "stdin, which has no name"),
        (("b.csv", "--dialect", "agendize", "--contact", "1", "--contact-from-name"), "--contact "),
        (("b.csv", "--dialect", "monica", "--contact-from-name"), "--contact does not go with"),
        (("b.csv", "--map", "body=Nothing"), "there is no column Nothing"),
        (("c.csv", "--yes"), "the table has headings, and no row below them"),
        (("a.txt",), "`doings import --format vcard` takes it"),
    ],
)
def test_what_does_not_go_together_is_refused(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...], reason: str
) -> None:
    """In a sentence, and nothing is imported."""
    (tmp_path / "a.vcf").write_text(CARD)
    (tmp_path / "a.txt").write_text(CARD)
    (tmp_path / "b.csv").write_text(TABLE)
    (tmp_path / "c.csv").write_text("Date,Client\n")
    (tmp_path / "empty").mkdir()

    outcome = cli("import", *arguments, "--account", "co-up")

    assert (outcome.code, outcome.out) == (2, ""), outcome.err
    assert reason in outcome.err

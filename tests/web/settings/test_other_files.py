"""vCards, tables and archives that are dropped on the page, and what it says that is left out."""

import io
import json
import zipfile

import pytest

from doings.core.entity import CONTACT
from doings.core.store.entities import EntityQuery
from doings.importing.inputs import zipped
from tests.engines import SQLITE_ONLY
from tests.serving import Business
from tests.web.settings.files import line, lines
from tests.web.settings.test_imports import dropped, facts, settled, upload
from tests.web.visitor import Visitor

CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Pam\r\nEMAIL:p@x.org\r\nX-ODD:1\r\nEND:VCARD\r\n"
TABLE = b"Name,E-mail\nPam,p@x.org\nJim,j@x.org\n"
EXPORT = json.dumps(
    {
        "version": "1.0",
        "account": {
            "data": [
                {"type": "contact", "values": [
                    {"uuid": "u1", "properties": {"first_name": "Ann"},
                     "data": [{"type": "gift", "values": [{"uuid": "g1", "properties": {}}]}]},
                ]},
            ],
        },
    }
).encode()  # fmt: skip


def archive(**members: bytes) -> bytes:
    """A ZIP archive of files; `__` stands for the dot of a name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "."), content)
    return file.getvalue()


FILES: dict[str, tuple[bytes, str, str, str, list[str]]] = {
    "a vCard": (CARD, "p.vcf", "Read as vCards", "left out: odd 1", ["Pam"]),
    "a table": (
        TABLE,
        "a.CSV",
        "Read as a table (CSV)",
        "Name → contact.name: Pam",
        ["Pam", "Jim"],
    ),
    "Monica's export": (EXPORT, "a.json", "Read as Monica", "left out: gift", ["Ann"]),
    "an archive of cards": (
        archive(a__vcf=CARD, b__vcf=CARD.replace(b"Pam", b"Jim").replace(b"p@", b"j@")),
        "a.zip",
        "Read as vCards",
        "odd 2",
        ["Pam", "Jim"],
    ),
    "an archive of a table": (
        archive(a__csv=TABLE, b__csv=b""),
        "a.zip",
        "Read as a table",
        "each row is a contact",
        ["Pam", "Jim"],
    ),
}


@SQLITE_ONLY
@pytest.mark.parametrize("name", FILES)
async def test_a_file_is_known_and_told_of(member: Visitor, acme: Business, name: str) -> None:
    """The trial says how it is read and what is left out, and then it is imported."""
    content, file, kind, remark, people = FILES[name]

    path, tried = await dropped(member, content, name=file)
    await member.send(f"{path}/start")
    done = await settled(member, path)

    entities = await acme.read(lambda reader: reader.entities(EntityQuery(type=CONTACT)))
    assert kind in tried
    assert "<h3>To know</h3>" in tried
    assert remark in tried
    assert facts(tried)["Refused"] == "0"
    assert [entity.name for entity in entities] == people
    assert "Take it back" in done
    assert ("left out" in remark) <= (remark in done)


@SQLITE_ONLY
async def test_lines_in_an_archive_are_those_of_one_file(member: Visitor) -> None:
    """However its members end; hidden ones and empty ones are passed over."""
    content = archive(
        a__ndjson=lines(3), b__ndjson=line(9).encode(), __hidden=b"no", c__ndjson=b"\n"
    )

    _, tried = await dropped(member, content, name="a.zip")

    assert facts(tried)["To be recorded"] == "4 activities"


REFUSED: dict[str, tuple[bytes, str]] = {
    "files of two sorts": (
        archive(a__vcf=CARD, b__ndjson=lines(1)),
        "a.vcf is vcard, and b.ndjson is ndjson: an archive holds files of one sort",
    ),
    "two tables": (archive(a__csv=TABLE, b__csv=TABLE), "several tables"),
    "nothing": (archive(), "the archive holds no file"),
    "an empty file": (archive(a__csv=b" "), "is empty"),
    "an archive within": (archive(a__zip=archive(a__csv=TABLE)), "a ZIP archive or an Excel file"),
    "an Excel file": (archive(**{"[Content_Types]__xml": b"x"}), "an Office document"),
    "a damaged archive": (archive(a__csv=TABLE)[:-30], "the archive is damaged"),
    "a damaged member": (
        archive(a__csv=TABLE).replace(archive(a__csv=TABLE)[35:50], b"\xff" * 15),
        "the archive is damaged",
    ),
    "a bomb": (archive(a__csv=b"\n" * (17 << 20)), "larger than 16 MiB"),
}


@SQLITE_ONLY
@pytest.mark.parametrize("name", REFUSED)
async def test_an_archive_that_is_no_import_is_refused(
    member: Visitor, acme: Business, name: str
) -> None:
    """In a sentence, and nothing is stored."""
    content, reason = REFUSED[name]

    answer = await upload(member, content, name="a.zip")

    assert answer.status_code == 422
    assert reason.lower() in answer.text.lower()
    assert await acme.read(lambda reader: reader.import_jobs()) == []


@SQLITE_ONLY
async def test_archives_of_many_files_are_refused(
    member: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file would be looked at."""
    monkeypatch.setattr(zipped, "MEMBERS", 1)

    answer = await upload(member, archive(a__vcf=CARD, b__vcf=CARD), name="a.zip")

    assert answer.status_code == 422
    assert "more than 1 files" in answer.text


@SQLITE_ONLY
async def test_a_table_that_cannot_be_read_says_why(member: Visitor, acme: Business) -> None:
    """Once its columns are looked at; a file of another name is read as one where that is said."""
    _, failed = await dropped(member, b"\x81\x8d", name="a.csv")
    _, tried = await dropped(member, TABLE, name="a.txt", dialect="csv")

    assert "not UTF-8" in failed
    assert facts(tried)["People and things"] == "4 made or changed"
    assert await acme.read(lambda reader: reader.total(None, None)) == 0

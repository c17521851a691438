"""Activities or contacts from a table of values with commas between them (CSV).

The first row names the columns, and a mapping says what each of them is. A row is an activity if
the mapping has a time for it, and a contact if it has none.
"""

import codecs
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time
from itertools import chain
from typing import NamedTuple

import msgspec

from doings.core.activity import Draft, Link
from doings.core.clock import instant_from_datetime, start_of_date, zone
from doings.core.entity import EntityDraft, EntityKey
from doings.core.errors import (
    DoingsError,
    Invalid,
    Malformed,
    Misconfigured,
    Problem,
    WrongEncoding,
)
from doings.core.imports import ImportItem
from doings.core.text import json_text
from doings.core.values.encoding import utf8_content
from doings.core.values.instants import instant_or_date_from_text
from doings.importing.importer import Item
from doings.importing.inputs.columns import (
    BIRTHDATE,
    CONTACT,
    DATA,
    Mapping,
    Table,
    kind_of_word,
)
from doings.importing.inputs.contact_columns import person_of_values
from doings.importing.inputs.date_formats import birthdate, moment_of
from doings.importing.inputs.people import (
    EMAIL,
    PHONE,
    Person,
    PersonItem,
    attributes_of,
    contact_draft,
    contact_key,
    name_of,
    person_item,
)
from doings.importing.saved_answers import work_of_item

CELL_CHARACTERS = 4_000_000
"""The longest cell that is read. It is more than an activity may hold, so a longer one is bad."""

DELIMITERS = (",", ";", "\t", "|")

END = "\uffff"
"""A line behind the last one, of a sign that no text has. It tells whether a quote is open there:
the reader of the standard library says nothing of it unless it refuses much else."""

ORIGIN = "csv"
"""The origin of activities where none is given."""


def table_from_text(text: bytes) -> Table:
    """The heading and the rows of a table; raises Misconfigured for what is none."""
    decoded, remarks = _decoded(text)
    csv.field_size_limit(CELL_CHARACTERS)
    lines = decoded.lstrip("\ufeff \t\r\n")
    head, _, rest = lines.partition("\n")
    first_line = decoded.count("\n", 0, len(decoded) - len(lines))
    # A name between quotes may hold other ones.
    delimiter = max(DELIMITERS, key=_QUOTED.sub("", head).count)
    if (said := _SEPARATOR.fullmatch(head.rstrip("\r"))) is not None:
        # Excel reads what stands here, and shows no such line.
        delimiter, lines, first_line = said[1], rest, first_line + 1
    rows = list(_rows(lines, delimiter, first_line))
    if not rows or isinstance(rows[0][1], Malformed):
        raise Misconfigured("the table has no row of headings")
    heading = [cell.strip() for cell in rows[0][1]]
    names = _names_once(heading)
    remarks += [
        f"two columns are called {old}: one of them is {new} here"
        for old, new in zip(heading, names, strict=True)
        if old != new
    ]
    return Table(names, rows[1:], tuple(remarks))


def _rows(
    lines: str, delimiter: str, first_line: int
) -> Iterator[tuple[int, list[str] | Malformed]]:
    """The rows that say something, each with the number of its last line."""
    reader = csv.reader(chain(io.StringIO(lines, newline=""), [END]), delimiter=delimiter)
    before = first_line
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            before = first_line + reader.line_num
            yield before, Malformed(f"cannot be read: {error}")
            continue
        if row and row[-1].endswith(END):
            if len(row) > 1 or row[0] != END:
                last = first_line + reader.line_num - 1
                yield before + 1, Malformed(f"a quote is not closed, so lines to {last} are lost")
            return
        before = first_line + reader.line_num
        if any(cell.strip() for cell in row):
            yield before, row


def _decoded(text: bytes) -> tuple[str, list[str]]:
    """The text, and what to say of its encoding; raises Misconfigured."""
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if text.startswith(marks) and not text.startswith(codecs.BOM_UTF32_LE):
        # Excel calls it Unicode text.
        with suppress(UnicodeDecodeError):
            return text.decode("utf-16"), []
    try:
        return utf8_content(text).decode(), []
    except WrongEncoding as error:
        raise Misconfigured(str(error)) from None
    except UnicodeDecodeError:
        pass
    try:
        return text.decode("cp1252"), ["the text is not UTF-8, and is read as Windows-1252"]
    except UnicodeDecodeError:
        raise Misconfigured("the file is not UTF-8; save it as CSV UTF-8") from None


_SEPARATOR = re.compile(r"sep=([,;\t|])", re.IGNORECASE)


_QUOTED = re.compile(r'"[^"]*"')


def _names_once(heading: Sequence[str]) -> list[str]:
    """The names of columns, each once: `Phone`, `Phone (2)`."""
    counts: Counter[str] = Counter()
    names: list[str] = []
    for name in heading:
        counts[name] += 1
        again = f"{name} ({counts[name]})" if name and counts[name] > 1 else name
        while name and again in names:
            counts[name] += 1
            again = f"{name} ({counts[name]})"
        names.append(again)
    return names


def items_from_table(
    table: Table, mapping: Mapping, origin: str, time_zone: str
) -> Iterator[Item[ImportItem | PersonItem]]:
    """What the rows say; `time_zone` is that of times without one. Raises Misconfigured."""
    mapping.check(table.heading)
    occurrences: Counter[str] = Counter()
    for done, (line, row) in enumerate(table.rows, 1):
        item: ImportItem | PersonItem | DoingsError
        if isinstance(row, Malformed):
            item = row
        else:
            try:
                item = _item(_named(table.heading, row, mapping), mapping, origin, time_zone)
            except Invalid as error:
                item = _of_columns(error, mapping)
            except Malformed as error:
                item = error
        if isinstance(item, ImportItem) and not mapping.has_ids:
            item = _numbered(item, occurrences)
        yield Item(f"line {line}", item, done, _work(item))


def _work(item: ImportItem | PersonItem | DoingsError) -> int:
    if isinstance(item, PersonItem):
        return item.work
    return work_of_item(item) if isinstance(item, ImportItem) else 1


def _of_columns(error: Invalid, mapping: Mapping) -> Invalid:
    """What is wrong with a row, told of the columns that it comes from."""
    return Invalid(
        *(
            Problem(f"column {mapping.columns[field]}", reason)
            if field in mapping.columns
            else Problem(field, reason)
            for field, reason in error.problems
        )
    )


def _numbered(item: ImportItem, occurrences: Counter[str]) -> ImportItem:
    """The item with an external id of its own: rows that say the same are as many activities."""
    if item.draft is None:
        return item
    name = str(item.draft.external_id)
    occurrences[name] += 1
    if occurrences[name] == 1:
        return item
    draft = msgspec.structs.replace(item.draft, external_id=f"{name}-{occurrences[name]}")
    return msgspec.structs.replace(item, draft=draft)


def _named(heading: Sequence[str], row: Sequence[str], mapping: Mapping) -> dict[str, str]:
    """The values of a row by what they are; empty ones are left out. Raises Invalid."""
    if len(row) > len(heading) and any(cell.strip() for cell in row[len(heading) :]):
        raise Invalid.of("row", f"has {len(row)} values, and there are {len(heading)} columns")
    cells = {name: cell.strip() for name, cell in zip(heading, row, strict=False) if cell.strip()}
    values = {
        target: cells[column] for target, column in mapping.columns.items() if column in cells
    }
    return {**mapping.constants, **values}


def _item(
    values: dict[str, str], mapping: Mapping, origin: str, time_zone: str
) -> ImportItem | PersonItem:
    """What a row says; raises Invalid."""
    contact = _contact(values, mapping)
    if not mapping.is_of_activities:
        if contact is None:
            raise Invalid.of("contact", "the row says nothing of a contact")
        return person_item(ORIGIN, contact.key, contact.person, None)
    draft = Draft(
        kind=kind_of_word(values.get("kind") or mapping.default_kind),
        occurred_at=_instant(values.get("occurred_at"), mapping.dates, time_zone),
        summary=values.get("summary"),
        body=values.get("body"),
        data=json_text({k.removeprefix(DATA): v for k, v in values.items() if k.startswith(DATA)}),
        links=() if contact is None else (Link(*contact.key),),
        origin=origin,
        external_id=values.get("external_id") or _digest(values),
    )
    if contact is None:
        return ImportItem(draft=draft)
    about = contact_draft(name_of(contact.person), attributes_of(contact.person))
    return ImportItem(draft=draft, entities=((contact.key, about), *_parts(values, contact)))


def _parts(values: dict[str, str], contact: "_Contact") -> Iterator[tuple[EntityKey, EntityDraft]]:
    """The ways to reach somebody whom only tables say, as Monica's API shows them.

    Of somebody who has an id, others may have said the same already.
    """
    if "contact.id" in values:
        return
    item = person_item(ORIGIN, contact.key, contact.person, None)
    of_own_types = {key for key, _, _ in item.named}
    yield from (part for part in item.parts if part[0] not in of_own_types)


def _digest(values: dict[str, str]) -> str:
    return f"row-{hashlib.sha256(json_text(sorted(values.items())).encode()).hexdigest()[:32]}"


class _Contact(NamedTuple):
    """The contact of a row, and what the row says of it."""

    key: EntityKey
    person: Person


def _contact(values: dict[str, str], mapping: Mapping) -> _Contact | None:
    """The contact of a row, None where it says nothing of one; raises Invalid."""
    said = {k.removeprefix(CONTACT): v for k, v in values.items() if k.startswith(CONTACT)}
    if not said:
        return None
    id_, name = said.pop("id", None), said.pop("name", None)
    parts = (said.get("first_name"), said.get("middle_name"), said.get("last_name"))
    name = name or " ".join(part for part in parts if part) or None
    born = _birthdate(said.pop("birthdate", None), mapping.birthdays)
    person = person_of_values(name or said.get("company"), said)
    person = msgspec.structs.replace(person, attrs={**person.attrs, **born})
    emails, phones = (
        [way.value for way in person.ways if way.sort == sort] for sort in (EMAIL, PHONE)
    )
    return _Contact(contact_key(ORIGIN, id_, *emails[:1], *phones[:1], person.name), person)


def _birthdate(text: str | None, format_: str | None) -> dict[str, object]:
    try:
        return {} if text is None else birthdate(text, format_)
    except ValueError:
        raise _no_date(BIRTHDATE, text or "", format_) from None


def _no_date(target: str, text: str, format_: str | None) -> Invalid:
    like = "2026-01-31" if format_ is None else format_
    return Invalid.of(target, f"{text[:100]!r} is no date like {like}")


def _instant(text: str | None, dates: str | None, time_zone: str) -> int:
    """When a row happened; raises Invalid."""
    if text is None:
        raise Invalid.of("occurred_at", "the row says no time")
    try:
        if dates is None:
            return instant_or_date_from_text(_with_zone(text, time_zone), time_zone)
        return _instant_of(text, dates, time_zone)
    except ValueError:
        raise _no_date("occurred_at", text, dates) from None


def _with_zone(text: str, time_zone: str) -> str:
    """`2026-01-31 14:00` as RFC 3339, in the account's zone where it names none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("YYYY-MM-DD"):
        return text
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(time_zone))
    return moment.astimezone(UTC).isoformat()


def _instant_of(text: str, dates: str, time_zone: str) -> int:
    moment = moment_of(text, dates)
    if moment.tzinfo is not None:
        return instant_from_datetime(moment.astimezone(UTC))
    if moment.time() == time() and ":" not in text:
        return start_of_date(moment.date(), time_zone)
    return instant_from_datetime(moment.replace(tzinfo=zone(time_zone)).astimezone(UTC))

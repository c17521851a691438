"""Activities or contacts from a table of values with commas between them (CSV).

The first row names the columns, and a mapping says what each of them is. A row is an activity if
the mapping has a time for it, and a contact if it has none.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from doings.core.activity import Draft, Link
from doings.core.clock import instant_from_datetime, start_of_date, zone
from doings.core.entity import EntityDraft, EntityKey
from doings.core.errors import DoingsError, Invalid, Malformed, Misconfigured, WrongEncoding
from doings.core.imports import ImportItem
from doings.core.text import json_text
from doings.core.values.encoding import utf8_content
from doings.core.values.instants import instant_or_date_from_text
from doings.importing.importer import Item
from doings.importing.inputs.columns import (
    CONTACT,
    DATA,
    Mapping,
    Table,
    kind_of_word,
)
from doings.importing.inputs.people import contact_draft, contact_key
from doings.importing.saved_answers import work_of_item

CELL_CHARACTERS = 4_000_000
"""The longest cell that is read. It is more than an activity may hold, so a longer one is bad."""

DELIMITERS = (",", ";", "\t", "|")

ORIGIN = "csv"
"""The origin of activities where none is given."""


def table_from_text(text: bytes) -> Table:
    """The heading and the rows of a table; raises Misconfigured for what is none."""
    try:
        decoded = utf8_content(text).decode()
    except WrongEncoding as error:
        raise Misconfigured(str(error)) from None
    except UnicodeDecodeError:
        raise Misconfigured("the file is not UTF-8; save it as CSV UTF-8") from None
    csv.field_size_limit(CELL_CHARACTERS)
    head = decoded.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str] | Malformed]] = []
    while True:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            rows.append((reader.line_num, Malformed(f"cannot be read: {error}")))
            continue
        if any(cell.strip() for cell in row):
            rows.append((reader.line_num, row))
    if not rows or isinstance(rows[0][1], Malformed):
        raise Misconfigured("the table has no row of headings")
    heading = [cell.strip() for cell in rows[0][1]]
    again = [name for name, count in Counter(heading).items() if name and count > 1]
    if again:
        raise Misconfigured(f"two columns are called {again[0]}; give each a name of its own")
    return Table(heading, rows[1:])


def items_from_table(
    table: Table, mapping: Mapping, origin: str, time_zone: str
) -> Iterator[Item[ImportItem]]:
    """What the rows say; `time_zone` is that of times without one. Raises Misconfigured."""
    mapping.check(table.heading)
    occurrences: Counter[str] = Counter()
    for done, (line, row) in enumerate(table.rows, 1):
        item: ImportItem | DoingsError
        if isinstance(row, Malformed):
            item = row
        else:
            try:
                item = _item(_named(table.heading, row, mapping), mapping, origin, time_zone)
            except (Invalid, Malformed) as error:
                item = error
        if isinstance(item, ImportItem) and not mapping.has_ids:
            item = _numbered(item, occurrences)
        work = work_of_item(item) if isinstance(item, ImportItem) else 1
        yield Item(f"line {line}", item, done, work)


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


def _item(values: dict[str, str], mapping: Mapping, origin: str, time_zone: str) -> ImportItem:
    """What a row says; raises Invalid."""
    contact = _contact(values)
    if not mapping.is_of_activities:
        if contact is None:
            raise Invalid.of("contact", "the row says nothing of a contact")
        return ImportItem(draft=None, entities=(contact,))
    draft = Draft(
        kind=kind_of_word(values.get("kind") or mapping.default_kind),
        occurred_at=_instant(values.get("occurred_at"), mapping.dates, time_zone),
        summary=values.get("summary"),
        body=values.get("body"),
        data=json_text({k.removeprefix(DATA): v for k, v in values.items() if k.startswith(DATA)}),
        links=() if contact is None else (Link(*contact[0]),),
        origin=origin,
        external_id=values.get("external_id") or _digest(values),
    )
    return ImportItem(draft=draft, entities=() if contact is None else (contact,))


def _digest(values: dict[str, str]) -> str:
    return f"row-{hashlib.sha256(json_text(sorted(values.items())).encode()).hexdigest()[:32]}"


def _contact(values: dict[str, str]) -> tuple[EntityKey, EntityDraft] | None:
    """The contact of a row, None where it says nothing of one; raises Invalid."""
    said = {k.removeprefix(CONTACT): v for k, v in values.items() if k.startswith(CONTACT)}
    if not said:
        return None
    id_, name = said.pop("id", None), said.pop("name", None)
    parts = (said.get("first_name"), said.get("middle_name"), said.get("last_name"))
    name = name or " ".join(part for part in parts if part) or None
    key = contact_key(ORIGIN, id_, said.get("email"), said.get("phone"), name)
    return key, contact_draft(name or said.get("company"), said)


def _instant(text: str | None, dates: str | None, time_zone: str) -> int:
    """When a row happened; raises Invalid."""
    if text is None:
        raise Invalid.of("occurred_at", "the row says no time")
    try:
        if dates is None:
            return instant_or_date_from_text(_with_zone(text, time_zone), time_zone)
        return _instant_of(datetime.strptime(text, dates), dates, time_zone)  # noqa: DTZ007 - it gets one
    except ValueError as error:
        raise Invalid.of("occurred_at", str(error)) from None


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


def _instant_of(moment: datetime, dates: str, time_zone: str) -> int:
    if moment.tzinfo is not None:
        return instant_from_datetime(moment.astimezone(UTC))
    if "%H" not in dates and "%I" not in dates:
        return start_of_date(moment.date(), time_zone)
    return instant_from_datetime(moment.replace(tzinfo=zone(time_zone)).astimezone(UTC))

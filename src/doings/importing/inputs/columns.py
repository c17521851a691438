"""What the columns of a table are: proposed from their names, and given by hand. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from anyascii import anyascii

from doings.core.activity import KIND
from doings.core.errors import Invalid, Malformed, Misconfigured
from doings.importing.inputs.contact_columns import contact_target, next_target
from doings.importing.inputs.date_formats import BIRTHDAYS, NO_BIRTHDAY, TIMES, Written, written

CONTACT = "contact."
"""What the names begin with of what is said of the contact of a row."""

DATA = "data."
"""What the names begin with of the members of an activity's data."""

NOTHING = "-"
"""What a column is mapped to that is left out."""

OF_ACTIVITIES = ("occurred_at", "kind", "summary", "body", "external_id")

DEFAULT_KIND = "note.created"
DEFAULT_KIND_OF_SUMMARIES = "encounter.logged"

EXAMPLE = 60
"""How many characters of a cell are shown as an example."""

SAMPLE = 1000
"""How many rows are looked at to see how dates are written."""

_SYNONYMS: dict[str, str] = {
    name: target
    for target, names in {
        "occurred_at": "occurred_at happened_at date time datetime timestamp when day start"
        " started_at date_time activity_date created created_at datum zeit",
        "kind": "kind type activity_type event event_type category typ",
        "summary": "summary subject title headline betreff titel",
        "body": "body note notes text description comment comments content message details notiz"
        " beschreibung",
        "external_id": "external_id activity_id event_id reference record_id",
        "contact.id": "contact_id client_id customer_id person_id member_id user_id kundennummer",
        "contact.name": "name full_name contact contact_name client client_name customer"
        " customer_name person display_name kunde",
        "contact.first_name": "first_name firstname given_name forename vorname",
        "contact.middle_name": "middle_name additional_name",
        "contact.last_name": "last_name lastname family_name surname nachname",
        "contact.email": "email e_mail email_address mail e_mail_address e_mail_1_value",
        "contact.phone": "phone telephone phone_number mobile mobile_phone tel cell telefon"
        " phone_1_value",
        "contact.company": "company organization organisation organization_name firma company_name"
        " associated_company account_name",
        "contact.job": "job job_title position",
        "contact.birthdate": "birthday birthdate date_of_birth birth_date geburtstag",
    }.items()
    for name in names.split()
}
"""What a column is whose name, in small letters with `_` between its words, is one of these."""

_OF_CONTACTS = {
    "body": "contact.description",
    "external_id": "contact.id",
    "summary": "contact.title",
    "kind": "contact.type",
}
"""What these are in a table of contacts."""

_WORDS = {
    "note": "note.created",
    "call": "call.logged",
    "phone_call": "call.logged",
    "meeting": "encounter.logged",
    "lunch": "encounter.logged",
    "visit": "encounter.logged",
    "activity": "encounter.logged",
    "email": "email.sent",
    "e_mail": "email.sent",
    "task": "task.completed",
}
"""The kinds of usual words."""

_AGAIN = re.compile(r" \(\d+\)$")
"""What tells columns of one name apart."""

_SIGNS = re.compile(r"[^a-z0-9]+")
_TARGET = re.compile(r"(?:contact|data)\.[a-z][a-z0-9_]{0,63}")


BIRTHDATE = "contact.birthdate"


class Table(NamedTuple):
    """The names of the columns, and the rows: the number of each one's last line, and its cells.

    `remarks` is what somebody should know of how the table was read.
    """

    heading: list[str]
    rows: "list[tuple[int, list[str] | Malformed]]"
    remarks: tuple[str, ...] = ()


class Mapping(msgspec.Struct, frozen=True):
    """Which column each thing is, and values that all rows have.

    `dates` is how times are written, and `birthdays` how these are, in the signs of `strptime`;
    None for ISO 8601. `doubts` are what somebody should look at before rows are imported so.
    """

    columns: dict[str, str]
    constants: dict[str, str] = {}
    dates: str | None = None
    birthdays: str | None = None
    doubts: tuple[str, ...] = ()

    @property
    def is_of_activities(self) -> bool:
        """Whether rows are activities, or else contacts."""
        return "occurred_at" in self.columns or "occurred_at" in self.constants

    @property
    def has_ids(self) -> bool:
        """Whether rows say their external ids."""
        return "external_id" in self.columns

    @property
    def default_kind(self) -> str:
        """The kind of activities that do not say theirs."""
        has_body = "body" in self.columns or "body" in self.constants
        return DEFAULT_KIND if has_body else DEFAULT_KIND_OF_SUMMARIES

    def check(self, heading: Sequence[str]) -> None:
        """Raise Misconfigured for a column that a table does not have."""
        missing = [column for column in self.columns.values() if column not in heading]
        if missing:
            raise Misconfigured(f"there is no column {missing[0]} in this table")

    def lines(self, table: Table) -> list[str]:
        """The mapping in words, for a person, with what the first row has in each column."""
        by_column = {column: target for target, column in self.columns.items()}
        first = next((row for _, row in table.rows if isinstance(row, list)), [])
        cells = [*first, *[""] * len(table.heading)]
        lines = [
            f"{name or '(no name)'} → {by_column.get(name, 'left out')}{_example(cell)}"
            for name, cell in zip(table.heading, cells, strict=False)
        ]
        lines += [f"{target} is always {value}" for target, value in self.constants.items()]
        if self.is_of_activities and not {"kind"} & {*self.columns, *self.constants}:
            lines.append(f"kind is always {self.default_kind}")
        if self.dates is not None:
            lines.append(f"times are written like {self.dates}")
        if self.birthdays is not None:
            lines.append(f"birthdays are written like {self.birthdays}")
        what = "an activity" if self.is_of_activities else "a contact"
        return [*table.remarks, *lines, *self.doubts, f"each row is {what}"]


def _example(cell: str) -> str:
    return f": {cell.strip()[:EXAMPLE]}" if cell.strip() else ""


def plain_name(name: str) -> str:
    """The name of a column in small ASCII letters, with `_` between its words."""
    return _SIGNS.sub("_", anyascii(name).lower()).strip("_")


def kind_of_word(text: str) -> str:
    """The kind that a cell says, a kind itself or a usual word; raises Invalid."""
    if KIND.fullmatch(text):
        return text
    kind = _WORDS.get(plain_name(text))
    if kind is None:
        raise Invalid.of(
            "kind", f"{text[:100]!r} is no kind like note.created; give all rows one by kind:=…"
        )
    return kind


def mapping_from(table: Table, given: Sequence[str] = (), dates: str | None = None) -> Mapping:
    """The mapping of a table: what its names suggest, and over that what is given.

    Each of `given` is `TARGET=COLUMN`, `-=COLUMN` for a column to leave out, or `TARGET:=VALUE`.
    Raises Misconfigured.
    """
    columns, constants, left_out = _given(table.heading, given)
    taken = {*columns.values(), *left_out}
    proposed = _proposed([name for name in table.heading if name and name not in taken])
    has_time = "occurred_at" in {*columns, *constants, *proposed}
    for target, column in _settled(proposed, has_time=has_time):
        if target not in columns and target not in constants:
            columns[target] = column
    ordered = dict(sorted(columns.items(), key=lambda pair: table.heading.index(pair[1])))
    return _with_dates(Mapping(ordered, constants), table, dates)


def _with_dates(mapping: Mapping, table: Table, dates: str | None) -> Mapping:
    """The mapping with how its dates are written, as `dates` says or as they look."""
    times = _written(table, mapping.columns.get("occurred_at"), TIMES, dates)
    # What is given is meant for the times of a table of activities.
    of_birthdays = None if mapping.is_of_activities else dates
    births = _written(table, mapping.columns.get(BIRTHDATE), BIRTHDAYS, of_birthdays)
    doubts = [
        f"hardly any of {mapping.columns[target]} is a date, {found.read} of {found.texts}:"
        f" --map -={mapping.columns[target]} leaves it out"
        for target, found in (("occurred_at", times), (BIRTHDATE, births))
        if found.is_doubtful
    ]
    return msgspec.structs.replace(
        mapping, dates=times.format, birthdays=births.format, doubts=tuple(doubts)
    )


def _written(
    table: Table, column: str | None, formats: Sequence[str], dates: str | None
) -> Written:
    """How the dates of a column are written; raises Misconfigured where that is not certain."""
    if column is None or dates is not None:
        return Written(dates, 0, 0)
    place = table.heading.index(column)
    texts = [
        row[place].strip()
        for _, row in table.rows[:SAMPLE]
        if isinstance(row, list) and len(row) > place and row[place].strip()
    ]
    return written([text for text in texts if text not in NO_BIRTHDAY], formats, column)


def _given(
    heading: Sequence[str], given: Iterable[str]
) -> tuple[dict[str, str], dict[str, str], set[str]]:
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    left_out: set[str] = set()
    for text in given:
        target, sign, value = text.partition("=")
        is_constant = target.endswith(":")
        target, value = target.rstrip(":").strip(), value.strip()
        if not sign or not value:
            raise Misconfigured(f"--map {text}: it must be like body=Notes, -=Column or kind:=x.y")
        if not is_constant and value not in heading:
            names = ", ".join(name for name in heading if name)
            raise Misconfigured(f"--map {text}: there is no column {value}, but {names}")
        if target == NOTHING:
            left_out.add(value)
            continue
        if target not in OF_ACTIVITIES and not _TARGET.fullmatch(target):
            names = ", ".join(OF_ACTIVITIES)
            raise Misconfigured(
                f"--map {text}: {target} is none of {names}, contact.NAME and data.NAME"
            )
        if target in columns or target in constants:
            raise Misconfigured(f"--map {text}: {target} is given twice")
        (constants if is_constant else columns)[target] = value
    return columns, constants, left_out


def _proposed(names: Sequence[str]) -> dict[str, str]:
    """What the columns of these names may be, the first one that may be something first."""
    proposed: dict[str, str] = {}
    for name in names:
        plain = plain_name(name)
        target = _SYNONYMS.get(plain) or ("external_id" if plain == "id" else None)
        if target is None or target in proposed:
            target = f"{DATA}{plain[:64]}"
        if _is_target(target):
            proposed.setdefault(target, name)
    return proposed


def _is_target(target: str) -> bool:
    return target in OF_ACTIVITIES or _TARGET.fullmatch(target) is not None


def _settled(proposed: dict[str, str], *, has_time: bool) -> list[tuple[str, str]]:
    """What the columns are, as rows are activities or contacts."""
    if has_time:
        return list(proposed.items())
    settled: dict[str, str] = {}
    for target, column in proposed.items():
        new = _OF_CONTACTS.get(target, target)
        known = contact_target(plain_name(_AGAIN.sub("", column)))
        if known is not None:
            new = CONTACT + known
        elif new.startswith(DATA):
            new = CONTACT + new.removeprefix(DATA)
        free: str | None = new
        while free is not None and free in settled:
            free = next_target(free)
        if free is not None:
            settled[free] = column
        else:
            settled.setdefault(f"{CONTACT}{plain_name(column)[:64]}", column)
    return list(settled.items())

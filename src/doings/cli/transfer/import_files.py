"""What `doings import` makes of its files and options: which format they are, and their items."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
import typer

from doings.cli.terminal import remark
from doings.config import Settings
from doings.core.account import Account
from doings.core.clock import SystemClock
from doings.core.errors import DoingsError, Misconfigured
from doings.core.imports import ImportItem, SavedAnswers
from doings.importing.compression import read_whole
from doings.importing.importer import Item
from doings.importing.inputs.sources import STDIN, Source

if TYPE_CHECKING:
    from doings.importing.inputs.people import PersonItem

LINES = "ndjson"
ANSWERS = "answers"
VCARD = "vcard"
CSV = "csv"

WORDS = {LINES: "lines", ANSWERS: "elements", VCARD: "cards", CSV: "rows"}
"""What a part of each format is called."""

_SUFFIXES = {".vcf": VCARD, ".vcard": VCARD, ".csv": CSV, ".tsv": CSV}
"""The formats that names of files tell; all others are NDJSON."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The options of an import; `is_settled` says that a table's mapping need not be asked for."""

    dialect: str | None = None
    contact: str | None = None
    contact_from_name: bool = False
    origin: str | None = None
    format: str | None = None
    mapping: tuple[str, ...] = ()
    dates: str | None = None
    is_settled: bool = False
    keep_ids: bool = False


InputOf = Callable[[Account, Settings], Any]
"""Makes the input of an import into an account: a `Input` of one kind of items or another."""


def input_for(sources: Sequence[Source], given: Given) -> tuple[str, InputOf]:
    """The format of the sources, and what makes their input; raises Misconfigured."""
    if given.dialect is None and (given.contact is not None or given.contact_from_name):
        name = "--contact" if given.contact is not None else "--contact-from-name"
        raise Misconfigured(f"{name} goes with --dialect")
    format_ = _format(sources, given)
    if format_ != CSV and (given.mapping or given.dates is not None):
        raise Misconfigured("--map and --dates go with tables: give --format csv if this is one")
    if given.keep_ids and format_ in {VCARD, CSV}:
        raise Misconfigured(
            f"--keep-ids does not go with {format_}, which holds no Monica's numbers"
        )
    if format_ == VCARD and given.origin is not None:
        raise Misconfigured("--origin does not go with vCards, which are no activities")
    return format_, _INPUTS[format_](sources, given)


def _format(sources: Sequence[Source], given: Given) -> str:
    if given.dialect is not None:
        if given.format is not None:
            raise Misconfigured("--format does not go with --dialect")
        return ANSWERS
    if given.format is not None:
        if given.format not in WORDS or given.format == ANSWERS:
            raise Misconfigured(f"there is no format {given.format}; there are ndjson, vcard, csv")
        return given.format
    found = {
        _SUFFIXES.get(source.suffix, LINES): source.name
        for source in sources
        if not source.is_broken
    }
    if len(found) > 1:
        (one, name), (other, other_name), *_ = found.items()
        raise Misconfigured(
            f"{name} is {one}, and {other_name} is {other}: import files of one format at a time"
        )
    return next(iter(found), LINES)


def _lines(sources: Sequence[Source], given: Given) -> InputOf:
    from doings.importing.inputs.input import input_of_lines  # noqa: PLC0415 - loads every dialect

    return lambda _account, _settings: input_of_lines(sources, given.origin)


def _answers(sources: Sequence[Source], given: Given) -> InputOf:
    from doings.importing import keeping, registry  # noqa: PLC0415 - loads every dialect
    from doings.importing.inputs.input import input_of_answers  # noqa: PLC0415 - likewise

    if given.origin is not None:
        raise Misconfigured("--origin does not go with --dialect, which is the origin itself")
    if given.contact is not None and given.contact_from_name:
        raise Misconfigured("--contact does not go with --contact-from-name")
    dialect = given.dialect or ""
    saved = registry.dialect_named(dialect)
    contact = "-" if given.contact_from_name else given.contact
    registry.check_contact(dialect, saved.contact_of_import, contact)
    if given.keep_ids:
        keeping.check_keeps_ids(dialect, saved)
        sources = [_with_numbers(source, saved) for source in sources]

    def input_(account: Account, settings: Settings) -> object:
        context = registry.context_for(dialect, account, given.contact, settings)
        return input_of_answers(sources, saved, context, contact_from_name=given.contact_from_name)

    return input_


def _with_numbers(source: Source, saved: SavedAnswers) -> Source:
    """The source, if its elements say their numbers; raises Misconfigured else.

    What cannot be read is told when its turn comes. What comes by stdin is kept, as it comes once.
    """
    from doings.importing.saved_answers import elements_of_text  # noqa: PLC0415 - as above

    try:
        with source.opened() as file:
            text = read_whole(file)
        elements = elements_of_text(saved, text)
    except (DoingsError, OSError):
        return source
    texts = [element.text for element in elements if isinstance(element.text, bytes)]
    if saved.lacks_numbers is not None and saved.lacks_numbers(texts):
        raise Misconfigured(
            f"{source.name} is the export of an account, which holds UUIDs and no numbers, so there"
            " is none to keep; `doings pull monica --keep-ids` brings them, or saved answers do"
        )
    if source.name != STDIN:
        return source
    return msgspec.structs.replace(source, opened=lambda: nullcontext(BytesIO(text)))


def _vcards(sources: Sequence[Source], _given: Given) -> InputOf:
    from doings.importing.inputs.input import input_of_items  # noqa: PLC0415 - loads every dialect
    from doings.importing.inputs.vcards import items_from_vcards  # noqa: PLC0415 - loads vobject

    now = SystemClock().now()

    def read(_: Source, file: BinaryIO) -> "Iterator[Item[ImportItem | PersonItem]]":
        yield from items_from_vcards(read_whole(file), now)

    return lambda _account, _settings: input_of_items(sources, read, now)


def _tables(sources: Sequence[Source], given: Given) -> InputOf:
    from doings.importing.inputs import tables  # noqa: PLC0415 - loads every dialect
    from doings.importing.inputs.columns import mapping_from  # noqa: PLC0415 - only tables need it
    from doings.importing.inputs.input import input_of_items  # noqa: PLC0415 - loads every dialect

    example = next((source for source in sources if not source.is_broken), sources[0])
    with example.opened() as file:
        first = tables.table_from_text(read_whole(file))
    if not first.rows and len(sources) == 1:
        raise Misconfigured("the table has headings, and no row below them")
    mapping = mapping_from(first, given.mapping, given.dates)
    for line in mapping.lines(first):
        remark(line)
    if not given.is_settled and not given.mapping:
        _ask()

    def input_(account: Account, _settings: Settings) -> object:
        def read(source: Source, file: BinaryIO) -> "Iterator[Item[ImportItem | PersonItem]]":
            table = first if source is example else tables.table_from_text(read_whole(file))
            origin = given.origin or tables.ORIGIN
            return tables.items_from_table(table, mapping, origin, account.time_zone)

        return input_of_items(sources, read, SystemClock().now())

    return input_


def _ask() -> None:
    """Have the mapping confirmed; raises Misconfigured where nobody can be asked."""
    if not sys.stdin.isatty():
        raise Misconfigured("nothing was imported: give --yes if the mapping is right, else --map")
    typer.confirm("Import it so?", abort=True, err=True)


_INPUTS: dict[str, Callable[[Sequence[Source], Given], InputOf]] = {
    LINES: _lines,
    ANSWERS: _answers,
    VCARD: _vcards,
    CSV: _tables,
}

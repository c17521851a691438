"""`doings import`: NDJSON into a timeline, or what somebody saved of a vendor's answers.

A line is an activity document or `{"entity": {…}}`. Importing the same again changes nothing: what
has no external_id gets one, from its id or else from its text. Memory stays flat however long the
lines are together; answers are read as a whole.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from typer.core import TyperCommand, TyperGroup

from doings.cli.options import (
    AccountOption,
    ContactOption,
    DatabaseOption,
    DialectOption,
    named_as_options,
    settings_for,
    with_store,
)
from doings.cli.terminal import progress, remark, say
from doings.core.activity import Draft, checked_origin
from doings.core.errors import Misconfigured
from doings.core.store import Store
from doings.core.store.imports import ImportCounts
from doings.core.timeline import Timeline
from doings.importing.compression import is_gzip, readable
from doings.importing.importer import Importer, ImportSource, Refusal, each_of
from doings.importing.ndjson import items_from_lines, put_lines

IMPORT_EXAMPLES = """
$ doings import history.ndjson --account co-up

$ doings export --account co-up | doings import - --account copy

$ echo '{"kind": "note.created", "body": "Called back", "links": ["contact:8"]}' | doings import - \
--account co-up

$ doings import --dialect monica activities.json --account co-up

$ doings import --dialect agendize items.json --account co-up --contact 8

A file may be compressed with gzip.

Bad lines and elements are reported with number and reason; the others are imported, and the exit
code is 1. Answers may stand one after the other in a file, as page after page was saved.

Every import prints its number:

$ doings import list                # all imports

$ doings import undo 3              # takes back what import 3 recorded

A file with such a name is imported as ./list or ./undo.
"""

FROM_FILE = "FILE"
"""The name under which the group is given the command that is meant where none is named."""


class ImportGroup(TyperGroup):
    """`doings import FILE`, `doings import list` and `doings import undo RUN`.

    The first word decides. Whatever is no command begins the arguments of `doings import FILE`, and
    so do options, `--help` among them.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - typer publishes no types for them
        super().__init__(**options)
        self._file_command = self.commands.pop(FROM_FILE)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - likewise
        """The command that is meant, its name, and its arguments."""
        name = args[0]
        if name == FROM_FILE:
            return name, self._file_command, args[1:]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - likewise
        """Put the name of the command before its arguments."""
        if not args or args[0] not in self.commands:
            args = [FROM_FILE, *args]
        return super().parse_args(ctx, args)


class ImportCommand(TyperCommand):
    """`doings import FILE`, which its help and its errors call by the name of the group."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Any = None,  # noqa: ANN401 - typer publishes no type for what it gives here
        **extra: Any,  # noqa: ANN401 - likewise
    ) -> Any:  # noqa: ANN401 - likewise
        """The context of the group's own parent."""
        if parent is not None:
            info_name, parent = parent.info_name, parent.parent
        return super().make_context(info_name, args, parent, **extra)


def import_(  # noqa: PLR0913 - each is an option of the command
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="NDJSON or saved answers, also as gzip; - for stdin.",
            show_default=False,
        ),
    ],
    account: AccountOption,
    *,
    origin: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="Where they come from, instead of what each line says."),
    ] = None,
    dialect: DialectOption = None,
    contact: ContactOption = None,
    database: DatabaseOption = None,
) -> None:
    """Import NDJSON, as `doings export` writes it, or answers that a vendor's API gave."""
    if dialect is None and contact is not None:
        raise Misconfigured("--contact goes with --dialect")
    if dialect is not None:
        if origin is not None:
            raise Misconfigured("--origin does not go with --dialect, which is the origin itself")
        number, counts = _import_answers(file, account, dialect, contact, database)
    else:
        number, counts = _import_lines(file, account, origin, database)
    filled = f" {counts.filled} were completed," if counts.filled else ""
    say(
        f"Imported {counts.recorded} activities and {counts.entities} entities into {account};"
        f"{filled} {counts.repeated} were there already, {counts.bad}"
        f" {'lines' if dialect is None else 'elements'} were bad"
    )
    if counts.deleted:
        say(f"{counts.deleted} entities were deleted in {account} and stay so; PUT makes one again")
    if number:
        say(f"This is run {number}: `doings import undo {number}` takes it back")
    else:
        say("Nothing could be imported, so there is no run to undo")
    if counts.bad:
        raise typer.Exit(1)


Imported = tuple[int, ImportCounts]
"""The number of an import, and what it came to."""


def _import_lines(file: str, account: str, origin: str | None, database: str | None) -> Imported:
    from doings.importing.recognition import checked_lines  # noqa: PLC0415
    from doings.importing.registry import SAVED  # noqa: PLC0415 - loads every dialect

    if origin is not None:
        with named_as_options(origin="--origin"):
            Draft(kind="origin.checked", occurred_at=0, origin=checked_origin(origin))
    path = _path(file)

    async def work(store: Store) -> Imported:
        timeline = Timeline(store, await store.account(account), by=None)
        with _source(path) as source, progress("Importing") as step:
            total = path.stat().st_size if path and not is_gzip(path) else None
            items = items_from_lines(checked_lines(source, SAVED), origin)
            importer = Importer(timeline, put_lines, _remark, ImportSource(None, (file,)))
            counts = await importer.run(each_of(items), step, total)
            return importer.number, counts

    return with_store(database, work)


def _import_answers(
    file: str, account: str, dialect: str, contact: str | None, database: str | None
) -> Imported:
    from doings.importing import registry, saved_answers  # noqa: PLC0415 - loads every dialect

    saved = registry.dialect_named(dialect)
    registry.check_contact(dialect, saved.contact_of_import, contact)
    with _source(_path(file)) as source:
        elements = saved_answers.elements_of_text(saved, source.read())
    if contact is None:
        saved_answers.check_contact(saved, elements)

    async def work(store: Store) -> Imported:
        timeline = Timeline(store, await store.account(account), by=None)
        context = registry.context_for(dialect, timeline.account, contact, settings_for(database))
        items = saved_answers.items_of_elements(saved, elements, context)
        put = saved_answers.putting(saved, context.now)
        importer = Importer(timeline, put, _remark, ImportSource(dialect, (file,)))
        with progress("Importing") as step:
            counts = await importer.run(each_of(items), step, len(elements))
        return importer.number, counts

    return with_store(database, work)


def _remark(refusal: Refusal) -> None:
    remark(f"{refusal.place}: {refusal.reason}")


def _path(file: str) -> Path | None:
    """The file, None for stdin; raises Misconfigured."""
    path = None if file == "-" else Path(file)
    if path is not None and not path.is_file():
        raise Misconfigured(f"there is no file {path}")
    return path


@contextmanager
def _source(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        with readable(sys.stdin.buffer) as source:
            yield source
        return
    with path.open("rb") as file, readable(file) as source:
        yield source

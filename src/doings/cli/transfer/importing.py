"""`doings import`: files into a timeline.

They are NDJSON, answers that somebody saved of a vendor's API, vCards or tables. A line of NDJSON
is an activity document or `{"entity": {…}}`. Importing the same again changes nothing: what has no
external_id gets one, from its id or else from what it says. Many files are one import, and each is
read when its turn comes.
"""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

import typer

from doings.cli.options import (
    AccountOption,
    ContactOption,
    DatabaseOption,
    DialectOption,
    KeepIdsOption,
    named_as_options,
    settings_for,
    with_store,
)
from doings.cli.terminal import progress, remark, say
from doings.cli.transfer.import_files import ANSWERS, LINES, WORDS, Given, input_for
from doings.core.activity import Draft, checked_origin
from doings.core.store import Store, Writer
from doings.core.store.imports import ImportCounts
from doings.core.timeline import Timeline
from doings.importing import keeping
from doings.importing.importer import Importer, ImportSource, Item, Refusal, Step, each_of
from doings.importing.inputs.sources import names_in_run, opened_sources
from doings.importing.inputs.telling_apart import told_apart
from doings.importing.trial import FirstMentions, MadeEntities, counts_of_trial

IMPORT_EXAMPLES = """
$ doings import history.ndjson --account co-up

$ doings export --account co-up | doings import - --account copy

$ echo '{"kind": "note.created", "body": "Called back", "links": ["contact:8"]}' | doings import - \
--account co-up

$ doings import --dialect monica activities.json --account co-up

$ doings import --dialect monica saved/*.json --account new --keep-ids

$ doings import --dialect agendize items.json --account co-up --contact 8

$ doings import --dialect agendize saved/ --account co-up --contact-from-name

$ doings import contacts.vcf --account co-up

$ doings import calls.csv --account co-up --map contact.name=Client --map kind:=call.logged

Give as many files as you like, folders, patterns like 'saved/*.json', and ZIP archives; a file may
be compressed with gzip. With --contact-from-name the answer in 8.json is contact 8's. With
--dialect monica a file may also be the export of an account (JSON) of Monica 4.

Of a table the mapping of its columns is shown, and asked for; --yes takes it as it is. A mapping is
TARGET=COLUMN, -=COLUMN leaves a column out, TARGET:=VALUE is the same for all rows. Targets are
occurred_at, kind, summary, body, external_id, contact.NAME (contact.id, contact.name,
contact.email…) and data.NAME. A row with a time is an activity, one without is a contact.

Bad lines and elements are reported with file, number and reason; the others are imported, and the
exit code is 1. Answers may stand one after the other in a file, as page after page was saved.

Every import prints its number:

$ doings import list                # all imports

$ doings import undo 3              # takes back what import 3 recorded

A file with such a name is imported as ./list or ./undo.
"""

MONICA = "monica"
"""The dialect whose numbers an account may keep."""


def import_(  # noqa: PLR0913 - each is an option of the command
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            help="NDJSON, saved answers, vCards or tables, also as gzip or in a ZIP archive;"
            " folders and patterns; - for stdin.",
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
    contact_from_name: Annotated[
        bool,
        typer.Option(
            "--contact-from-name",
            help="With --dialect: each file is the list of the contact that it is named by.",
        ),
    ] = False,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="ndjson, vcard or csv, where the files' names do not say so.",
            show_default=False,
        ),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="TARGET=COLUMN",
            help="With a table: what a column is; repeat it for more.",
            show_default=False,
        ),
    ] = None,
    keep_ids: KeepIdsOption = False,
    dates: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="With a table: how times are written, like %d.%m.%Y.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="With a table: take the mapping as it is shown.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be imported, and write nothing.")
    ] = False,
    database: DatabaseOption = None,
) -> None:
    """Import NDJSON, answers that a vendor's API gave, vCards or tables."""
    if origin is not None:
        with named_as_options(origin="--origin"):
            Draft(kind="origin.checked", occurred_at=0, origin=checked_origin(origin))
    given = Given(
        dialect=dialect,
        contact=contact,
        contact_from_name=contact_from_name,
        origin=origin,
        format=format_,
        mapping=tuple(mapping or ()),
        dates=dates,
        is_settled=yes or dry_run,
        keep_ids=keep_ids,
    )
    with opened_sources(files) as sources:
        word, input_of = input_for(sources, given)
        number, counts = _imported(
            input_of, account, ImportSource(dialect or _noted(word), names_in_run(files)),
            database=database, is_dry=dry_run, keep_ids=keep_ids,
        )  # fmt: skip
    _tell(number, counts, account, WORDS[word], is_dry=dry_run)
    if counts.bad:
        raise typer.Exit(1)


def _noted(format_: str) -> str | None:
    """What the note of an import says of a format that is no dialect's."""
    return None if format_ in {LINES, ANSWERS} else format_


def _imported(  # noqa: PLR0913 - what is imported, and how
    input_of: Any,  # noqa: ANN401 - a job's items and how they are written go together
    account: str,
    source: ImportSource,
    *,
    database: str | None,
    is_dry: bool,
    keep_ids: bool,
) -> tuple[int, ImportCounts]:
    """The number of the import, and what it came to."""

    async def work(store: Store) -> tuple[int, ImportCounts]:
        timeline = Timeline(store, await store.account(account), by=None)
        if keep_ids:
            timeline = await keeping.keeping(timeline, MONICA)
        given = input_of(timeline.account, settings_for(database))
        put = _keeping(given.put) if keep_ids else given.put
        with progress("Importing") as step:
            if is_dry:
                return 0, await _tried(timeline, given, put, step)
            importer: Importer[Any] = Importer(timeline, put, _refuse, source)
            items = _told(told_apart(each_of(given.items), timeline))
            counts = await importer.run(items, step, given.total)
        return importer.number, counts

    return with_store(database, work)


Put = Callable[[Writer, Any], Awaitable[ImportCounts]]
"""Writes items in one transaction."""


def _keeping(put: Put) -> Put:
    """Writes items, and has the account keep Monica's numbers with the first ones."""

    async def put_keeping(writer: Writer, items: Any) -> ImportCounts:  # noqa: ANN401 - of any input
        await keeping.keep_ids(writer, MONICA)
        return await put(writer, items)

    return put_keeping


async def _tried(
    timeline: Timeline,
    given: Any,  # noqa: ANN401 - an input's items and how they are written go together
    put: Put,
    step: Step,
) -> ImportCounts:
    """What an import would come to."""
    first, made = FirstMentions(), MadeEntities()
    noting = made.noting(put)
    importer: Importer[Any] = Importer(timeline, noting, _refuse, is_trial=True)
    items = _told(told_apart(each_of(given.items), timeline))
    counts = await importer.run(first.of(items), step, given.total)
    return counts_of_trial(counts, first, made)


async def _told(items: AsyncIterable[Item[Any]]) -> AsyncIterator[Item[Any]]:
    """The items; what is only a remark is told on the way."""
    async for item in items:
        if item.says is None and item.place:
            remark(item.place)
        yield item


def _refuse(refusal: Refusal) -> None:
    remark(f"{refusal.place}: {refusal.reason}")


def _tell(number: int, counts: ImportCounts, account: str, word: str, *, is_dry: bool) -> None:
    merges = f" {counts.merges} merges of people were made or reverted," if counts.merges else ""
    filled = f" {counts.filled} were completed," if counts.filled else ""
    if is_dry:
        filled = f" {counts.filled} would be completed," if counts.filled else ""
        say(
            f"Would import {counts.recorded} activities and {_entities(counts)} into"
            f" {account};{filled} {counts.repeated} are there already, {counts.bad} {word} are bad"
        )
        say("Nothing was written")
        return
    say(
        f"Imported {counts.recorded} activities and {_entities(counts)} into {account};"
        f"{merges}{filled} {counts.repeated} were there already, {counts.bad} {word} were bad"
    )
    if counts.deleted:
        say(f"{counts.deleted} entities were deleted in {account} and stay so; PUT makes one again")
    if number:
        say(f"This is run {number}: `doings import undo {number}` takes it back")
    else:
        say("Nothing could be imported, so there is no run to undo")


def _entities(counts: ImportCounts) -> str:
    """How many entities there are, and of whom: a contact brings what belongs to it."""
    others = counts.entities - counts.contacts
    if not counts.contacts or not others:
        return f"{counts.entities} {'contacts' if counts.contacts else 'entities'}"
    what = "what belongs to them, types, tags"
    return f"{counts.contacts} contacts and {others} other entities ({what})"

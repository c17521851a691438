"""`doings export`: a timeline as NDJSON, or as the one answer that a vendor's API would give.

With proofs, a checkpoint stands before and behind the rest, and a line for each leaf of the log.
In NDJSON entities come first, then activities from the oldest on, then merges, so that `doings
import` of it makes an equal account. Memory stays flat however much there is.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from doings.cli import proofs as proofs_of_export
from doings.cli.options import (
    AccountOption,
    ContactOption,
    DatabaseOption,
    DialectOption,
    named_as_options,
    settings_for,
    with_store,
)
from doings.cli.proofs import Signing, log_keys
from doings.cli.terminal import progress, remark
from doings.core.account import Account
from doings.core.activity import checked_kind
from doings.core.documents.exporting import activity_lines, entity_lines, merge_lines
from doings.core.errors import Invalid, Misconfigured
from doings.core.query import Query
from doings.core.store import Store
from doings.core.timeline import Timeline
from doings.core.values.instants import instant_or_date_from_text
from doings.importing.importer import Step
from doings.private_files import open_private

EXPORT_EXAMPLES = """
$ doings export --account co-up co-up.ndjson

$ doings export --account co-up --kind 'note.*' --since 2026-01-01 | jq -r .body

$ doings export --dialect monica --account co-up activities.json

$ doings export --dialect invent --account co-up --contact 8
"""


def export(  # noqa: PLR0913 - each is an option of the command
    account: AccountOption,
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="The file to write, - for stdout.")
    ] = "-",
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Only this kind, or note.* for all of a noun; repeat it for more."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From this time or date on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Before this time or date.")
    ] = None,
    activities_only: Annotated[
        bool, typer.Option("--activities-only", help="Leave out the entities.")
    ] = False,
    proofs: Annotated[
        bool,
        typer.Option("--proofs", help="With the leaves of the log, for `doings verify`."),
    ] = False,
    dialect: DialectOption = None,
    contact: ContactOption = None,
    database: DatabaseOption = None,
) -> None:
    """Export an account's entities and activities as NDJSON, or as an answer of a vendor's API.

    Filters narrow the activities, and go with NDJSON only.
    """
    if proofs and (dialect or contact or kind or since or until or activities_only):
        raise Misconfigured("--proofs goes with a whole export: with --account and FILE alone")
    if dialect is not None:
        if kind or since or until or activities_only:
            raise Misconfigured("--dialect goes with --account, --contact and FILE alone")
        _export_answer(file, account, dialect, contact, database)
        return
    if contact is not None:
        raise Misconfigured("--contact goes with --dialect")

    async def work(store: Store) -> int:
        owner = await store.account(account)
        query = Query(
            kinds=checked_kinds(kind),
            since=_instant(since, owner, "--since"),
            until=_instant(until, owner, "--until"),
            is_descending=False,
        )
        timeline = Timeline(store, owner, by=None)
        signing = Signing(store, owner, log_keys(database)) if proofs else None
        return await _write(timeline, query, file, signing, with_entities=not activities_only)

    written = with_store(database, work)
    if file != "-":
        remark(f"Exported {written} activities of {account} to {file}")


def _export_answer(
    file: str, account: str, dialect: str, contact: str | None, database: str | None
) -> None:
    from doings.importing import registry  # noqa: PLC0415 - loads every dialect

    saved = registry.dialect_named(dialect)
    registry.check_contact(dialect, saved.contact_of_export, contact)

    async def work(store: Store) -> None:
        timeline = Timeline(store, await store.account(account), by=None)
        context = registry.context_for(dialect, timeline.account, contact, settings_for(database))
        chunks = saved.respond_chunks(timeline, context)
        # What is unknown is found out before the file is begun.
        first = await anext(chunks)
        with _target(file) as out:
            out.write(first)
            async for chunk in chunks:
                out.write(chunk)
            out.flush()

    with_store(database, work)
    if file != "-":
        remark(f"Exported {account} as {dialect} to {file}")


async def _write(
    timeline: Timeline, query: Query, file: str, signing: Signing | None, *, with_entities: bool
) -> int:
    """Write the lines of an export; returns how many activities they hold."""
    if signing is not None:
        # Where nothing can be signed, this is found out before the file is begun.
        await signing.prepare()
    with _target(file) as out, progress("Exporting") as step:
        if signing is not None:
            await proofs_of_export.write_checkpoint(signing, out)
        if with_entities:
            await _write_entities(timeline, out)
        written = await _write_activities(timeline, query, out, step, are_named=with_entities)
        if with_entities:
            await _write_merges(timeline, out)
        if signing is not None:
            await proofs_of_export.write_leaves(signing, out)
    return written


async def _write_entities(timeline: Timeline, out: BinaryIO) -> None:
    async for lines in entity_lines(timeline):
        out.write(lines.text)


async def _write_merges(timeline: Timeline, out: BinaryIO) -> None:
    async for lines in merge_lines(timeline):
        out.write(lines.text)
    out.flush()


async def _write_activities(
    timeline: Timeline, query: Query, out: BinaryIO, step: Step, *, are_named: bool
) -> int:
    is_whole = query.since is None and query.until is None
    total = None
    if is_whole:
        total = await timeline.read(lambda reader: reader.total(None, query.kinds))
    written = 0
    async for lines in activity_lines(timeline, query, are_named=are_named):
        out.write(lines.text)
        written += lines.number
        step(written, total)
    out.flush()
    return written


@contextmanager
def _target(file: str) -> Iterator[BinaryIO]:
    """Where to write; a file is its owner's only, and gets its name once it is whole."""
    if file == "-":
        yield sys.stdout.buffer
        return
    path = Path(file)
    if not path.parent.is_dir():
        raise Misconfigured(f"there is no folder {path.parent}")
    if path.is_dir():
        raise Misconfigured(f"{path} is a folder")
    partial = path.with_name(f"{path.name}.partial")
    try:
        with open_private(partial) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    except BaseException:
        # It may be what fills the disk.
        partial.unlink(missing_ok=True)
        raise


def checked_kinds(kinds: list[str] | None) -> tuple[str, ...] | None:
    """The kinds and `noun.*` patterns, None for all; raises Invalid."""
    for kind in kinds or ():
        with named_as_options(kind="--kind"):
            checked_kind(f"{kind.removesuffix('.*')}.any" if kind.endswith(".*") else kind)
    return tuple(kinds) if kinds else None


def _instant(text: str | None, account: Account, option: str) -> int | None:
    """A time, or the start of a date in the account's zone; raises Invalid."""
    if text is None:
        return None
    try:
        return instant_or_date_from_text(text, account.time_zone)
    except ValueError as error:
        raise Invalid.of(option, str(error)) from None

"""`doings import`: NDJSON into a timeline. A line is an activity document or `{"entity": {…}}`.

Importing the same lines again changes nothing: a line without an external_id gets one, from its id
or else from its text. Memory stays flat however long the file is.
"""

import asyncio
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from doings.cli.lines import LONGEST, Line, Said, line_from_text, numbered_lines
from doings.cli.opening import AccountOption, DatabaseOption, with_store
from doings.cli.terminal import Step, output, progress, remark
from doings.core import entity as entities
from doings.core.activity import Draft
from doings.core.clock import SystemClock
from doings.core.errors import Conflict, Invalid, Malformed, Misconfigured, NotFound, TooLarge
from doings.core.store import Ledger, Store
from doings.core.timeline import Timeline

IMPORT_EXAMPLES = """
$ doings import history.ndjson --account co-up

$ doings export --account co-up | doings import - --account copy

$ echo '{"kind": "note.created", "body": "Called back", "links": ["contact:8"]}' | doings import - \
--account co-up

Bad lines are reported with number and reason; the others are imported, and the exit code is 1.
"""

CHUNK = 1000
"""How many lines are written in one transaction."""


class Tally(msgspec.Struct):
    """What became of the lines."""

    recorded: int = 0
    repeated: int = 0
    entities: int = 0
    bad: int = 0


def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="NDJSON, or - for stdin.", show_default=False)
    ],
    account: AccountOption,
    origin: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="Where they come from, instead of what each line says."),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Import activities and entities from NDJSON, as `doings export` writes it."""
    if origin is not None:
        Draft(kind="origin.checked", occurred_at=0, origin=origin)
    path = None if file == "-" else Path(file)
    if path is not None and not path.is_file():
        raise Misconfigured(f"there is no file {path}")

    async def work(store: Store) -> Tally:
        timeline = Timeline(store, await store.account(account), by=None)
        source = nullcontext(sys.stdin.buffer) if path is None else path.open("rb")
        with source as lines, progress("Importing") as step:
            total = path.stat().st_size if path else None
            return await Importer(timeline, origin).run(lines, step, total)

    tally = with_store(database, work)
    output().print(
        f"Imported {tally.recorded} activities and {tally.entities} entities into {account};"
        f" {tally.repeated} were there already, {tally.bad} lines were bad"
    )
    if tally.bad:
        raise typer.Exit(1)


class Importer:
    """Brings lines into one timeline and counts what becomes of them."""

    def __init__(self, timeline: Timeline, origin: str | None) -> None:
        self._timeline = timeline
        self._origin = origin
        self._tally = Tally()
        self._clock = SystemClock()

    async def run(self, file: BinaryIO, step: Step, total: int | None) -> Tally:
        """Import all of the file; `step` is told how many bytes are done."""
        chunk: list[Line] = []
        done = 0
        writing = asyncio.create_task(self._write([]))
        for number, text in numbered_lines(file):
            done += len(text or b"")
            line = self._read(number, text)
            if line is not None:
                chunk.append(line)
            if len(chunk) == CHUNK:
                # The next lines are read while these are written.
                await writing
                writing = asyncio.create_task(self._write(chunk))
                await asyncio.sleep(0)
                chunk = []
                step(done, total)
        await writing
        await self._write(chunk)
        return self._tally

    def _read(self, number: int, text: bytes | None) -> Line | None:
        """A line that may be written; None for an empty one and, reported, for a bad one."""
        if text is None:
            self._refuse(number, TooLarge(LONGEST))
            return None
        try:
            return line_from_text(number, text, origin=self._origin, now=self._clock.now())
        except (Malformed, Invalid) as error:
            self._refuse(number, error)
            return None

    def _refuse(self, number: int, error: Exception) -> None:
        self._tally.bad += 1
        remark(f"line {number}: {error}")

    async def _write(self, lines: list[Line]) -> None:
        """Write all in one transaction, or one by one where one of them cannot be written."""
        if not lines:
            return
        try:
            written = await self._timeline.write(lambda ledger: _put(ledger, lines))
        except (Invalid, Conflict, NotFound) as error:
            if len(lines) == 1:
                self._refuse(lines[0].number, error)
                return
            for line in lines:
                await self._write([line])
            return
        self._tally.recorded += written.recorded
        self._tally.repeated += written.repeated
        self._tally.entities += written.entities


async def _put(ledger: Ledger, lines: list[Line]) -> Tally:
    said = [line.says for line in lines if isinstance(line.says, Said)]
    drafts = [
        line.says
        for line in lines
        if isinstance(line.says, Draft) and not await _is_at_home(ledger, line.id)
    ]
    changed = await _put_entities(ledger, said)
    outcomes = await ledger.record(drafts)
    recorded = sum(not one.is_repeated for one in outcomes)
    return Tally(entities=changed, recorded=recorded, repeated=len(lines) - len(said) - recorded)


async def _put_entities(ledger: Ledger, said: list[Said]) -> int:
    """Write what is new or different; returns how many those were."""
    known = await ledger.entities_by_key([one.key for one in said])
    changed = 0
    for one in said:
        old = known.get(one.key)
        if old is None or entities.draft_of(old) != one.draft:
            known[one.key], _ = await ledger.put_entity(one.key, lambda _, one=one: one.draft)  # type: ignore[misc]
            changed += 1
    return changed


async def _is_at_home(ledger: Ledger, activity_id: str | None) -> bool:
    """Whether the line was exported from this very account, and the activity is still there."""
    if activity_id is None:
        return False
    try:
        await ledger.activity(activity_id)
    except NotFound:
        return False
    return True

"""`doings pull`: a history from a vendor's live service, and how the pulls stand."""

import asyncio
import re
import signal
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import urlsplit

import msgspec
import typer

from doings.cli.options import (
    AccountOption,
    DatabaseOption,
    KeepIdsOption,
    settings_for,
    with_store,
)
from doings.cli.terminal import fail, progress, remark, say
from doings.cli.transfer.pull_credentials import credentials_for
from doings.core.clock import start_of_date
from doings.core.errors import Misconfigured
from doings.core.pulling.service import AnyService, can_be_asked_for
from doings.core.store import Store
from doings.core.store.pulls import PullCounts
from doings.core.text import json_text
from doings.core.timeline import Timeline
from doings.core.values.instants import date_from_text

if TYPE_CHECKING:
    from doings.importing.pull.rounds import Outcome

T = TypeVar("T")

PULL_EXAMPLES = """
$ doings pull monica --from https://app.monicahq.com/api --account co-up

$ doings pull invent --from https://api.useinvent.com --account co-up --contacts ids.txt

$ doings pull cobot --from https://co-up.cobot.me --account co-up --every 5m

$ doings pull monica --from https://app.monicahq.com/api --account new --keep-ids

$ doings pull status                # how all pulls stand

$ doings pull forget cobot --from https://co-op.cobot.me --account co-up

The credential is asked for, or taken from DOINGS_PULL_SECRET, DOINGS_PULL_KEY (Agendize's and
mio.ID's key) and DOINGS_PULL_USER (mio.ID's user).

A pull that was stopped, killed or failed goes on where it was when it is called again. After one
that was done only what is new is fetched. Exit code 1 says that some elements were refused, 2 that
a setting or the credentials are wrong, 3 that the service failed.
"""

ALL = "all"
"""What `--contacts` takes for all that are known."""

COMMENT = "#"
"""How a line of a file of contacts begins that is no id."""

SERVICE_FAILED = 3
"""The exit code where the service failed; the same command goes on."""

_DURATION = re.compile(r"([1-9][0-9]{0,5})([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}

DialectArgument = Annotated[
    str,
    typer.Argument(
        metavar="DIALECT", help="monica, cobot, invent, agendize or mio.", show_default=False
    ),
]

FromOption = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="URL",
        help="The service: the base URL that a client of it is given.",
        show_default=False,
    ),
]


def pull(  # noqa: PLR0913 - each is an option of the command
    dialect: DialectArgument,
    base: FromOption,
    account: AccountOption,
    *,
    contacts: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|all",
            help="With invent and agendize: whose lists; a file has one id a line (# begins a"
            " comment), all are those known here.",
            show_default=False,
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Only what happened on this day or later.",
            show_default="that of the pull before, at first all",
        ),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Go on, with such a pause after each round: 30s, 5m, 1h.",
            show_default=False,
        ),
    ] = None,
    keep_ids: KeepIdsOption = False,
    once: Annotated[
        bool, typer.Option("--once", help="End after one round, also with --every.")
    ] = False,
    accept_deletions: Annotated[
        bool,
        typer.Option(
            "--accept-deletions",
            help="Delete here what the service does not show any more, also where that is much.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each round.")
    ] = False,
    database: DatabaseOption = None,
) -> None:
    """Pull a history from a live service, and later what is new there."""
    import stamina  # noqa: PLC0415 - only pulls need it

    from doings.importing import keeping, registry  # noqa: PLC0415 - loads every dialect
    from doings.importing.pull.client import Pace  # noqa: PLC0415 - likewise
    from doings.importing.pull.rounds import Around, Outcome, Plan, rounds, service_named  # noqa: PLC0415

    # It would write a line of a log for each attempt; the client says what is waited for.
    stamina.instrumentation.set_on_retry_hooks([])
    service = service_named(dialect)
    if keep_ids:
        keeping.check_keeps_ids(dialect, service.saved)
    day = None if since is None else _day(since)
    settings = settings_for(database)
    rate = service.rate if settings.pull_rate is None else settings.pull_rate
    plan = Plan(
        dialect=dialect,
        url=checked_base(base),
        contacts=_contacts(dialect, service, contacts),
        pace=Pace(rate or None, settings.pull_patience),
        pause_s=None if every is None else _pause(every),
        is_once=once,
        keeps_ids=keep_ids,
        accepts_deletions=accept_deletions,
        credentials=credentials_for(dialect, service),
    )

    async def work(store: Store) -> Outcome:
        owner = await store.account(account)
        start = None if day is None else _start(day, owner.time_zone)
        timeline = Timeline(store, owner, by=None)
        if keep_ids:
            timeline = await keeping.keeping(timeline, dialect)
        context = registry.context_for(dialect, timeline.account, None, settings)
        around = Around(context, remark, lambda: progress("Pulling"))
        outcome = Outcome(None, PullCounts())
        whole = msgspec.structs.replace(plan, since=start)
        _stop_as_interrupted()
        async for outcome in rounds(timeline, whole, around):
            if keep_ids and outcome.problem is None and outcome.error is None:
                # Also where there was nothing to pull yet.
                await timeline.write(lambda writer: keeping.keep_ids(writer, dialect))
            _show(outcome, account, as_json=as_json)
            if outcome.problem is not None and not (once or every is None):
                remark(f"{outcome.problem}; the next round goes on there")
        return outcome

    outcome = _until_stopped(database, work, is_once=every is None or once)
    if outcome is None:
        return
    if outcome.problem is not None:
        fail(outcome.problem, code=SERVICE_FAILED)
    if outcome.counts.refused:
        raise typer.Exit(1)


def _stop_as_interrupted() -> None:
    """Let SIGTERM do what Ctrl-C does: what is under way ends, and that it was stopped is noted."""
    stop = asyncio.current_task()
    if stop is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.cancel)


def _until_stopped(
    database: str | None, work: Callable[[Store], Awaitable[T]], *, is_once: bool
) -> T | None:
    """Do it with the store; None where one that goes on by itself was stopped, as it ends so."""
    try:
        return with_store(database, work)
    except (KeyboardInterrupt, asyncio.CancelledError):
        if is_once:
            fail("stopped; the same command goes on", code=1)
        return None


def _show(outcome: "Outcome", account: str, *, as_json: bool) -> None:
    """What a round came to; in words nothing of one that failed before it found anything."""
    run, counts = outcome.run, outcome.counts
    if as_json:
        print(json_text({"run": run, **msgspec.structs.asdict(counts)}), flush=True)  # noqa: T201 - a line for a program
        return
    has_failed = outcome.problem is not None or outcome.error is not None
    if has_failed and not counts.has_something:
        return
    say(
        f"Pulled {counts.recorded} activities into {account}, {counts.repeated} were there already;"
        f" {counts.updated} were changed and {counts.deleted} deleted as they were there,"
        f" {counts.refused} elements were refused"
    )
    if counts.people or counts.tasks or counts.settings:
        say(
            f"Made or changed {counts.people} people, {counts.tasks} tasks and reminders and"
            f" {counts.settings} settings"
        )
    if run is not None:
        say(f"This is run {run}: `doings import undo {run}` takes it back")


def checked_base(text: str) -> str:
    """The base URL; raises Misconfigured."""
    wrong = Misconfigured(f"--from {text}: it must be an address like https://example.org/api")
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise wrong from None
    if not is_good or not text.isprintable() or " " in text:
        raise wrong
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Misconfigured("--from may hold no user, no password and no parameters")
    return text.rstrip("/")


def _pause(text: str) -> int:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise Misconfigured(f"--every {text}: it must be a duration like 30s, 5m or 1h")
    return int(found[1]) * _SECONDS[found[2]]


def _day(text: str) -> date:
    try:
        return date_from_text(text)
    except ValueError:
        raise Misconfigured(f"--since {text}: it must be a date like 2026-01-31") from None


def _start(day: date, time_zone: str) -> int:
    try:
        return start_of_date(day, time_zone)
    except ValueError as error:
        raise Misconfigured(f"--since {day}: {error}") from None


def _contacts(dialect: str, service: AnyService, given: str | None) -> Sequence[str] | None:
    """The ids of contacts, None for all that are known here; raises Misconfigured."""
    if not service.is_by_contact:
        if given is not None:
            raise Misconfigured(f"--contacts does not go with {dialect}, which lists everybody's")
        return ()
    if given is None:
        raise Misconfigured(f"{dialect} has a list for each contact: give --contacts FILE or all")
    return None if given == ALL else _ids_of_file(given)


def _ids_of_file(path: str) -> list[str]:
    """The ids that a file holds, each once; raises Misconfigured."""
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        raise Misconfigured(f"there is no file {path}; it holds an id a line") from None
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise Misconfigured(f"{path} is no UTF-8 text") from None
    stripped = [(number, text.strip()) for number, text in enumerate(lines, 1)]
    ids = {text: number for number, text in stripped if text and not text.startswith(COMMENT)}
    for id_, number in ids.items():
        if not can_be_asked_for(id_):
            raise Misconfigured(f"{path}, line {number}: that is no id")
    if not ids:
        raise Misconfigured(f"{path} holds no id")
    return list(ids)

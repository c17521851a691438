"""`doings erase`, `doings erasures` and `doings retention`: what goes for good, and when."""

import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from doings.cli.options import AccountOption, DatabaseOption, key_of, with_store
from doings.cli.terminal import progress, remark, say, show_table
from doings.core.clock import SystemClock, datetime_from_instant, instant_from_datetime
from doings.core.documents.document import Moment
from doings.core.erasing.erasure import Erasure, ErasureCounts, ErasureOrder, Mode
from doings.core.erasing.retention import Rule, checked_rules
from doings.core.errors import Invalid, Misconfigured, NotFound
from doings.core.query import LARGEST_PAGE
from doings.core.store import Reader, Store, Writer
from doings.core.store.erasures import Replayed
from doings.core.store.retention import Due

ERASE_EXAMPLES = """
$ doings erase contact:8 --account co-up --dry-run

$ doings erase contact:8 --account co-up --reason "asked for by mail"

$ doings erase replay register.ndjson          # after an older backup was restored

A dry run counts, and changes nothing. There is no way back from an erasure.
"""

REPLAY_EXAMPLES = """
$ doings erasures export --account co-up > register.ndjson

$ doings restore /backups/doings-2026-11-28.db

$ doings erase replay register.ndjson

It takes the erasure key that the erasures were made with.
"""

erasures = typer.Typer(help="The register of who was erased.", no_args_is_help=True)
retention = typer.Typer(
    help="How long activities are kept; what is older is erased by the server.",
    no_args_is_help=True,
)

ActivitiesOption = Annotated[
    Literal["erase", "unlink"],
    typer.Option(
        "--activities",
        help="erase: those about nobody else go, and the others lose the name. unlink: all stay as"
        " they are, without the link.",
    ),
]


class RegisterLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an exported register."""

    account: str
    id: str
    entity: str
    activities: Mode
    reason: str | None
    at: Moment
    by: str | None
    key: str | None = None


def erase(  # noqa: PLR0913 - one for each option
    entity: Annotated[
        str,
        typer.Argument(
            metavar="TYPE:ID", help="Whom to erase, like contact:8.", show_default=False
        ),
    ],
    account: AccountOption,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
    activities: ActivitiesOption = "erase",
    reason: Annotated[
        str | None, typer.Option(help="Why, for the register.", show_default=False)
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Erase a person for good, with all that belongs to them and whatever remembers them."""
    order = ErasureOrder(entity=key_of(entity), activities=activities, reason=reason)

    async def work(store: Store) -> Erasure:
        account_id = (await store.account(account)).id
        if dry_run:
            return await store.erasures.count(account_id, order)
        with progress("Erasing"):
            done = await store.erasures.erase(account_id, order)
            await store.erasures.cleaned()
            return done

    done = with_store(database, work)
    counts = done.counts
    say(
        f"{'Would erase' if dry_run else 'Erased'} {entity} and {counts.activities_erased:,}"
        f" activities; {counts.activities_unlinked:,} stay without the link,"
        f" {counts.changes_redacted:,} changes and {counts.deliveries_redacted:,} deliveries are"
        " redacted"
    )
    if done.also:
        remark(f"With it would go {', '.join(':'.join(key) for key in done.also)}")
    remark(f"It is shown as {done.entity}")


def replay(
    register: Annotated[
        Path,
        typer.Argument(
            metavar="REGISTER",
            help="What `doings erasures export` wrote; - reads it from stdin.",
            show_default=False,
        ),
    ],
    database: DatabaseOption = None,
) -> None:
    """Erase again, on a restored backup, everyone who was erased since it was made."""
    lines = _lines(register)

    async def work(store: Store) -> Replayed:
        _check_key(lines, store.erasures.key_mark())
        await store.erasures.go_on()
        erased: list[Erasure] = []
        kept: list[str] = []
        for slug in dict.fromkeys(line.account for line in lines):
            account_id = (await store.account(slug)).id
            entries = [_entry(line) for line in lines if line.account == slug]
            done = await store.erasures.erase_again(account_id, entries)
            erased += done.erased
            kept += [f"{slug}: {reason}" for reason in done.kept]
        await store.erasures.cleaned()
        return Replayed(erased, kept)

    with progress("Erasing"):
        done = with_store(database, work)
    for one in done.erased:
        remark(f"erased {one.entity}")
    say(
        f"Erased {len(done.erased):,} of {len(lines):,}; the others are"
        f" {'on hold, ' if done.kept else ''}erased already, or not there"
    )
    for reason in done.kept:
        say(reason)
    if done.kept:
        raise typer.Exit(1)


def _check_key(lines: list[RegisterLine], mark: str) -> None:
    """Raise Misconfigured for a register that was made with another key: nobody would be found."""
    if any(line.key not in {None, mark} for line in lines):
        raise Misconfigured(
            "the register was written with another erasure key: put that one back, as the file"
            " beside the database or as DOINGS_ERASURE_KEY"
        )


def _lines(register: Path) -> list[RegisterLine]:
    """The lines of a register; raises Misconfigured with the number of one that is none."""
    is_stdin = str(register) == "-"
    text = sys.stdin.buffer.read() if is_stdin else register.read_bytes()
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                lines.append(msgspec.json.decode(line, type=RegisterLine))
            except ValueError as error:
                raise Misconfigured(f"{register}: line {number}: {error}") from None
    return lines


def _entry(line: RegisterLine) -> Erasure:
    return Erasure(
        id=line.id,
        entity=line.entity,
        activities=line.activities,
        reason=line.reason,
        at=instant_from_datetime(line.at),
        by=line.by,
        counts=ErasureCounts(),
    )


@erasures.command("export", epilog="$ doings erasures export --account co-up > register.ndjson")
def export(account: AccountOption, database: DatabaseOption = None) -> None:
    """Write the register as NDJSON, without anybody's name: keep it apart from the backups."""

    async def work(store: Store) -> tuple[list[Erasure], str | None]:
        account_id = (await store.account(account)).id
        found: list[Erasure] = []
        while page := await store.read(account_id, _after(found)):
            found += page
        # The register is of use without a key here, too.
        with suppress(Misconfigured):
            return found, store.erasures.key_mark()
        return found, None

    found, mark = with_store(database, work)
    for one in reversed(found):
        line = RegisterLine(
            account=account,
            id=one.id or "",
            entity=one.entity,
            activities=one.activities,
            reason=one.reason,
            at=datetime_from_instant(one.at),
            by=one.by,
            key=mark,
        )
        typer.echo(msgspec.json.encode(line))


def _after(found: list[Erasure]) -> Callable[[Reader], Awaitable[list[Erasure]]]:
    """Reads the page behind those that were found."""
    last = found[-1].id if found else None
    return lambda reader: reader.erasures(LARGEST_PAGE, last)


KindOption = Annotated[
    str,
    typer.Option("--kind", metavar="KIND", help="A kind, noun.* or *.", show_default=False),
]
LevelOption = Annotated[
    str | None,
    typer.Option("--level", help="Only of this level: ERROR or WARN.", show_default="any level"),
]


@retention.command(
    "set", epilog="$ doings retention set --kind 'email.*' --days 365 --account co-up"
)
def set_(
    account: AccountOption,
    kind: KindOption,
    days: Annotated[int, typer.Option("--days", help="For how long.", show_default=False)],
    level: LevelOption = None,
    database: DatabaseOption = None,
) -> None:
    """Keep activities of a kind for so many days; a rule for the same kind is replaced.

    The first rule that fits decides. A new rule comes last, but before one that would hide it.
    """
    rule = Rule(kind, days, level)
    rules = with_store(
        database, lambda store: _change(store, account, lambda old: _with(old, rule))
    )
    _show_rules(rules)


@retention.command("remove", epilog="$ doings retention remove --kind 'email.*' --account co-up")
def remove(
    account: AccountOption,
    kind: KindOption,
    level: LevelOption = None,
    database: DatabaseOption = None,
) -> None:
    """Take a rule away: nothing goes because of it any more."""

    def without(old: tuple[Rule, ...]) -> tuple[Rule, ...]:
        rules = tuple(rule for rule in old if (rule.kind, rule.level) != (kind, level))
        if len(rules) == len(old):
            raise NotFound("rule for", kind if level is None else f"{kind} of level {level}")
        return rules

    _show_rules(with_store(database, lambda store: _change(store, account, without)))


@retention.command("show", epilog="$ doings retention show --account co-up")
def show(account: AccountOption, database: DatabaseOption = None) -> None:
    """The rules, and how many activities each would erase now."""

    async def work(store: Store) -> list[Due]:
        account_id = (await store.account(account)).id
        now = SystemClock().now()
        return await store.read(account_id, lambda reader: _due(reader, now), bounded=False)

    _show_rules(with_store(database, work))


async def _due(reader: Reader, now: int) -> list[Due]:
    return await reader.due_by_rule(now)


async def _change(
    store: Store, slug: str, change: Callable[[tuple[Rule, ...]], tuple[Rule, ...]]
) -> list[Due]:
    now = SystemClock().now()

    async def write(writer: Writer) -> list[Due]:
        await writer.set_retention(checked_rules(change(tuple(await writer.retention()))))
        return await writer.due_by_rule(now)

    return await store.write((await store.account(slug)).id, write)


def _with(old: tuple[Rule, ...], rule: Rule) -> tuple[Rule, ...]:
    """The rules with this one in the place of that for the same, or as far back as it decides."""
    same = [
        place for place, one in enumerate(old) if (one.kind, one.level) == (rule.kind, rule.level)
    ]
    if same:
        return (*old[: same[0]], rule, *old[same[0] + 1 :])
    for place in range(len(old), -1, -1):
        rules = (*old[:place], rule, *old[place:])
        try:
            return checked_rules(rules)
        except Invalid:
            continue
    return (*old, rule)


def _show_rules(rules: list[Due]) -> None:
    rows = [
        (
            one.rule.kind,
            one.rule.level or "-",
            str(one.rule.days),
            f"{one.due:,}{' and more' if one.has_more else ''}",
        )
        for one in rules
    ]
    show_table(("KIND", "LEVEL", "DAYS", "DUE"), rows)

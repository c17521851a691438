"""`doings token`: credentials, each good for every surface."""

import re
from typing import Annotated

import msgspec
import typer
from rich.panel import Panel
from rich.table import Table

from doings.auth.credentials import IssuedCredential, issue
from doings.auth.principal import SCOPES
from doings.cli.access.surfaces import how_to_sign_in
from doings.cli.options import (
    AccountOption,
    DatabaseOption,
    named_as_options,
    with_store,
)
from doings.cli.terminal import output, say, show_table
from doings.core.clock import DAY, LATEST, OUTSIDE, SECOND, SystemClock, text_from_instant
from doings.core.errors import Invalid
from doings.core.store import Store
from doings.core.store.credentials import Credential
from doings.core.values.instants import instant_from_text

tokens = typer.Typer(
    help="Create, list and revoke credentials. One credential serves every surface.",
    no_args_is_help=True,
)

_SPAN = re.compile(r"(?P<number>[1-9][0-9]{0,5})(?P<unit>[smhdw])")
_UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": DAY, "w": 7 * DAY}


@tokens.command(
    "create",
    epilog="$ doings token create --account co-up --scope read --scope write\n\n"
    "$ doings token create --account co-up --scope read --scope admin   # for Cobot's API\n\n"
    "$ doings token create --account co-up --scope read --expires-in 90d --label crm\n\n"
    "$ SECRET=$(doings token create --account co-up --scope read --json | jq -r .secret)",
)
def create(  # noqa: PLR0913 - each is an option of the command
    account: AccountOption,
    *,
    scope: Annotated[
        list[str],
        typer.Option(
            help=f"What it may do: {', '.join(SCOPES)}; read and write for short. Repeat it for"
            " more than one. Cobot's activities take no credential without admin.",
            show_default=False,
        ),
    ],
    label: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    expires_in: Annotated[
        str | None, typer.Option(metavar="SPAN", help="Like 90d, 12h or 2w.")
    ] = None,
    expires_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Like 2027-01-31T00:00:00Z.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help='Only {"key": …, "secret": …}, for scripts.')
    ] = False,
    database: DatabaseOption = None,
) -> None:
    """Create a credential and show its secret, this once: only a hash of it is stored."""
    now = SystemClock().now()
    expiry = _expiry(now, expires_in, expires_at)

    async def work(store: Store) -> tuple[IssuedCredential, Credential]:
        account_id = (await store.account(account)).id
        issued, stored = issue(account_id, scopes=scope, now=now, label=label, expires_at=expiry)
        await store.write(account_id, lambda writer: writer.add_credential(stored))
        return issued, stored

    with named_as_options(scopes="--scope", label="--label"):
        issued, stored = with_store(database, work)
    if json:
        typer.echo(msgspec.json.encode(issued._asdict()).decode())
    else:
        _show(account, issued, stored.scopes)


@tokens.command("list")
def list_(account: AccountOption, database: DatabaseOption = None) -> None:
    """List an account's credentials; their secrets are nowhere to be had."""

    async def work(store: Store) -> list[Credential]:
        account_id = (await store.account(account)).id
        return await store.read(account_id, lambda reader: reader.credentials())

    rows = [
        (
            credential.key,
            credential.label or "",
            " ".join(credential.scopes),
            _time(credential.created_at),
            _time(credential.last_used_at),
            _time(credential.expires_at),
        )
        for credential in with_store(database, work)
    ]
    show_table(("KEY", "LABEL", "SCOPES", "CREATED", "LAST USED", "EXPIRES"), rows)


@tokens.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", show_default=False)],
    account: AccountOption,
    database: DatabaseOption = None,
) -> None:
    """Make a credential unusable from now on."""

    async def work(store: Store) -> None:
        account_id = (await store.account(account)).id
        await store.write(account_id, lambda writer: writer.revoke_credential(key))

    with_store(database, work)
    say(f"Revoked {key}")


def _expiry(now: int, expires_in: str | None, expires_at: str | None) -> int | None:
    """When the credential ends; raises Invalid."""
    if expires_in and expires_at:
        raise Invalid.of("--expires-in", "not together with --expires-at")
    if expires_in:
        span = _SPAN.fullmatch(expires_in)
        if span is None:
            raise Invalid.of("--expires-in", f"{expires_in!r} is no span like 90d, 12h or 2w")
        expiry = now + int(span["number"]) * _UNITS[span["unit"]]
        if expiry >= LATEST:
            raise Invalid.of("--expires-in", OUTSIDE)
        return expiry
    if expires_at is None:
        return None
    try:
        expiry = instant_from_text(expires_at)
    except ValueError as error:
        raise Invalid.of("--expires-at", str(error)) from None
    if expiry <= now:
        raise Invalid.of("--expires-at", f"{expires_at} is over already")
    return expiry


def _time(instant: int | None) -> str:
    return text_from_instant(instant)[:16].replace("T", " ") if instant is not None else "–"


def _show(account: str, issued: IssuedCredential, scopes: tuple[str, ...]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("key", f"[bold]{issued.key}[/bold]")
    table.add_row("secret", f"[bold]{issued.secret}[/bold]")
    table.add_row("", "keep it: it is shown this once")
    table.add_row("", "")
    for surface, way in how_to_sign_in(account, issued, scopes):
        table.add_row(surface, way)
    output().print(Panel(table, title=f"A credential of {account}", expand=False))

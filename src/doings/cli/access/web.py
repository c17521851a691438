"""`doings web`: an address that signs a browser in."""

from typing import Annotated

import typer

from doings.auth.sessions import issue_link
from doings.cli.options import AccountOption, DatabaseOption, settings_for, with_store
from doings.config import base_url
from doings.core.clock import SystemClock
from doings.core.errors import Invalid

web = typer.Typer(help="The pages: sign a browser in.", no_args_is_help=True)

LINK_EXAMPLES = """
$ doings web link --account co-up

$ doings web link --account co-up --host https://activities.example.org
"""

HostOption = Annotated[
    str | None,
    typer.Option(
        "--host",
        metavar="URL",
        help="Where the browser finds the server. Otherwise DOINGS_PUBLIC_URL, or this machine.",
        show_default=False,
    ),
]


@web.callback()
def _about() -> None:
    """The pages: sign a browser in."""


@web.command("link", epilog=LINK_EXAMPLES)
def link(account: AccountOption, host: HostOption = None, database: DatabaseOption = None) -> None:
    """Print an address that signs in once, within ten minutes, with all that an account may do.

    Revoking the account's credential named `web page` signs out all that came by a link.
    """
    base = base_url(settings_for(database)) if host is None else _checked(host)
    now = SystemClock().now()
    token = with_store(database, lambda store: issue_link(store, account, now=now))
    typer.echo(link_address(base, token))


def link_address(base: str, token: str) -> str:
    """The address of a link, below the one of the server."""
    return f"{base}/sign-in/{token}"


def _checked(host: str) -> str:
    """The URL without a slash at its end; raises Invalid."""
    if not host.startswith(("http://", "https://")):
        raise Invalid.of("--host", f"{host!r} is no URL like https://activities.example.org")
    return host.rstrip("/")

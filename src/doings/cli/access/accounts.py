"""`doings account`: the businesses whose timelines this server keeps."""

import sys
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import typer

from doings.auth.grants import is_redirect
from doings.cli.options import (
    DatabaseOption,
    named_as_options,
    new_database_file,
    settings_for,
    with_store,
)
from doings.cli.terminal import remark, say, show_table, shown
from doings.core.account import Account, checked_origins
from doings.core.clock import text_from_instant
from doings.core.errors import Invalid, Misconfigured
from doings.core.store import Store
from doings.core.text import json_text

accounts = typer.Typer(
    help="Create, list, set up and delete accounts: the businesses whose timelines are kept here.",
    no_args_is_help=True,
)

Slug = Annotated[
    str,
    typer.Argument(
        metavar="SLUG",
        help="Its short name: a-z, 0-9 and inner hyphens, as it appears in paths.",
        show_default=False,
    ),
]


@accounts.command(
    "create",
    epilog='$ doings account create co-up --name "co.up" --time-zone Europe/Berlin',
)
def create(
    slug: Slug,
    name: Annotated[
        str | None, typer.Option(help="Its name for people.", show_default="the slug")
    ] = None,
    time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help="The IANA zone that its days are counted in.")
    ] = "UTC",
    database: DatabaseOption = None,
) -> None:
    """Create an account. The database is made, too, if there is none."""

    async def work(store: Store) -> Account:
        return await store.create_account(slug, name=name or slug, time_zone=time_zone)

    made = new_database_file(settings_for(database))
    with named_as_options(time_zone="--time-zone", name="--name"):
        account = with_store(database, work, is_new_allowed=True)
    if made is not None:
        remark(f"Made the database {made}")
    say(f"Created account {account.slug}: {account.name}, {account.time_zone}")
    remark(f"Next: doings token create --account {slug} --scope read --scope write")
    remark("For Cobot's API add --scope admin, without which its activities take no credential.")


@accounts.command("list")
def list_(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
    database: DatabaseOption = None,
) -> None:
    """List all accounts."""

    async def work(store: Store) -> list[tuple[Account, int]]:
        return [(account, await _total(store, account)) for account in await store.accounts()]

    found = with_store(database, work)
    if as_json:
        print(json_text([_document(account, total) for account, total in found]))  # noqa: T201 - a document for a program
        return
    rows = [
        (
            account.slug,
            account.name,
            account.time_zone,
            str(total),
            _day(account.created_at),
            account.monica,
            "own" if account.keeps_ids_of is None else "kept",
        )
        for account, total in found
    ]
    show_table(("SLUG", "NAME", "TIME ZONE", "ACTIVITIES", "CREATED", "MONICA", "IDS"), rows)


def _document(account: Account, total: int) -> dict[str, Any]:
    return {
        "slug": account.slug,
        "name": account.name,
        "time_zone": account.time_zone,
        "activities": total,
        "created_at": text_from_instant(account.created_at),
        "monica": account.monica,
        "keeps_ids_of": account.keeps_ids_of,
    }


SET_EXAMPLES = """
$ doings account set co-up --interactions closed

$ doings account set co-up --merging verified

$ doings account set co-up --link-base https://co-up.cobot.me

$ doings account set co-up --origins https://app.example.org,https://www.example.org

$ doings account set co-up --monica 4.1
"""


@accounts.command("set", epilog=SET_EXAMPLES)
def set_(  # noqa: PLR0913 - one for each setting
    slug: Slug,
    *,
    interactions: Annotated[
        Literal["open", "closed"] | None,
        typer.Option(
            help="Whether interactions that other accounts of this server begin with this one"
            " appear in its own timeline.",
            show_default="open",
        ),
    ] = None,
    merging: Annotated[
        Literal["manual", "verified"] | None,
        typer.Option(
            help="With `verified`, two people are merged by themselves who have the same e-mail"
            " address or telephone number, both verified, that nobody else has.",
            show_default="manual",
        ),
    ] = None,
    link_base: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where the links of Cobot's HTML list lead. Empty takes it back.",
            show_default="the space's own address",
        ),
    ] = None,
    origins: Annotated[
        str | None,
        typer.Option(
            metavar="ORIGINS",
            help="The sites whose pages may show its timelines, with commas between. Empty takes"
            " it back.",
            show_default="any site, with a viewer token",
        ),
    ] = None,
    monica: Annotated[
        Literal["document", "4.1"] | None,
        typer.Option(
            help="Which Monica its API at /monica speaks: that of Monica's document, or that of the"
            " servers of version 4.1, which give fifteen a page and no list of dates.",
            show_default="document",
        ),
    ] = None,
    redirects: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESSES",
            help="Where programs may be sent back to once somebody let them in at"
            " /monica/oauth/authorize, with commas between. Empty takes it back.",
            show_default="nowhere",
        ),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Change settings of an account; what is not named stays as it is."""
    settings: dict[str, Any] = {
        "interactions": interactions,
        "merging": merging,
        "link_base": checked_link_base(link_base),
        "origins": origins_from_option(origins),
        "monica": monica,
        "redirects": checked_redirects(redirects),
    }
    changed = {name: value for name, value in settings.items() if value is not None}
    if not changed:
        raise Misconfigured("nothing to set: name a setting, like --interactions closed")

    async def work(store: Store) -> None:
        account = await store.account(slug)
        await store.change_settings(account.id, lambda settings: _merged(settings, changed))

    with_store(database, work)
    summary = ", ".join(f"{name.replace('_', ' ')} {_shown(changed[name])}" for name in changed)
    say(f"Account {slug}: {summary}")


def checked_link_base(text: str | None) -> str | None:
    """The address without a slash at its end, empty for none; raises Misconfigured."""
    if not text:
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise Misconfigured(f"--link-base {text}: must be like https://co-up.cobot.me")
    return text.rstrip("/")


def origins_from_option(text: str | None) -> list[str] | None:
    """The sites as browsers write them; raises Misconfigured."""
    if text is None:
        return None
    try:
        return checked_origins(filter(None, map(str.strip, text.split(","))))
    except Invalid as error:
        raise Misconfigured(f"--origins {error.problems[0].reason}") from None


def checked_redirects(text: str | None) -> list[str] | None:
    """The addresses of programs; raises Misconfigured."""
    if text is None:
        return None
    found = set(filter(None, map(str.strip, text.split(","))))
    for address in found:
        if not is_redirect(address):
            raise Misconfigured(
                f"--redirects {address}: must be like https://app.example.org/back, by HTTPS or on"
                " this machine, or like app.example:/back"
            )
    return sorted(found)


def _shown(value: str | list[str]) -> str:
    text = value if isinstance(value, str) else " ".join(value)
    return text or "unset"


def _merged(settings: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    merged = settings | changed
    return {name: value for name, value in merged.items() if value not in ("", [])}


@accounts.command("delete")
def delete(
    slug: Slug,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    database: DatabaseOption = None,
) -> None:
    """Delete an account with its activities, people and credentials, for good."""

    async def work(store: Store) -> int:
        account = await store.account(slug)
        total = await _total(store, account)
        if not yes:
            _ask(f"Delete {slug} ({account.name}) with its {total} activities for good?")
        await store.delete_account(slug)
        return total

    total = with_store(database, work)
    say(f"Deleted account {slug} with its {total} activities")


def _ask(question: str) -> None:
    """Raise Abort for anything but yes."""
    if not sys.stdin.isatty():
        raise Misconfigured("nobody is here to be asked: add --yes")
    typer.confirm(shown(question), abort=True, err=True)


async def _total(store: Store, account: Account) -> int:
    return await store.read(account.id, lambda reader: reader.total(None, None))


def _day(instant: int) -> str:
    return text_from_instant(instant)[:10]

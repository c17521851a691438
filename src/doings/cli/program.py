"""The program `doings`: its commands, and how every way to fail ends in one line and an exit code.

0 is success, 1 a failure or a finding, 2 wrong usage or a wrong setting.
"""

import os
import sys
from typing import Annotated, NoReturn

import typer

from doings.cli.access.accounts import accounts
from doings.cli.access.tokens import tokens
from doings.cli.access.web import web
from doings.cli.database.copy import COPY_EXAMPLES, copy, schema
from doings.cli.database.maintenance import (
    BACKUP_EXAMPLES,
    CHECK_EXAMPLES,
    RESTORE_EXAMPLES,
    backup,
    check,
    restore,
)
from doings.cli.demo import DEMO_EXAMPLES, demo
from doings.cli.erasing import (
    ERASE_EXAMPLES,
    REPLAY_EXAMPLES,
    erase,
    erasures,
    replay,
    retention,
)
from doings.cli.holds import holds
from doings.cli.log import VERIFY_EXAMPLES, log, verify
from doings.cli.merges import merges
from doings.cli.options import DatabaseOption
from doings.cli.server.serving import SERVE_EXAMPLES, serve
from doings.cli.tailing import TAIL_EXAMPLES, tail
from doings.cli.terminal import fail, settle_colours_of_help
from doings.cli.transfer.exporting import EXPORT_EXAMPLES, export
from doings.cli.transfer.import_group import FROM_FILE, ImportCommand, ImportGroup
from doings.cli.transfer.import_runs import LIST_EXAMPLES, UNDO_EXAMPLES, list_imports, undo_import
from doings.cli.transfer.importing import IMPORT_EXAMPLES, import_
from doings.cli.transfer.pull_status import FORGET_EXAMPLES, STATUS_EXAMPLES, forget, status
from doings.cli.transfer.pulling import PULL_EXAMPLES, pull
from doings.cli.webhooks import webhooks
from doings.core.errors import DoingsError, Invalid, Malformed, Misconfigured

ABOUT = """
Doings records what happens to a business's people once, and serves it through five activities APIs.

[bold]Get going[/bold]

$ doings demo    # an account full of activities

$ doings serve   # on http://127.0.0.1:8000, described at /docs

[bold]With an account of your own[/bold]

$ doings account create co-up --name "co.up" --time-zone Europe/Berlin

$ doings token create --account co-up --scope read --scope write

$ doings import history.ndjson --account co-up

Cobot's API takes only credentials that have --scope admin, too.
"""

SETTINGS = "Every setting is a DOINGS_* variable; docs/operations.md lists them."

imports = typer.Typer(cls=ImportGroup, help="Import files; list and undo imports.")
imports.command(FROM_FILE, cls=ImportCommand, epilog=IMPORT_EXAMPLES)(import_)
imports.command("list", epilog=LIST_EXAMPLES)(list_imports)
imports.command("undo", epilog=UNDO_EXAMPLES)(undo_import)

pulls = typer.Typer(cls=ImportGroup, help="Pull a history from a live service; how pulls stand.")
pulls.command(FROM_FILE, cls=ImportCommand, epilog=PULL_EXAMPLES)(pull)
pulls.command("status", epilog=STATUS_EXAMPLES)(status)
pulls.command("forget", epilog=FORGET_EXAMPLES)(forget)

erasing = typer.Typer(cls=ImportGroup, help="Erase a person for good; replay a register.")
erasing.command(FROM_FILE, cls=ImportCommand, epilog=ERASE_EXAMPLES)(erase)
erasing.command("replay", epilog=REPLAY_EXAMPLES)(replay)

app = typer.Typer(
    name="doings",
    help=ABOUT,
    epilog=SETTINGS,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("serve", epilog=SERVE_EXAMPLES)(serve)
app.add_typer(accounts, name="account")
app.add_typer(tokens, name="token")
app.command("demo", epilog=DEMO_EXAMPLES)(demo)
app.add_typer(imports, name="import")
app.add_typer(pulls, name="pull")
app.command("export", epilog=EXPORT_EXAMPLES)(export)
app.command("backup", epilog=BACKUP_EXAMPLES)(backup)
app.command("restore", epilog=RESTORE_EXAMPLES)(restore)
app.command("tail", epilog=TAIL_EXAMPLES)(tail)
app.command("check", epilog=CHECK_EXAMPLES)(check)
app.command("copy", epilog=COPY_EXAMPLES)(copy)
app.add_typer(schema, name="schema")
app.add_typer(webhooks, name="webhook")
app.add_typer(web, name="web")
app.add_typer(log, name="log")
app.command("verify", epilog=VERIFY_EXAMPLES)(verify)
app.add_typer(erasing, name="erase")
app.add_typer(erasures, name="erasures")
app.add_typer(retention, name="retention")
app.add_typer(holds, name="hold")
app.add_typer(merges, name="merge")


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the shape of an option's callback
    if wanted:
        from doings import __version__  # noqa: PLC0415 - read from the disk when it is asked for

        typer.echo(f"doings {__version__}")
        raise typer.Exit


@app.callback()
def _options_of_all(
    context: typer.Context,
    *,
    database: DatabaseOption = None,
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    context.obj = database


MISTAKES = (Invalid, Malformed, Misconfigured)
"""Errors that the person who gave the command can correct; all others exit with 1."""

MISTAKEN_FILES = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)
"""Likewise: another file was meant. A full disk is none of these."""


def main() -> NoReturn:
    """Run the command line; never returns."""
    settle_colours_of_help()
    try:
        code = app(standalone_mode=False, prog_name="doings")
        sys.stdout.flush()
    except typer.TyperException as error:
        if not error.format_message():
            sys.exit(2)  # the help was shown instead of a message
        fail(_usage(error), code=2)
    except typer.Abort:
        fail("stopped", code=1)
    except DoingsError as error:
        fail(str(error), code=2 if isinstance(error, MISTAKES) else 1)
    except BrokenPipeError:
        # The reader of our output has closed it; Python must not complain about that at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        reason = error.strerror or str(error)
        code = 2 if isinstance(error, MISTAKEN_FILES) else 1
        fail(f"{error.filename}: {reason}" if error.filename else reason, code=code)
    sys.exit(code if isinstance(code, int) else 0)


def _plain(error: typer.TyperException) -> str:
    """The library's message without its own jargon."""
    message = error.format_message().partition(", unable to parse ")[0]
    return message.replace("Input should be ", "it must be ").replace("Value error, ", "")


def _usage(error: typer.TyperException) -> str:
    """The message, what may have been meant, and where to read on."""
    context: typer.Context | None = getattr(error, "ctx", None)
    near: list[str] | None = getattr(error, "possibilities", None)
    message = f"{error.message}. Did you mean {near[0]}?" if near else _plain(error)
    if context is None:
        return message
    sentence = message if message.endswith((".", "?")) else f"{message}."
    return f"{sentence} Try '{context.command_path} --help'."

"""`doings log` and `doings verify`: the keys of the log of changes, and verifying an export."""

from pathlib import Path
from typing import Annotated

import typer

from doings.cli.options import AccountOption, DatabaseOption, with_store
from doings.cli.proofs import log_keys, origin
from doings.cli.terminal import remark, say, shown
from doings.core.clock import SystemClock
from doings.core.errors import Misconfigured
from doings.core.store import Store
from doings.importing.compression import readable
from doings.importing.ndjson import numbered_lines
from doings.proof.checkpoint import Note, Verifier, note_from_text, verifier_from_text, verifier_of
from doings.proof.history import History

log = typer.Typer(
    help="The keys that the log of changes is signed with.",
    no_args_is_help=True,
)

VERIFY_EXAMPLES = """
$ doings verify co-up.ndjson --key log-key.txt --checkpoint last-month.txt

Exit code 0 means that the export is the history that the log stands for, 1 that it is not.
"""


@log.command("key", epilog="$ doings log key --account co-up > log-key.txt")
def key(account: AccountOption, database: DatabaseOption = None) -> None:
    """The public keys of an account's log, the present one first; made where there is none."""

    async def work(store: Store) -> str:
        found = await store.account(account)
        state = await store.read(found.id, lambda reader: reader.log_state())
        return origin(store, found, state)

    name = with_store(database, work)
    for seed in log_keys(database).seeds(SystemClock().now()):
        typer.echo(str(verifier_of(seed, name)))


@log.command("rotate-key", epilog="$ doings log rotate-key")
def rotate_key(database: DatabaseOption = None) -> None:
    """Sign with a new key, and for 30 days with the one before as well."""
    log_keys(database).rotate(SystemClock().now())
    say("Checkpoints are signed with a new key, and for 30 days with the old one too")
    remark("`doings log key` shows both; hand the new one to all who verify")


def verify(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="What `doings export --proofs` wrote.", exists=True),
    ],
    key: Annotated[
        str,
        typer.Option(
            "--key",
            metavar="KEY",
            help="The public key of the log, or a file that holds it; of several one has to fit.",
            show_default=False,
        ),
    ],
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            metavar="OLD",
            help="A checkpoint that was kept before: the log has to begin with that one.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Verify an export without the server: that nothing was left out, reordered or edited."""
    history = History(_keys(key), None if checkpoint is None else _note(checkpoint))
    with file.open("rb") as opened, readable(opened, meanwhile="nothing was verified") as lines:
        for number, text in numbered_lines(lines):
            if text is None:
                raise Misconfigured(f"{file}: line {number} is longer than any of an export")
            if text.strip():
                history.read(number, text)
    history.end()
    for finding in history.findings:
        typer.echo(shown(finding))
    if history.left_out:
        typer.echo(f"and {history.left_out} more")
    if history.findings:
        raise typer.Exit(1)
    typer.echo(f"verified: {history.summary}")


def _keys(text: str) -> list[Verifier]:
    try:
        is_file = Path(text).is_file()
    except OSError:
        is_file = False
    if is_file:
        text = Path(text).read_text(encoding="utf-8", errors="replace")
    try:
        keys = [verifier_from_text(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        where = "" if is_file else "no such file, and "
        raise Misconfigured(f"--key: {where}{error}") from None
    if not keys:
        raise Misconfigured("--key: there is no key in the file")
    return keys


def _note(file: Path) -> Note:
    try:
        return note_from_text(file.read_text(encoding="utf-8", errors="replace"))
    except ValueError as error:
        raise Misconfigured(f"--checkpoint: {error}") from None

"""`doings serve`: the server, Granian with as many workers as wanted, each a process of its own."""

import errno
import gc
import os
import shlex
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from doings.auth.log_keys import LogKeys
from doings.cli.options import (
    DatabaseOption,
    new_database,
    new_database_file,
    settings_for,
    upgrade,
    upgrading,
)
from doings.cli.terminal import remark
from doings.config import (
    Settings,
    base_url,
    environment_from_settings,
    http_url,
    server_of,
    shown_url,
)
from doings.core.clock import SystemClock
from doings.core.errors import Misconfigured, Unavailable
from doings.private_files import wider_files

SERVE_EXAMPLES = """
$ doings serve --port 9000 --database sqlite:////srv/doings.db

$ DOINGS_WORKERS=4 DOINGS_LOG_FORMAT=console doings serve

It ends on SIGTERM and Ctrl-C: no new connections, an answer to every request it has, then exit.
"""


SEEN_BY_OTHERS = (
    "The password of the database was on the command line, which every user of this machine can"
    " see: put the URL into DOINGS_DATABASE, or the password into PGPASSWORD or ~/.pgpass."
)


def serve(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="0 takes a free one.", show_default="8000"),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes. One is best for SQLite.", show_default="1"),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Serve all surfaces until told to stop. The database is made if there is none."""
    # What is loaded from here on is kept: a search for garbage in it only delays the start.
    gc.disable()
    if database is not None and (server := server_of(database)) and server.has_password:
        _hide_password(database)
    wanted = settings_for(database, host=host, port=port, workers=workers)
    settings = msgspec.structs.replace(wanted, port=_free_port(wanted))
    os.environ.update(environment_from_settings(settings))
    with tempfile.TemporaryDirectory(prefix="doings-metrics-") as folder:
        if settings.workers > 1:
            # prometheus_client decides where it counts when it is imported, in the next line.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        _announce_new_database(settings)
        _check_database(settings)
        _check_log_key(settings)
        _name_wider_files(settings)
        _announce(settings)
        _serve(settings)


def _free_port(settings: Settings) -> int:
    """The port to listen on; raises Misconfigured where that cannot be done.

    Workers share a port by SO_REUSEPORT, so that a second server on it would not even notice.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            reason = _BIND_REASONS.get(error.errno or 0, error.strerror or str(error))
            msg = f"cannot listen on {settings.host} port {settings.port}: {reason}"
            raise Misconfigured(msg) from None
        port: int = probe.getsockname()[1]
    return port


_OTHER_PORT = "choose another port with --port or DOINGS_PORT"

_BIND_REASONS = {
    errno.EADDRINUSE: f"another program does; {_OTHER_PORT}",
    errno.EACCES: f"ports below 1024 are for root; {_OTHER_PORT}",
    errno.EADDRNOTAVAIL: "this machine has no such address; choose another with --host",
    socket.EAI_NONAME: "there is no host of that name; choose another with --host",
}


def _hide_password(database: str) -> None:
    """Begin again with the URL in the environment, as every user of a machine sees command lines.

    Workers are forked and show the command line of their parent.
    """
    _tell(settings_for(database), SEEN_BY_OTHERS, SEEN_BY_OTHERS)
    arguments = without_option(sys.orig_argv[1:], "--database", database)
    if len(arguments) < len(sys.orig_argv) - 1:
        environment = os.environ | {"DOINGS_DATABASE": database}
        os.execve(sys.executable, [sys.executable, *arguments], environment)  # noqa: S606


def without_option(arguments: Sequence[str], option: str, value: str) -> list[str]:
    """The arguments without an option of this value."""
    kept: list[str] = []
    for argument in arguments:
        if argument == value and kept and kept[-1] == option:
            kept.pop()
        elif argument != f"{option}={value}":
            kept.append(argument)
    return kept


def _announce_new_database(settings: Settings) -> None:
    """Say which file is about to be made."""
    file = new_database_file(settings)
    if file is not None:
        _tell(settings, new_database(file), "making a new database", "info", file=str(file))


def _name_wider_files(settings: Settings) -> None:
    """Say which files of the database others may read or write, and how to end that."""
    from doings.storage.opening import database_files  # noqa: PLC0415 - loads the drivers

    files = database_files(settings.database)
    if wider_files(files):
        name = shlex.quote(str(files[0]))
        command = f"chmod 600 {name} {name}-*"
        sentence = f"Others may read the database and the secrets in it. To end that: {command}"
        _tell(settings, sentence, "others may read the database", command=command)


def _tell(
    settings: Settings, sentence: str, event: str, level: str = "warning", **values: str
) -> None:
    """Say it in a sentence, or in the log where that is collected.

    What reads the log expects nothing else on stderr.
    """
    if sys.stderr.isatty():
        remark(sentence)
        return
    import structlog  # noqa: PLC0415 - takes a while, and no other command writes a log

    from doings.httpkit.observing.logs import end_logs, set_up_logs  # noqa: PLC0415 - likewise

    set_up_logs(settings)
    getattr(structlog.get_logger("doings"), level)(event, **values)
    # A loop that runs now ends before it would write the line.
    end_logs()


def _check_database(settings: Settings) -> None:
    """Open the database once, so that one process alone upgrades it or reports what is wrong."""
    from doings.app import check_hosts  # noqa: PLC0415 - after the metrics' folder

    check_hosts(settings)

    def tell(found: int, known: int) -> None:
        event = "upgrading the database"
        _tell(settings, upgrading(found, known), event, "info", schema=str(found), to=str(known))

    try:
        upgrade(settings, tell)
    except Unavailable as error:
        database = shown_database(settings)
        if str(error).startswith(database):
            raise
        raise Unavailable(f"{database} cannot be served: {error}") from error


def _check_log_key(settings: Settings) -> None:
    """Raise Misconfigured for a named file of keys that cannot be used; made where there is none.

    Else nobody would notice before the first checkpoint is asked for.
    """
    if settings.log_key is None:
        return
    try:
        LogKeys(Path(settings.log_key)).seeds(SystemClock().now())
    except Unavailable as error:
        raise Misconfigured(str(error)) from error


def _announce(settings: Settings) -> None:
    url = http_url(settings.host, settings.port)
    workers = f", {settings.workers} workers" if settings.workers > 1 else ""
    typer.echo(f"Doings listens on {url} ({shown_database(settings)}{workers})")
    typer.echo(f"Its API describes itself at {base_url(settings)}/docs")


def shown_database(settings: Settings) -> str:
    """The database as it may be shown."""
    return shown_url(settings.database)


def _serve(settings: Settings) -> None:
    from doings.cli.server.workers import serve_with_workers  # noqa: PLC0415 - loads Granian

    serve_with_workers(settings)

"""What a command writes to the terminal: results to stdout, everything else to stderr."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Literal, NoReturn, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text
from typer import rich_utils

from doings.config import has_colours, server_of, shown_url
from doings.importing.importer import Step

_WIDE = 500
"""Columns of output that goes into a file or a pipe: nothing is cut off there."""


_SERVER_URL = re.compile(r"postgres(?:ql)?://[^\s'\"]+")


_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What steers a terminal: control characters, both kinds of line ends, changes of the direction of
writing, and halves of characters, which cannot be written at all.
"""

_SPACES = dict.fromkeys("\t\n\r\u2028\u2029", " ")


def shown(text: str) -> str:
    """A text that came from outside as it may be shown: on one line, and steering nothing."""
    return _STEERING.sub(lambda found: _SPACES.get(found[0]) or _escaped(found[0]), text)


def _escaped(sign: str) -> str:
    number = ord(sign)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"  # noqa: PLR2004


def fail(message: str, *, code: int) -> NoReturn:
    """End the program with one line on stderr, in which no password of a database is repeated."""
    line = " ".join(_SERVER_URL.sub(_without_password, message).split())
    print(f"doings: {shown(line)}", file=sys.stderr)  # noqa: T201 - this is where errors are shown
    sys.exit(code)


def _without_password(found: re.Match[str]) -> str:
    """The URL as it is, or as it may be shown where it has a password."""
    server = server_of(found[0])
    return shown_url(found[0]) if server and server.has_password else found[0]


def output() -> Console:
    """Where results go."""
    width = None if sys.stdout.isatty() else _WIDE
    return Console(width=width, highlight=False, color_system=_colour_system(sys.stdout))


@cache
def aside() -> Console:
    """Where remarks and progress go."""
    colours = _colour_system(sys.stderr)
    return Console(stderr=True, highlight=False, soft_wrap=True, color_system=colours)


def _colour_system(stream: TextIO) -> Literal["auto"] | None:
    """Rich's word for colours that suit the terminal, or None for plain text."""
    return "auto" if has_colours(stream, os.environ) else None


def settle_colours_of_help() -> None:
    """Let Typer's help have colours exactly where our own output has them.

    Typer alone forces them into pipes where GITHUB_ACTIONS or FORCE_COLOR is set.
    """
    rich_utils.COLOR_SYSTEM = _colour_system(sys.stdout)


def remark(text: str) -> None:
    """Write a line to stderr, above a progress bar where there is one."""
    aside().print(shown(text), markup=False)


def say(text: str) -> None:
    """Write a line of results to stdout."""
    output().print(shown(text), markup=False)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows below their headings, in columns; what a row says is no markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*[Text(shown(cell)) for cell in row])
    output().print(table)


@contextmanager
def progress(title: str) -> Iterator[Step]:
    """A progress bar on stderr; nothing where that is no terminal."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=aside(),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(title, total=None)

        def step(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield step

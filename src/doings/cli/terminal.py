"""What a command writes to the terminal: results to stdout, everything else to stderr."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import NoReturn

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

from doings.importing.importer import Step

_WIDE = 500
"""Columns of output that goes into a file or a pipe: nothing is cut off there."""


def fail(message: str, *, code: int) -> NoReturn:
    """End the program with one line on stderr."""
    line = " ".join(message.split())
    print(f"doings: {line}", file=sys.stderr)  # noqa: T201 - this is where errors are shown
    sys.exit(code)


def output() -> Console:
    """Where results go."""
    width = None if sys.stdout.isatty() else _WIDE
    return Console(width=width, highlight=False)


@cache
def aside() -> Console:
    """Where remarks and progress go."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def remark(text: str) -> None:
    """Write a line to stderr, above a progress bar where there is one."""
    aside().print(text, markup=False)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows below their headings, in columns."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
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

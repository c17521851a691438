"""The command line, run within the test's process on a database of the test's own."""

import gc
import io
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import structlog

from doings.cli import main
from doings.cli.server import serving
from doings.config import Settings


class Outcome(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


Cli = Callable[..., Outcome]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs `doings` with these arguments in an empty folder; `stdin` is text or bytes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOINGS_DATABASE", raising=False)

    def run(*arguments: str, stdin: str | bytes = b"") -> Outcome:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "argv", ["doings", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        with pytest.raises(SystemExit) as end:
            main()
        written = capsys.readouterr()
        return Outcome(int(end.value.code or 0), written.out, written.err)

    return run


@pytest.fixture
def not_serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`serve` goes as far as it does before it listens; what it sets is taken back."""
    for name in Settings.__struct_fields__:
        monkeypatch.setenv(f"DOINGS_{name.upper()}", "")
        monkeypatch.delenv(f"DOINGS_{name.upper()}")
    monkeypatch.setattr(serving, "_serve", lambda _: None)
    yield
    gc.enable()
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()

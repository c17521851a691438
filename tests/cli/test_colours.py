"""Colours are for terminals: what goes into a file or a pipe is plain text."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.acceptance.running import Installation, installation_in

ESCAPE = "\x1b"

COMMANDS = [
    ["--help"],
    ["token"],
    ["token", "create", "--help"],
    ["serve", "--help"],
    ["sreve"],
    ["account", "create", "again"],
    ["account", "list"],
    ["account", "set", "co-up", "--interactions", "closed"],
    ["token", "create", "--account", "co-up", "--scope", "read"],
    ["token", "list", "--account", "co-up"],
    ["import", "gone.ndjson", "--account", "co-up"],
    ["export", "--account", "co-up"],
    ["check"],
    ["demo"],
]

END = "\x00"
"""What is written after each command."""

ALL_IN_ONE = """
import json, sys
from doings.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["doings", *arguments]
    try:
        main()
    except SystemExit:
        pass
    for stream in (sys.stdout, sys.stderr):
        stream.write("\\0")
        stream.flush()
"""
"""Runs one command after the other: to start a process for each takes most of a second."""

FORCED = {"FORCE_COLOR": "1", "GITHUB_ACTIONS": "true", "PY_COLORS": "1", "TERM": "xterm-256color"}
"""Variables with which the libraries below colour whatever they write."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with an account."""
    folder = tmp_path_factory.mktemp("colours")
    installation = installation_in(folder, {"database": f"sqlite:///{folder}/doings.db"})
    installation.run("account", "create", "co-up")
    return installation


def running(commands: Sequence[Sequence[str]]) -> list[str]:
    """The command line that runs all of them."""
    return [sys.executable, "-c", ALL_IN_ONE, json.dumps(commands)]


@pytest.fixture(scope="module")
def piped(filled: Installation) -> dict[str, str]:
    """What each command writes to pipes, to stdout and then to stderr."""
    done = subprocess.run(
        running(COMMANDS),
        cwd=filled.folder,
        env={**filled.variables, **FORCED},
        capture_output=True,
        text=True,
        check=True,
    )
    parts = zip(done.stdout.split(END), done.stderr.split(END), strict=True)
    written = [out + err for out, err in parts][:-1]
    return dict(zip(map(" ".join, COMMANDS), written, strict=True))


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_pipe_gets_no_colours(piped: dict[str, str], arguments: list[str]) -> None:
    """Neither stdout nor stderr, and whatever the environment asks for."""
    written = piped[" ".join(arguments)]

    assert written
    assert ESCAPE not in written


def shown_on_a_terminal(
    commands: Sequence[Sequence[str]], variables: dict[str, str], folder: Path
) -> list[str]:
    """What each command writes to a terminal."""
    ours, its = pty.openpty()
    with subprocess.Popen(running(commands), cwd=folder, env=variables, stdout=its, stderr=its):
        os.close(its)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
    os.close(ours)
    # Both streams are the terminal, so each command ends twice.
    return shown.decode().split(END + END)[:-1]


def _read(terminal: int) -> bytes:
    """What was written, nothing once the other end has closed: Linux says so by an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("more", "is_coloured"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({**FORCED, "NO_COLOR": "1"}, False),
    ],
    ids=str,
)
def test_a_terminal_gets_colours_unless_they_are_not_wanted(
    filled: Installation, more: dict[str, str], *, is_coloured: bool
) -> None:
    """NO_COLOR switches them off where it is not empty (https://no-color.org)."""
    commands = [["--help"], ["account", "list"]]

    shown = shown_on_a_terminal(commands, {**filled.variables, **more}, filled.folder)

    assert [ESCAPE in one for one in shown] == [is_coloured, is_coloured]

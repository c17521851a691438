"""Colours are for terminals: what goes into a file or a pipe is plain text."""

import os
import pty
import subprocess
import sys
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

FORCED = {"FORCE_COLOR": "1", "GITHUB_ACTIONS": "true", "PY_COLORS": "1", "TERM": "xterm-256color"}
"""Variables with which the libraries below colour whatever they write."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with an account."""
    folder = tmp_path_factory.mktemp("colours")
    installation = installation_in(folder, {"database": f"sqlite:///{folder}/doings.db"})
    installation.run("account", "create", "co-up")
    return installation


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_pipe_gets_no_colours(filled: Installation, arguments: list[str]) -> None:
    """Neither stdout nor stderr, and whatever the environment asks for."""
    forced = Installation(filled.folder, {**filled.variables, **FORCED})

    done = forced.run(*arguments, code=None)

    assert done.stdout + done.stderr
    assert ESCAPE not in done.stdout + done.stderr


def shown_on_a_terminal(arguments: list[str], variables: dict[str, str], folder: Path) -> str:
    """What a command writes to a terminal of its own."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "doings", *arguments]
    with subprocess.Popen(command, cwd=folder, env=variables, stdout=its, stderr=its):
        os.close(its)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
    os.close(ours)
    return shown.decode()


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
@pytest.mark.parametrize("arguments", [["--help"], ["account", "list"]], ids=" ".join)
def test_a_terminal_gets_colours_unless_they_are_not_wanted(
    filled: Installation, arguments: list[str], more: dict[str, str], *, is_coloured: bool
) -> None:
    """NO_COLOR switches them off where it is not empty (https://no-color.org)."""
    shown = shown_on_a_terminal(arguments, {**filled.variables, **more}, filled.folder)

    assert (ESCAPE in shown) is is_coloured

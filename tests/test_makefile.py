"""The Makefile, with interpreters that only look like it: when it makes `.venv`, and with which."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

INTERPRETER = """#!/bin/sh
# Says who it is, or makes a folder that has it as its interpreter.
own=$(readlink -f "$0")
if [ "$1" = -c ]; then
    echo "$PWD $own"
else
    rm -rf .venv && mkdir -p .venv/bin && ln -s "$own" .venv/bin/python && echo "${own##*/}" >> made
fi
"""

MAKE = shutil.which("make") or "make"

KEPT: list[str] = []


class Folder:
    """A folder with the Makefile and what it installs, and interpreters `python3` and `other`."""

    def __init__(self, path: Path) -> None:
        self.clone = path / "clone"
        self.programs = path / "bin"
        self.clone.mkdir()
        self.programs.mkdir()
        for name in ("Makefile", "requirements.txt", "requirements-dev.txt", "pyproject.toml"):
            shutil.copy(ROOT / name, self.clone)
        for name in ("python3", "other"):
            self.add_interpreter(name)

    def add_interpreter(self, name: str) -> None:
        """Put an interpreter of that name in the path."""
        program = self.programs / name
        program.write_text(INTERPRETER)
        program.chmod(0o755)

    def make(self, *arguments: str, **variables: str) -> list[str]:
        """Run `make` and return the interpreters that it made `.venv` with, in their order."""
        done = subprocess.run(
            [MAKE, "PIP=@:", *arguments],
            cwd=self.clone,
            env={"PATH": f"{self.programs}:{os.environ['PATH']}", **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        made = self.clone / "made"
        names = made.read_text().split() if made.exists() else []
        made.unlink(missing_ok=True)
        return names


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A clone in which nothing was made yet."""
    return Folder(tmp_path)


@pytest.mark.parametrize(
    ("first", "second", "made"),
    [
        ([], [], KEPT),
        (["PYTHON=other"], ["PYTHON=other"], KEPT),
        (["PYTHON=other"], [], KEPT),
        ([], ["PYTHON=python3"], KEPT),
        ([], ["PYTHON=other"], ["other"]),
        (["PYTHON=other"], ["PYTHON=python3"], ["python3"]),
    ],
    ids=str,
)
def test_another_interpreter_makes_the_environment_again(
    folder: Folder, first: list[str], second: list[str], made: list[str]
) -> None:
    """The same one does not, and neither does a run that names none."""
    folder.make("install", *first)

    assert folder.make("install", *second) == made
    assert folder.make("install", *second) == KEPT


def test_the_interpreter_may_be_named_by_a_variable(folder: Folder) -> None:
    """As the environment has it."""
    folder.make("install")

    assert folder.make("install", PYTHON="other") == ["other"]


def test_every_way_to_name_an_interpreter_is_the_same(folder: Folder) -> None:
    """Its name, its path, and a link to it."""
    (folder.programs / "link").symlink_to("other")
    folder.make("install", "PYTHON=other")

    assert folder.make("install", f"PYTHON={folder.programs / 'other'}") == KEPT
    assert folder.make("install", "PYTHON=link") == KEPT


def test_an_interpreter_that_has_gone_is_replaced(folder: Folder) -> None:
    """An upgrade of the system takes the old one away."""
    folder.make("install", "PYTHON=other")
    (folder.programs / "other").unlink()

    assert folder.make("install") == ["python3"]


def test_a_clone_that_was_moved_gets_a_new_environment(folder: Folder) -> None:
    """Programs in an environment name the folder that they were installed in."""
    folder.make("install")
    folder.clone = folder.clone.rename(folder.clone.with_name("moved"))

    assert folder.make("install") == ["python3"]


def test_an_environment_of_an_older_makefile_is_kept(folder: Folder) -> None:
    """Its stamp is empty. An interpreter that is named makes it again."""
    folder.make("install")
    (folder.clone / ".venv/.made").write_text("")
    os.utime(folder.clone / ".venv/.made", (0, 0))

    assert folder.make("install") == KEPT
    assert folder.make("install", "PYTHON=python3") == ["python3"]

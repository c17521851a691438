"""What is told of known weaknesses: no answer of the service is no good news."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit import advisories
from audit.advisories import SOUND, UNKNOWN, WEAK, Asked, outcome

SOLID = {"name": "solid", "version": "1.0", "vulns": []}
WEAKENED = {
    "name": "weakened",
    "version": "2.0",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"]},
        {"id": "PYSEC-2", "fix_versions": []},
    ],
}
UNHEARD_OF = {"name": "unheard-of", "skip_reason": "not found"}

NOT_CHECKED = (
    "The advisory service does not know 1 of 2 packages, which were NOT checked: unheard-of"
)


@pytest.mark.parametrize(
    ("packages", "lines", "code"),
    [
        ([SOLID], ["No known weakness in 1 packages."], SOUND),
        (
            [SOLID, WEAKENED],
            [
                "weakened 2.0: PYSEC-1, mended in 2.1 or 3.0",
                "weakened 2.0: PYSEC-2, mended in no version yet",
            ],
            WEAK,
        ),
        (
            [SOLID, UNHEARD_OF],
            [NOT_CHECKED],
            UNKNOWN,
        ),
    ],
    ids=["none", "some", "not checked"],
)
def test_each_answer_has_its_words_and_its_code(
    packages: list[dict[str, Any]], lines: list[str], code: int
) -> None:
    """Weak packages each with what mends them."""
    assert outcome(Asked(packages)) == (lines, code)


def test_a_weak_package_counts_more_than_one_that_is_not_known() -> None:
    """Both are told."""
    lines, code = outcome(Asked([WEAKENED, UNHEARD_OF]))

    assert (len(lines), code) == (3, WEAK)


def test_a_service_that_cannot_be_reached_is_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With what pip-audit complained of last."""

    def fail(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 1, "", "Traceback\nConnectionError: no network\n")

    monkeypatch.setattr(subprocess, "run", fail)

    lines, code = outcome(advisories.ask([]))

    assert code == UNKNOWN
    assert "NOTHING was checked" in lines[0]
    assert lines[1] == "  ConnectionError: no network"


def test_all_lock_files_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without resolving anything; options of the caller go along."""
    given: list[str] = []

    def answer(program: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        given.extend(program)
        target = Path(program[program.index("--output") + 1])
        target.write_text('{"dependencies": [], "fixes": []}', encoding="utf-8")
        return subprocess.CompletedProcess(program, 0, "", "")

    monkeypatch.setattr(subprocess, "run", answer)

    assert advisories.ask(["--vulnerability-service", "osv"]) == Asked([])
    assert given[:3] == [sys.executable, "-m", "pip_audit"]
    assert {Path(one).name for one in given if one.endswith(".txt")} == {
        "requirements.txt",
        "requirements-audit.txt",
        "requirements-bench.txt",
        "requirements-dev.txt",
    }
    assert given[-2:] == ["--vulnerability-service", "osv"]

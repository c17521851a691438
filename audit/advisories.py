"""Known weaknesses of the packages in the lock files, by pip-audit.

It asks a service on the internet. A package of which the service says nothing counts as one that
was not looked at: no answer is no good news.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from audit.pins import LOCK_FILES

SOUND = 0
WEAK = 1
UNKNOWN = 2


class Asked(NamedTuple):
    """What the service said of each package, as pip-audit shapes it; None where it did not answer.

    `complaint` is then why.
    """

    packages: list[dict[str, Any]] | None
    complaint: str = ""


def ask(options: list[str]) -> Asked:
    """Ask about every package; `options` are pip-audit's, such as `--vulnerability-service osv`."""
    files = [word for file in LOCK_FILES for word in ("--requirement", str(file))]
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        # The lock files name every package, so pip has nothing to resolve.
        fixed = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json"]
        program = [sys.executable, "-m", "pip_audit", *files, *fixed, "--output", str(answer)]
        done = subprocess.run(
            [*program, *options],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if not answer.exists():
            lines = done.stderr.strip().splitlines()
            return Asked(None, lines[-1] if lines else f"pip-audit ended with {done.returncode}")
        return Asked(msgspec.json.decode(answer.read_bytes())["dependencies"])


def outcome(asked: Asked) -> tuple[list[str], int]:
    """What to tell, a line each, and the exit code."""
    if asked.packages is None:
        return [
            "The advisory service could not be asked: NOTHING was checked for known weaknesses.",
            f"  {asked.complaint}",
        ], UNKNOWN
    skipped = [one["name"] for one in asked.packages if "skip_reason" in one]
    lines = [line for one in asked.packages for line in _weaknesses(one)]
    code = WEAK if lines else SOUND
    if skipped:
        lines.append(
            f"The advisory service does not know {len(skipped)} of {len(asked.packages)} packages,"
            f" which were NOT checked: {', '.join(skipped)}"
        )
        code = code or UNKNOWN
    if not lines:
        lines = [f"No known weakness in {len(asked.packages)} packages."]
    return lines, code


def _weaknesses(package: dict[str, Any]) -> list[str]:
    name = f"{package['name']} {package.get('version', '')}"
    return [
        f"{name}: {one['id']}, mended in {' or '.join(one['fix_versions']) or 'no version yet'}"
        for one in package.get("vulns", [])
    ]

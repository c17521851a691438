"""The first thing a newcomer does: the demo, the server, and the calls that the demo prints."""

import shutil
import subprocess
from pathlib import Path

import pytest

from doings.app import MOUNTS
from doings.cli.surfaces import WAYS
from tests.acceptance.running import Installation, serving
from tests.engines import SQLITE_ONLY


def test_every_printed_call_answers(tmp_path: Path) -> None:
    """Each `curl` works as it stands and shows activities; each surface has one."""
    with serving(tmp_path) as server:
        port = server.url.rpartition(":")[2]
        variables = {**server.installation.variables, "DOINGS_PORT": port}
        installation = Installation(tmp_path, variables)
        printed = installation.run("demo").stdout.splitlines()
        calls = [line for line in printed if not line.startswith("#")]

        answers = [_run(call) for call in calls]

    assert len(calls) == len(WAYS.keys() & MOUNTS.keys())
    for call, answer in zip(calls, answers, strict=True):
        assert answer.returncode == 0, f"{call}\n{answer.stderr}"
        assert len(answer.stdout) > 300, f"{call}\n{answer.stdout}"


@SQLITE_ONLY  # no database is asked
@pytest.mark.parametrize("mount", sorted(WAYS.keys() & MOUNTS.keys()))
def test_every_call_names_its_surface(mount: str) -> None:
    """The table of calls is spelled like that of mounts."""
    assert f"BASE/{mount}/" in WAYS[mount].request


def _run(call: str) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("bash")
    assert shell is not None
    return subprocess.run([shell, "-c", call], capture_output=True, text=True, check=False)

"""The command line among other programs: pipes that break, signals, terminals."""

import shlex
import shutil
import signal
import subprocess
import sys

from tests.acceptance.running import Installation
from tests.engines import SQLITE_ONLY

DOINGS = f"{shlex.quote(sys.executable)} -m doings"


def _shell(installation: Installation, line: str) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("bash")
    assert shell is not None
    return subprocess.run(
        [shell, "-c", line],
        cwd=installation.folder,
        env=installation.variables,
        capture_output=True,
        text=True,
        check=False,
    )


@SQLITE_ONLY  # what comes out of the pipe's other end is read by nobody, whoever wrote it
def test_a_reader_who_has_seen_enough_is_no_error(installation: Installation) -> None:
    """`export | head` ends without a trace."""
    installation.run("demo")

    done = _shell(installation, f"{DOINGS} export --account demo | head -n 1")

    assert done.stdout.startswith('{"entity":')
    assert done.stderr == ""


def test_an_account_goes_through_a_pipe(installation: Installation) -> None:
    """`export | import` copies an account."""
    installation.run("demo")
    installation.run("account", "create", "copy")

    done = _shell(
        installation, f"{DOINGS} export --account demo | {DOINGS} import - --account copy"
    )

    listed = installation.run("account", "list").stdout
    totals = {line.split()[0]: line.split()[3] for line in listed.splitlines()[1:]}
    assert done.returncode == 0
    assert "0 lines were bad" in done.stdout
    assert done.stderr == ""
    assert len(totals) == 2


def test_ctrl_c_ends_a_command_without_a_trace(installation: Installation) -> None:
    """A command that waits for input ends without a traceback, and what was imported is kept."""
    installation.run("account", "create", "co-up")
    with subprocess.Popen(
        [sys.executable, "-m", "doings", "import", "-", "--account", "co-up"],
        cwd=installation.folder,
        env=installation.variables,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        for number in range(20_000):
            process.stdin.write(f'{{"kind": "note.created", "body": "{number}"}}\n')
        process.stdin.flush()

        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=60)

        assert code == 130
        assert process.stderr.read() == ""
    assert installation.run("export", "--account", "co-up", "--activities-only").stdout

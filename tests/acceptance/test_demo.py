"""The first thing a newcomer does: the demo, the server, and the calls that the demo prints."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from doings.app import MOUNTS
from doings.cli.access.surfaces import WAYS
from tests.acceptance.running import Installation, serving
from tests.engines import SQLITE_ONLY

README = Path(__file__).parents[2] / "README.md"

STRICT = r"""
set -exo pipefail
curl() { command curl -fsS --max-time 20 "$@"; }
jq() { sed 's/.*"token":"\([^"]*\)".*/\1/'; }
doings() { true; }
"""
"""What is refused ends it, and the calls so far are told. Commands have tests elsewhere, and
jq need not be there.
"""


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


@SQLITE_ONLY  # each surface has tests of its own on both
def test_every_call_of_the_readme_answers(tmp_path: Path) -> None:
    """Pasted one after the other, with an account that was just made, none is refused."""
    _, _, text = README.read_text(encoding="utf-8").partition("## One example for each API")
    blocks = re.findall(r"```sh\n((?:curl|JWT=)[^`]*)```", text)
    calls = "".join(block for block in blocks if "curl -N" not in block)
    with serving(tmp_path) as server:
        token = server.token("co-up", "read_activities", "write_activities", "admin")
        calls = calls.replace("http://127.0.0.1:8000", server.url)
        answer = _run(f"KEY={token.key}\nSECRET={token.secret}\n{STRICT}\n{calls}")

    assert calls.count(server.url) > 10
    assert answer.returncode == 0, answer.stderr


@SQLITE_ONLY  # the page is the same
def test_the_page_of_another_origin_shows_a_timeline(tmp_path: Path) -> None:
    """Its token is good on that page only; Ctrl-C ends it as it should."""
    with serving(tmp_path) as server:
        port = server.url.rpartition(":")[2]
        page = subprocess.Popen(
            [sys.executable, "-m", "doings", "demo", "--embed"],
            cwd=tmp_path,
            env={**server.installation.variables, "DOINGS_PORT": port},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert page.stdout is not None
        origin = page.stdout.readline().strip()
        shown = httpx.get(origin)
        found = re.search(r'src="([^"]+)" entity="([^:]+):([^"]+)" token="([^"]+)"', shown.text)
        assert found is not None
        host, type_, id_, token = found.groups()
        url = f"{host}/v1/entities/{type_}/{id_}/activities"
        signed_in = {"Authorization": f"Bearer {token}"}
        good = httpx.get(url, headers={**signed_in, "Origin": origin})
        bad = httpx.get(url, headers={**signed_in, "Origin": "https://evil.example"})
        page.send_signal(signal.SIGINT)
        code = page.wait(10)
        page.stdout.close()

    assert host == server.url
    assert host in shown.headers["content-security-policy"]
    assert (good.status_code, bad.status_code, code) == (200, 403, 0)
    assert good.json()["items"]
    assert token not in server.log()


@SQLITE_ONLY  # no database is asked
@pytest.mark.parametrize("mount", sorted(WAYS.keys() & MOUNTS.keys()))
def test_every_call_names_its_surface(mount: str) -> None:
    """The table of calls is spelled like that of mounts."""
    assert f"BASE/{mount}/" in WAYS[mount].request


def _run(call: str) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("bash")
    assert shell is not None
    return subprocess.run([shell, "-c", call], capture_output=True, text=True, check=False)

"""The samples say what the program does: its settings, its times, its bounds."""

import configparser
import json
import re
import shlex
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from doings.cli.server.workers import GRACE
from doings.config import NAMES, PREFIX
from doings.core.budget import HEADERS_BYTES, QUIET_SECONDS
from doings.native.params import LONGEST_WAIT
from tests.acceptance.running import serving

ROOT = Path(__file__).parents[2]
SAMPLES = [
    ROOT / "Dockerfile",
    ROOT / "compose.yaml",
    *(
        ROOT / "deploy" / name
        for name in ("doings.service", "doings.env", "nginx.conf", "Caddyfile")
    ),
]


def text_of(name: str) -> str:
    """A sample."""
    (file,) = (file for file in SAMPLES if file.name == name)
    return file.read_text(encoding="utf-8")


def number(name: str, pattern: str) -> int:
    """The number that a sample gives in this place."""
    found = re.search(pattern, text_of(name))
    assert found is not None, pattern
    return int(found[1])


def unit() -> configparser.ConfigParser:
    """The systemd unit."""
    # Some settings are given twice, which adds up.
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text_of("doings.service"))
    return parser


def test_the_unit_can_be_enabled() -> None:
    """`systemctl enable` needs to be told what starts it."""
    assert unit().sections() == ["Unit", "Service", "Install"]
    assert unit()["Install"]["WantedBy"] == "multi-user.target"


def test_the_unit_s_settings_and_user_are_those_of_the_documented_commands() -> None:
    """Commands run by another user, or on another file, would end in a server that cannot write."""
    page = (ROOT / "docs/installing.md").read_text(encoding="utf-8")
    service = unit()["Service"]
    program = shlex.split(service["ExecStart"])[0]

    assert f"sudo -u {service['User']} env {service['Environment']} {program} account" in page
    assert re.search(rf"^useradd .* {service['User']}$", page, re.MULTILINE)
    assert f"sqlite:////var/lib/{service['StateDirectory']}/" in service["Environment"]
    assert f" {service['EnvironmentFile'].removeprefix('-')} " in page


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.name)
def test_settings_are_settings(file: Path) -> None:
    """A variable that is none would stop the program."""
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", file.read_text(encoding="utf-8")))

    assert {name.lower() for name in named} <= set(NAMES)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("doings.service", r"TimeoutStopSec=(\d+)"),
        ("compose.yaml", r"stop_grace_period: (\d+)s"),
    ],
)
def test_the_server_has_time_to_answer_before_it_is_killed(name: str, pattern: str) -> None:
    """Longer than it gives itself."""
    assert number(name, pattern) > GRACE


@pytest.mark.parametrize(
    ("name", "idle", "answer"),
    [
        ("nginx.conf", r"keepalive_timeout (\d+)s", r"proxy_read_timeout (\d+)s"),
        ("Caddyfile", r"keepalive (\d+)s", r"response_header_timeout (\d+)s"),
    ],
)
def test_proxies_wait_for_long_polls_and_close_idle_connections_first(
    name: str, idle: str, answer: str
) -> None:
    """A connection that the server closes may have a request on its way."""
    assert number(name, idle) < QUIET_SECONDS
    assert number(name, answer) > LONGEST_WAIT


def test_nginx_lets_the_server_answer_what_is_too_large() -> None:
    """In the shape of the API that was asked, so it takes more than the server."""
    count = number("nginx.conf", r"large_client_header_buffers (\d+) ")
    size = 1024 * number("nginx.conf", r"large_client_header_buffers \d+ (\d+)k;")

    assert count * size > HEADERS_BYTES
    assert "client_max_body_size 0;" in text_of("nginx.conf")


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/metrics//", "/metrics/x"])
def test_proxies_keep_metrics_from_the_public(path: str) -> None:
    """However many slashes are behind; both compare a path that is unescaped already."""
    (location,) = re.findall(r"location ~ (\S+) \{\s+allow 127", text_of("nginx.conf"))
    (patterns,) = re.findall(r"@metrics path (.+)\n\thandle @metrics", text_of("Caddyfile"))

    assert re.search(location, path)
    assert not re.search(location, "/v1/metrics")
    assert any(fnmatchcase(path, pattern) for pattern in patterns.split())


@pytest.mark.parametrize("file", ["compose.yaml", "deploy/doings.env", "docs/installing.md"])
def test_postgresql_gets_all_that_it_needs(file: str) -> None:
    """The settings that have no default there, as operations.md says."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    needed = re.findall(r"^\| `(DOINGS_\w+)` \|[^|]*PostgreSQL: none \|", page, re.MULTILINE)
    text = (ROOT / file).read_text(encoding="utf-8")

    assert needed == ["DOINGS_ERASURE_KEY", "DOINGS_LOG_KEY"]
    assert [name for name in [*needed, "DOINGS_DATABASE"] if name not in text] == []


def test_the_image_gets_what_it_copies() -> None:
    """It is there, and .dockerignore lets it through."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", text_of("Dockerfile"), re.MULTILINE)
        for name in line.split()[:-1]
    ]

    assert "src" in copied
    assert all((ROOT / name).exists() and f"!{name}" in ignored for name in copied)


def test_the_image_is_healthy_while_it_can_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own command asks; it fails once nobody answers."""
    found = re.search(r"HEALTHCHECK [^\n]+\\\n\s+CMD (\[.+\])", text_of("Dockerfile"))
    assert found is not None
    program = [sys.executable, *json.loads(found[1])[1:]]

    with serving(tmp_path, database=f"sqlite:///{tmp_path}/doings.db") as server:
        monkeypatch.setenv("DOINGS_PORT", server.url.rpartition(":")[2])
        while_serving = subprocess.run(program, check=False, capture_output=True)
    afterwards = subprocess.run(program, check=False, capture_output=True)

    assert while_serving.returncode == 0
    assert afterwards.returncode != 0

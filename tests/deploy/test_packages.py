"""The wheel and the sdist, built from this folder without a network."""

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.acceptance.running import installation_in, serving

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION = PROJECT["version"]

SHIPPED = {
    *("audit", "bench", "deploy", "docs", "examples", "src", "tests", ".ci"),
    *(".dockerignore", ".gitignore", "compose.yaml", "Dockerfile", "Makefile", "pyproject.toml"),
    *("requirements.txt", "requirements-audit.txt", "requirements-bench.txt"),
    *("requirements-dev.txt", "CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "PKG-INFO"),
}
"""All that the sdist may have at its top. Keys and exports of a Doings that ran here are not."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both packages, made by the build backend that pyproject.toml names."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    """The wheel."""
    return zipfile.ZipFile(built / f"doings-{VERSION}-py3-none-any.whl")


def sources() -> set[str]:
    """Every file of the program, code or not, below `src`."""
    folder = ROOT / "src"
    files = (path for path in (folder / "doings").rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix() for path in files if path.parent.name != "__pycache__"
    }


def test_the_wheel_has_the_whole_program_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """Templates, the documents that the program shows, and the mark that it is typed."""
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert names == sources()
    assert any(name.endswith(".html") for name in names)


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    """Its version, licence, command and dependencies."""
    folder = f"doings-{VERSION}.dist-info"
    about = wheel.read(f"{folder}/METADATA").decode()

    assert f"\nVersion: {VERSION}\n" in about
    assert "\nLicense-Expression: Apache-2.0\n" in about
    assert about.count("\nRequires-Dist: ") == len(PROJECT["dependencies"])
    assert b"doings = doings.cli:main" in wheel.read(f"{folder}/entry_points.txt")
    assert f"{folder}/licenses/LICENSE" in wheel.namelist()


def test_the_sdist_can_be_built_checked_and_read(built: Path) -> None:
    """It has the sources, the tests, the exact versions and what `deploy/` has."""
    with tarfile.open(built / f"doings-{VERSION}.tar.gz") as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {f"src/{name}" for name in sources()} <= names
    assert {"LICENSE", "README.md", "Makefile", "requirements.txt", "Dockerfile"} <= names
    assert {"deploy/doings.service", "tests/deploy/test_packages.py"} <= names
    assert {name.partition("/")[0] for name in names} <= SHIPPED


def test_what_is_in_the_wheel_serves(
    wheel: zipfile.ZipFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a folder without the sources: the page, the version, and the metric that tells it."""
    unpacked = tmp_path / "site-packages"
    for name in wheel.namelist():
        wheel.extract(name, unpacked)
    monkeypatch.setenv("PYTHONPATH", str(unpacked))
    database = f"sqlite:///{tmp_path}/doings.db"

    where = subprocess.run(
        [sys.executable, "-c", "import doings; print(doings.__file__)"],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    shown = installation_in(tmp_path, {"database": database}).run("--version")
    with serving(tmp_path, database=database) as server:
        page = httpx.get(f"{server.url}/docs")
        figures = httpx.get(f"{server.url}/metrics")

    assert Path(where.stdout.strip()).is_relative_to(unpacked)
    assert shown.stdout == f"doings {VERSION}\n"
    assert page.status_code == httpx.codes.OK
    assert f'version="{VERSION}"}} 1' in figures.text

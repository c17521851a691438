"""What there is to set and to run is found in the documentation."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from doings.app import MOUNTS
from doings.cli.access.surfaces import WAYS
from doings.cli.program import app
from doings.config import NAMES, PREFIX
from doings.httpkit.observing import metrics

ROOT = Path(__file__).parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
README = (ROOT / "README.md").read_text()
DESIGN = (ROOT / "docs" / "design.md").read_text()
SOURCES = ROOT / "src" / "doings"


def is_room(path: Path) -> bool:
    """Whether it is a package."""
    return (path / "__init__.py").is_file()


def commands() -> Iterator[str]:
    """Every command as it is typed."""
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        yield from (f"doings {name} {one}" for one in inner) if inner else (f"doings {name}",)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_explained(name: str) -> None:
    """In the table of settings."""
    assert f"\n| `{PREFIX}{name.upper()}` | " in OPERATIONS


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_is_explained(command: str) -> None:
    """In the table of commands."""
    assert f"\n| `{command}" in OPERATIONS


@pytest.mark.parametrize("metric", [one for one in vars(metrics).values() if hasattr(one, "_name")])
def test_every_metric_is_explained(metric: object) -> None:
    """In the table of metrics."""
    assert f"\n| `{metric._name}" in OPERATIONS  # type: ignore[attr-defined]  # noqa: SLF001


@pytest.mark.parametrize("mount", sorted(WAYS.keys() & MOUNTS.keys()))
def test_every_surface_has_an_example(mount: str) -> None:
    """In the README, below its own heading."""
    _, _, section = README.partition(f"\n### {WAYS[mount].name}\n")

    assert f"8000/{mount}/" in section.partition("\n#")[0]


@pytest.mark.parametrize("mount", sorted(WAYS.keys() & MOUNTS.keys()))
def test_every_surface_has_a_link_to_its_readme(mount: str) -> None:
    """Below its heading, where whoever has tried the example looks for more."""
    room = "native" if mount == "v1" else f"dialects/{mount}"
    _, _, section = README.partition(f"\n### {WAYS[mount].name}\n")

    assert f"](src/doings/{room}/README.md)" in section.partition("\n#")[0]


PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]


def anchors(page: Path) -> set[str]:
    """What a link may name in a page: its headings as hosts of repositories spell them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A relative link names a file that is there, and a heading that is in it."""
    links = [part.partition(")")[0] for part in page.read_text().split("](")[1:]]

    for link in links:
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        assert "://" in link or target.is_file(), link
        assert "://" in link or not heading or heading in anchors(target), link


@pytest.mark.parametrize(
    "folder",
    sorted(path for path in SOURCES.iterdir() if is_room(path)),
    ids=lambda path: path.name,
)
def test_every_room_has_its_paragraph(folder: Path) -> None:
    """In the decisions, which say where to begin reading."""
    assert f"\n**`{folder.name}/`** " in DESIGN


NAMED_MODULE = re.compile(
    r"`(?P<name>(?:auth|cli|core|dialects|httpkit|importing|native|storage)(?:\.(?!py`)[a-z_]+)+)"
    r"(?:\.[A-Z]\w*)?`"
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_that_are_named_exist(page: Path) -> None:
    """Dotted names as they are imported, or with a function of theirs behind."""
    source = ROOT / "src/doings"
    for named in NAMED_MODULE.finditer(page.read_text()):
        place = source.joinpath(*named["name"].split("."))
        places = (place, place.with_suffix(".py"), place.parent.with_suffix(".py"))
        assert any(path.exists() for path in places), named["name"]

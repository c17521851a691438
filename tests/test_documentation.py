"""What the documents say is what the program does."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

import doings
from bench.reporting.page import OPERATIONS_PAGE, operations_text, performance_text
from bench.reporting.plots import plots
from bench.reporting.report import Figure
from bench.reporting.results import Result, Session, keep, results_of, sessions
from doings.app import MOUNTS
from doings.auth.principal import (
    ADMIN,
    READ,
    READ_SUBSCRIPTIONS,
    WRITE,
    WRITE_SUBSCRIPTIONS,
)
from doings.core import errors
from doings.core.errors import DoingsError
from doings.core.kinds.catalogue import CATALOGUE
from doings.httpkit import operations
from doings.httpkit.errors import STATUS
from doings.httpkit.surface import Operation, Surface
from doings.live.webhooks.events import ACTIVITY_EVENTS, ENTITY_EVENTS
from doings.storage.sql.schema.steps import VERSION as SCHEMA

ROOT = Path(__file__).parent.parent
NATIVE = ROOT / "src/doings/native"
PACKAGES = {name: ROOT / "src/doings/dialects" / name for name in MOUNTS}
SHARING = ROOT / "src/doings/sharing"
PACKAGES |= {"v1": NATIVE, "docs": NATIVE}
PACKAGES |= {"embed": SHARING, "embed.js": SHARING, "feeds": SHARING}


def generator() -> ModuleType:
    """docs/generate.py."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_kinds_is_current() -> None:
    """`make docs` was run after the last change of a vocabulary."""
    written = (ROOT / "docs/kinds.md").read_text(encoding="utf-8")

    assert written == generator().kinds_text()


def test_the_page_of_performance_is_current() -> None:
    """`make docs` was run after the last change of a figure or of the prose around it."""
    template = (ROOT / "docs/performance.template.md").read_text(encoding="utf-8")
    written = (ROOT / "docs/performance.md").read_text(encoding="utf-8")

    assert written == performance_text(sessions(), template)


def test_the_figures_of_capacity_are_current() -> None:
    """Operators read what was measured."""
    written = OPERATIONS_PAGE.read_text(encoding="utf-8")

    assert written == operations_text(sessions(), written)
    assert "910" in written


def test_the_plots_are_current() -> None:
    """There is a file for each plot that figures are kept for, and it shows these."""
    files = (ROOT / "docs/plots").glob("*.svg")

    assert {file.stem: file.read_text("utf-8") for file in files} == plots(sessions())


def test_a_newer_figure_replaces_the_one_of_the_same_machine(tmp_path: Path) -> None:
    """Those of other machines and other names stay."""
    file = tmp_path / "measurements.json"
    keep(session("this machine", ["pages", "writes"]), file)
    keep(session("another machine", ["pages"]), file)

    keep(session("this machine", ["pages"]), file)

    assert [(one.machine, list(one.results)) for one in sessions(file)] == [
        ("this machine", ["pages"]),
        ("another machine", ["pages"]),
        ("this machine", ["writes"]),
    ]


def session(machine: str, measures: list[str]) -> Session:
    """A session of one figure for each measure."""
    results = {name: [Result(f"a figure of {name}", ratio=0.5, unit="s")] for name in measures}
    return Session(
        taken_on="2026-01-31",
        commit="0000000",
        machine=machine,
        python=None,
        databases=None,
        command=None,
        results=results,
    )


def test_the_middle_of_several_runs_is_kept_with_the_spread() -> None:
    """The ratio and both numbers are of one run, the spread is of all."""
    runs = [[Figure("pages", value, 10, "a second")] for value in (9, 2, 4)]

    result = results_of(runs)[0]

    assert (result.value, result.ratio, result.runs, result.spread) == (4, 0.4, 3, (0.2, 0.9))


@pytest.mark.parametrize("kind", CATALOGUE)
def test_every_kind_is_in_the_documents(kind: str) -> None:
    """The document says the kind and its meaning."""
    written = (ROOT / "docs/kinds.md").read_text(encoding="utf-8")

    assert f"`{kind}`\n" in written
    assert CATALOGUE[kind].meaning in written


@pytest.mark.parametrize(
    ("mount", "path"),
    [(mount, one.path) for mount, surface in MOUNTS.items() for one in surface.resources],
)
def test_every_route_is_in_its_package_s_readme(mount: str, path: str) -> None:
    """The README spells the path as the routes do."""
    readme = (PACKAGES[mount] / "README.md").read_text(encoding="utf-8")

    assert path.rstrip("/") in readme


def test_every_step_of_the_schema_is_told_in_its_order() -> None:
    """From the second on, as the first one makes the tables; the newest is the metric's, too."""
    page = (ROOT / "docs/upgrading.md").read_text(encoding="utf-8")
    steps = [int(number) for number in re.findall(r"^\| (\d+) \| ", page, re.MULTILINE)]

    assert steps == list(range(2, SCHEMA + 1))
    assert f'schema="{SCHEMA}",version="{doings.__version__}"}} 1`' in page


def test_every_event_of_webhooks_is_in_the_readme() -> None:
    """In the row of `events`, which says how many there are by default."""
    readme = (PACKAGES["v1"] / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith("| `events` |"))

    assert [event for event in (*ACTIVITY_EVENTS, *ENTITY_EVENTS) if f"`{event}`" not in row] == []
    usual, _, others = row.partition(", by default these four;")
    assert len(ACTIVITY_EVENTS) == 4
    assert all(event in usual for event in ACTIVITY_EVENTS)
    assert all(event in others for event in ENTITY_EVENTS)


@pytest.mark.parametrize("mount", MOUNTS)
def test_no_table_of_statuses_says_one_twice(mount: str) -> None:
    """A status has one row in a README."""
    readme = (PACKAGES[mount] / "README.md").read_text(encoding="utf-8")
    statuses = re.findall(r"^\| (\d{3}) \|", readme, re.MULTILINE)

    assert sorted(statuses) == sorted(set(statuses))


@pytest.mark.parametrize("mount", MOUNTS)
def test_every_surface_is_in_the_readme(mount: str) -> None:
    """The README names the path that the surface is mounted at."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert f"/{mount}" in readme


def test_every_error_has_a_status() -> None:
    """Only Misconfigured has none: it ends the program instead of a request."""
    named = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    raised = {kind for kind in named if issubclass(kind, DoingsError) and kind is not DoingsError}

    assert raised - {errors.Misconfigured} <= set(STATUS)


SURFACES = (*MOUNTS.values(), operations.SURFACE)
OPERATIONS = {
    f"{surface.name} {method} {one.path}": (surface, method, operation)
    for surface in SURFACES
    for one in surface.resources
    for method, operation in one.operations.items()
}

ANYONE = "anyone"
ANY_CREDENTIAL = "any credential"
ACCESS = {
    "native GET /account": ADMIN,
    "native GET /tokens": ADMIN,
    "native POST /tokens": ADMIN,
    "native DELETE /tokens/{key}": ADMIN,
    "native PUT /kinds/{kind}": ADMIN,
    "native DELETE /kinds/{kind}": ADMIN,
    "native POST /viewer-tokens": ADMIN,
    "native GET /entities/{type}/{id}/addresses": ADMIN,
    "native POST /entities/{type}/{id}/addresses": ADMIN,
    "native DELETE /entities/{type}/{id}/addresses/{key}": ADMIN,
    "embed GET /": ANY_CREDENTIAL,
    "embed.js GET /": ANYONE,
    "feeds GET /{name}": ANY_CREDENTIAL,
    "native GET /merges": ADMIN,
    "native POST /merges": ADMIN,
    "native POST /merges/{id}/revert": ADMIN,
    "native GET /merges/suggestions": ADMIN,
    "native POST /merges/suggestions/dismiss": ADMIN,
    "native GET /webhooks": ADMIN,
    "native POST /webhooks": ADMIN,
    "native GET /webhooks/{id}": ADMIN,
    "native PATCH /webhooks/{id}": ADMIN,
    "native DELETE /webhooks/{id}": ADMIN,
    "native POST /webhooks/{id}/rotate": ADMIN,
    "native POST /webhooks/{id}/test": ADMIN,
    "native GET /webhooks/{id}/deliveries": ADMIN,
    "native POST /webhooks/{id}/redeliver": ADMIN,
    "native GET /webhooks/{id}/stats": ADMIN,
    "native GET /erasures": ADMIN,
    "native POST /erasures": ADMIN,
    "native GET /holds": ADMIN,
    "native GET /entities/{type}/{id}/hold": ADMIN,
    "native PUT /entities/{type}/{id}/hold": ADMIN,
    "native DELETE /entities/{type}/{id}/hold": ADMIN,
    "native GET /retention": ADMIN,
    "native PUT /retention": ADMIN,
    "native GET /openapi.json": ANYONE,
    "docs GET /": ANYONE,
    "monica POST /oauth/token": ANYONE,
    "monica POST /oauth/login": ANYONE,
    "monica GET /oauth/authorize": ANYONE,
    "cobot GET /api/user": ANY_CREDENTIAL,
    "cobot GET /{space}/api/user": ANY_CREDENTIAL,
    "cobot GET /{space}/api/subscriptions": READ_SUBSCRIPTIONS,
    "cobot POST /{space}/api/subscriptions": WRITE_SUBSCRIPTIONS,
    "cobot GET /{space}/api/subscriptions/{id}": READ_SUBSCRIPTIONS,
    "cobot DELETE /{space}/api/subscriptions/{id}": WRITE_SUBSCRIPTIONS,
    "mio POST /business/v1/auth": ANYONE,
    "mio GET /business/v1/settings/webhooks": ADMIN,
    "mio PUT /business/v1/settings/webhooks": ADMIN,
    "mio DELETE /business/v1/settings/webhooks": ADMIN,
    "operations GET /healthz": ANYONE,
    "operations GET /readyz": ANYONE,
    "operations GET /metrics": ANYONE,
}
"""Operations that take another scope than to read for GET and to write for other methods."""


def access_of(surface: Surface, operation: Operation) -> str:
    """The scope that the operation takes, or who else may use it."""
    if operation.is_public or not (surface.authenticate or operation.authenticate):
        return ANYONE
    return operation.scope or ANY_CREDENTIAL


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_takes_its_scope(name: str) -> None:
    """GET takes the scope to read, any other method that to write, and exceptions are listed."""
    surface, method, operation = OPERATIONS[name]
    usual = READ if method == "GET" else WRITE

    assert access_of(surface, operation) == ACCESS.get(name, usual)


def test_every_exception_is_an_operation() -> None:
    """No exception is left in the list when its operation has gone."""
    assert set(ACCESS) <= set(OPERATIONS)


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_a_surface_without_sign_in_says_that_its_operations_are_public(surface: Surface) -> None:
    """An operation that takes a credential is served only where credentials are checked."""
    served = [one for path in surface.resources for one in path.operations.values()]

    assert surface.authenticate is not None or all(
        one.is_public or one.authenticate is not None for one in served
    )

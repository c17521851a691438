"""The lock files, the bill of materials and the list of licences agree."""

import tomllib
from collections import Counter
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from audit import licences
from audit.pins import LOCK_FILES, ROOT, pins_of
from audit.sbom import of_product

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def component(name: str) -> dict[str, Any]:
    """A package, as CycloneDX's tool names it."""
    return {"name": name, "bom-ref": f"{name}==1"}


BILL = {
    "bomFormat": "CycloneDX",
    "metadata": {"component": {"bom-ref": "root"}},
    "components": [component("Jinja2"), component("uuid_utils"), component("pytest")],
    "dependencies": [
        {"ref": "root", "dependsOn": ["Jinja2==1", "uuid_utils==1", "pytest==1"]},
        {"ref": "Jinja2==1", "dependsOn": ["pytest==1"]},
        {"ref": "pytest==1"},
        {"ref": "uuid_utils==1"},
    ],
}


def test_the_list_of_licences_is_current() -> None:
    """`make docs` was run after the last change of requirements.txt."""
    assert licences.TARGET.read_text(encoding="utf-8") == licences.licences_text()


def test_a_package_that_says_nothing_of_its_licence_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody has to look it up."""
    monkeypatch.setattr(licences, "metadata", lambda _: Message())

    with pytest.raises(LookupError, match="silent says nothing"):
        licences.licence_of("silent")


def test_the_bill_has_the_product_s_packages_alone() -> None:
    """However they spell their names, with what they need of each other."""
    bill = of_product(BILL, {"jinja2", "uuid-utils"})

    assert [one["name"] for one in bill["components"]] == ["Jinja2", "uuid_utils"]
    assert bill["dependencies"] == [
        {"ref": "root", "dependsOn": ["Jinja2==1", "uuid_utils==1"]},
        {"ref": "Jinja2==1", "dependsOn": []},
        {"ref": "uuid_utils==1", "dependsOn": []},
    ]
    assert bill["bomFormat"] == "CycloneDX"


def test_a_bill_that_lacks_a_package_is_none() -> None:
    """The environment is another one then."""
    with pytest.raises(LookupError, match="not installed: apsw"):
        of_product(BILL, {"jinja2", "apsw"})


def test_no_package_is_pinned_twice() -> None:
    """Two lock files are installed together."""
    names = Counter(name for file in LOCK_FILES for name in pins_of(file))

    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("file", LOCK_FILES, ids=lambda file: file.name)
def test_lock_files_hold_exact_versions_and_nothing_else(file: Path) -> None:
    """In alphabetical order: no addresses, no ranges."""
    pins = pins_of(file)

    assert list(pins) == sorted(pins)
    assert all(name and version for name, version in pins.items())


@pytest.mark.parametrize("group", sorted(PROJECT["dependency-groups"]))
def test_each_group_is_locked(group: str) -> None:
    """By the file of its name."""
    wanted = {one.partition("[")[0] for one in PROJECT["dependency-groups"][group]}

    assert wanted <= set(pins_of(ROOT / f"requirements-{group}.txt"))


def test_the_build_backend_is_the_locked_one() -> None:
    """The tests build with the version that others will build with."""
    (backend,) = PROJECT["build-system"]["requires"]
    name, _, version = backend.partition("==")

    assert pins_of(ROOT / "requirements-dev.txt")[name] == version

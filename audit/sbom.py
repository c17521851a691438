"""The software bill of materials (CycloneDX), made offline of what is installed.

CycloneDX's tool lists all that is in `.venv`, the tests' packages as well. Ours has what Doings
runs on, with each licence and what needs what.
"""

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from audit.pins import PRODUCT, ROOT, pins_of

TARGET = ROOT / "build" / "sbom.cdx.json"


def write() -> int:
    """Write the bill; returns the number of packages in it. Raises LookupError as `of_product`."""
    bill = of_product(of_environment(), pins_of(PRODUCT))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    return len(bill["components"])


def of_product(bill: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The bill with these packages alone; raises LookupError where it lacks any."""
    components = [one for one in bill["components"] if _plain(one["name"]) in names]
    missing = set(names) - {_plain(one["name"]) for one in components}
    if missing:
        raise LookupError(f"not installed: {', '.join(sorted(missing))}")
    refs = {one["bom-ref"] for one in components} | {bill["metadata"]["component"]["bom-ref"]}
    dependencies = [
        {"ref": one["ref"], "dependsOn": [ref for ref in one.get("dependsOn", []) if ref in refs]}
        for one in bill["dependencies"]
        if one["ref"] in refs
    ]
    return bill | {"components": components, "dependencies": dependencies}


def _plain(name: str) -> str:
    """A package's name as the lock files spell it."""
    return name.lower().replace("_", "-")


def of_environment() -> dict[str, Any]:
    """What CycloneDX's tool finds in the environment that this runs in."""
    tool = Path(sys.executable).with_name("cyclonedx-py")
    project = ["--pyproject", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [str(tool), "environment", *project, "--output-reproducible", sys.executable],
        capture_output=True,
        text=True,
        check=True,
    )
    bill: dict[str, Any] = json.loads(done.stdout)
    return bill

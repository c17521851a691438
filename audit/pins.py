"""The exact versions in the lock files."""

from pathlib import Path

ROOT = Path(__file__).parent.parent

LOCK_FILES = sorted(ROOT.glob("requirements*.txt"))

PRODUCT = ROOT / "requirements.txt"
"""What Doings runs on, without what its tests and checks need."""


def pins_of(file: Path) -> dict[str, str]:
    """The version of each package that the file names."""
    lines = file.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("==") for line in lines if not line.startswith("#"))
    return {name: version for name, _, version in pairs}

"""Writes docs/licences.md: the licence of each package that Doings needs, as the package says it.

`make docs` runs it.
"""

import re
from importlib.metadata import metadata

from audit.pins import PRODUCT, ROOT, pins_of

TARGET = ROOT / "docs" / "licences.md"

HEAD = """\
# Licences

Generated from `requirements.txt` and the packages' own metadata by `make docs`; do not edit.

Doings is licensed under [Apache-2.0](../LICENSE). It contains none of these packages: they are \
installed next to it, each under its own licence. What only tests, checks and the benchmark \
need is not listed, as nobody installs it to run Doings.

| package | version | licence |
|---|---|---|
"""


_CLASSIFIER = re.compile(r"License :: OSI Approved :: (.+)")

_FIELDS = ("License-Expression", "License")

_LONGEST = 40
"""Some packages have the whole text of the licence in a field that is meant for its name."""


def licences_text() -> str:
    """The whole document."""
    pins = pins_of(PRODUCT)
    rows = (f"| {name} | {version} | {licence_of(name)} |" for name, version in pins.items())
    return HEAD + "\n".join(rows) + "\n"


def licence_of(name: str) -> str:
    """An SPDX expression where the package gives one, else its own words.

    Raises LookupError for a package that says nothing.
    """
    said = metadata(name)
    texts = [text for field in _FIELDS for text in said.get_all(field, [])]
    if short := [text for text in texts if 0 < len(text) <= _LONGEST]:
        return str(short[0])
    classifiers = [_CLASSIFIER.fullmatch(one) for one in said.get_all("Classifier", [])]
    if named := [found[1] for found in classifiers if found]:
        return " and ".join(named)
    raise LookupError(f"{name} says nothing of its licence: look it up before it is needed here")


if __name__ == "__main__":
    TARGET.write_text(licences_text(), encoding="utf-8")

"""Writes docs/kinds.md from the catalogue and the dialects' vocabularies: `make docs`."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from doings.core.kinds.catalogue import CATALOGUE, Kind
from doings.dialects.agendize.vocabulary import type_of_kind as agendize
from doings.dialects.cobot.vocabulary import type_of_kind as cobot
from doings.dialects.invent.vocabulary import type_of_kind as invent
from doings.dialects.mio.vocabulary import type_of_kind as mio
from doings.dialects.monica.vocabulary import types_of_kind as monica

TARGET = Path(__file__).with_name("kinds.md")

COLUMNS: dict[str, Callable[[str], str | None]] = {
    "Monica": monica,
    "Cobot": cobot,
    "Invent": invent,
    "Agendize": agendize,
    "mio.ID": mio,
}

HEAD = """\
# Kinds

Generated from the catalogue and the dialects' vocabularies by `make docs`; do not edit.

An activity's `kind` is a noun and a verb. These have a meaning of their own; you may record any \
other, which Monica (with a contact) and Cobot show under its own name.

## What each dialect calls them

A dash means that the dialect has no word for it: the activity is then in none of its lists, \
totals and pages.

"""


def kinds_text() -> str:
    """The whole document."""
    return HEAD + _matrix() + "\n" + "\n".join(_section(kind) for kind in CATALOGUE.values())


def _matrix() -> str:
    lines = [
        f"| kind | {' | '.join(COLUMNS)} |",
        f"|---|{'---|' * len(COLUMNS)}",
    ]
    for kind in CATALOGUE:
        names = [type_of_kind(kind) for type_of_kind in COLUMNS.values()]
        shown = " | ".join(f"`{name}`" if name else "–" for name in names)
        lines.append(f"| `{kind}` | {shown} |")
    return "\n".join(lines) + "\n"


def _section(kind: Kind) -> str:
    members = _members(kind.data) if kind.data else "any members"
    return f"## {kind.icon} `{kind.kind}`\n\n{kind.meaning} Data: {members}.\n"


def _members(shape: type[msgspec.Struct]) -> str:
    fields = msgspec.structs.fields(shape)
    return ", ".join(f"`{one.name}`{' (required)' if one.required else ''}" for one in fields)


if __name__ == "__main__":
    TARGET.write_text(kinds_text(), encoding="utf-8")

"""The JSON of what became of a batch, line by line."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType


class LineProblem(msgspec.Struct, frozen=True):
    """A line (counted from 1) that was not recorded, and why."""

    line: int
    field: str
    reason: str


Status = Literal["recorded", "replaced", "repeated", "refused"]
"""What became of a line of a batch."""


class BatchLine(msgspec.Struct, frozen=True):
    """What became of a line (counted from 1): the activity that stands for it, or why none does."""

    line: int
    status: Status
    id: str | None = None
    seq: int | None = None
    field: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class BatchResult(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What became of a batch; errors beyond the first ones are only counted.

    `replaced` is there where `on_repeat=replace` was asked for.
    """

    recorded: int
    replaced: int | UnsetType = UNSET
    repeated: int
    errors: list[LineProblem]
    errors_left_out: int = 0

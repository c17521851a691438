"""An erasure: what is asked for, what it came to, and the id that stands for who was erased."""

import base64
import hashlib
import hmac
from typing import Literal, get_args

import msgspec

from doings.core.entity import PEOPLE, EntityKey
from doings.core.errors import Invalid
from doings.core.text import checked_text

REASON_LENGTH = 200
"""Characters of a reason, of an erasure or a hold."""

OPAQUE = "erased-"
"""What the id of everything erased begins with."""

_LETTERS = 16

Mode = Literal["erase", "unlink"]
"""What becomes of the activities: those about nobody else go, or all stay."""

MODES: tuple[Mode, ...] = get_args(Mode)


class ErasureOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. The constructor raises Invalid.

    `id` and `at` are those of an erasure that is done again on a restored backup.
    """

    entity: EntityKey
    activities: Mode = "erase"
    reason: str | None = None
    by: str | None = None
    id: str | None = None
    at: int | None = None

    def __post_init__(self) -> None:
        """Raise Invalid."""
        is_again = self.id is not None
        if self.entity[0] not in PEOPLE and not is_again:
            raise Invalid.of("entity", f"only people are erased: {', '.join(sorted(PEOPLE))}")
        checked_text(self.reason, field="reason", most=REASON_LENGTH)


class ErasureCounts(msgspec.Struct, frozen=True):
    """What an erasure came to.

    Activities that went altogether, and those that stay without the link; changes and deliveries of
    which something was taken away.
    """

    activities_erased: int = 0
    activities_unlinked: int = 0
    changes_redacted: int = 0
    deliveries_redacted: int = 0

    def __add__(self, other: "ErasureCounts") -> "ErasureCounts":
        """The sums."""
        return ErasureCounts(
            self.activities_erased + other.activities_erased,
            self.activities_unlinked + other.activities_unlinked,
            self.changes_redacted + other.changes_redacted,
            self.deliveries_redacted + other.deliveries_redacted,
        )


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the register; `id` is None for one that was only counted.

    `entity` is `type:erased-…`, which says nothing of who it was without the key. `is_done` is
    False while something is left to do. `also` are the others that would go, known where it only
    counts.
    """

    id: str | None
    entity: str
    activities: Mode
    reason: str | None
    at: int
    by: str | None
    counts: ErasureCounts
    is_done: bool = True
    also: tuple[EntityKey, ...] | None = None


def opaque_id(key: bytes, account_id: int, entity: EntityKey, seq: int) -> str:
    """`erased-` and 16 letters and digits, the same each time, made with the erasure key.

    Anyone with the key can tell whether an id that is guessed was erased, and nobody else can.
    """
    message = "\0".join((str(account_id), *entity, str(seq))).encode()
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return OPAQUE + base64.b32encode(digest).decode().lower()[:_LETTERS]


def checked_reason(reason: str, *, field: str = "reason") -> str:
    """The reason of a hold; raises Invalid for an empty or a long one."""
    if not reason.strip():
        raise Invalid.of(field, "says why, in some words")
    checked_text(reason, field=field, most=REASON_LENGTH)
    return reason

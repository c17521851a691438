"""Positions in an account's feed: `<epoch>-<seq>`, a seq of one of the account's histories."""

import hashlib
import re
import secrets
from functools import lru_cache

import msgspec

EPOCH = re.compile(r"[A-Za-z0-9]{8,16}")

LARGEST_SEQ = 2**40

_POSITION = re.compile(rf"(?:(?P<epoch>{EPOCH.pattern})-)?(?P<seq>[0-9]{{1,13}})")


class Position(msgspec.Struct, frozen=True):
    """A place in the feed; a bare seq has no epoch and is taken for one of the present history."""

    epoch: str | None
    seq: int

    def __str__(self) -> str:
        """As headers, parameters and ids of events have it."""
        return str(self.seq) if self.epoch is None else f"{self.epoch}-{self.seq}"


def position_from_text(text: str) -> Position | None:
    """Read `<epoch>-<seq>` or a bare seq; None for any other text."""
    found = _POSITION.fullmatch(text)
    if found is None or int(found["seq"]) > LARGEST_SEQ:
        return None
    return Position(found["epoch"], int(found["seq"]))


@lru_cache(maxsize=4096)
def first_epoch(account_id: int, created_at: int) -> str:
    """The word of an account whose history was never rolled back; another account's is another."""
    return hashlib.blake2b(f"{account_id} {created_at}".encode(), digest_size=6).hexdigest()


def new_epoch() -> str:
    """A word that no history had before."""
    return secrets.token_hex(6)

"""Who a key belongs to: what is asked before anything else, by nearly every request."""

from sys import getsizeof

from doings.core.resuming.position import Position, first_epoch
from doings.core.store.credentials import SignIn, Standing
from doings.storage.engine import Engine, Row
from doings.storage.sql import account_statements as accounts
from doings.storage.sql.rows import account_from_row, credential_from_row

KNOWN_KEYS = 100_000
"""Of how many keys a process knows the account."""

FOUND_BYTES = 16_777_216
"""How many bytes of credentials with their accounts a process keeps, about."""

FOUND_OVERHEAD = 2_000
"""What each of them takes in addition to its texts, about."""

_LAST_USED_AT = 7
"""The column of a standing's row that says nothing about what can be seen."""


class SignIns:
    """The credentials of all accounts.

    Where `is_spread`, accounts lie on other machines than the credentials. A standing takes both.
    """

    def __init__(self, engine: Engine, *, is_spread: bool) -> None:
        self._engine = engine
        self._is_spread = is_spread
        self._account_ids: dict[str, int] = {}
        """The account of each key that signed in here. A key never changes it."""
        self._found: dict[str, SignIn] = {}
        self._found_at: int | None = None
        """As of which version of the database that was found."""
        self._found_bytes = 0

    async def find(self, key: str) -> SignIn | None:
        """The credential of a key and its account, or None.

        What was found is kept until anything is committed, where the engine tells that for less
        than a statement takes.
        """
        # Read first: what is committed from here on is found by the next one.
        version = self._engine.version()
        if version is None:
            return await self._find(key)
        if version != self._found_at or self._found_bytes >= FOUND_BYTES:
            self._found, self._found_at, self._found_bytes = {}, version, 0
        kept = self._found
        found = kept.get(key)
        if found is None and (found := await self._find(key)) is not None:
            kept[key] = found
            # Own kinds stand in an account's settings and may be long.
            self._found_bytes += FOUND_OVERHEAD + sum(map(getsizeof, found.standing or ()))
        return found

    async def standing(self, key: str, account_id: int) -> Standing | None:
        """What changes whenever something does that the credential can see."""
        row = await self._row(key, account_id)
        return _standing(row) if row else None

    async def _find(self, key: str) -> SignIn | None:
        account_id = self._account_ids.get(key)
        row = await self._sign_in(key) if account_id is None else await self._row(key, account_id)
        if row is None:
            return None
        account = account_from_row(row[9:15])
        last_seq, _, stored = row[15:]
        position = Position(stored or first_epoch(account.id, account.created_at), last_seq)
        standing = None if self._is_spread else _standing(row)
        return SignIn(credential_from_row(row[:9]), account, position, standing)

    async def _sign_in(self, key: str) -> Row | None:
        """The row of a key whose account is not known: first the account, then how far it is."""
        row = await self._engine.look_up(accounts.CREDENTIAL_BY_KEY, key=key)
        if row is None:
            return None
        account_id = int(row[1])
        place = await self._engine.look_up(accounts.PLACE_OF_ACCOUNT, account_id=account_id)
        if place is None:
            return None
        if not self._is_spread:
            self._know(key, account_id)
        return (*row, *place)

    async def _row(self, key: str, account_id: int) -> Row | None:
        return await self._engine.look_up(accounts.STANDING, key=key, account_id=account_id)

    def _know(self, key: str, account_id: int) -> None:
        if len(self._account_ids) >= KNOWN_KEYS:
            self._account_ids.clear()
        self._account_ids[key] = account_id


def _standing(row: Row) -> Standing:
    return row[:_LAST_USED_AT] + row[_LAST_USED_AT + 1 :]

"""The part of the port that is about credentials."""

from typing import NamedTuple, Protocol

import msgspec

from doings.core.account import Account
from doings.core.entity import EntityKey
from doings.core.resuming.position import Position


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One entity's timeline, of these kinds and `noun.*` patterns; None is every kind.

    `origins` are the sites whose pages may ask for it; None is any site. `seq` was the entity's, or
    the account's next one where there was no such entity: another of the same id is not shown.
    """

    entity: EntityKey
    kinds: tuple[str, ...] | None = None
    origins: tuple[str, ...] | None = None
    seq: int = 0


class Credential(msgspec.Struct, frozen=True):
    """A credential as stored: a hash of its secret, never the secret. Times are instants.

    One with a `view` is a secret address, which shows that and is good for nothing else.
    """

    key: str
    account_id: int
    secret_hash: bytes
    scopes: tuple[str, ...]
    label: str | None
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    view: View | None = None


Standing = tuple[object, ...]
"""What a credential, its account and the number of its changes were at one moment.

While it stays the same, nothing has changed of what the credential can see.
"""


class SignIn(NamedTuple):
    """What the store knows of a key; `position` is the account's own at that moment.

    A store that is spread over several machines gives no standing.
    """

    credential: Credential
    account: Account
    position: Position
    standing: Standing | None


class CredentialReader(Protocol):
    """Reading the credentials of an account."""

    async def credentials(self) -> list[Credential]:
        """The account's credentials, oldest first."""


class CredentialWriter(CredentialReader, Protocol):
    """Adding and revoking credentials of an account."""

    async def add_credential(self, credential: Credential) -> None:
        """Store a credential."""

    async def revoke_credential(self, key: str) -> None:
        """Make a credential unusable from now on; raises NotFound."""


class CredentialStore(Protocol):
    """Looking up credentials whose account is not known yet."""

    async def credential(self, key: str) -> SignIn | None:
        """The credential of a key and its account, or None.

        This is the one question that names no account, because it finds out the account.
        """

    async def standing(self, key: str, account_id: int) -> Standing | None:
        """The standing of a key of that account, or None once there is no such key."""

    def version(self) -> int | None:
        """A number that is another one after every commit, no matter who made it.

        None where the store cannot say that without being asked by a statement.
        """

    async def note_use(self, uses: dict[str, int]) -> None:
        """Store when credentials were last used: an instant for each key."""

"""The port to the store: what may be read and written, always within one account.

`Reader` and `Writer` are bound to an account and live as long as one transaction. Work handed to
`Store.read` and `Store.write` may await them and nothing else. They are put together from the
Protocols of this folder, one file a subject. A function that needs one subject takes that Protocol.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from doings.core.account import Account
from doings.core.activity import Activity, Draft
from doings.core.entity import EntityKey
from doings.core.store.accounts import AccountStore, SettingsWriter
from doings.core.store.activities import ActivityReader, ActivityWriter
from doings.core.store.changes import ChangeReader, ChangeWriter, Followed
from doings.core.store.counts import CountReader
from doings.core.store.credentials import CredentialReader, CredentialStore, CredentialWriter
from doings.core.store.entities import EntityReader, EntityWriter
from doings.core.store.erasures import ErasureReader, ErasureStore, ErasureWriter
from doings.core.store.idempotency import IdempotencyWriter
from doings.core.store.imports import ImportReader, ImportStore, ImportWriter
from doings.core.store.log import LogReader, LogStore
from doings.core.store.merges import MergeReader, MergeWriter
from doings.core.store.pulls import PullReader, PullWriter
from doings.core.store.retention import RetentionReader, RetentionWriter
from doings.core.store.webhooks import DeliveryReader, DeliveryWriter, WebhookStore

T = TypeVar("T")


class Reader(
    ActivityReader,
    EntityReader,
    ChangeReader,
    CountReader,
    CredentialReader,
    ImportReader,
    DeliveryReader,
    LogReader,
    ErasureReader,
    MergeReader,
    PullReader,
    RetentionReader,
    Protocol,
):
    """Reading within one account, from one consistent state."""

    @property
    def account_id(self) -> int:
        """The number of the account that this reader is bound to."""

    async def account(self) -> Account:
        """The account that this reader is bound to; raises NotFound once it is deleted."""


class Writer(
    Reader,
    ActivityWriter,
    EntityWriter,
    ChangeWriter,
    SettingsWriter,
    CredentialWriter,
    IdempotencyWriter,
    ImportWriter,
    DeliveryWriter,
    ErasureWriter,
    MergeWriter,
    PullWriter,
    RetentionWriter,
    Protocol,
):
    """Writing within one account: all of it lasts, or none."""

    @property
    def others(self) -> Mapping[int, "Writer"]:
        """The writers of the other accounts that this transaction may write in, by account id."""


class Store(AccountStore, CredentialStore, ImportStore, WebhookStore, LogStore, Protocol):
    """The store as a whole."""

    @property
    def erasures(self) -> ErasureStore:
        """What erases people, and what is kept no longer."""

    @property
    def secret(self) -> bytes:
        """The installation's own secret, made once with the database: 32 bytes."""

    async def read(
        self, account_id: int, work: Callable[[Reader], Awaitable[T]], *, bounded: bool = True
    ) -> T:
        """Run work on one consistent state; returns what work returns.

        Work that takes longer the more there is to read is not bounded. It runs where it keeps no
        bounded work waiting.
        """

    async def write(
        self,
        account_id: int,
        work: Callable[[Writer], Awaitable[T]],
        *,
        by: str | None = None,
        also: tuple[int, ...] = (),
    ) -> T:
        """Run work in one transaction; returns when it is durable, keeps nothing if it raises.

        `by` is the key of the credential that writes. `also` are the ids of other accounts that
        work writes in, through `Writer.others`.
        """

    async def record(
        self,
        account_id: int,
        draft: Draft,
        *,
        by: str | None = None,
        requires: Sequence[EntityKey] = (),
    ) -> tuple[Activity, bool]:
        """Record one draft that concerns no other account; returns when it is durable.

        Raises NotFound unless the entities that it requires are there at that moment.
        Drafts that are recorded at the same time may share a transaction, but not a failure.
        Returns the activity that now stands for the draft, and whether it is new.
        """

    async def due(self, limit: int) -> list[tuple[int, int]]:
        """(account id, activity seq) of interactions whose time is over, not yet recorded as such.

        At most `limit` of them, over all accounts, earliest first.
        """

    async def take_turn(self, name: str, holder: str, seconds: int) -> bool:
        """Whether it is the holder's turn to do the work `name`, which one process at a time does.

        A turn keeps the other holders out for so many seconds.
        """

    async def wait_for_change(self, account_id: int, after: int, seconds: float) -> None:
        """Return when the account's last seq is past `after`, or after so many seconds."""

    def following(self, account_id: int) -> AbstractContextManager[Followed]:
        """Hear of commits in the account, of any process, for as long as this lasts."""

    async def ping(self) -> None:
        """Return when the store answers; raises Unavailable."""

"""The port to the store: what may be read and written, always within one account.

`Reader` and `Writer` are bound to an account and live as long as one transaction. Work handed to
`Store.read` and `Store.write` may await them and nothing else.
"""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from doings.core.account import Account
from doings.core.activity import Activity, Draft
from doings.core.cursor import Page
from doings.core.entity import Entity, EntityDraft, EntityKey
from doings.core.query import DiaryOrder, Query, RecordedOrder

T = TypeVar("T")

ActivityRef = int | str
"""An activity's seq, or its id."""


class Recorded(msgspec.Struct, frozen=True):
    """What became of a draft: the seq and id of the activity that now stands for it."""

    seq: int
    id: str
    is_repeated: bool


class Change(msgspec.Struct, frozen=True):
    """One entry of the feed; `before` is JSON text of the members it replaced."""

    seq: int
    activity_seq: int
    activity_id: str
    op: Literal["created", "updated", "deleted"]
    kind: str
    at: int
    by: str | None
    before: str | None
    activity: Activity | None


class Answer(msgspec.Struct, frozen=True):
    """An answer kept for a repeated request."""

    status: int
    headers: dict[str, str]
    body: bytes


class EntityQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which entities, in the order of their seq; `after` is exclusive, `q` begins words of theirs.

    `with_partial` includes contacts that stand only as somebody's relation.
    """

    type: str | None = None
    q: str | None = None
    after: int | None = None
    is_descending: bool = False
    limit: int = 50
    skip: int = 0
    with_partial: bool = True
    by: Literal["recorded", "updated"] = "recorded"


class Credential(msgspec.Struct, frozen=True):
    """A credential as stored: never its secret."""

    key: str
    account_id: int
    secret_hash: bytes
    scopes: tuple[str, ...]
    label: str | None
    created_at: int
    expires_at: int | None
    last_used_at: int | None


class Uncacheable(bytes):
    """An encoded document that may be another one next time though nobody changed anything."""

    __slots__ = ()


class Rendering(msgspec.Struct, frozen=True):
    """How a surface renders activities, said so that the store can keep what it makes of them.

    `render` gives the encoded document of each; it may ask the reader for what they refer to. A
    document is kept and shown again while nothing that it was made of is changed: entries of the
    account, and `about`, which is everything else that goes into it, like the address it names.
    One that depends on the time as well, or on something not being there, is `Uncacheable`.
    """

    about: Hashable
    render: "Callable[[Reader, Sequence[Activity]], Awaitable[Sequence[bytes]]]"


class Reader(Protocol):
    """Reading within one account, from one consistent state."""

    @property
    def account_id(self) -> int:
        """Whose."""

    async def account(self) -> Account:
        """The account itself."""

    async def activity(self, ref: ActivityRef) -> Activity:
        """One activity; raises NotFound."""

    async def activity_by_external_id(self, origin: str, external_id: str) -> Activity | None:
        """The activity that came from elsewhere under this id, if there is one."""

    async def activities(self, seqs: Sequence[int]) -> list[Activity]:
        """Those of the activities that exist, in the order of `seqs`."""

    async def rendered(self, seqs: Sequence[int], rendering: Rendering) -> list[msgspec.Raw]:
        """The documents of those of the activities that exist, in the order of `seqs`."""

    async def page(self, query: Query) -> Page[Activity]:
        """A stretch of the timeline."""

    async def rendered_page(self, query: Query, rendering: Rendering) -> Page[msgspec.Raw]:
        """The documents of a stretch of the timeline."""

    async def diary(self, query: Query, order: DiaryOrder) -> list[int]:
        """The seqs of `limit` activities of one entity after `skip` others, by the calendar."""

    async def with_contacts(self, order: RecordedOrder, *, skip: int, limit: int) -> list[int]:
        """The seqs of activities that concern at least one contact, after `skip` others."""

    async def total_with_contacts(self) -> int:
        """How many of them there are."""

    async def years_with_contacts(self) -> list[tuple[int, int]]:
        """(year, count) of them by the account's calendar, newest first."""

    async def total(self, entity: EntityKey | None, kinds: tuple[str, ...] | None) -> int:
        """How many activities of these kinds an entity's timeline, or the whole, holds."""

    async def counts_by_day(self, query: Query) -> list[tuple[int, int]]:
        """(UTC day, count) for the query's entity, kinds and whole days, oldest first."""

    async def counts_by_kind(self, query: Query) -> list[tuple[str, int]]:
        """(kind, count) likewise, most frequent first."""

    async def history(self, activity_id: str) -> list[Change]:
        """The changes of one activity, also of a deleted one, oldest first; raises NotFound."""

    async def changes(self, after: int, limit: int) -> list[Change]:
        """The feed from `after` (exclusive) on, oldest first."""

    async def head(self) -> int:
        """The last seq given out."""

    async def entity(self, key: EntityKey) -> Entity:
        """One entity; raises NotFound, for a deleted one too."""

    async def entity_by_seq(self, entity_type: str, seq: int) -> Entity:
        """One entity; raises NotFound, for a deleted one too."""

    async def entities(self, query: EntityQuery) -> list[Entity]:
        """A stretch of the entities that are not deleted."""

    async def entities_by_key(self, keys: Sequence[EntityKey]) -> dict[EntityKey, Entity]:
        """Those of the entities that exist and are not deleted."""

    async def entities_by_seq(self, entity_type: str, seqs: Sequence[int]) -> dict[int, Entity]:
        """Those of the entities that exist and are not deleted."""

    async def total_entities(self, entity_type: str) -> int:
        """How many entities of a type there are, partial and deleted ones left out."""

    async def credentials(self) -> list[Credential]:
        """The account's credentials, oldest first."""


class Writer(Reader, Protocol):
    """Writing within one account: all of it lasts, or none."""

    @property
    def others(self) -> Mapping[int, "Writer"]:
        """The writers of the other accounts that this transaction may write in."""

    async def record(self, drafts: Sequence[Draft]) -> list[Recorded]:
        """Record in this order; a repeated (origin, external_id) leaves the first as it is."""

    async def revise(self, ref: ActivityRef, revise: Callable[[Activity], Draft]) -> Activity:
        """Replace an activity by what `revise` makes of it; raises NotFound and what it raises."""

    async def amend_history(self, activity_id: str, revise: Callable[[str], str]) -> None:
        """Replace what an activity's changes keep of the past by what `revise` makes of it.

        `revise` takes and gives a change's `before`. It is for what may not be kept, and for
        nothing else.
        """

    async def erase(
        self, ref: ActivityRef, check: Callable[[Activity], None] | None = None
    ) -> Activity:
        """Delete an activity unless `check` raises; raises NotFound."""

    async def put_entity(
        self, key: EntityKey, revise: Callable[[Entity | None], EntityDraft]
    ) -> tuple[Entity, bool]:
        """Create (True) or replace an entity by what `revise` makes of the one there is."""

    async def add_entity(self, entity_type: str, draft: EntityDraft) -> Entity:
        """Create an entity whose id is its seq, or a UUID where that is taken."""

    async def number_entity(self, entity_type: str, draft: EntityDraft) -> Entity:
        """Create an entity whose id is the next number of its type."""

    async def delete_entity(self, key: EntityKey) -> Entity:
        """Delete an entity, whose activities stay; raises NotFound."""

    async def recall(self, key: str, digest: bytes) -> Answer | None:
        """The answer given to this idempotency key; raises Conflict if its request was another."""

    async def remember(self, key: str, digest: bytes, answer: Answer) -> None:
        """Keep the answer for 24 hours."""

    async def add_credential(self, credential: Credential) -> None:
        """Store a credential."""

    async def revoke_credential(self, key: str) -> None:
        """Make a credential unusable from now on; raises NotFound."""


class Store(Protocol):
    """The store as a whole."""

    @property
    def secret(self) -> bytes:
        """The installation's own secret, made once with the database."""

    async def read(
        self, account_id: int, work: Callable[[Reader], Awaitable[T]], *, bounded: bool = True
    ) -> T:
        """Run work on one consistent state; unbounded work goes where nobody waits for it."""

    async def write(
        self,
        account_id: int,
        work: Callable[[Writer], Awaitable[T]],
        *,
        by: str | None = None,
        also: tuple[int, ...] = (),
    ) -> T:
        """Run work in one transaction; returns when it is durable, keeps nothing if it raises.

        `also` are other accounts that work writes in, through `Writer.others`.
        """

    async def record(
        self, account_id: int, draft: Draft, *, by: str | None = None
    ) -> tuple[Activity, bool]:
        """Record one that concerns no other account; returns when it is durable.

        Those that are recorded at the same time may share a transaction, but not a failure.
        Returns the activity that now stands for the draft, and whether it is new.
        """

    async def create_account(self, slug: str, *, name: str, time_zone: str) -> Account:
        """Create an account with what a new one starts with; raises Invalid and Conflict."""

    async def account(self, slug: str) -> Account:
        """The account of that slug; raises NotFound."""

    async def accounts(self) -> list[Account]:
        """All accounts by slug."""

    async def delete_account(self, slug: str) -> None:
        """Remove an account and all that is in it; raises NotFound."""

    async def change_settings(
        self, account_id: int, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Account:
        """Replace an account's settings by what `change` makes of them; raises NotFound."""

    async def due(self, limit: int) -> list[tuple[int, int]]:
        """(account, activity) of what time has changed and nobody has recorded yet."""

    async def take_turn(self, name: str, holder: str, seconds: int) -> bool:
        """Whether it is the holder's turn to do a thing that one process at a time does."""

    async def credential(self, key: str) -> tuple[Credential, Account] | None:
        """Who a key belongs to, whatever the account: the one question that names none."""

    async def note_use(self, uses: dict[str, int]) -> None:
        """Store when credentials were last used."""

    async def wait_for_change(self, account_id: int, after: int, seconds: float) -> None:
        """Return when the account's head is past `after`, or the time is over."""

    async def ping(self) -> None:
        """Return when the store answers; raises Unavailable."""

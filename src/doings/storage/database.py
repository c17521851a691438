"""`core.store.Store` on an engine: opens and upgrades a database, and binds readers and writers."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any, TypeVar

from doings.core.account import Account, check_new_account
from doings.core.activity import Activity, Draft
from doings.core.budget import BREATH_SECONDS, PART_ROWS
from doings.core.clock import Clock
from doings.core.entity import EntityKey
from doings.core.errors import Misconfigured, NotFound
from doings.core.resuming.position import new_epoch
from doings.core.store import Reader, Writer
from doings.core.store.credentials import SignIn, Standing
from doings.core.store.imports import JobState
from doings.core.store.rendering import Heavy
from doings.core.store.webhooks import ActiveWebhook
from doings.storage import installation
from doings.storage.document_cache import DocumentCache
from doings.storage.due import due
from doings.storage.engine import Connection, Engine, in_parts
from doings.storage.erasing.deed import Erasures
from doings.storage.erasing.key import ErasureKey
from doings.storage.notices import Followed
from doings.storage.reader import AccountReader
from doings.storage.reading.log import tiles
from doings.storage.sign_ins import SignIns
from doings.storage.sql import account_statements as accounts
from doings.storage.sql import statements as sql
from doings.storage.sql import webhook_statements as hooks
from doings.storage.sql.import_statements import IMPORT_JOB_STATES
from doings.storage.sql.rows import account_from_row
from doings.storage.sql.schema.steps import STEPS, VERSION
from doings.storage.transaction import ReadTransaction, Transaction
from doings.storage.write_batcher import WriteBatcher
from doings.storage.writer import AccountWriter
from doings.storage.writing import relinks
from doings.storage.writing.account import new_account, removal
from doings.storage.writing.log import settling

T = TypeVar("T")


class Database:
    """The store: an engine, a clock and the installation's secret."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        secret: bytes,
        erasure_key: ErasureKey,
        *,
        is_spread: bool = False,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.secret = secret
        self.on_recorded: Callable[[int], None] = lambda _: None
        """Told how many activities each write recorded, once it is durable."""
        self.write_batcher = WriteBatcher(self)
        self.document_cache = DocumentCache()
        self.erasures = Erasures(engine, clock, erasure_key)
        self._sign_ins = SignIns(engine, is_spread=is_spread)
        self.unsettled: set[int] = set()
        """The accounts that were written in since somebody last settled their logs."""
        self.is_ending = False
        """Whether the server is about to stop, so that nobody shall wait for changes any more."""

    async def read(
        self, account_id: int, work: Callable[[Reader], Awaitable[T]], *, bounded: bool = True
    ) -> T:
        """Run work on one consistent state; unbounded work goes where nobody waits for it."""
        if bounded:
            # `suppress` would be several calls more for every read.
            try:
                return await self._read(account_id, work, bounded=True)
            except Heavy:
                pass
        return await self._read(account_id, work, bounded=False)

    async def _read(
        self, account_id: int, work: Callable[[Reader], Awaitable[T]], *, bounded: bool
    ) -> T:
        def reading(connection: Connection) -> Awaitable[T]:
            # What takes long is read only once, and on other threads.
            is_inline = bounded and connection.is_on_loop
            transaction = ReadTransaction(connection, account_id, is_inline=is_inline)
            return work(AccountReader(transaction, self.document_cache if is_inline else None))

        return await self.engine.read(reading, bounded=bounded, account_id=account_id)

    async def write(
        self,
        account_id: int,
        work: Callable[[Writer], Awaitable[T]],
        *,
        by: str | None = None,
        also: tuple[int, ...] = (),
        callers: int = 1,
    ) -> T:
        """Run work in one transaction; returns when it is durable, keeps nothing if it raises.

        Activities that follow a thing which changed hands are brought in line before this returns,
        in further transactions where they are many.
        """

        async def bound(connection: Connection) -> tuple[T, int, list[int]]:
            others = {other: AccountWriter(self._begin(connection, other)) for other in also}
            writer = AccountWriter(self._begin(connection, account_id, by), others)
            result = await work(writer)
            recorded = writer.recorded + sum(other.recorded for other in others.values())
            return result, recorded, writer.unfinished

        result, recorded, unfinished = await self.engine.write(
            bound, account_id=account_id, also=also, callers=callers
        )
        self.on_recorded(recorded)
        self.unsettled.update((account_id, *also))
        for entity in unfinished:
            await self.relink(account_id, entity, by)
        return result

    async def relink(self, account_id: int, entity: int, by: str | None = None) -> None:
        """Bring the activities of an entity that changed hands in line, part by part.

        `by` is the key of who gave it to somebody else, where that is known.
        """

        async def go_on(connection: Connection) -> bool:
            transaction = self._begin(connection, account_id, by)
            await relinks.go_on(transaction, entity)
            return bool(transaction.unfinished)

        await in_parts(self.engine, account_id, go_on)

    async def settle_log(self, account_id: int) -> None:
        """Make what is missing of an account's log, part by part."""
        left = 1
        while left:
            left = await self.settle_log_part(account_id)
            await asyncio.sleep(BREATH_SECONDS if left else 0)

    async def settle_log_part(self, account_id: int) -> int:
        """Make a part of what is missing of an account's log; returns how many leaves are left."""
        if await self.engine.read(
            lambda connection: tiles.is_settled(ReadTransaction(connection, account_id))
        ):
            return 0

        async def settle(connection: Connection) -> int:
            await connection.take_time()
            return await settling.settle(self._begin(connection, account_id))

        return await self.engine.write(settle, account_id=account_id)

    async def relink_all(self) -> None:
        """Go on with what a process left undone that was killed."""
        for account_id, entity in await self.engine.read(
            lambda connection: connection.fetch(sql.RELINKS, limit=PART_ROWS)
        ):
            await self.relink(account_id, entity)

    async def record(
        self,
        account_id: int,
        draft: Draft,
        *,
        by: str | None = None,
        requires: Sequence[EntityKey] = (),
    ) -> tuple[Activity, bool]:
        """Record one, together with those that come at the same time; whether it is new."""
        return await self.write_batcher.record((account_id, by), draft, requires)

    def _begin(self, connection: Connection, account_id: int, by: str | None = None) -> Transaction:
        return Transaction(connection, account_id, clock=self.clock, by=by)

    @property
    def queue_depth(self) -> int:
        """How many writes wait for their turn."""
        return self.write_batcher.depth + self.engine.queue_depth

    async def create_account(self, slug: str, *, name: str, time_zone: str) -> Account:
        """Create an account with what a new one starts with; raises Invalid and Conflict."""
        check_new_account(slug, time_zone)

        async def create(connection: Connection) -> Account:
            account_id = await new_account.take_id(connection, slug)
            transaction = self._begin(connection, account_id)
            return await new_account.add(transaction, slug, name=name, time_zone=time_zone)

        return await self.engine.write(create)

    async def account(self, slug: str) -> Account:
        """The account of that slug; raises NotFound."""
        row = await self.engine.look_up(accounts.ACCOUNT_BY_SLUG, slug=slug)
        if row is None:
            raise NotFound("account", slug)
        return account_from_row(row)

    async def accounts_by_slug(self, slugs: Sequence[str]) -> list[Account]:
        """The accounts of these slugs; slugs of none are left out."""
        rows = await self.engine.read(
            lambda connection: connection.fetch(accounts.ACCOUNTS_BY_SLUG, slugs=list(slugs))
        )
        return [account_from_row(row) for row in rows]

    async def accounts(self, *, merging: bool = False) -> list[Account]:
        """All accounts by slug, or those whose people may be merged by themselves."""
        statement = accounts.MERGING_ACCOUNTS if merging else accounts.ACCOUNTS
        return list(map(account_from_row, await self.engine.read(lambda one: one.fetch(statement))))

    async def delete_account(self, slug: str) -> None:
        """Remove an account and all that is in it; raises NotFound."""
        account = await self.account(slug)

        async def delete(connection: Connection) -> bool:
            is_left = await removal.remove_part(self._begin(connection, account.id))
            await connection.note_remains()
            return is_left

        await in_parts(self.engine, account.id, delete)
        await self.engine.scrub()

    async def change_settings(
        self, account_id: int, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Account:
        """Replace an account's settings by what `change` makes of them; raises NotFound."""

        async def replace(connection: Connection) -> Account:
            transaction = Transaction(connection, account_id, clock=self.clock, by=None)
            await transaction.change_settings(change)
            return await transaction.account()

        return await self.engine.write(replace, account_id=account_id)

    async def due(self, limit: int) -> list[tuple[int, int]]:
        """(account, activity) of what time has changed and nobody has recorded yet."""
        return await due(self.engine, self.accounts, now=self.clock.now(), limit=limit)

    async def take_turn(self, name: str, holder: str, seconds: int) -> bool:
        """Whether it is the holder's turn to do a thing that one process at a time does."""
        return await self.engine.write(
            lambda connection: installation.take_turn(
                connection, name, holder, now=self.clock.now(), seconds=seconds
            )
        )

    async def credential(self, key: str) -> SignIn | None:
        """Who a key belongs to, whatever the account: the one question that names none."""
        return await self._sign_ins.find(key)

    async def standing(self, key: str, account_id: int) -> Standing | None:
        """What changes whenever something does that the credential can see."""
        return await self._sign_ins.standing(key, account_id)

    def version(self) -> int | None:
        """A number that is another one after every commit, or None."""
        return self.engine.version()

    async def note_use(self, uses: dict[str, int]) -> None:
        """Store when credentials were last used."""
        # In one order, so that two processes never wait for each other.
        rows = [(at, key) for key, at in sorted(uses.items())]
        await self.engine.write(lambda connection: connection.execute_many(accounts.NOTE_USE, rows))

    async def wait_for_change(self, account_id: int, after: int, seconds: float) -> None:
        """Return when the account's last seq is past `after`, or the time is over."""
        with self.following(account_id) as followed, suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.is_ending:
                    # Asked for before the look, so that no commit falls between the two.
                    news = followed.next_commit()
                    last_seq = await self.read(account_id, lambda reader: reader.last_seq())
                    followed.last_seq = last_seq
                    if last_seq > after:
                        return
                    await asyncio.shield(news)

    def following(self, account_id: int) -> AbstractContextManager[Followed]:
        """Hear of commits in the account, of any process, for as long as this lasts."""
        return self.engine.notices.following(account_id)

    def end_waiting(self) -> None:
        """Let nobody wait for changes any more: the server is about to stop."""
        self.is_ending = True
        self.engine.notices.tell_all()

    async def renew_epochs(self) -> None:
        """Say that history may have gone backwards, in every account."""
        await self.engine.write(renew_epochs)

    async def active_webhooks(self) -> list[ActiveWebhook]:
        """The webhooks of all accounts that are active."""
        rows = await self.engine.read(lambda connection: connection.fetch(hooks.ACTIVE_WEBHOOKS))
        return [ActiveWebhook(*row) for row in rows]

    async def import_job_states(self) -> list[JobState]:
        """The import jobs of all accounts, which are few."""
        rows = await self.engine.read(lambda connection: connection.fetch(IMPORT_JOB_STATES))
        return [JobState(*row) for row in rows]

    async def ping(self) -> None:
        """Return when the store answers; raises Unavailable."""
        self.engine.check()
        await self.engine.look_up(accounts.PING)

    async def close(self) -> None:
        """Finish what was accepted, then let go of the database."""
        await self.write_batcher.flush()
        await self.erasures.close()
        await self.engine.close()


Upgrade = Callable[[int, int], None]
"""Told, before an older database is changed, of its schema and of ours; it may raise."""


def refuse_upgrade(found: int, known: int) -> None:
    """Leave an older database as it is, as nobody has asked for more; raises Misconfigured."""
    raise Misconfigured(
        f"the database is at schema {found}, this program works with {known}: stop the servers,"
        " make a backup and run `doings schema upgrade`"
    )


async def open_database(
    engine: Engine,
    clock: Clock,
    schema: dict[str, str],
    before_upgrade: Upgrade = refuse_upgrade,
    erasure_key: ErasureKey | None = None,
) -> Database:
    """Make the tables of a new database, and read the secret.

    An older database is brought up to date unless `before_upgrade` raises. Raises Misconfigured for
    a newer one.
    """

    async def prepare(connection: Connection) -> str:
        await connection.lock_schema()
        version = await installation.schema_version(connection)
        if version > VERSION:
            msg = (
                f"the database is at schema {version}, this program knows {VERSION}:"
                " run a newer version of doings"
            )
            raise Misconfigured(msg)
        for step in STEPS[version:]:
            await connection.execute_script(step.format(**schema))
        if version < VERSION:
            await connection.spread_new_tables()
            await installation.set_value(connection, "schema", str(VERSION))
        secret = await installation.value_of(connection, "secret")
        if secret is None:
            secret = secrets.token_hex(32)
            await installation.set_value(connection, "secret", secret)
        return secret

    secret: str | None = await engine.read(_ready_secret)
    if secret is None:
        # Asked before anything is locked or written.
        found: int = await engine.read(installation.schema_version)
        if 0 < found < VERSION:
            before_upgrade(found, VERSION)
        secret = await engine.write(prepare)
    is_spread = await engine.read(lambda connection: connection.is_spread())
    key = erasure_key or ErasureKey(None, None)
    return Database(engine, clock, bytes.fromhex(secret), key, is_spread=is_spread)


async def renew_epochs(connection: Connection) -> None:
    """Give every account another epoch: its history may have gone backwards."""
    for row in await connection.fetch(accounts.ACCOUNTS):
        account_id = account_from_row(row).id
        await connection.execute(sql.SET_EPOCH, account_id=account_id, epoch=new_epoch())


async def _ready_secret(connection: Connection) -> str | None:
    """The secret of a database that needs nothing done, so that a read-only one can be served."""
    if await installation.schema_version(connection) != VERSION:
        return None
    return await installation.value_of(connection, "secret")

"""Finds the webhooks that have something to do, and has a courier deliver to each.

Every process has one. A webhook is held by one process at a time; which one is decided by who comes
first, and another one goes on where it was killed.
"""

import asyncio
import contextlib
import time
from contextlib import AbstractContextManager
from functools import partial

import msgspec
import structlog

from doings.core.background import BackgroundTask
from doings.core.budget import PART_ROWS, WEBHOOK_TESTS
from doings.core.clock import SECOND, text_from_instant
from doings.core.errors import Busy, NotFound, Unavailable
from doings.core.store import Reader, Writer
from doings.core.store.changes import Followed
from doings.core.store.webhooks import ActiveWebhook, Attempt, Delivery, Webhook, WebhookSettings
from doings.core.text import json_text
from doings.httpkit.observing.metrics import note_webhooks
from doings.live.webhooks.delivery import LEASE_SECONDS, LOOK_SECONDS, Courier
from doings.live.webhooks.desk import Desk, posted
from doings.live.webhooks.destination import checked_url
from doings.live.webhooks.events import check_sends
from doings.live.webhooks.fresh import WORTH_NOTING, Fresh, fresh_of, queue
from doings.live.webhooks.holder import is_gone
from doings.live.webhooks.settings import REMOVED

log = structlog.get_logger("doings.webhooks")

BREATH_SECONDS = 0.02
"""How long commits are let go by between two looks."""

FAILED_SECONDS = 0.25
"""How long after a look that failed."""

TEST = "webhook.test"
"""The type of what is sent to try a webhook."""

STOP_SECONDS = 5
"""How long couriers have to end when the server stops."""

Name = tuple[int, str]
"""The account and the id of a webhook."""


class Worker(BackgroundTask):
    """A task that looks for work after each commit, and now and then."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._couriers: dict[Name, tuple[Courier, asyncio.Task[None]]] = {}
        self._seen: dict[Name, int] = {}
        """Up to which seq the changes were looked at, where none of them is in the queue."""
        self._news = asyncio.Event()
        self._followed: dict[int, tuple[AbstractContextManager[Followed], Followed]] = {}
        self._tests = 0

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(await self._looked())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()

    async def _looked(self) -> float:
        """Look; returns how many seconds to leave between this look and the next."""
        began = time.monotonic()
        try:
            await self.look()
            # Where there are very many, looking takes a tenth of the time at most.
            return max(BREATH_SECONDS, (time.monotonic() - began) * 9)
        except Unavailable as error:
            log.warning("cannot look for deliveries", reason=str(error))
        except Exception:
            log.exception("cannot look for deliveries")
        return FAILED_SECONDS

    async def look(self) -> None:
        """Begin what is to be done."""
        # From before the look on, so that no commit goes by unheard.
        self._news.clear()
        active = await self.desk.store.active_webhooks()
        self._follow({one.account_id for one in active})
        for one in active:
            self._followed[one.account_id][1].last_seq = one.last_seq
        by_name = {(one.account_id, one.id): one for one in active}
        for name, (courier, _) in self._couriers.items():
            found = by_name.get(name)
            courier.hear(found.version if found else None, found.last_seq if found else 0)
        for name, one in by_name.items():
            if name not in self._couriers and self._is_free(one) and await self._has_work(one):
                await self._begin(one)
        for name in self._seen.keys() - by_name.keys():
            del self._seen[name]
        self._measure(by_name)

    def _follow(self, accounts: set[int]) -> None:
        """Hear of commits in the accounts that have active webhooks, and in no others."""
        for account_id in self._followed.keys() - accounts:
            following, _ = self._followed.pop(account_id)
            following.__exit__(None, None, None)
        for account_id in accounts - self._followed.keys():
            following = self.desk.store.following(account_id)
            self._followed[account_id] = (following, following.__enter__())
            self._hear(account_id)

    def _hear(self, account_id: int) -> None:
        if account_id in self._followed:
            news = self._followed[account_id][1].next_commit()
            news.add_done_callback(lambda _: self._heard(account_id))

    def _heard(self, account_id: int) -> None:
        self._news.set()
        self._hear(account_id)

    def _is_free(self, one: ActiveWebhook) -> bool:
        """Whether this process may deliver."""
        if one.holder is None or one.held_until <= self.desk.clock.now():
            return True
        return is_gone(one.holder, self.desk.holder)

    async def _has_work(self, one: ActiveWebhook) -> bool:
        """Whether something is due, or was left behind, or has happened that it is told of."""
        now = self.desk.clock.now()
        if one.holder is not None or (one.due_at is not None and one.due_at <= now):
            return True
        name = (one.account_id, one.id)
        seen = max(self._seen.get(name, 0), one.position)
        while one.last_seq > seen:
            try:
                webhook = await self.desk.store.read(
                    one.account_id, lambda reader: reader.webhook(one.id)
                )
                fresh = await fresh_of(self.desk, one.account_id, webhook, seen)
            except NotFound:
                return False
            if fresh.moves:
                return True
            seen = self._seen[name] = fresh.position
        return False

    async def _begin(self, one: ActiveWebhook) -> None:
        until = self.desk.clock.now() + LEASE_SECONDS * SECOND
        ended = one.holder if one.holder and is_gone(one.holder, self.desk.holder) else None
        webhook: Webhook | None = await self.desk.store.write(
            one.account_id,
            lambda writer: writer.claim_webhook(one.id, self.desk.holder, until=until, ended=ended),
        )
        if webhook is None:
            return
        courier = Courier(self.desk, one.account_id, webhook)
        courier.hear(webhook.version, one.last_seq)
        task = asyncio.create_task(courier.run(), name=f"webhook {one.id}")
        name = (one.account_id, one.id)
        self._couriers[name] = (courier, task)
        task.add_done_callback(lambda ended_task: self._ended(name, courier, ended_task))

    def _ended(self, name: Name, courier: Courier, task: asyncio.Task[None]) -> None:
        del self._couriers[name]
        self._seen[name] = courier.seen
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a delivery was broken off", webhook=name[1], exc_info=error)
            self._seen.pop(name)

    def _measure(self, by_name: dict[Name, ActiveWebhook]) -> None:
        """Tell the metrics how far behind the deliveries are."""
        lag, oldest = 0, None
        for name, one in by_name.items():
            courier = self._couriers[name][0] if name in self._couriers else None
            seen = courier.seen if courier else max(one.position, self._seen.get(name, 0))
            lag = max(lag, one.last_seq - seen)
            oldest_at = courier.oldest_at if courier else one.oldest_at
            if oldest_at is not None:
                oldest = oldest_at if oldest is None else min(oldest, oldest_at)
        age = 0.0 if oldest is None else (self.desk.clock.now() - oldest) / SECOND
        note_webhooks(lag, age)

    def check_url(self, url: str) -> None:
        """Raise Invalid for an address that nothing may be sent to."""
        checked_url(url, self.desk.sender.allowed)

    def check_sends(self, settings: WebhookSettings) -> None:
        """Raise Invalid for settings by which nothing would ever be sent."""
        check_sends(settings, self.desk.formats[settings.format])

    def wake(self) -> None:
        """Look for work at once, because a webhook or its queue was changed."""
        self._news.set()

    async def catch_up(self, account_id: int, webhook: Webhook) -> None:
        """Queue what happened up to now by what the webhook asks for now.

        That is as much as may lie between what was looked at and what was noted.
        """
        for _ in range(WORTH_NOTING):
            fresh = await fresh_of(self.desk, account_id, webhook, webhook.position)
            if fresh.position == webhook.position:
                return
            if await self.desk.store.write(account_id, partial(_queue, webhook.id, fresh)):
                webhook = msgspec.structs.replace(webhook, position=fresh.position)
            else:
                # Another process queued some of it.
                webhook = await self.desk.store.read(account_id, partial(_reread, webhook))

    async def chosen(
        self, account_id: int, webhook: Webhook, after: int, until: int
    ) -> tuple[list[Delivery], int]:
        """Deliveries of some changes after a seq, up to another, and the seq to go on after."""
        fresh = await fresh_of(self.desk, account_id, webhook, after)
        chosen = [one for one in fresh.deliveries if one.seq <= until]
        return chosen, fresh.position

    async def clear(self, account_id: int, webhook_id: str) -> None:
        """Remove the deliveries of a webhook, part by part, so that no write takes long.

        It sends nothing from then on. A removal that is broken off leaves it so.
        """
        await self.desk.store.write(account_id, partial(_end, webhook_id))
        while await self.desk.store.write(
            account_id, lambda writer: writer.clear_deliveries(webhook_id, PART_ROWS)
        ):
            pass

    async def test(self, webhook: Webhook) -> Attempt:
        """Send a test at once, outside the queue; raises Busy."""
        if self._tests >= WEBHOOK_TESTS:
            raise Busy("webhook_tests", "too many tests are being sent; try again soon")
        self._tests += 1
        channel = self.desk.sender.channel(webhook.settings.url)
        now = text_from_instant(self.desk.clock.now())
        text = json_text({"type": TEST, "timestamp": now, "data": {"webhook": webhook.id}})
        if webhook.settings.batch > 1:
            text = f"[{text}]"
        message = f"msg_{self.desk.clock.new_id()}"
        try:
            return (await posted(self.desk, webhook, channel, message, text)).attempt
        finally:
            self._tests -= 1
            await channel.close()

    async def stop(self) -> None:
        """Begin nothing new, and wait a little for what is under way."""
        await super().stop()
        self._follow(set())
        for courier, _ in self._couriers.values():
            courier.stop()
        tasks = [task for _, task in self._couriers.values()]
        if tasks:
            _, pending = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending)
        self.desk.sender.close()


async def _queue(webhook_id: str, fresh: Fresh, writer: Writer) -> bool:
    return await queue(writer, webhook_id, fresh)


async def _end(webhook_id: str, writer: Writer) -> None:
    if (await writer.webhook(webhook_id)).reason != REMOVED:
        await writer.disable_webhook(webhook_id, REMOVED)


async def _reread(webhook: Webhook, reader: Reader) -> Webhook:
    return await reader.webhook(webhook.id)

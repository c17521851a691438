"""Delivering to one webhook: its queue, what is under way, and what came of it.

One process holds a webhook at a time, so the order in its lanes is decided in one place. What was
sent is written down before anything that waited for it is sent. A process that is killed leaves its
queue in the store, and the next one sends again what was under way, as the same message.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
import structlog

from doings.core.budget import WEBHOOK_BYTES, WEBHOOK_QUEUE, WEBHOOK_SECONDS
from doings.core.clock import HOUR, SECOND
from doings.core.errors import NotFound, Unavailable
from doings.core.store import Writer
from doings.core.store.webhooks import Attempt, Made, Outcome, Webhook
from doings.live.webhooks.bodies import bodies_of, made_bodies, requests_of
from doings.live.webhooks.desk import Desk, posted_lines
from doings.live.webhooks.destination import Answer, Channel
from doings.live.webhooks.fresh import Fresh, fresh_of, queue
from doings.live.webhooks.lanes import Item, Lanes
from doings.live.webhooks.outcomes import Result, forget_old, note, outcomes_of
from doings.live.webhooks.pace import Pace

log = structlog.get_logger("doings.webhooks")

LEASE_SECONDS = 30
"""How long a process holds a webhook without a word; so soon others go on after it was killed."""

RENEW_SECONDS = 8
"""How often it says that it still does."""

LOOK_SECONDS = 1.0
"""How often it looks for changes that it was not told of."""

LINGER_SECONDS = 2
"""How long it holds a webhook that has nothing to do."""

AGAIN_SECONDS = 0.5
"""How long to wait before the store is asked again that was away."""

STOP_SECONDS = 3
"""How long a server that stops waits for requests that are under way."""


class Lost(Exception):
    """Another process holds the webhook now, or it is gone or disabled."""


class Courier:
    """Delivers to one webhook for as long as there is something to do."""

    def __init__(self, desk: Desk, account_id: int, webhook: Webhook) -> None:
        self._desk = desk
        self._account_id = account_id
        self.webhook = webhook
        self.seen = webhook.position
        """Up to which seq the changes were looked at."""
        self._last_seq = webhook.position + 1
        """As far as was heard. It says at first that there is something to look at."""
        self._channel: Channel = desk.sender.channel(webhook.settings.url)
        self._lanes = Lanes(webhook.settings.lane)
        self._is_whole = False
        """Whether the queue in memory is all that is pending in the store."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: list[Result] = []
        self._woken = asyncio.Event()
        self._pace = Pace()
        self._held_at = 0.0
        self._quiet_since: float | None = None
        self._forgot_at = 0
        self._is_outdated = False
        """Whether the webhook is not what it was when it was read."""
        self._next: Webhook | None = None
        """The webhook as it is to go on with, once nothing is under way."""
        self.is_stopping = False

    @property
    def oldest_at(self) -> int | None:
        """When the first change happened that is not delivered."""
        return self._lanes.oldest_at

    def hear(self, version: int | None, last_seq: int) -> None:
        """Hear what the webhook's version and the account's last seq are; None: not active."""
        self._last_seq = max(self._last_seq, last_seq)
        self._is_outdated = version != self.webhook.version
        if self._is_outdated or self._last_seq > self.seen:
            self._woken.set()

    def stop(self) -> None:
        """Begin nothing new, and end when what is under way has ended."""
        self.is_stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Deliver until there is nothing to do, then let others hold the webhook."""
        self._held_at = self._time()
        try:
            await self._load()
            while not self._is_over():
                await self._step()
        except (Lost, NotFound):
            pass
        finally:
            await self._finish()

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

    def _is_over(self) -> bool:
        """Whether nothing is left to be done within a while."""
        if self.is_stopping:
            return True
        if self._tasks or self._results or self._next:
            return False
        due_at = self._lanes.next_due_at()
        if due_at is not None and due_at <= self._desk.clock.now() + LINGER_SECONDS * SECOND:
            return False
        return self._quiet_since is not None and self._time() - self._quiet_since > LINGER_SECONDS

    async def _step(self) -> None:
        """Read what is new, write down what came of the last requests, and send the next."""
        self._woken.clear()
        fresh = await self._fresh()
        items = self._taken()
        try:
            made = await made_bodies(self._desk, self._account_id, self.webhook, items)
        except BaseException:
            self._put_back(items)
            raise
        items = self._covered(items, made)
        results, self._results = self._results, []
        is_due = self._is_outdated or self._time() - self._held_at > RENEW_SECONDS
        is_changed = False
        if fresh.moves or made or results or is_due:
            is_changed = await self._write(fresh, made, results)
        if is_changed:
            self._put_back(items)
        else:
            self.seen = max(self.seen, fresh.position)
            self._lanes.add(fresh.queued)
            self._send(items, made)
        if items or results or fresh.deliveries:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = self._time()
        await self._adopt()
        await self._rest()

    async def _rest(self) -> None:
        """Wait for a commit, an answer, or the time of the next delivery."""
        is_behind = self._last_seq > self.seen and self._is_whole and self._next is None
        if self._results or (is_behind and len(self._lanes) < WEBHOOK_QUEUE):
            await asyncio.sleep(0)
            return
        seconds = LOOK_SECONDS
        if len(self._tasks) < self._pace.room and self._next is None:
            due_at = self._lanes.next_due_at()
            if due_at is not None:
                seconds = max(
                    (due_at - self._desk.clock.now()) / SECOND,
                    self._pace.paused_until - self._time(),
                )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(seconds, 0.001), LOOK_SECONDS)):
                await self._woken.wait()

    # What is new

    async def _load(self) -> None:
        """Read the queue as the store has it."""
        queue = await self._desk.store.read(
            self._account_id, lambda reader: reader.queued(self.webhook.id, WEBHOOK_QUEUE + 1)
        )
        self._is_whole = len(queue) <= WEBHOOK_QUEUE
        self._lanes = Lanes(self.webhook.settings.lane, queue[:WEBHOOK_QUEUE])

    async def _fresh(self) -> Fresh:
        """The next changes of the feed that the webhook is told of."""
        position = self.webhook.position
        if not self._is_whole and len(self._lanes) == 0 and not self._results:
            await self._load()
        is_full = not self._is_whole or len(self._lanes) >= WEBHOOK_QUEUE
        if is_full or self._next is not None or self._last_seq <= self.seen:
            return Fresh(position, position, ())
        after = max(self.seen, position)
        return await fresh_of(self._desk, self._account_id, self.webhook, after)

    async def _adopt(self) -> None:
        """Go on with what the owner of the webhook decided, once nothing is under way."""
        if self._next is None or self._tasks or self._results:
            return
        self.webhook, self._next = self._next, None
        self._is_outdated = False
        self.seen = self.webhook.position
        await self._channel.close()
        self._channel = self._desk.sender.channel(self.webhook.settings.url)
        self._pace = Pace()
        await self._load()

    # What is sent

    def _taken(self) -> list[Item]:
        """What is to be sent now, as far as there is room."""
        if self._next is not None or self._is_outdated or self._time() < self._pace.paused_until:
            return []
        items: list[Item] = []
        now, batch = self._desk.clock.now(), self.webhook.settings.batch
        slots = self._desk.slots
        while len(self._tasks) + len(items) < self._pace.room:
            is_first = not self._tasks and not items
            is_crowded = slots.taken + len(items) >= slots.most or slots.bytes >= WEBHOOK_BYTES
            if is_crowded and not is_first:
                break
            item = self._lanes.take(now, batch)
            if item is None:
                break
            items.append(item)
        return items

    def _covered(self, items: Sequence[Item], made: Mapping[int, Made]) -> list[Item]:
        """The items whose bodies were made; the rest of a batch that is too large is put back."""
        covered = []
        for item in items:
            lacking = [not part.has_body and part.seq not in made for part in item.parts]
            count = lacking.index(True) if any(lacking) else len(item.parts)
            if count == len(item.parts):
                covered.append(item)
            elif count:
                covered.append(self._lanes.split(item, count))
            else:
                self._lanes.put_back(item)
        return covered

    def _put_back(self, items: Sequence[Item]) -> None:
        for item in items:
            self._lanes.put_back(item)

    def _send(self, items: Sequence[Item], made: Mapping[int, Made]) -> None:
        """Begin a request for each item; what has nothing to send is done."""
        for item in items:
            kept = [part for part in item.parts if part.has_body or made[part.seq].body]
            if not kept:
                self._lanes.done(item)
                continue
            item.parts = kept
            texts = {part.seq: made[part.seq].body or "" for part in kept if part.seq in made}
            task = asyncio.create_task(self._deliver(item, texts))
            self._tasks.add(task)
            self._desk.slots.taken += 1
            task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._desk.slots.taken -= 1
        self._woken.set()

    async def _deliver(self, item: Item, made: Mapping[int, str]) -> None:
        """Send one item: one request for each line of its body, until one fails."""
        began_at, size = self._desk.clock.now(), 0
        try:
            texts = await bodies_of(self._desk, self._account_id, self.webhook, item, made)
            if len(texts) < len(item.parts):
                # An erasure has taken bodies away, and the queue is about to be read again.
                self._postpone(item)
                return
            size = sum(map(len, texts))
            self._desk.slots.bytes += size
            answer = await posted_lines(
                self._desk, self.webhook, self._channel, item.message, requests_of(texts)
            )
        except Unavailable:
            # The store is away, and no request was made. The delivery keeps its place.
            self._postpone(item)
            return
        except Exception as error:
            log.exception("cannot make a delivery", webhook=self.webhook.id, message=item.message)
            answer = Answer(Attempt(began_at, 0, error=f"failed: {type(error).__name__}"))
        finally:
            self._desk.slots.bytes -= size
        self._results.append(Result(item, answer))

    def _postpone(self, item: Item) -> None:
        item.next_at = self._desk.clock.now() + SECOND
        self._lanes.put_back(item)

    # What came of it

    def _settle(self, results: Sequence[Result], outcomes: Mapping[int, Outcome]) -> None:
        """Let what waited for these deliveries be sent, now that they are written down."""
        for result in results:
            outcome, count = outcomes[result.item.parts[0].seq], len(result.item.parts)
            if outcome.status == "pending":
                self._lanes.again(result.item, tries=outcome.tries, next_at=outcome.next_at)
            else:
                self._lanes.done(result.item)
            self._desk.count("delivered" if outcome.status == "delivered" else "failed", count)
            self._pace.note(is_good=outcome.status == "delivered", now=self._time())

    async def _write(
        self, fresh: Fresh, made: Mapping[int, Made], results: Sequence[Result]
    ) -> bool:
        """Make durable what this step did; whether the webhook is another one than it was.

        Then only the outcomes were kept. Raises Lost.
        """
        desk, webhook = self._desk, self.webhook
        outcomes = {one.seq: one for result in results for one in outcomes_of(self._desk, result)}

        async def work(writer: Writer) -> Webhook | None:
            until = desk.clock.now() + LEASE_SECONDS * SECOND
            held = await writer.hold_webhook(webhook.id, desk.holder, until=until)
            if held is None:
                return None
            if await note(writer, webhook, held, list(outcomes.values())):
                return msgspec.structs.replace(held, status="disabled")
            if held.version == webhook.version:
                await writer.note_bodies(webhook.id, list(made.values()))
                if fresh.moves and not await queue(writer, webhook.id, fresh):
                    return msgspec.structs.replace(held, version=0)
            return held

        held = await self._insist(work)
        self._settle(results, outcomes)
        if held is None or held.status != "active":
            raise Lost
        self._held_at = self._time()
        self._is_outdated = False
        if held.version != webhook.version:
            # The owner has changed it, or another process has queued what happened.
            self._next = held
            return True
        if fresh.moves:
            self.webhook = msgspec.structs.replace(webhook, position=fresh.position)
        await self._forget()
        return False

    async def _insist(self, work: Callable[[Writer], Awaitable[Webhook | None]]) -> Webhook | None:
        """Write, and while the store is away try again for as long as the webhook is held."""
        while True:
            try:
                return await self._desk.store.write(self._account_id, work)
            except Unavailable:
                if self._time() - self._held_at > LEASE_SECONDS:
                    return None
                await asyncio.sleep(AGAIN_SECONDS)

    async def _forget(self) -> None:
        """Remove deliveries that were done long ago, now and then."""
        now = self._desk.clock.now()
        if now - self._forgot_at < HOUR:
            return
        has_more = await forget_old(self._desk, self._account_id, self.webhook.id)
        self._forgot_at = 0 if has_more else now

    async def _finish(self) -> None:
        """Write down what came of the last requests, and let others hold the webhook."""
        if self._tasks:
            seconds = STOP_SECONDS if self.is_stopping else WEBHOOK_SECONDS + 1
            _, pending = await asyncio.wait(self._tasks, timeout=seconds)
            for task in pending:
                task.cancel()
        await self._channel.close()
        results, self._results = self._results, []
        outcomes = {one.seq: one for result in results for one in outcomes_of(self._desk, result)}
        self._settle(results, outcomes)
        due_at = self._lanes.next_due_at()
        if due_at is None and len(self._lanes):
            due_at = self._desk.clock.now()
        oldest_at, desk, webhook = self._lanes.oldest_at, self._desk, self.webhook

        async def release(writer: Writer) -> None:
            now = desk.clock.now()
            held = await writer.hold_webhook(webhook.id, desk.holder, until=now)
            if held is None:
                return
            await note(writer, webhook, held, list(outcomes.values()))
            # What its owner changed or queued in the last moment is not known here.
            is_known = held.version == webhook.version
            await writer.release_webhook(
                webhook.id, desk.holder, due_at=due_at if is_known else now, oldest_at=oldest_at
            )

        with contextlib.suppress(Unavailable, NotFound):
            await desk.store.write(self._account_id, release)

"""A pull as it is asked for: one round through the service, or round after round."""

import time
from asyncio import CancelledError, sleep
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager

import msgspec

from doings.core.budget import PULL_CONTACTS
from doings.core.clock import SECOND, SystemClock, local_date
from doings.core.entity import CONTACT, Entity
from doings.core.errors import DoingsError, Misconfigured
from doings.core.imports import Context
from doings.core.pulling.service import AnyService, Credentials, can_be_asked_for
from doings.core.store import Reader
from doings.core.store.entities import EntityQuery
from doings.core.store.pulls import PullCounts
from doings.core.timeline import Timeline
from doings.importing.importer import Step as Progress
from doings.importing.pull.checkpoint import Checkpoint
from doings.importing.pull.client import Pace, ServiceClient, ServiceFailed
from doings.importing.pull.run import Contacts, Round
from doings.importing.pull.services import SERVICES

SWEEP_SECONDS = 3600
"""How often a pull that goes on by itself looks for what was deleted there."""

MINUTE = 60 * SECOND


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is pulled: from where, whose lists, from which instant on, how fast and how often.

    With `keeps_ids` the account keeps the numbers of the service from the first page on.

    `contacts` are ids, or None for all that are known here. `pause_s` None makes one round.
    With `accepts_deletions` much that the service does not show any more is deleted here as well.
    """

    dialect: str
    url: str
    credentials: Credentials
    contacts: Sequence[str] | None = ()
    since: int | None = None
    pace: Pace
    pause_s: int | None = None
    is_once: bool = False
    keeps_ids: bool = False
    accepts_deletions: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What a whole round came to: the import that notes it, and why it could not be ended.

    `run` is None where nothing was written. `error` is what no other round can mend either:
    settings and credentials.
    """

    run: int | None
    counts: PullCounts
    problem: str | None = None
    error: DoingsError | None = None


class Around(msgspec.Struct, frozen=True):
    """What elements do not say themselves, and how a pull tells what it does.

    `remark` takes sentences, `progress` shows a bar.
    """

    context: Context
    remark: Callable[[str], None]
    progress: Callable[[], AbstractContextManager[Progress]]


async def rounds(timeline: Timeline, plan: Plan, around: Around) -> AsyncIterator[Outcome]:
    """Round after round, each with what it came to.

    Raises Misconfigured, after the last outcome, where the service does not take the credentials.
    One that is cancelled notes that it was stopped.
    """
    service = SERVICES[plan.dialect]
    checkpoint = await Checkpoint.of(timeline, service, plan.dialect, plan.url)
    checkpoint.keeps_ids = plan.keeps_ids
    checkpoint.accepts_deletions = plan.accepts_deletions
    before = checkpoint.pull
    if plan.since is None and before.since is not None:
        day = local_date(before.since, timeline.account.time_zone)
        around.remark(
            f"only what happened since {day} is pulled, as it was told before;"
            " --since with an earlier day fetches the rest"
        )
    is_recent = before.ended_at is None or SystemClock().now() - before.ended_at < MINUTE
    async with ServiceClient(
        service, plan.url, plan.credentials, plan.pace, waiting=around.remark
    ) as client:
        if before.version and is_recent:
            await client.count_earlier()
        swept_at = -float(SWEEP_SECONDS)
        try:
            while True:
                sweeps = time.monotonic() - swept_at >= SWEEP_SECONDS
                if sweeps:
                    swept_at = time.monotonic()
                outcome = await _round(checkpoint, client, plan, around, sweeps=sweeps)
                yield outcome
                if outcome.error is not None:
                    raise outcome.error
                if plan.is_once or plan.pause_s is None:
                    return
                await sleep(plan.pause_s)
        except CancelledError:
            await checkpoint.stop(now=SystemClock().now())
            raise


async def _round(
    checkpoint: Checkpoint,
    client: ServiceClient,
    plan: Plan,
    around: Around,
    *,
    sweeps: bool,
) -> Outcome:
    service = SERVICES[plan.dialect]
    requests, waited = client.requests, client.waited_s
    checkpoint.requests = lambda: (client.requests - requests, client.waited_s - waited)
    now = SystemClock().now()
    here = msgspec.structs.replace(around.context, now=now)
    round_ = Round(checkpoint, service, client, here, around.remark)
    problem: ServiceFailed | DoingsError | None = None
    try:
        contacts = await _contacts(checkpoint.timeline, service, plan)
        with around.progress() as step:
            await round_.run(contacts, step, since=plan.since, sweeps=sweeps)
    except (ServiceFailed, DoingsError) as error:
        problem = error
    failed = await _end(checkpoint, problem, plan)
    return Outcome(
        checkpoint.run,
        checkpoint.total,
        problem=None if failed is None else str(failed),
        error=problem if isinstance(problem, Misconfigured) else None,
    )


async def _end(
    checkpoint: Checkpoint, problem: ServiceFailed | DoingsError | None, plan: Plan
) -> ServiceFailed | DoingsError | None:
    """Note how a round ended; returns why it could not end, as far as another round may mend it."""
    now = SystemClock().now()
    next_at = None if plan.pause_s is None else now + plan.pause_s * SECOND
    known = None if isinstance(problem, Misconfigured) else problem
    try:
        await checkpoint.end(problem, now=now, next_at=next_at)
    except (ServiceFailed, DoingsError) as error:
        # Another program pulls the same, and its state is the one that counts.
        return known or error
    return known


async def _contacts(timeline: Timeline, service: AnyService, plan: Plan) -> Contacts:
    if not service.is_by_contact:
        return Contacts()
    if plan.contacts is not None:
        return Contacts(plan.contacts)
    types = (CONTACT, *service.contact_types)
    return Contacts(await _known_contacts(timeline, types), is_sure=False)


async def _known_contacts(timeline: Timeline, types: Sequence[str]) -> list[str]:
    """The ids of all contacts of the account; raises Misconfigured."""
    ids: dict[str, None] = {}
    query = EntityQuery(types=tuple(types), limit=1000)

    async def read(reader: Reader) -> list[Entity]:
        return await reader.entities(query)

    while True:
        entities = await timeline.read(read, bounded=False)
        ids |= dict.fromkeys([one.id for one in entities if can_be_asked_for(one.id)])
        if len(ids) > PULL_CONTACTS:
            raise Misconfigured(f"there are more than {PULL_CONTACTS} contacts; give them in files")
        if len(entities) < query.limit:
            return list(ids)
        query = msgspec.structs.replace(query, after=entities[-1].seq)


def service_named(name: str) -> AnyService:
    """The service of a dialect; raises Misconfigured."""
    if name not in SERVICES:
        raise Misconfigured(f"there is no dialect {name}; there are {', '.join(SERVICES)}")
    return SERVICES[name]

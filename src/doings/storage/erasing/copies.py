"""What holds copies of activities and entities besides their own rows."""

from collections.abc import Collection, Sequence

import msgspec

from doings.core.clock import DAY
from doings.core.entity import EntityKey
from doings.core.erasing.redaction import redacted_document
from doings.core.store.webhooks import WebhookSettings
from doings.core.text import json_text
from doings.storage.erasing.job import Job
from doings.storage.reading import webhooks as read
from doings.storage.sql import account_statements as accounts
from doings.storage.sql import erasure_statements as sql
from doings.storage.sql import import_statements as imports
from doings.storage.sql import pull_statements as pulls
from doings.storage.sql import webhook_statements as hooks
from doings.storage.sql.rows import attempts_from_text, credential_from_row
from doings.storage.transaction import Transaction
from doings.storage.writing.log.leaves import forget_leaves

SEQS = 500
"""Of how many changes copies are looked for in one statement."""

ANSWERS = 500
"""How many kept answers are taken away in one statement."""


async def forget_copies(job: Job, seqs: Sequence[int]) -> None:
    """Take away all that is kept about these changes besides their own rows.

    Every change goes through this function whose activity or entity is erased or redacted. Bodies
    of deliveries go, and what the log says. Code that keeps more has to take it away here.
    """
    if not job.only_counts:
        await forget_leaves(job.transaction, seqs)
    await forget_deliveries(job, seqs)


async def forget_deliveries(job: Job, seqs: Sequence[int]) -> None:
    """Take away what is kept of the deliveries of these changes."""
    if job.webhooks is None:
        job.webhooks = [webhook.id for webhook in await read.webhooks(job.transaction)]
        if job.webhooks:
            # What a process holds in its memory of these changes, it shall not write down any more.
            await job.execute(sql.TOUCH_WEBHOOKS, now=job.transaction.clock.now())
    for start in range(0, len(seqs) if job.webhooks else 0, SEQS):
        await _redact_deliveries(job, job.webhooks, seqs[start : start + SEQS])


async def _redact_deliveries(job: Job, webhooks: list[str], seqs: Sequence[int]) -> None:
    """Bodies are made again where they are needed; what a receiver answered may repeat them."""
    rows = await job.transaction.fetch(sql.DELIVERIES_TO_REDACT, webhooks=webhooks, seqs=list(seqs))
    subjects = {f"{type_}:{id_}": f"{type_}:{new}" for (type_, id_), new in job.opaque.items()}
    redacted = []
    for webhook, seq, subject, text, has_body in rows:
        if (webhook, seq) in job.counted:
            continue
        attempts = [msgspec.structs.replace(one, response=None) for one in attempts_from_text(text)]
        new = (subjects.get(subject, subject), json_text(attempts))
        if has_body or new != (subject, text):
            redacted.append((*new, webhook, seq))
    if job.only_counts:
        # They are still there, and may be found again for another reason.
        job.counted.update([(webhook, seq) for *_, webhook, seq in redacted])
    job.count(deliveries_redacted=len(redacted))
    await job.execute_many(sql.REDACT_DELIVERY, redacted)


async def redact_imports(job: Job, seqs: Collection[int]) -> None:
    """Redact what imports keep of the past of rows that stay."""
    changed = [
        (new, run, seq)
        for run, seq, before in await job.transaction.fetch(sql.IMPORT_PASTS, seqs=list(seqs))
        if (new := redacted_document(before, job.opaque, job.pattern)) != before
    ]
    await job.execute_many(sql.SET_IMPORT_PAST, changed)


async def redact_webhooks(transaction: Transaction, names: dict[str, str]) -> None:
    """Let filters of webhooks name by opaque ids what was erased; `names` are `type:id`."""
    now = transaction.clock.now()
    for webhook in await read.webhooks(transaction):
        settings = _renamed(webhook.settings, names)
        if settings != webhook.settings:
            await transaction.execute(
                hooks.CHANGE_WEBHOOK,
                id=webhook.id,
                settings=json_text(settings),
                secrets=json_text(webhook.secrets),
                status=webhook.status,
                reason=webhook.reason,
                position=webhook.position,
                due_at=webhook.due_at if webhook.status == "disabled" else now,
                updated_at=webhook.updated_at,
            )


def _renamed(settings: WebhookSettings, names: dict[str, str]) -> WebhookSettings:
    actor = settings.actor
    return msgspec.structs.replace(
        settings,
        links=tuple([names.get(link, link) for link in settings.links]),
        actor=None if actor is None else names.get(actor, actor),
    )


async def revoke_addresses(transaction: Transaction, keys: Collection[EntityKey]) -> None:
    """Revoke the secret addresses of these entities: the ids may be somebody else's next."""
    for row in await transaction.fetch(accounts.CREDENTIALS_OF_ACCOUNT):
        credential = credential_from_row(row)
        if credential.view is not None and credential.view.entity in keys:
            await transaction.execute(accounts.DELETE_CREDENTIAL, key=credential.key)


async def forget_waiting_files(transaction: Transaction) -> None:
    """Forget the files that wait to be imported, and what was said of them: they may name anyone.

    What imports one of them at the time notices, and records no more.
    """
    await transaction.execute(imports.DROP_IMPORT_JOBS)
    await transaction.execute(imports.DROP_IMPORT_FILES)


async def forget_places_of_pulls(transaction: Transaction) -> None:
    """Take away where pulls under way are: a place may hold elements, or name whose list it is.

    Such a pull begins its round again, and knows what it has seen.
    """
    await transaction.execute(pulls.FORGET_PLACES)


async def forget_answers(transaction: Transaction, *, and_recent: bool) -> bool:
    """Take away some of the answers that are kept for repeated requests; whether more are left.

    An answer may show anything, in a form that only a surface can read. Those of the last day keep
    their place: the request is known to have been carried out, and is not carried out again.
    """
    since = transaction.clock.now() - DAY
    old = await transaction.fetch(sql.FORGET_ANSWERS, since=since, limit=ANSWERS)
    if len(old) == ANSWERS or not and_recent:
        return len(old) == ANSWERS
    recent = await transaction.fetch(sql.BLANK_ANSWERS, after=since, limit=ANSWERS)
    return len(recent) == ANSWERS

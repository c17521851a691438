"""What people wrote about other things and may name somebody: labels, reasons, titles, files.

None of it leads to the person. So at the end of an erasure all of it is looked through.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from doings.core.entity import PEOPLE
from doings.core.erasing.names import ERASED, note_finder_of
from doings.core.kinds.own import settings_revised
from doings.core.store.webhooks import WebhookSettings
from doings.core.text import json_text
from doings.storage.erasing.copies import forget_copies
from doings.storage.erasing.job import Job
from doings.storage.reading import webhooks as read
from doings.storage.sql import erasure_statements as sql
from doings.storage.sql import statements
from doings.storage.sql import webhook_statements as hooks
from doings.storage.transaction import ReadTransaction, Transaction

NOTES = (
    (sql.CREDENTIAL_LABELS, sql.SET_CREDENTIAL_LABEL),
    (sql.HOLD_REASONS, sql.SET_HOLD_REASON),
    (sql.MERGE_REASONS, sql.SET_MERGE_REASON),
    (sql.ERASURE_REASONS, sql.SET_ERASURE_REASON),
    (sql.PULL_PROBLEMS, sql.SET_PULL_PROBLEM),
    (sql.IMPORT_FILES, sql.SET_IMPORT_FILES),
    (sql.KIND_TITLES, sql.SET_KIND_TITLES),
)
"""The statement that reads notes with their keys, and the one that replaces one of them."""

URL_ERASED = "its address named somebody who was erased"
"""Why a webhook is switched off: nobody knows where it leads without the name."""

Clean = Callable[[str], str]
"""A text without the person."""


class Note(NamedTuple):
    """A note to be replaced by the statement `change`: its new text, its key and its old text."""

    change: str
    text: str
    key: object
    before: str


def cleaner_of(job: Job) -> Clean:
    """What takes the person out of a note: names, and the id behind its type.

    Notes are about other things than the activities, and so are cleaned where those are kept, too.
    """
    finder = note_finder_of(job.words)
    people = {member.key: member.opaque_id for member in job.members if member.type in PEOPLE}
    keys = [f"({re.escape(type_)})(:|/|%3A|%2F)({re.escape(id_)})" for type_, id_ in people]
    named = re.compile(rf"(?<![\w-])(?:{'|'.join(keys)})(?![\w-])", re.IGNORECASE)

    def opaque(found: re.Match[str]) -> str:
        type_, sign, id_ = [one for one in found.groups() if one is not None]
        return f"{type_}{sign}{people.get((type_, id_), ERASED)}"

    def clean(text: str) -> str:
        text = finder.sub(ERASED, text) if finder else text
        return named.sub(opaque, text) if keys else text

    return clean


async def found(reading: ReadTransaction, job: Job) -> list[Note]:
    """The notes that name a member, as they are to be; those of webhooks are looked at later."""
    clean = cleaner_of(job)
    changed = []
    for listed, change in NOTES:
        for key, text in await reading.fetch(listed):
            new = _WITHIN[change](text, clean) if change in _WITHIN else clean(text)
            if new != text:
                changed.append(Note(change, new, key, text))
    return changed


def _files(text: str, clean: Clean) -> str:
    return json_text([clean(name) for name in msgspec.json.decode(text, type=list[str])])


def _titles(settings: str, clean: Clean) -> str:
    """In a template square brackets begin a link, so the mark has round ones."""
    mark = f"({ERASED.strip('[]')})"
    return settings_revised(settings, lambda title: clean(title).replace(ERASED, mark))


_WITHIN: dict[str, Callable[[str, Clean], str]] = {
    sql.SET_IMPORT_FILES: _files,
    sql.SET_KIND_TITLES: _titles,
}
"""What is JSON, of which only some texts are notes."""


async def redact(job: Job, notes: list[Note]) -> None:
    """Replace these notes, and what webhooks say of a member."""
    transaction = job.transaction
    for note in notes:
        await transaction.execute_many(note.change, [note[1:]])
    merges = [note.key for note in notes if note.change == sql.SET_MERGE_REASON]
    rows = await transaction.fetch(sql.MERGED_BY, seqs=merges) if merges else []
    # The log and the feed tell of a merge once for each entity that was in it.
    told = [one for seq, merged in rows for one in range(seq, seq + 1 + len(merged.split()))]
    await forget_copies(job, told)
    if notes:
        await transaction.execute(statements.ADVANCE_CACHE_VERSION)
    await _redact_webhooks(transaction, cleaner_of(job))


async def _redact_webhooks(transaction: Transaction, clean: Clean) -> None:
    """What describes them; one whose address has the name in it is switched off."""
    for webhook in await read.webhooks(transaction):
        settings = _cleaned(webhook.settings, clean)
        reason = clean(webhook.reason) if webhook.reason else webhook.reason
        if (settings, reason) == (webhook.settings, webhook.reason):
            continue
        is_off = webhook.status == "disabled" or settings.url != webhook.settings.url
        if is_off and webhook.status != "disabled":
            reason = URL_ERASED
        await transaction.execute(
            hooks.CHANGE_WEBHOOK,
            id=webhook.id,
            settings=json_text(settings),
            secrets=json_text(webhook.secrets),
            status="disabled" if is_off else webhook.status,
            reason=reason,
            position=webhook.position,
            due_at=None if is_off else transaction.clock.now(),
            updated_at=webhook.updated_at,
        )


def _cleaned(settings: WebhookSettings, clean: Clean) -> WebhookSettings:
    return msgspec.structs.replace(
        settings,
        url=_url(settings.url, clean),
        description=clean(settings.description) if settings.description else settings.description,
        options={name: _value(one, clean) for name, one in settings.options.items()},
    )


def _value(value: Any, clean: Clean) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_value(one, clean) for one in value]
    if isinstance(value, dict):
        return {name: _value(one, clean) for name, one in value.items()}
    return value


def _url(url: str, clean: Clean) -> str:
    """The address, or only its server where it names the person."""
    if clean(url) == url and clean(unquote(url)) == unquote(url):
        return url
    parts = urlsplit(url)
    host = parts.netloc if clean(parts.netloc) == parts.netloc else "erased.invalid"
    return f"{parts.scheme}://{host}/erased"

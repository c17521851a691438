"""Rows to values and back."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from doings.core.account import Account
from doings.core.activity import Activity, Linked
from doings.core.entity import Entity, EntityKey
from doings.core.erasing.erasure import Erasure, ErasureCounts
from doings.core.kinds.catalogue import Kind
from doings.core.store.changes import Change
from doings.core.store.credentials import Credential, View
from doings.core.store.imports import ImportCounts, ImportJob, ImportReport, ImportRun
from doings.core.store.merges import Merge
from doings.core.store.pulls import Pull, PullCounts
from doings.core.store.webhooks import Attempt, Delivery, Queued, Secret, Webhook, WebhookSettings
from doings.storage.engine import Row

Roles = dict[int, list[str]]
"""The roles of each linked entity, by seq, in the order of the links."""

ERASED = -1
"""The `deleted_at` of an entity that was erased."""

ERASED_TEXT = ""
"""What a change keeps of the past once its activity is erased; no JSON text is empty."""

MAX_KEPT = 256
"""Characters of a text beyond which what was read of it is not kept, so that memory has a bound."""

LinkRow = tuple[int, int, int, str]
"""A row of `statements.ADD_LINK`: entity, instant, activity, kind."""


def activities_from_rows(
    rows: Sequence[Row], links: Mapping[str, tuple[Linked, ...]], own_kinds: Mapping[str, Kind]
) -> list[Activity]:
    """The columns are `statements.ACTIVITY`; `links` are by the text that says which they are."""
    activities = []
    for row in rows:
        (seq, id_, kind, occurred_at, time_zone, summary, body, data, metadata, level, channels,
         origin, external_id, recorded_at, updated_at, linked) = row  # fmt: skip
        activity = Activity(
            seq, id_, kind, occurred_at, time_zone, summary, body, data, metadata, level,
            channels_from_text(channels), origin, external_id, recorded_at, updated_at,
            links[linked], own_kinds.get(kind) if own_kinds else None,
        )  # fmt: skip
        activities.append(activity)
    return activities


def entity_from_row(row: Row) -> Entity:
    """The columns are `entity_statements.ENTITY`; of a deleted one, what it held is not read."""
    seq, type_, id_, name, attrs, contact, created_at, updated_at, deleted_at, group = row
    if deleted_at is not None:
        is_erased = deleted_at == ERASED
        return Entity(
            seq, type_, id_, None, "{}", contact, created_at, updated_at, True, is_erased, group  # noqa: FBT003
        )  # fmt: skip
    return Entity(
        seq, type_, id_, name, attrs, contact, created_at, updated_at, False, False, group  # noqa: FBT003
    )  # fmt: skip


def account_from_row(row: Row) -> Account:
    """The columns are `account_statements.ACCOUNT`."""
    id_, slug, name, time_zone, settings, created_at = row
    return Account(
        id=id_, slug=slug, name=name, time_zone=time_zone, settings=settings, created_at=created_at
    )


_view_from_text = msgspec.json.Decoder(View).decode


def text_from_view(view: View | None) -> str | None:
    """A view is stored as JSON."""
    return None if view is None else msgspec.json.encode(view).decode()


def credential_from_row(row: Row) -> Credential:
    """The columns are `account_statements.CREDENTIAL`."""
    (key, account_id, secret_hash, scopes, label, created_at, expires_at, last_used_at,
     sees) = row  # fmt: skip
    return Credential(
        key,
        account_id,
        bytes.fromhex(secret_hash),
        words_from_text(scopes),
        label,
        created_at,
        expires_at,
        last_used_at,
        None if sees is None else _view_from_text(sees),
    )


def import_run_from_row(row: Row) -> ImportRun:
    """The columns are `statements.IMPORT_RUN`."""
    run, state, dialect, files, started_at, ended_at, kept, *counts = row
    return ImportRun(
        number=run,
        state=state,
        dialect=dialect,
        files=msgspec.json.decode(files, type=tuple[str, ...]),
        started_at=started_at,
        ended_at=ended_at,
        kept=kept,
        counts=ImportCounts(*counts),
    )


_report_from_text = msgspec.json.Decoder(ImportReport).decode


def import_job_from_row(row: Row) -> ImportJob:
    """The columns are `import_statements.IMPORT_JOB`."""
    id_, stage, file, dialect, contact, run, done, total, report, by, created_at, updated_at = row
    return ImportJob(
        id=id_,
        stage=stage,
        file=file,
        dialect=dialect,
        contact=contact,
        run=run,
        done=done,
        total=total,
        report=_report_from_text(report),
        by=by,
        created_at=created_at,
        updated_at=updated_at,
    )


def pull_from_row(row: Row) -> Pull:
    """The columns are `pull_statements.PULL`."""
    number, *others = row
    values = dict(zip(Pull.__struct_fields__, (number, *others), strict=True))
    values["counts"] = msgspec.json.decode(values["counts"], type=PullCounts)
    return Pull(**values)


@lru_cache(maxsize=1024)
def channels_from_text(text: str) -> tuple[str, ...]:
    """Channels are stored as a JSON list."""
    return msgspec.json.decode(text, type=tuple[str, ...])


@lru_cache(maxsize=1024)
def text_from_channels(channels: tuple[str, ...]) -> str:
    """Channels as a JSON list."""
    return msgspec.json.encode(channels).decode()


@lru_cache(maxsize=4096)
def words_from_text(text: str) -> tuple[str, ...]:
    """Roles and scopes are stored as words with a blank between."""
    return tuple(text.split())


LinkedSeqs = tuple[tuple[int, tuple[str, ...]], ...]
"""The seqs of linked entities with their roles, in the order of the links."""


def erasure_from_row(row: Row) -> Erasure:
    """The columns are `erasure_statements.ERASURE`."""
    id_, entity, activities, reason, at, by, *counts, words = row
    return Erasure(
        id=id_,
        entity=entity,
        activities=activities,
        reason=reason,
        at=at,
        by=by,
        counts=ErasureCounts(*counts),
        is_done=words is None,
    )


def linked_from_text(text: str) -> LinkedSeqs:
    """Each linked entity's seq with its roles; the text is `seq:role` for each role, in order."""
    return _kept_linked(text) if len(text) <= MAX_KEPT else _read_linked(text)


def _read_linked(text: str) -> LinkedSeqs:
    roles: Roles = {}
    for word in text.split():
        seq, role = word.split(":")
        roles.setdefault(int(seq), []).append(role)
    return tuple((seq, tuple(held)) for seq, held in roles.items())


_kept_linked = lru_cache(maxsize=4096)(_read_linked)


def text_from_roles(roles: Roles) -> str:
    """What `linked_from_text` reads."""
    return " ".join([f"{seq}:{role}" for seq, held in roles.items() for role in held])


def text_from_words(words: Iterable[str]) -> str:
    """Words with a blank between."""
    return " ".join(words)


def merged_seqs(row: Row) -> tuple[int, ...]:
    """The seqs of the entities that a merge put together with another one."""
    return tuple(map(int, row[_MERGED].split()))


def merge_from_row(row: Row, keys: Mapping[int, EntityKey]) -> Merge:
    """The columns are `merge_statements.MERGE`; `keys` those of its entities, by seq."""
    seq, id_, keep, _, through, reason, at, by, reverted_at, reverted_by, is_by_itself = row
    return Merge(
        seq=seq,
        id=id_,
        keep=keys[keep],
        asked=keys[int(through.split()[0])] if through else keys[keep],
        merged=tuple([keys[one] for one in merged_seqs(row)]),
        reason=reason,
        at=at,
        by=by,
        reverted_at=reverted_at,
        reverted_by=reverted_by,
        is_by_itself=bool(is_by_itself),
    )


_MERGED = 3
"""The place of the column that says which entities were merged."""


def change_from_row(row: Row, activity: Activity | None, before: str | None) -> Change:
    """The columns are `feed_statements.LIGHT_CHANGE`; `before` is what it keeps of the past."""
    seq, activity_seq, activity_id, op, kind, at, by, *_ = row
    is_erased = before == ERASED_TEXT
    return Change(
        seq=seq,
        activity_seq=activity_seq,
        activity_id=activity_id,
        op=op,
        kind=kind,
        at=at,
        by=by,
        before=None if is_erased else before,
        activity=activity,
        is_erased=is_erased,
    )


def is_partial(attrs: str) -> bool:
    """Whether a contact stands only as somebody's relation and is kept out of lists of contacts."""
    return '"is_partial"' in attrs and msgspec.json.decode(attrs).get("is_partial") is True


def search_text(name: str | None, entity_id: str, attrs: str) -> str:
    """What an entity is found by: its name, its id and every text among its attributes."""
    values = msgspec.json.decode(attrs).values() if attrs != "{}" else ()
    return "\n".join([name or "", entity_id, *(text for text in values if isinstance(text, str))])


def ids_by_type(keys: Iterable[EntityKey]) -> dict[str, list[str]]:
    """The ids of each type: entities are looked up with one statement a type."""
    ids: dict[str, list[str]] = {}
    for entity_type, entity_id in keys:
        ids.setdefault(entity_type, []).append(entity_id)
    return ids


_settings_from_text = msgspec.json.Decoder(WebhookSettings).decode
_secrets_from_text = msgspec.json.Decoder(tuple[Secret, ...]).decode
_attempts_from_text = msgspec.json.Decoder(tuple[Attempt, ...]).decode


def webhook_from_row(row: Row) -> Webhook:
    """The columns are `webhook_statements.WEBHOOK`."""
    (id_, settings, secrets, key, status, reason, position, version, holder, held_until, due_at,
     oldest_at, created_at, updated_at) = row  # fmt: skip
    return Webhook(
        id=id_,
        settings=_settings_from_text(settings),
        secrets=_secrets_from_text(secrets),
        key=key,
        status=status,
        reason=reason,
        position=position,
        version=version,
        holder=holder,
        held_until=held_until,
        due_at=due_at,
        oldest_at=oldest_at,
        created_at=created_at,
        updated_at=updated_at,
    )


def delivery_from_row(row: Row) -> Delivery:
    """The columns are `webhook_statements.DELIVERY`."""
    seq, message, event, subject, status, at, lane, tries, next_at, attempts = row
    return Delivery(
        seq=seq,
        message=message,
        event=event,
        subject=subject,
        status=status,
        at=at,
        lane=lane,
        tries=tries,
        next_at=next_at,
        attempts=attempts_from_text(attempts),
    )


def queued_from_row(row: Row) -> Queued:
    """The columns are those of `webhook_statements.QUEUED`."""
    seq, message, event, subject, at, lane, tries, next_at, has_body = row
    return Queued(seq, message, event, subject, at, lane, tries, next_at, bool(has_body))


def attempts_from_text(text: str) -> tuple[Attempt, ...]:
    """Attempts are stored as a JSON list."""
    return () if text == "[]" else _attempts_from_text(text)

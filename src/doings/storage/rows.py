"""Rows to values and back."""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from doings.core.account import Account
from doings.core.activity import Activity, Linked
from doings.core.entity import Entity
from doings.core.store import Credential
from doings.storage.engine import Row


def activity_from_row(row: Row, links: tuple[Linked, ...]) -> Activity:
    """The columns are `statements.ACTIVITY`."""
    (seq, id_, kind, occurred_at, time_zone, summary, body, data, metadata, level, channels,
     origin, external_id, recorded_at, updated_at) = row  # fmt: skip
    return Activity(
        seq, id_, kind, occurred_at, time_zone, summary, body, data, metadata, level,
        channels_from_text(channels), origin, external_id, recorded_at, updated_at, links,
    )  # fmt: skip


def entity_from_row(row: Row) -> Entity:
    """The columns are `statements.ENTITY`."""
    seq, type_, id_, name, attrs, contact, created_at, updated_at, deleted_at = row
    return Entity(
        seq, type_, id_, name, attrs, contact, created_at, updated_at, deleted_at is not None
    )


def account_from_row(row: Row) -> Account:
    """The columns are `statements.ACCOUNT`."""
    id_, slug, name, time_zone, settings, created_at = row
    return Account(
        id=id_, slug=slug, name=name, time_zone=time_zone, settings=settings, created_at=created_at
    )


def credential_from_row(row: Row) -> Credential:
    """The columns are `statements.CREDENTIAL`."""
    key, account_id, secret_hash, scopes, label, created_at, expires_at, last_used_at = row
    return Credential(
        key=key,
        account_id=account_id,
        secret_hash=bytes.fromhex(secret_hash),
        scopes=words_from_text(scopes),
        label=label,
        created_at=created_at,
        expires_at=expires_at,
        last_used_at=last_used_at,
    )


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


def text_from_words(words: Iterable[str]) -> str:
    """Words with a blank between."""
    return " ".join(words)

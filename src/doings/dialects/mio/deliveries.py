"""What the vendor sends to a webhook: an `ACTIVITY_EVENT`, in the clear or enciphered."""

import os
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from doings.core.clock import Clock
from doings.core.store import Reader
from doings.core.store.changes import Change
from doings.core.store.webhooks import Webhook, WebhookSettings
from doings.dialects.mio.documents import WebhookDocument
from doings.dialects.mio.mapping import activity_detail_document
from doings.dialects.mio.vocabulary import ACTIVITY_EVENT, KINDS
from doings.live.webhooks.events import Format, Headers, Occasion

BLOCK = 16
"""Bytes of a block of AES, and of the IV."""

OURS = frozenset(
    {"connection", "content-length", "content-type", "expect", "host", "keep-alive"}
    | {"te", "trailer", "transfer-encoding", "upgrade", "user-agent", "x-pvt-cipher-iv"}
)
"""Headers that the request itself needs, so that settings cannot give others."""


def format_of(clock: Clock) -> Format:
    """The format, which shows interactions as they are at the clock's time."""

    async def render(
        reader: Reader,
        webhook: Webhook,  # noqa: ARG001 - a format's shape
        occasions: Sequence[Occasion],
    ) -> list[str | None]:
        account, now = await reader.account(), clock.now()
        return [
            None
            if one.change.activity is None
            else _text(activity_detail_document(one.change.activity, account, now=now))
            for one in occasions
        ]

    return Format(
        wants=_wants,
        render=render,
        request=_request,
        events=("activity.created", "activity.updated"),
        kinds=KINDS,
    )


def _wants(
    settings: WebhookSettings,  # noqa: ARG001 - a format's shape
    change: Change,
) -> str | None:
    """Each step of an interaction is an event."""
    is_told = change.kind in KINDS and change.op not in {"deleted", "erased"}
    return f"activity.{change.op}" if is_told else None


def _text(data: object) -> str:
    return msgspec.json.encode({"type": ACTIVITY_EVENT, "data": data}).decode()


def _request(
    webhook: Webhook,
    message: str,  # noqa: ARG001 - a format's shape
    text: str,
    now: int,  # noqa: ARG001 - likewise
) -> tuple[Headers, bytes]:
    options = webhook.settings.options
    given = msgspec.convert(options, WebhookDocument) if options else None
    headers = _own_headers(given)
    if given is None or given.secret is None:
        return [("content-type", "application/json"), *headers], text.encode()
    iv, body = enciphered(text.encode(), given.secret.encode())
    cipher = ("x-pvt-cipher-iv", b64encode(iv).decode())
    return [("content-type", "text/plain"), cipher, *headers], b64encode(body)


def _own_headers(given: WebhookDocument | None) -> Headers:
    """The sign-in, and the headers that the settings name."""
    if given is None:
        return []
    headers = [(name, text) for name, text in (given.headers or {}).items() if _is_free(name)]
    if given.authorization is None:
        return headers
    value = given.authorization.value
    basic = b64encode(f"{value.username}:{value.password}".encode()).decode()
    others = [(name, text) for name, text in headers if name.lower() != "authorization"]
    return [("authorization", f"Basic {basic}"), *others]


def _is_free(name: str) -> bool:
    return name.lower() not in OURS


def enciphered(body: bytes, secret: bytes) -> tuple[bytes, bytes]:
    """A new IV, and the body padded (PKCS #7) and enciphered with AES-256-CBC."""
    iv = os.urandom(BLOCK)
    padder = PKCS7(BLOCK * 8).padder()
    padded = padder.update(body) + padder.finalize()
    encryptor = Cipher(AES(secret), CBC(iv)).encryptor()
    return iv, encryptor.update(padded) + encryptor.finalize()


def options_of(webhook: WebhookDocument) -> dict[str, Any]:
    """What a webhook keeps of the vendor's settings."""
    options: dict[str, Any] = msgspec.to_builtins(webhook)
    return options

"""Where the account's events are sent: the webhook `wh_mio`, shown without its secrets.

Secrets are stored as they are, because deliveries need them. They are never shown: a mask is shown
instead, and a client that sends the mask back keeps the stored secret.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from doings.core.budget import WEBHOOKS
from doings.core.errors import Invalid, NotFound, Problem, TooMuch
from doings.core.store import Reader, Writer
from doings.core.store.webhooks import Secret, Webhook, WebhookSettings
from doings.dialects.mio.deliveries import options_of
from doings.dialects.mio.documents import (
    AuthorizationDocument,
    CredentialsDocument,
    WebhookDocument,
)
from doings.live.webhooks import signing

OLD_SETTING = "mio.webhook"
"""The account's setting that held the webhook before there were webhooks; nothing reads it."""

WEBHOOK_ID = "wh_mio"
"""An account has one."""

MASK = "********"
SECRET_BYTES = 32
MAX_URL_LENGTH = 2048
MAX_TEXT_LENGTH = 1024
MAX_HEADERS = 50

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,1024}")


async def stored(reader: Reader) -> WebhookDocument:
    """The webhook with its secrets; raises NotFound."""
    return _document(_found(await reader.webhooks()))


def _found(webhooks: Sequence[Webhook]) -> Webhook:
    for webhook in webhooks:
        if webhook.id == WEBHOOK_ID:
            return webhook
    raise NotFound("webhook")


def _document(webhook: Webhook) -> WebhookDocument:
    """As it was sent in; the address may have been changed through our own API since."""
    document = msgspec.convert(webhook.settings.options, WebhookDocument)
    return msgspec.structs.replace(document, url=webhook.settings.url)


async def put(writer: Writer, sent: WebhookDocument, now: int) -> WebhookDocument:
    """Have events sent to where the vendor's settings say; returns them with their secrets.

    From now on, where there were none before. Raises Invalid and TooMuch.
    """
    webhooks = await writer.webhooks()
    known = next((one for one in webhooks if one.id == WEBHOOK_ID), None)
    document = checked(_unmasked(sent, _document(known) if known else None))
    if known is None:
        if len(webhooks) >= WEBHOOKS:
            raise TooMuch("webhooks", Problem("url", f"an account has at most {WEBHOOKS} webhooks"))
        await writer.add_webhook(_new(document, await writer.last_seq(), now))
        return document
    if known.status == "disabled":
        await writer.queue_failed(known.id, now)
    settings = msgspec.structs.replace(
        known.settings, url=document.url, options=options_of(document)
    )
    await writer.change_webhook(
        msgspec.structs.replace(
            known, settings=settings, status="active", reason=None, updated_at=now
        )
    )
    return document


def _new(document: WebhookDocument, position: int, now: int) -> Webhook:
    return Webhook(
        id=WEBHOOK_ID,
        settings=WebhookSettings(
            url=document.url, format="mio", lane="entity", options=options_of(document)
        ),
        secrets=(Secret(signing.new_secret()),),
        key=signing.new_key(),
        position=position,
        created_at=now,
        updated_at=now,
    )


def without_old_setting(settings: dict[str, Any]) -> dict[str, Any]:
    """The account's settings without what held the webhook before."""
    return {name: value for name, value in settings.items() if name != OLD_SETTING}


def masked(webhook: WebhookDocument) -> WebhookDocument:
    """The webhook with a mask instead of each secret; the names of headers stay."""
    authorization = webhook.authorization
    if authorization is not None:
        authorization = _with_password(authorization, MASK)
    return msgspec.structs.replace(
        webhook,
        secret=None if webhook.secret is None else MASK,
        authorization=authorization,
        headers=None if webhook.headers is None else dict.fromkeys(webhook.headers, MASK),
    )


def checked(webhook: WebhookDocument) -> WebhookDocument:
    """The webhook itself; raises Invalid if it cannot be called."""
    _check_url(webhook.url)
    if webhook.secret is not None and len(webhook.secret.encode()) != SECRET_BYTES:
        raise Invalid.of("secret", f"must be {SECRET_BYTES} bytes long")
    if webhook.authorization is not None:
        _check_credentials(webhook.authorization.value)
    _check_headers(webhook.headers or {})
    return webhook


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_callable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        is_callable = False
    if not is_callable or len(url) > MAX_URL_LENGTH or not url.isprintable() or " " in url:
        raise Invalid.of("url", "must be an http or https address")


def _check_credentials(value: CredentialsDocument) -> None:
    if ":" in value.username:
        raise Invalid.of("authorization.value.username", "may not contain a colon")
    for name, text in (("username", value.username), ("password", value.password)):
        if len(text) > MAX_TEXT_LENGTH or not text.isprintable():
            reason = f"at most {MAX_TEXT_LENGTH} printable characters"
            raise Invalid.of(f"authorization.value.{name}", reason)


def _check_headers(headers: dict[str, str]) -> None:
    if len(headers) > MAX_HEADERS:
        raise TooMuch("list", Problem("headers", f"at most {MAX_HEADERS}"))
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise Invalid.of("headers", f"{name!r} or its value cannot be sent")


def _unmasked(webhook: WebhookDocument, stored: WebhookDocument | None) -> WebhookDocument:
    known = stored or WebhookDocument(type=webhook.type, url=webhook.url)
    authorization = webhook.authorization
    if authorization is not None:
        stored_password = known.authorization.value.password if known.authorization else None
        password = _known(
            "authorization.value.password", authorization.value.password, stored_password
        )
        authorization = _with_password(authorization, password)
    headers = webhook.headers
    if headers is not None:
        stored_headers = known.headers or {}
        headers = {
            name: _known(f"headers.{name}", value, stored_headers.get(name))
            for name, value in headers.items()
        }
    secret = webhook.secret
    if secret is not None:
        secret = _known("secret", secret, known.secret)
    return msgspec.structs.replace(
        webhook, secret=secret, authorization=authorization, headers=headers
    )


def _known(field: str, text: str, stored: str | None) -> str:
    """The text itself, or the stored one instead of a mask; raises Invalid."""
    if text != MASK:
        return text
    if stored is None:
        raise Invalid.of(field, "there is none yet that a mask could stand for")
    return stored


def _with_password(document: AuthorizationDocument, password: str) -> AuthorizationDocument:
    value = msgspec.structs.replace(document.value, password=password)
    return msgspec.structs.replace(document, value=value)

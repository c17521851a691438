"""Where the account's events are sent: stored with the account, shown without its secrets.

Secrets are stored as they are, because deliveries need them. They are never shown: a mask is shown
instead, and a client that sends the mask back keeps the stored secret.
"""

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from doings.core.account import Account
from doings.core.errors import Invalid, NotFound, Problem, TooMuch
from doings.core.text import object_from_text
from doings.dialects.mio.documents import (
    AuthorizationDocument,
    CredentialsDocument,
    WebhookDocument,
)

SETTING = "mio.webhook"
"""The account's setting that holds the webhook."""

WEBHOOK_ID = "wh_mio"
"""The webhook that the setting makes; an account has one."""

MASK = "********"
SECRET_BYTES = 32
MAX_URL_LENGTH = 2048
MAX_TEXT_LENGTH = 1024
MAX_HEADERS = 50

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,1024}")


def webhook_of(settings: dict[str, Any]) -> WebhookDocument:
    """The webhook as it is stored; raises NotFound."""
    if SETTING not in settings:
        raise NotFound("webhook")
    return msgspec.convert(settings[SETTING], WebhookDocument)


def webhook_of_account(account: Account) -> WebhookDocument:
    """The account's webhook as it is shown; raises NotFound."""
    return masked(webhook_of(object_from_text(account.settings)))


def settings_with(settings: dict[str, Any], webhook: WebhookDocument) -> dict[str, Any]:
    """The settings with this webhook, its masks replaced by what is stored; raises Invalid."""
    stored = webhook_of(settings) if SETTING in settings else None
    unmasked = checked(_unmasked(webhook, stored))
    return {**settings, SETTING: msgspec.to_builtins(unmasked)}


def settings_without(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings without the webhook; raises NotFound if there is none."""
    webhook_of(settings)
    return {name: value for name, value in settings.items() if name != SETTING}


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

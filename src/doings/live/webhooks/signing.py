"""Signatures of Standard Webhooks (https://www.standardwebhooks.com): `v1` and `v1a`.

Both sign `<webhook-id>.<webhook-timestamp>.<body>`: v1 by HMAC-SHA256 with a secret that the
receiver has, v1a by ed25519, which anybody can verify with the public key.
"""

import secrets
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook as Signer

SECRET_BYTES = 32
PUBLIC_PREFIX = "whpk_"


def new_secret() -> str:
    """A secret for v1, as receivers take it."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def new_key() -> str:
    """The seed of a key for v1a, as hex."""
    return secrets.token_hex(SECRET_BYTES)


def public_key(key: str) -> str:
    """The public key of a seed, as receivers take it."""
    return PUBLIC_PREFIX + b64encode(_private(key).public_key().public_bytes_raw()).decode()


def signature_headers(
    message: str, body: bytes, *, secrets: Iterable[str], key: str, now: int
) -> list[tuple[str, str]]:
    """The headers of a request whose body is UTF-8, sent at an instant."""
    seconds = now // 1_000_000
    moment = datetime.fromtimestamp(seconds, UTC)
    text = body.decode()
    signatures = [_signer(secret).sign(message, moment, text) for secret in secrets]
    signed = _private(key).sign(f"{message}.{seconds}.{text}".encode())
    signatures.append(f"v1a,{b64encode(signed).decode()}")
    return [
        ("webhook-id", message),
        ("webhook-timestamp", str(seconds)),
        ("webhook-signature", " ".join(signatures)),
    ]


@lru_cache(maxsize=1024)
def _signer(secret: str) -> Signer:
    return Signer(secret)


@lru_cache(maxsize=1024)
def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key))

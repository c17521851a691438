"""Checkpoints: signed notes that say how long a log is, and its root.

The forms are those of https://c2sp.org/signed-note and https://c2sp.org/tlog-checkpoint.
"""

import binascii
import hmac
import uuid
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from doings.proof.leaf import HASH_BYTES

_ED25519 = b"\x01"
"""The type of a signature, which stands before its public key."""

_ID_BYTES = 4
_LINES = 3


class Verifier(msgspec.Struct, frozen=True):
    """A public key under the name of a log."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that a signature begins with."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        """As it is handed out: name, id and key with a plus between."""
        return f"{self.name}+{self.id.hex()}+{_text(_ED25519 + self.key)}"

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether the signature, which begins with the key's id, is this key's on that text."""
        if signature[:_ID_BYTES] != self.id:
            return False
        try:
            public = Ed25519PublicKey.from_public_bytes(self.key)
            public.verify(signature[_ID_BYTES:], text.encode())
        except InvalidSignature:
            return False
        return True


class Checkpoint(msgspec.Struct, frozen=True):
    """How many leaves a log has, and its root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"


class Note(msgspec.Struct, frozen=True):
    """A checkpoint with its signatures, each with the name of who signed."""

    checkpoint: Checkpoint
    signatures: tuple[tuple[str, bytes], ...]

    def is_signed_by(self, verifier: Verifier) -> bool:
        """Whether one of the signatures is good and that key's."""
        text = self.checkpoint.text()
        return any(
            name == verifier.name and verifier.has_signed(text, signature)
            for name, signature in self.signatures
        )


def origin_of(secret: bytes, account_id: int, created_at: int, epoch: str) -> str:
    """The name of an account's log: another one for each account, and after each restore.

    The account's UUID follows from the installation's secret and when the account was made.
    """
    made = hmac.digest(secret, f"log {account_id} {created_at}".encode(), "sha256")
    return f"doings/{uuid.UUID(bytes=made[:16], version=5)}/{epoch}"


def verifier_of(seed: bytes, name: str) -> Verifier:
    """The public key of a private one, which is 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return Verifier(name, key)


def signed(checkpoint: Checkpoint, seeds: Sequence[bytes]) -> str:
    """The note, with a signature of each private key."""
    text = checkpoint.text()
    lines = []
    for seed in seeds:
        signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
        name = checkpoint.origin
        lines.append(f"— {name} {_text(verifier_of(seed, name).id + signature)}\n")
    return f"{text}\n{''.join(lines)}"


def note_from_text(text: str) -> Note:
    """Read a signed checkpoint; raises ValueError."""
    head, found, tail = text.partition("\n\n")
    lines = head.split("\n")
    if not found or len(lines) != _LINES or not _is_number(lines[1]):
        msg = "it is no signed checkpoint: origin, size, root, an empty line and signatures"
        raise ValueError(msg)
    checkpoint = Checkpoint(lines[0], int(lines[1]), _bytes(lines[2], HASH_BYTES))
    return Note(checkpoint, tuple(_signature(line) for line in tail.splitlines()))


def verifier_from_text(text: str) -> Verifier:
    """Read a public key as `Verifier` writes it; raises ValueError."""
    name, _, rest = text.strip().partition("+")
    id_, _, key = rest.partition("+")
    if name and id_ and key:
        raw = _bytes(key, 1 + HASH_BYTES)
        verifier = Verifier(name, raw[1:])
        if raw[:1] == _ED25519 and verifier.id.hex() == id_:
            return verifier
    msg = "it is no key of a log: name+id+base64"
    raise ValueError(msg)


def _signature(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, signature = rest.rpartition(" ")
    if dash != "—" or not name:
        msg = "a signature is no line like '— name base64'"
        raise ValueError(msg)
    return name, _bytes(signature)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and (text == "0" or not text.startswith("0"))


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()


def _bytes(text: str, length: int | None = None) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or (length is not None and len(raw) != length):
        msg = f"{text[:60]!r} is not the base64 of {length or 'some'} bytes"
        raise ValueError(msg)
    return raw

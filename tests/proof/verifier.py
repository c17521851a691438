"""A verifier of its own: written from docs/proof.md and the RFCs, it shares no code with Doings.

It is as plain as can be, so that it is a specification as well: roots and paths are recursions.
"""

import base64
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha(*parts: bytes) -> bytes:
    """SHA-256 of the parts, one behind the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(digest: bytes) -> bytes:
    """The hash of a leaf."""
    return sha(b"\0", digest)


def split_at(count: int) -> int:
    """The largest power of two below a count."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split_at(len(leaves))
    return sha(b"\1", root(leaves[:k]), root(leaves[k:]))


def path(number: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962."""
    if len(leaves) == 1:
        return []
    k = split_at(len(leaves))
    if number < k:
        return [*path(number, leaves[:k]), root(leaves[k:])]
    return [*path(number - k, leaves[k:]), root(leaves[:k])]


def proof(old: int, leaves: list[bytes], *, is_known: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962."""
    if old == len(leaves):
        return [] if is_known else [root(leaves)]
    k = split_at(len(leaves))
    if old <= k:
        return [*proof(old, leaves[:k], is_known=is_known), root(leaves[k:])]
    return [*proof(old - k, leaves[k:], is_known=False), root(leaves[:k])]


def root_of_path(number: int, size: int, hash_: bytes, hashes: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2: the root that an inclusion proof leads to."""
    fn, sn, found = number, size - 1, hash_
    for other in hashes:
        assert sn > 0
        if fn % 2 or fn == sn:
            found = sha(b"\1", other, found)
            while not fn % 2 and fn:
                fn, sn = fn // 2, sn // 2
        else:
            found = sha(b"\1", found, other)
        fn, sn = fn // 2, sn // 2
    assert sn == 0
    return found


def is_consistent(
    old: int, new: int, old_root: bytes, new_root: bytes, hashes: list[bytes]
) -> bool:
    """RFC 9162, 2.1.4.2: whether the newer tree begins with the older one."""
    hashes = list(hashes)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    fn, sn = old - 1, new - 1
    while fn % 2:
        fn, sn = fn // 2, sn // 2
    fr = sr = hashes[0]
    for other in hashes[1:]:
        if sn == 0:
            return False
        if fn % 2 or fn == sn:
            fr, sr = sha(b"\1", other, fr), sha(b"\1", other, sr)
            while not fn % 2 and fn:
                fn, sn = fn // 2, sn // 2
        else:
            sr = sha(b"\1", sr, other)
        fn, sn = fn // 2, sn // 2
    return (fr, sr, sn) == (old_root, new_root, 0)


def opened(note: str, *keys: str) -> tuple[str, int, bytes]:
    """(origin, size, root) of a checkpoint that each of these keys has signed."""
    text, _, signatures = note.partition("\n\n")
    signed = f"{text}\n".encode()
    for key in keys:
        name, id_, encoded = key.strip().split("+", 2)
        raw = base64.b64decode(encoded)
        assert raw[:1] == b"\1"
        assert sha(name.encode(), b"\n", raw)[:4].hex() == id_
        mine = [
            base64.b64decode(line.split()[2])
            for line in signatures.splitlines()
            if line.startswith(f"— {name} ")
        ]
        assert any(is_signed(one[4:], signed, raw[1:]) for one in mine if one[:4].hex() == id_), (
            "not signed by the key"
        )
    origin, size, encoded = text.split("\n")
    return origin, int(size), base64.b64decode(encoded)


def is_signed(signature: bytes, text: bytes, key: bytes) -> bool:
    """Whether a signature is good."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def check_proof(found: dict[str, Any], *keys: str) -> dict[str, Any] | None:
    """The statement of an inclusion proof that is good, None where it was erased."""
    raw = {name: base64.b64decode(found[name]) for name in ("hash", "digest")}
    assert raw["hash"] == leaf(raw["digest"])
    _, size, head = opened(found["checkpoint"], *keys)
    hashes = [base64.b64decode(one) for one in found["path"]]
    assert size == found["size"]
    assert root_of_path(found["leaf"], size, raw["hash"], hashes) == head
    if found["salt"] is None:
        assert found["statement"] is None
        return None
    salt, statement = base64.b64decode(found["salt"]), found["statement"]
    assert sha(salt, b"\0", statement.encode()) == raw["digest"]
    said: dict[str, Any] = json.loads(statement)
    members = ["seq", "op", "at", "by", "kind", "type", "id", "document"]
    assert [name for name in said if name not in {"merge", "forgets"}] == members
    assert said["seq"] == found["leaf"] + 1
    return said

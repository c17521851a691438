"""That a change of an activity is in the log of its account, as the page shows it.

The page's script verifies it by the document that `proof_document` makes, which is that of
`/v1/proofs/{seq}` with the public keys.
"""

from base64 import b64encode
from typing import NamedTuple

import msgspec

from doings.auth.signed_log import Inclusion, SignedLog, inclusion_of
from doings.core.errors import NotFound, Unavailable
from doings.core.store import Reader
from doings.proof.tree import TILE_WIDTH
from doings.web.forms import sentence_of


class Proof(NamedTuple):
    """What the page tells of a proof; `is_erased` says that nobody can know what the leaf said.

    `tiles` are the addresses of the tile and of the bundle of entries that the leaf is in.
    """

    seq: int
    leaf: int
    size: int
    root: str
    is_erased: bool
    checkpoint: str
    keys: list[str]
    tiles: list[str]


class ProofDocument(msgspec.Struct, frozen=True):
    """What a script verifies; hashes are base64, the nearest of the path first."""

    activity: str
    leaf: int
    size: int
    hash: str
    digest: str
    salt: str | None
    statement: str | None
    path: list[str]
    checkpoint: str
    keys: list[str]


async def read_proof(reader: Reader, seq: int, log: SignedLog) -> Proof | str:
    """The proof of a change; or why there is none, in a sentence."""
    try:
        found = await inclusion_of(reader, seq)
    except Unavailable as error:
        return sentence_of(error)
    number = found.leaf.number // TILE_WIDTH
    tile = tile_path(number, min(found.state.size - number * TILE_WIDTH, TILE_WIDTH))
    return Proof(
        seq=seq,
        leaf=found.leaf.number,
        size=found.state.size,
        root=_base64(found.root),
        is_erased=found.leaf.statement is None,
        checkpoint=log.note(found.state, found.root),
        keys=log.keys(found.state),
        tiles=[f"/v1/log/tile/0/{tile}", f"/v1/log/tile/entries/{tile}"],
    )


async def proof_document(
    reader: Reader, activity_id: str, seq: int, log: SignedLog
) -> ProofDocument:
    """The whole proof of a change of an activity; raises NotFound and Unavailable."""
    changes = await reader.history(activity_id, seq - 1, 1)
    if not changes or changes[0].seq != seq:
        raise NotFound("change", seq)
    found = await inclusion_of(reader, seq)
    return _document(activity_id, found, log)


def _document(activity_id: str, found: Inclusion, log: SignedLog) -> ProofDocument:
    leaf = found.leaf
    return ProofDocument(
        activity=activity_id,
        leaf=leaf.number,
        size=found.state.size,
        hash=_base64(found.hash),
        digest=_base64(leaf.digest),
        salt=None if leaf.salt is None else _base64(leaf.salt),
        statement=None if leaf.statement is None else leaf.statement.decode(),
        path=[_base64(one) for one in found.path],
        checkpoint=log.note(found.state, found.root),
        keys=log.keys(found.state),
    )


def tile_path(number: int, width: int) -> str:
    """The number of a tile as addresses have it, and how many hashes it has unless it is full."""
    groups = [f"{number % 1000:03}"]
    while number >= 1000:  # noqa: PLR2004 - groups have three digits
        number //= 1000
        groups.insert(0, f"x{number % 1000:03}")
    text = "/".join(groups)
    return text if width == TILE_WIDTH else f"{text}.p/{width}"


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()

"""The log of changes: checkpoints, tiles and proofs, in the forms of C2SP and RFC 6962."""

import re
from base64 import b64encode
from typing import Any

from starlette.responses import Response

from doings.auth.signed_log import SignedLog, inclusion_of
from doings.core.errors import Malformed, NotFound
from doings.core.resuming.position import LARGEST_SEQ
from doings.core.store import Reader
from doings.httpkit.input.params import integer
from doings.httpkit.request import Request
from doings.httpkit.surface import Handler, Operation, Resource, resource
from doings.native.documents import log as wire
from doings.native.http.responses import respond_bytes, respond_document
from doings.native.openapi.operations import (
    CONSISTENCY_PARAMETERS,
    IF_NONE_MATCH,
    NO_BODY,
    OperationDoc,
    Parameter,
    json_of,
)
from doings.proof import consistency
from doings.proof.leaf import HASH_BYTES, split
from doings.proof.tree import TILE_HEIGHT, TILE_WIDTH

TEXT = "text/plain"
BYTES = "application/octet-stream"

IMMUTABLE = "private, immutable, max-age=31536000"

_ENTRY_HEAD = HASH_BYTES.to_bytes(2)
"""How long an entry is, which stands before it."""

_LARGEST_LEVEL = 5

_LEVEL = re.compile(rf"[0-{_LARGEST_LEVEL}]|entries")
_NUMBER = re.compile(
    r"(?P<number>(?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?", re.ASCII
)


async def show_checkpoint(request: Request) -> Response:
    """How long the log is and its root, signed; raises Unavailable without a key."""
    request.keep_no_answer()
    note = await request.timeline.read(lambda reader: _note(request, reader))
    return respond_bytes(note.encode(), TEXT)


async def show_key(request: Request) -> Response:
    """The public keys that checkpoints are signed with, the present one first."""
    request.keep_no_answer()
    state = await request.timeline.read(lambda reader: reader.log_state())
    lines = [f"{key}\n" for key in _log(request).keys(state)]
    return respond_bytes("".join(lines).encode(), TEXT)


async def show_tile(request: Request) -> Response:
    """A tile of hashes, or a bundle of entries; raises NotFound for what the log does not have."""
    level, number, width = _tile(request.path_params)
    first = number * TILE_WIDTH

    async def read(reader: Reader) -> bytes:
        state = await reader.log_state()
        if (first + width) << (TILE_HEIGHT * (level or 0)) > state.size:
            raise NotFound("tile", _name(request.path_params))
        if level is None:
            digests = split(await reader.log_digests(first, first + width))
            return b"".join([_ENTRY_HEAD + digest for digest in digests])
        return b"".join(await reader.log_tile(level, first, first + width))

    body = await request.timeline.read(read)
    headers = {"Cache-Control": IMMUTABLE} if width == TILE_WIDTH else None
    return respond_bytes(body, BYTES, headers)


async def prove(request: Request) -> Response:
    """That the change of a seq is in the log; raises NotFound, and Unavailable without a key."""
    request.keep_no_answer()
    text = request.path_params["seq"]
    seq = int(text) if re.fullmatch("[1-9][0-9]{0,12}", text) else 0
    proof = await request.timeline.read(lambda reader: _proof(request, reader, seq, text))
    return respond_document(request, proof)


async def _proof(request: Request, reader: Reader, seq: int, text: str) -> wire.Proof:
    found = await inclusion_of(reader, seq, name=text)
    leaf = found.leaf
    return wire.Proof(
        leaf=leaf.number,
        size=found.state.size,
        hash=_base64(found.hash),
        digest=_base64(leaf.digest),
        salt=None if leaf.salt is None else _base64(leaf.salt),
        statement=None if leaf.statement is None else leaf.statement.decode(),
        path=[_base64(one) for one in found.path],
        checkpoint=_log(request).note(found.state, found.root),
    )


async def show_consistency(request: Request) -> Response:
    """That the log of one size begins with that of another; raises Malformed."""
    state = await request.timeline.read(lambda reader: reader.log_state())
    new = integer(request.query, "to", state.size, least=0, most=LARGEST_SEQ)
    old = integer(request.query, "from", 0, least=0, most=LARGEST_SEQ)
    if new > state.size:
        raise Malformed(f"the log has {state.size} leaves", "to")
    if old > new:
        raise Malformed("is greater than `to`", "from")
    stretches = consistency.stretches(old, new)
    path = await request.timeline.read(lambda reader: reader.log_hashes(stretches))
    return respond_document(request, wire.ConsistencyProof([_base64(hash_) for hash_ in path]))


async def _note(request: Request, reader: Reader) -> str:
    state = await reader.log_state()
    return _log(request).note(state, (await reader.log_hashes([(0, state.size)]))[0])


def _log(request: Request) -> SignedLog:
    """The log of the account that asks; raises Unavailable without a key."""
    services = request.services
    seeds = services.log_keys.seeds(services.clock.now())
    return SignedLog(request.principal.account, services.store.secret, seeds)


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def _tile(params: dict[str, str]) -> tuple[int | None, int, int]:
    """(level, None for entries; number; width) of the path; raises NotFound for no such form."""
    found = _NUMBER.fullmatch(params["number"])
    width = int(found["width"] or TILE_WIDTH) if found else 0
    is_partial = found is not None and found["width"] is not None
    if not found or not _LEVEL.fullmatch(params["level"]) or (is_partial and width >= TILE_WIDTH):
        raise NotFound("tile", _name(params))
    level = None if params["level"] == "entries" else int(params["level"])
    return level, int(re.sub("[x/]", "", found["number"])), width


def _name(params: dict[str, str]) -> str:
    return f"{params['level']}/{params['number']}"


_TILE_NOTES = (
    (
        "The form is that of tlog-tiles (c2sp.org) with a height of 8. A number of more than three"
        " digits is written in parts: 1234067 is `x001/x234/067`."
    ),
    "`000.p/17` are the first 17 of a tile that is not full yet.",
    "The entries of `entries` are the digests of leaves, each behind its length of two bytes.",
)


def _shown(
    handler: Handler,
    summary: str,
    answer: dict[str, Any],
    *,
    parameters: tuple[Parameter, ...] = (),
    limits: tuple[str, ...] = (),
) -> Operation:
    """An operation that shows something of the log; a caller that has it is told so."""
    return Operation(
        handler,
        about=OperationDoc(
            summary=summary,
            has_position=False,
            tag="log",
            parameters=(*parameters, IF_NONE_MATCH),
            answers={200: answer, 304: NO_BODY},
            limits=limits,
        ),
    )


RESOURCES = (
    resource(
        "/log/checkpoint",
        GET=_shown(show_checkpoint, "Show the size and the root of the log, signed", {TEXT: str}),
    ),
    resource(
        "/log/key",
        GET=_shown(show_key, "Show the public keys that checkpoints are signed with", {TEXT: str}),
    ),
    resource(
        "/log/consistency",
        GET=_shown(
            show_consistency,
            "Prove that the log begins with an earlier one",
            json_of(wire.ConsistencyProof),
            parameters=CONSISTENCY_PARAMETERS,
        ),
    ),
    Resource(
        "/log/tile/{level}/{number}",
        {"GET": _shown(show_tile, "Show a tile of the log", {BYTES: bytes}, limits=_TILE_NOTES)},
        is_open=True,
    ),
    resource(
        "/proofs/{seq}",
        GET=_shown(prove, "Prove that a change is in the log", json_of(wire.Proof)),
    ),
)

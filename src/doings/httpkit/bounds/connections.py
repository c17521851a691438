"""The connections of this process: how many it may have, and which are let go when it is full.

The HTTP server closes a peer that is quiet for too long. Here room is made earlier, when hardly
any is left: otherwise a few thousand peers that say nothing keep everybody out for so long.
"""

import asyncio
import os
import resource
import select
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from doings.core.background import BackgroundTask
from doings.core.budget import CONNECTIONS, DESCRIPTORS_KEPT
from doings.core.errors import Busy
from doings.httpkit.bounds.refusals import note_refusal

FEWEST = 16
"""Connections that are allowed however small the limit of descriptors is."""

FULL_SHARE = 0.75
"""The part of the room from which on quiet ones are let go. The room is what busy ones leave."""

KEPT_SHARE = 0.5
"""The part that is left then."""

SHED_MS = 200
"""How long a connection is quiet at least before it is let go."""

OWED_MS = 5_000
"""How long one is quiet at least that has sent something and has no answer. It may be half a
request. It may as well be a whole one that the application has not got yet: where thousands connect
at a time, that takes seconds.
"""

ENDING_OWED_MS = 1_000
"""The same where the server stops, and nobody else comes."""

LOOK_SECONDS = 0.1
"""How often the process looks whether it is full."""

REST_SECONDS = 1
"""How often where most connections are busy: a look at 20,000 takes a tenth of a second."""

_OPEN = Path("/proc/self/fd")

Peer = tuple[str, str]
"""The address and port of the other end, as the HTTP server writes them."""


def raise_descriptors() -> int:
    """Let this process have as many descriptors as it may; returns how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else sys.maxsize


def connection_limit() -> int:
    """How many connections this process may have, from its limit of descriptors."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return CONNECTIONS
    return max(FEWEST, min(CONNECTIONS, soft - DESCRIPTORS_KEPT))


class Connections(BackgroundTask):
    """Lets the quietest connections go when there is hardly room for others.

    `busy` are the peers whose requests are being served: they may be quiet as long as they wait.
    What is known of a peer's quiet is what TCP says, which needs Linux; elsewhere none is let go.
    """

    def __init__(self, port: int) -> None:
        super().__init__()
        self.busy: set[Peer | None] = set()
        self._port = port
        self._limit = connection_limit()

    async def _run(self) -> None:
        while sys.platform == "linux":
            if _descriptors() > self._share(FULL_SHARE):
                excess = await asyncio.to_thread(self._excess, self._share(KEPT_SHARE), OWED_MS)
                # What was asked before the look is with the application after a turn of the loop.
                await asyncio.sleep(0)
                for _ in range(await asyncio.to_thread(self._close, excess)):
                    note_refusal(Busy("connections", "a quiet connection was closed"), {})
            is_large = len(self.busy) > self._limit * KEPT_SHARE
            await asyncio.sleep(REST_SECONDS if is_large else LOOK_SECONDS)

    def _share(self, share: float) -> int:
        """Those that are busy, and this part of the room that they leave."""
        busy = len(self.busy)
        return busy + int(max(self._limit - busy, 0) * share)

    def let_go(self, most: int, owed_ms: int = OWED_MS) -> int:
        """Close quiet connections, the quietest first, until `most` are left; returns how many."""
        return self._close(self._excess(most, owed_ms))

    def _excess(self, most: int, owed_ms: int) -> "list[_Connection]":
        """The quietest of those that nothing is done for, as many as there are above `most`."""
        ours = list(_connections(self._port))
        quiet = [
            one
            for one in ours
            if one.quiet_ms >= (owed_ms if one.is_owed else SHED_MS) and one.peer not in self.busy
        ]
        quiet.sort(key=lambda one: one.quiet_ms, reverse=True)
        return quiet[: max(len(ours) - most, 0)]

    def _close(self, some: "list[_Connection]") -> int:
        """Close those that are not busy by now; returns how many."""
        return sum(_let_go(one) for one in some if one.peer not in self.busy)


def _descriptors() -> int:
    """How many descriptors are in use; Linux says so at once from 6.2 on."""
    return _OPEN.stat().st_size or sum(1 for _ in _OPEN.iterdir())


class _Connection(NamedTuple):
    """A connection to our port, and how many ms ago anything went either way.

    `is_owed` says that it has sent something that was not answered yet.
    """

    quiet_ms: int
    is_owed: bool
    descriptor: int
    peer: Peer


_TCP_INFO = struct.Struct("24x I 16x I 4x I 64x Q Q 8x I")
"""Of what TCP_INFO says: packets under way; ms since something was sent, and since something was
received; bytes that the peer has taken, and that it has sent; bytes that wait to be sent.
"""

FIRST_BYTES = 1
"""What a peer has taken that was sent nothing: the beginning of the connection may count as one."""


def _connections(port: int) -> Iterator[_Connection]:
    """Those to our port that have taken all they were sent.

    A peer that takes its answer slowly has no request any more, and is to get the rest.
    """
    for path in _OPEN.iterdir():
        descriptor = int(path.name)
        with suppress(OSError):  # a file, the socket that listens, or one that is closed by now
            end = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=descriptor)
            try:
                info = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
                under_way, sent, received, taken, came, unsent = _TCP_INFO.unpack(info)
                if end.getsockname()[1] == port and not under_way and not unsent:
                    is_unanswered = received < sent or taken <= FIRST_BYTES
                    is_owed = came > FIRST_BYTES and is_unanswered
                    yield _Connection(min(sent, received), is_owed, descriptor, _peer(end))
            finally:
                # It belongs to the HTTP server: here it is only asked, and not closed.
                end.detach()


def _peer(end: socket.socket) -> Peer:
    address, port, *_ = end.getpeername()
    return address.partition("%")[0], str(port)


def _let_go(connection: _Connection) -> bool:
    """Close a connection, unless the descriptor is another one by now or has something to read."""
    with suppress(OSError):
        own = os.dup(connection.descriptor)
        try:
            end = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=own)
        except OSError:
            os.close(own)
            raise
        with end:
            if _peer(end) == connection.peer and not _has_unread(own):
                end.shutdown(socket.SHUT_RDWR)
                return True
    return False


def _has_unread(descriptor: int) -> bool:
    """Whether the peer has sent something that the server has not read yet."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))

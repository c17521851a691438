"""The connections of this process: how many it may have, and which are let go when it is full.

The HTTP server closes a peer that is quiet for too long. Here room is made earlier, when hardly
any is left: otherwise a few thousand peers that say nothing keep everybody out for so long.
"""

import asyncio
import os
import resource
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from doings.core.background import BackgroundTask
from doings.core.budget import CONNECTIONS, DESCRIPTORS_KEPT
from doings.core.errors import Busy
from doings.httpkit.bounds.refusals import note_refusal

FEWEST = 16
"""Connections that are allowed however small the limit of descriptors is."""

FULL_SHARE = 0.75
"""The part of the connections from which on quiet ones are let go."""

KEPT_SHARE = 0.5
"""The part that is left then, unless more of them are busy."""

SHED_MS = 200
"""How long a connection is quiet at least before it is let go: so long no request takes from the
system to the application.
"""

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
        limit = connection_limit()
        self._full = int(limit * FULL_SHARE)
        self._kept = int(limit * KEPT_SHARE)

    async def _run(self) -> None:
        while sys.platform == "linux":
            if _descriptors() > self._full:
                closed = await asyncio.to_thread(self.let_go, self._kept)
                for _ in range(closed):
                    note_refusal(Busy("connections", "a quiet connection was closed"), {})
            await asyncio.sleep(REST_SECONDS if len(self.busy) > self._kept else LOOK_SECONDS)

    def let_go(self, most: int) -> int:
        """Close quiet connections, the quietest first, until `most` are left; returns how many."""
        ours = list(_connections(self._port))
        quiet = [
            (ms, descriptor, peer)
            for ms, descriptor, peer in ours
            if ms >= SHED_MS and peer not in self.busy
        ]
        quiet.sort(reverse=True)
        excess = quiet[: max(len(ours) - most, 0)]
        return sum(_let_go(descriptor, peer) for _, descriptor, peer in excess)


def _descriptors() -> int:
    """How many descriptors are in use; Linux says so at once from 6.2 on."""
    return _OPEN.stat().st_size or sum(1 for _ in _OPEN.iterdir())


_TCP_INFO = struct.Struct("24x I 16x I 4x I 88x I")
"""Of what TCP_INFO says: packets under way; ms since something was sent, and since something was
received; bytes that wait to be sent.
"""


def _connections(port: int) -> Iterator[tuple[int, int, Peer]]:
    """Those to our port that are owed nothing: ms since anything went either way, descriptor, peer.

    A peer that takes its answer slowly has no request any more, and is to get the rest.
    """
    for path in _OPEN.iterdir():
        descriptor = int(path.name)
        with suppress(OSError):  # a file, the socket that listens, or one that is closed by now
            end = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=descriptor)
            try:
                info = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
                under_way, sent, received, unsent = _TCP_INFO.unpack(info)
                if end.getsockname()[1] == port and not under_way and not unsent:
                    yield min(sent, received), descriptor, _peer(end)
            finally:
                # It belongs to the HTTP server: here it is only asked, and not closed.
                end.detach()


def _peer(end: socket.socket) -> Peer:
    address, port, *_ = end.getpeername()
    return address.partition("%")[0], str(port)


def _let_go(descriptor: int, peer: Peer) -> bool:
    """Close the connection to that peer, unless the descriptor is another one by now."""
    with suppress(OSError):
        own = os.dup(descriptor)
        try:
            end = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=own)
        except OSError:
            os.close(own)
            raise
        with end:
            if _peer(end) == peer:
                end.shutdown(socket.SHUT_RDWR)
                return True
    return False

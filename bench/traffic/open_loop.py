"""An open loop: requests are sent when they are due, whatever is still outstanding.

The latency of a request counts from the instant that it was due, so that a server that stalls is
charged for all who would have come meanwhile, and not for one request a connection.
"""

import random
import select
import socket
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from http import HTTPStatus
from typing import NamedTuple

from hdrh.histogram import HdrHistogram

from bench.traffic.load import status_of

CONNECTIONS = 256
"""What is due while all of them wait for an answer is sent once one is free; its time runs."""

LONGEST = 60_000_000
"""Latencies are kept in µs up to here, with three digits."""


class Request(NamedTuple):
    """What is sent, and the name that its latency is kept under."""

    operation: str
    data: bytes


class Answers(NamedTuple):
    """Latencies in µs by operation, and how often each status came.

    A request that was refused because the server is busy (503) has no latency: it was not done.
    """

    latencies: dict[str, HdrHistogram]
    statuses: dict[int, int]

    @property
    def refused(self) -> float:
        """The part of the requests that the server was too busy for."""
        return self.statuses.get(HTTPStatus.SERVICE_UNAVAILABLE, 0) / sum(self.statuses.values())


class _Connection:
    """One request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.operation = ""
        self.due_at = 0.0

    def send(self, due_at: float, request: Request) -> None:
        self.due_at, self.operation = due_at, request.operation
        self.socket.sendall(request.data)

    def receive(self) -> int | None:
        """The status once the answer is complete."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError(f"closed by the server during {self.operation}")
        self.buffer += data
        status = status_of(self.buffer)
        if status is not None:
            self.buffer.clear()
        return status


def send_openly(
    port: int, requests: Iterator[Request], *, per_second: float, seconds: float
) -> Answers:
    """Send so many a second for so long, at random gaps as independent callers would (Poisson).

    Returns when all have been answered.
    """
    connections = [_Connection(port) for _ in range(CONNECTIONS)]
    try:
        return _sent(connections, requests, _instants(per_second, seconds))
    finally:
        for one in connections:
            one.socket.close()


def _instants(per_second: float, seconds: float) -> list[float]:
    """When requests are due, in seconds from the start."""
    gaps = random.Random(7)
    instants = [gaps.expovariate(per_second)]
    while instants[-1] < seconds:
        instants.append(instants[-1] + gaps.expovariate(per_second))
    return instants


def _sent(
    connections: list[_Connection], requests: Iterator[Request], instants: list[float]
) -> Answers:
    answers = Answers(defaultdict(_histogram), defaultdict(int))
    with select.epoll() as poll:
        by_number = {one.socket.fileno(): one for one in connections}
        for number in by_number:
            poll.register(number, select.EPOLLIN)
        free = deque(connections)
        due = deque(time.perf_counter() + 0.01 + instant for instant in instants)
        while due or len(free) < len(connections):
            while due and free and due[0] <= time.perf_counter():
                free.popleft().send(due.popleft(), next(requests))
            wait = max(0.0, due[0] - time.perf_counter()) if due and free else 1.0
            # epoll waits whole milliseconds, select does not; so select waits for epoll.
            select.select([poll], [], [], wait)
            for number, _ in poll.poll(0):
                connection = by_number[number]
                status = connection.receive()
                if status is not None:
                    _record(answers, status, connection)
                    free.append(connection)
    return answers


def _record(answers: Answers, status: int, connection: _Connection) -> None:
    answers.statuses[status] += 1
    if status != HTTPStatus.SERVICE_UNAVAILABLE:
        latency = (time.perf_counter() - connection.due_at) * 1e6
        histogram = answers.latencies[connection.operation]
        histogram.record_value(min(LONGEST, max(1, int(latency))))


def _histogram() -> HdrHistogram:
    return HdrHistogram(1, LONGEST, 3)

"""A load generator: keep-alive connections on one thread, each with one request under way."""

import asyncio
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import NamedTuple, cast


class Load(NamedTuple):
    """What a load gave; latencies in seconds, sorted."""

    per_second: float
    latencies: list[float]
    statuses: dict[int, int]

    @property
    def median(self) -> float:
        """The latency that half of the requests stayed below."""
        return self.latencies[len(self.latencies) // 2]


def status_of(answer: bytearray) -> int | None:
    """The status of an answer; None while it is not complete."""
    head_end = answer.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    head = bytes(answer[:head_end]).lower()
    status = int(head[9:12])
    at = head.find(b"content-length:")
    if at >= 0:
        length = int(head[at + 15 : (head.find(b"\r\n", at) + 1 or len(head) + 1) - 1])
        is_complete = len(answer) >= head_end + 4 + length
    else:
        is_complete = status == HTTPStatus.NO_CONTENT or answer.endswith(b"0\r\n\r\n")
    return status if is_complete else None


class _Client(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], end: float) -> None:
        self.requests = requests
        self.end = end
        self.latencies: list[float] = []
        self.statuses: dict[int, int] = {}
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.send()

    def send(self) -> None:
        request = next(self.requests, None)
        if request is None or time.perf_counter() >= self.end:
            self.transport.close()
            if not self.finished.done():
                self.finished.set_result(None)
            return
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        status = status_of(self.buffer)
        if status is None:
            return
        self.latencies.append(time.perf_counter() - self.sent)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.buffer.clear()
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.finished.done():
            self.finished.set_exception(error or ConnectionError("closed by the server"))


async def load(port: int, requests: list[Iterator[bytes]], *, seconds: float) -> Load:
    """Send each connection's requests one after the other for so long, or until they run out."""
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    clients = []
    for of_one in requests:
        _, client = await loop.create_connection(
            lambda of_one=of_one: _Client(of_one, started + seconds),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        clients.append(client)
    await asyncio.gather(*(client.finished for client in clients))
    elapsed = time.perf_counter() - started
    latencies = sorted(latency for client in clients for latency in client.latencies)
    statuses: dict[int, int] = {}
    for client in clients:
        for status, count in client.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    return Load(len(latencies) / elapsed, latencies, statuses)


async def paced(port: int, requests: Iterator[bytes], per_second: float, seconds: float) -> Load:
    """Send requests at so many a second for so long, one at a time; late ones are sent at once."""
    started = time.perf_counter()
    latencies: list[float] = []
    statuses: dict[int, int] = {}
    for number in range(int(per_second * seconds)):
        await asyncio.sleep(started + number / per_second - time.perf_counter())
        if time.perf_counter() - started > seconds:
            break
        found = await load(port, [iter([next(requests)])], seconds=seconds)
        latencies += found.latencies
        for status, count in found.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    elapsed = time.perf_counter() - started
    return Load(len(latencies) / elapsed, sorted(latencies), statuses)


def get(path: str, headers: dict[str, str]) -> bytes:
    """A GET request."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A POST request with a JSON body."""
    return with_body("POST", path, headers, body)


def with_body(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request with a JSON body."""
    head = get(
        path, {"Content-Type": "application/json", "Content-Length": str(len(body))} | headers
    )
    return method.encode() + head[3:] + body

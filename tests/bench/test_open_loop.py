"""The open loop charges a stall to all who would have come meanwhile."""

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.traffic.load import get, status_of
from bench.traffic.open_loop import Answers, Request, send_openly

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
STALL = 0.2


@contextmanager
def stalling_server(at_request: int) -> Iterator[int]:
    """The port of a server that does nothing for a while when this request comes."""
    numbers = itertools.count(1)
    ports: list[int] = []
    has_begun, shall_end = threading.Event(), threading.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            if next(numbers) == at_request:
                time.sleep(STALL)  # noqa: ASYNC251 - the whole server stalls
            writer.write(ANSWER)
        writer.close()

    async def run() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512) as server:
            ports.append(server.sockets[0].getsockname()[1])
            has_begun.set()
            await asyncio.to_thread(shall_end.wait)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    has_begun.wait()
    try:
        yield ports[0]
    finally:
        shall_end.set()
        thread.join()


def test_a_stall_is_charged_to_all_who_are_due() -> None:
    """Of 200 requests a second, some twenty are due in the first half of a stall of 0.2 s."""
    requests = itertools.repeat(Request("read", get("/", {})))

    with stalling_server(at_request=10) as port:
        answers = send_openly(port, requests, per_second=200, seconds=0.5)

    latencies = answers.latencies["read"]
    late = latencies.get_total_count() * (100 - percentile_of(latencies, STALL / 2)) / 100
    assert late > 5
    assert latencies.get_total_count() == answers.statuses[200] > 50


def test_a_refusal_has_no_latency() -> None:
    """What the server was too busy for was not done."""
    answers = Answers({}, {200: 3, 503: 1})

    assert answers.refused == 0.25
    assert Answers({}, {200: 3}).refused == 0


def percentile_of(latencies: object, seconds: float) -> float:
    """The share of latencies that are below, in percent."""
    below = [
        percent
        for percent in range(101)
        if latencies.get_value_at_percentile(percent) < seconds * 1e6  # type: ignore[attr-defined]
    ]
    return max(below, default=0)


def test_an_answer_without_a_body_is_complete() -> None:
    """204 comes without a length; an answer that has one is complete with its last byte."""
    assert status_of(bytearray(b"HTTP/1.1 204 No Content\r\n\r\n")) == 204
    assert status_of(bytearray(ANSWER)) == 200
    assert status_of(bytearray(ANSWER[:-1])) is None

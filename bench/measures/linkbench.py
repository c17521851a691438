"""LinkBench's workload over HTTP: its published mix of operations, in an open loop.

Beside it runs the mix of nine reads to one write that vendors of activity feeds publish.
"""

import asyncio
from collections import deque
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.measures.pages import work_of
from bench.reporting.report import Comparison, Figure, Findings, Row
from bench.sizes import Sizes
from bench.subjects.databases import engines, settle
from bench.subjects.servers import SLUG, App, opened, prepared, serving
from bench.traffic import graph
from bench.traffic.graph import Graph
from bench.traffic.load import load
from bench.traffic.open_loop import Answers, send_openly
from bench.traffic.operations import MIXES, Operations
from bench.turns import cell, in_turns

CLIENTS = 64
CHUNK = 2000
DOOMED = 100_000
SHARE = 0.7
"""Of the saturation: the load that the latencies are told for."""

LISTED = "getlinklist"
LIST_MS = 5
"""What 99 of 100 lists shall stay below."""

LOADS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
PERCENTILES = {"p50": 50.0, "p99": 99.0, "p99.9": 99.9}
LONGER = 6
"""An open loop lasts so much longer than a turn: p99.9 takes many requests."""

BUSY = 503
"""What a server answers that has too much to do; only the open loop may come to that."""

EXPECTED = {200, 201, 204, 404}
"""404 is a link or node that another request has deleted."""


class Found(NamedTuple):
    """What a mix gave on an engine; the saturation by turn, in requests a second."""

    saturation: list[float]
    at_share: list[Answers]
    curve: list[Answers]


async def measure(folder: Path, sizes: Sizes) -> Findings:
    """Both mixes on both engines."""
    found: dict[str, dict[str, Found]] = {mix: {} for mix in MIXES}
    nodes = Graph(max(100, int(graph.NODES * sizes.scale)))
    async with engines(folder) as databases:
        for engine, new_database in databases.items():
            url = await new_database("mix")
            _, _, secret = await prepared(url)
            doomed = await _fill(url, nodes)
            await settle(url)
            operations = Operations(nodes, secret, doomed)
            with serving(App(url)) as server:
                for mix in MIXES:
                    found[mix][engine] = await _measured(server.port, operations, mix, sizes)
    return Findings(
        [figure for mix in found for figure in _figures(mix, found[mix])],
        [table for mix in found for table in _comparisons(mix, found[mix])],
    )


async def _fill(url: str, nodes: Graph) -> "deque[str]":
    """Record all links, and with them their nodes; returns the ids of some links to delete."""
    doomed: deque[str] = deque(maxlen=DOOMED)
    async with opened(url) as store:
        account = await store.account(SLUG)
        for first in range(0, nodes.links, CHUNK):
            some = list(graph.drafts(nodes, first, CHUNK))
            recorded = await store.write(account.id, work_of(some))
            doomed += [one.id for one in recorded[:: graph.LINKS_PER_NODE]]
    return doomed


async def _measured(port: int, operations: Operations, mix: str, sizes: Sizes) -> Found:
    rates = await in_turns(
        {mix: partial(_saturation, port, operations, mix, sizes.seconds)}, sizes.turns
    )
    full = median(rates[mix])
    at = partial(_at, port, operations, mix, seconds=sizes.seconds * LONGER)
    at_share = [await at(per_second=full * SHARE) for _ in range(sizes.turns + 1)][1:]
    return Found(rates[mix], at_share, [await at(per_second=full * share) for share in LOADS])


async def _saturation(port: int, operations: Operations, mix: str, seconds: float) -> float:
    """What clients reach that send as soon as they are answered."""
    requests = (one.data for one in operations.requests(mix))
    found = await load(port, [requests] * CLIENTS, seconds=seconds)
    assert set(found.statuses) <= EXPECTED, found.statuses
    return found.per_second


async def _at(
    port: int, operations: Operations, mix: str, *, per_second: float, seconds: float
) -> Answers:
    requests = operations.requests(mix)
    answers = await asyncio.to_thread(
        send_openly, port, requests, per_second=per_second, seconds=seconds
    )
    assert set(answers.statuses) <= EXPECTED | {BUSY}, answers.statuses
    return answers


def _figures(mix: str, found: dict[str, Found]) -> list[Figure]:
    return [
        Figure(
            f"{mix} on {engine}, p99 of a list at 70 % of saturation",
            median([_ms(answers, LISTED, PERCENTILES["p99"]) for answers in one.at_share]),
            LIST_MS,
            "ms",
            target=1,
            at_most=True,
        )
        for engine, one in found.items()
    ]


def _comparisons(mix: str, found: dict[str, Found]) -> list[Comparison]:
    columns = [f"{engine}, {name}" for engine in found for name in PERCENTILES]
    operations = [
        Row(
            operation,
            [
                cell([_ms(answers, operation, percentile) for answers in one.at_share])
                for one in found.values()
                for percentile in PERCENTILES.values()
            ],
        )
        for operation in MIXES[mix]
    ]
    curve = [
        Row(
            f"{share:.0%}",
            [
                cell([_ms(one.curve[place], LISTED, percentile)])
                for one in found.values()
                for percentile in PERCENTILES.values()
            ],
        )
        for place, share in enumerate(LOADS)
    ]
    refused = [
        Row(f"{share:.0%}", [cell([one.curve[place].refused * 100]) for one in found.values()])
        for place, share in enumerate(LOADS)
    ]
    saturation = Row("requests a second", [cell(one.saturation) for one in found.values()])
    return [
        Comparison(f"{mix}, saturation", "requests a second", list(found), [saturation]),
        Comparison(f"{mix}, latency at 70 % of saturation", "ms", columns, operations),
        Comparison(f"{mix}, latency of a list by load", "ms", columns, curve),
        Comparison(f"{mix}, refused (503) by load", "% of the requests", list(found), refused),
    ]


def _ms(answers: Answers, operation: str, percentile: float) -> float:
    """0 where a short run did not come to the operation."""
    histogram = answers.latencies[operation]
    return float(histogram.get_value_at_percentile(percentile)) / 1000

"""A page of 35 and single writes by Doings, its peers and the bare app, which take turns.

All are served by the same Granian, on both engines, with each number of workers.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.measures import accounts
from bench.measures.pages import rate
from bench.measures.writes import CLIENTS, write_rate
from bench.peers.contenders import (
    BARE,
    DJANGO,
    DOINGS,
    FASTAPI,
    Data,
    Pages,
    Posts,
    Shape,
    filled,
    pages_of,
    posts_of,
)
from bench.reporting.report import Comparison, Figure, Findings, Row
from bench.sizes import Sizes
from bench.subjects.databases import engines
from bench.subjects.servers import serving
from bench.turns import Series, Work, cell, in_turns, over

PAGES, POSTS = "page of 35", f"single writes by {CLIENTS} clients"

WANTED = {
    (PAGES, "SQLite", BARE): 0.9,
    (PAGES, "PostgreSQL", BARE): 0.6,
    (PAGES, "SQLite", FASTAPI): 5,
    (PAGES, "PostgreSQL", FASTAPI): 5,
    (PAGES, "SQLite", DJANGO): 50,
    (PAGES, "PostgreSQL", DJANGO): 50,
    (POSTS, "SQLite", BARE): 0.5,
    (POSTS, "PostgreSQL", BARE): 0.5,
}
"""The least ratio of Doings to another that is wanted."""


class Round(NamedTuple):
    """What the sides reached with one shape on one engine, by turn."""

    what: str
    engine: str
    workers: int
    shape: Shape
    found: Series

    @property
    def where(self) -> str:
        """The engine, and the workers if there are several."""
        return self.engine if self.workers == 1 else f"{self.engine}, {self.workers} workers"


async def measure(folder: Path, sizes: Sizes) -> Findings:
    """Every shape, the accounts as well as one account of each size."""
    shapes = [*(Shape(1, each) for each in sizes.growth), Shape(sizes.accounts, accounts.EACH)]
    rounds: list[Round] = []
    async with engines(folder) as databases:
        for engine, new_database in databases.items():
            for shape in shapes:
                data = await filled(new_database, shape)
                for workers in sizes.workers:
                    pages = await _pages(data, sizes, workers)
                    posts = await _posts(data, sizes, workers)
                    rounds.append(Round(PAGES, engine, workers, shape, pages))
                    rounds.append(Round(POSTS, engine, workers, shape, posts))
    return Findings(
        [figure for one in rounds for figure in _figures(one)],
        [
            _table([one for one in rounds if (one.what, one.shape) == (what, shape)])
            for what in (PAGES, POSTS)
            for shape in shapes
        ],
    )


async def _pages(data: Data, sizes: Sizes, workers: int) -> Series:
    sides = pages_of(data)
    with ExitStack() as servers:
        ports = _started(servers, sides, workers)
        works: dict[str, Work] = {
            name: partial(rate, ports[name], side.requests, sizes.seconds)
            for name, side in sides.items()
        }
        return await in_turns(works, sizes.turns)


async def _posts(data: Data, sizes: Sizes, workers: int) -> Series:
    sides = posts_of(data)
    with ExitStack() as servers:
        ports = _started(servers, sides, workers)
        works: dict[str, Work] = {
            name: partial(write_rate, ports[name], side.path, side.headers, sizes.seconds)
            for name, side in sides.items()
        }
        return await in_turns(works, sizes.turns)


def _started(
    servers: ExitStack, sides: Mapping[str, Pages] | Mapping[str, Posts], workers: int
) -> dict[str, int]:
    """The port of each side."""
    return {
        name: servers.enter_context(serving(side.app._replace(workers=workers))).port
        for name, side in sides.items()
    }


def _figures(one: Round) -> list[Figure]:
    """Doings over each of the others."""
    return [
        over(
            f"{one.what}, {one.shape.name}, {one.where}, over {other}",
            one.found[DOINGS],
            one.found[other],
            "requests a second",
            WANTED.get((one.what, one.engine, other)),
        )
        for other in (BARE, FASTAPI, DJANGO)
    ]


def _table(rounds: list[Round]) -> Comparison:
    """The sides by engine and workers."""
    what, shape = rounds[0].what, rounds[0].shape
    rows = [Row(side, [cell(one.found[side]) for one in rounds]) for side in rounds[0].found]
    return Comparison(
        f"{what.capitalize()}, {shape.name}",
        "requests a second",
        [one.where for one in rounds],
        rows,
    )

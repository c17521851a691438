"""LinkBench's graph as activities: which nodes and links there are, and how requests choose them.

A node is a contact, a link an activity that names two of them, in the order of its time. Everything
follows from a number, so that the load and the requests agree without a table of what exists.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

from bench.traffic.data import START
from doings.core.activity import Draft, Link

NODES = 10_000_000
"""What LinkBench's own configuration loads (`maxid1`)."""

LINKS_PER_NODE = 5
ORIGIN = "linkbench"
KIND = "contact.linked"
STEP = 1_000_000

_STRIDE = 2_654_435_761
"""A prime, so that its multiples visit every node before one comes again."""


class Graph(NamedTuple):
    """So many nodes, numbered from 0."""

    nodes: int

    @property
    def links(self) -> int:
        """How many links are loaded, numbered from 0."""
        return self.nodes * LINKS_PER_NODE

    def ends(self, link: int) -> tuple[int, int]:
        """The two nodes of a link. Few nodes have many links, and most have some."""
        of_link = random.Random(link)
        return self.node(of_link, WRITES), of_link.randrange(self.nodes)

    def node(self, chance: random.Random, skew: float, salt: int = 0) -> int:
        """A node, the more often the more popular it is: Zipf with an exponent below 1.

        Popular nodes lie apart, and other nodes are popular under another salt.
        """
        return (zipf(chance, self.nodes, skew) * _STRIDE + salt) % self.nodes

    def link(self, chance: random.Random) -> int:
        """A link to revise."""
        return zipf(chance, self.links, WRITES)


def zipf(chance: random.Random, count: int, skew: float) -> int:
    """A rank from 0 on: rank k is drawn in proportion to (k + 1) to the power of -skew.

    It inverts the integral in place of the sum, which is close for every rank but the first few.
    """
    power = 1 - skew
    return int((1 + chance.random() * ((count + 1) ** power - 1)) ** (1 / power)) - 1


LISTS, WRITES, NODE_READS, NODE_UPDATES = 0.8, 0.741, 0.625, 0.606
"""The exponents of LinkBench's own configuration (`read_shape`, `write_shape` and so on)."""

UNCORRELATED = 7_919
"""The salt of lists: LinkBench asks for 99.5 % of them whatever number of links a node has."""


def drafts(graph: Graph, first: int, count: int) -> Iterator[Draft]:
    """Links number `first` and following, as they are loaded."""
    for link in range(first, min(first + count, graph.links)):
        one, other = graph.ends(link)
        yield Draft(
            kind=KIND,
            occurred_at=START + link * STEP,
            summary=f"Linked {link % 1000}",
            origin=ORIGIN,
            external_id=str(link),
            links=(Link("contact", f"n{one}"), Link("contact", f"n{other}")),
        )

"""The Merkle tree of RFC 6962, cut into tiles of 256 hashes (https://c2sp.org/tlog-tiles).

A node is (height, index): it covers the leaves from `index << height` on, `1 << height` of them.
Only full nodes have names. The hash of any other stretch is made of the full nodes that cover it.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT

EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""

Node = tuple[int, int]
"""(height, index)."""

Stretch = tuple[int, int]
"""The leaves from the first number to before the second."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node above two others."""
    return sha256(b"\x01" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes whose number is a power of two."""
    level = list(hashes)
    while len(level) > 1:
        level = [
            sha256(b"\x01" + level[place] + level[place + 1]).digest()
            for place in range(0, len(level), 2)
        ]
    return level[0]


def cover(stretch: Stretch) -> list[Node]:
    """The full nodes that make up a stretch, from left to right.

    The stretch has to be one of the tree: it begins where a node of its size could begin.
    """
    first, end = stretch
    nodes = []
    while first < end:
        height = (end - first).bit_length() - 1
        nodes.append((height, first >> height))
        first += 1 << height
    return nodes


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The hash of a stretch, of the hashes of the nodes that `cover` names."""
    if not hashes:
        return EMPTY
    *others, root = hashes
    for one in reversed(others):
        root = node_hash(one, root)
    return root


def stretch_hash(stretch: Stretch, nodes: Mapping[Node, bytes]) -> bytes:
    """The hash of a stretch, of nodes that include those that cover it."""
    return root_of([nodes[node] for node in cover(stretch)])


def nodes_of(stretches: Iterable[Stretch]) -> set[Node]:
    """The full nodes that the hashes of these stretches are made of."""
    return {node for stretch in stretches for node in cover(stretch)}


def middle(first: int, end: int) -> int:
    """Where a stretch of two leaves or more is divided: the largest power of two before its end."""
    return first + (1 << (end - first - 1).bit_length() - 1)


class Frontier:
    """A tree that leaves are added to, of which only the full nodes at its edge are kept."""

    def __init__(self) -> None:
        self.size = 0
        self._nodes: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Add the hash of a leaf."""
        self._nodes.append(leaf)
        self.size += 1
        size = self.size
        while not size & 1:
            right = self._nodes.pop()
            self._nodes[-1] = node_hash(self._nodes[-1], right)
            size >>= 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return root_of(self._nodes)

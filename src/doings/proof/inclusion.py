"""That a leaf is in a tree (RFC 6962, section 2.1.1)."""

from collections.abc import Sequence

from doings.proof.tree import Stretch, middle, node_hash


def stretches(leaf: int, size: int) -> list[Stretch]:
    """The stretches whose hashes are the path of a leaf, the nearest first."""
    first, end = 0, size
    path = []
    while end - first > 1:
        half = middle(first, end)
        if leaf < half:
            path.append((half, end))
            end = half
        else:
            path.append((first, half))
            first = half
    return path[::-1]


def root_from(leaf: int, size: int, hash_: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf with this hash and path leads to; None for a path of another length."""
    beside = stretches(leaf, size)
    if len(beside) != len(path):
        return None
    for (first, _), other in zip(beside, path, strict=True):
        hash_ = node_hash(other, hash_) if first <= leaf else node_hash(hash_, other)
    return hash_

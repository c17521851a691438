"""That a tree begins with an earlier one (RFC 6962, section 2.1.2)."""

from collections.abc import Iterator, Sequence

from doings.proof.tree import Stretch, middle, node_hash


def stretches(old: int, new: int) -> list[Stretch]:
    """The stretches whose hashes are the proof, none where either tree says nothing of the other.

    That is where the old one is empty, or is the new one.
    """
    if old in {0, new}:
        return []
    first, end = 0, new
    path: list[Stretch] = []
    while old != end:
        half = middle(first, end)
        if old <= half:
            path.append((half, end))
            end = half
        else:
            path.append((first, half))
            first = half
    # The old tree whole is known to those who ask.
    return ([(first, end)] if first else []) + path[::-1]


def roots_from(
    old: int, new: int, old_root: bytes, path: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """The roots (of the old tree, of the new one) that a proof leads to; None for a wrong length.

    The proof is good where they are the ones that are known.
    """
    wanted = stretches(old, new)
    if len(wanted) != len(path):
        return None
    if not wanted:
        return old_root, old_root
    hashes: Iterator[tuple[Stretch, bytes]] = iter(zip(wanted, path, strict=True))
    begun = old_root
    if not _is_whole(old, new):
        begun = next(hashes)[1]
    was = now = begun
    for (first, _), other in hashes:
        if first < old:
            was, now = node_hash(other, was), node_hash(other, now)
        else:
            now = node_hash(now, other)
    return was, now


def _is_whole(old: int, new: int) -> bool:
    """Whether the old tree is itself a node of the new one, which the proof leaves out."""
    return all(first >= old for first, _ in stretches(old, new))

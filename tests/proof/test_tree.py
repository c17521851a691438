"""The tree against one that is made naively, and the vectors that implementations share."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.proof import consistency, inclusion
from doings.proof.leaf import leaf_hash
from doings.proof.tree import EMPTY, Frontier, cover, full_root, node_hash, root_of, stretch_hash
from tests.proof import verifier

SIZES = st.integers(1, 300)


def leaves_of(size: int) -> list[bytes]:
    """So many hashes of leaves."""
    return [leaf_hash(number.to_bytes(2)) for number in range(size)]


LEAVES = leaves_of(300)

VECTORS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
"""The leaves that Certificate Transparency's implementations test with."""

ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The root over the first of them, over the first two, and so on."""


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    """Of Certificate Transparency's own vectors."""
    tree = Frontier()
    for text in VECTORS[:size]:
        tree.add(leaf_hash(bytes.fromhex(text)))

    assert tree.root().hex() == ROOTS[size - 1]


def test_no_leaves_have_a_root() -> None:
    """It is the hash of nothing."""
    assert Frontier().root() == root_of([]) == EMPTY == sha256(b"").digest()


@given(SIZES)
def test_roots_are_those_of_a_naive_tree(size: int) -> None:
    """Added leaf by leaf, and put together from the full nodes that cover it."""
    tree = Frontier()
    for one in LEAVES[:size]:
        tree.add(one)
    nodes = {
        (height, index): full_root(LEAVES[index << height : (index + 1) << height])
        for height, index in cover((0, size))
    }

    naive = verifier.root(LEAVES[:size])
    assert tree.root() == stretch_hash((0, size), nodes) == naive


@given(SIZES, st.data())
def test_paths_are_those_of_a_naive_tree(size: int, data: st.DataObject) -> None:
    """And they lead back to the root, from the leaf that they are of and from no other."""
    number = data.draw(st.integers(0, size - 1))

    path = [verifier.root(LEAVES[a:b]) for a, b in inclusion.stretches(number, size)]

    root = verifier.root(LEAVES[:size])
    assert path == verifier.path(number, LEAVES[:size])
    assert inclusion.root_from(number, size, LEAVES[number], path) == root
    assert verifier.root_of_path(number, size, LEAVES[number], path) == root
    assert inclusion.root_from(number, size, EMPTY, path) != root
    assert inclusion.root_from(number, size, LEAVES[number], [*path, root]) is None


@given(SIZES, st.data())
def test_consistency_is_that_of_a_naive_tree(size: int, data: st.DataObject) -> None:
    """And it leads to both roots, or to others where the old tree was another one."""
    old = data.draw(st.integers(1, size))

    path = [verifier.root(LEAVES[a:b]) for a, b in consistency.stretches(old, size)]

    roots = verifier.root(LEAVES[:old]), verifier.root(LEAVES[:size])
    assert path == verifier.proof(old, LEAVES[:size])
    assert consistency.roots_from(old, size, roots[0], path) == roots
    assert consistency.roots_from(old, size, roots[0], [*path, EMPTY]) is None
    if old < size:
        assert verifier.is_consistent(old, size, *roots, path)
        other = node_hash(*roots)
        assert consistency.roots_from(old, size, other, path) != (other, roots[1])


def test_nothing_is_consistent_with_everything() -> None:
    """A proof from an empty log is empty."""
    assert consistency.stretches(0, 5) == []

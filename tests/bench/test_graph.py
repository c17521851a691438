"""LinkBench's graph and the requests about it."""

import random
from collections import Counter, deque

import pytest

from bench.traffic.graph import Graph, drafts, zipf
from bench.traffic.operations import MIXES, Operations

GRAPH = Graph(1000)


@pytest.mark.parametrize("skew", [0.606, 0.8])
def test_ranks_follow_zipf(skew: float) -> None:
    """Rank k is drawn in proportion to (k + 1) to the power of -skew."""
    chance = random.Random(1)
    weights = [(rank + 1) ** -skew for rank in range(100)]

    drawn = Counter(zipf(chance, 100, skew) for _ in range(20_000))

    assert set(drawn) <= set(range(100))
    assert sum(drawn[rank] for rank in range(10)) / 20_000 == pytest.approx(
        sum(weights[:10]) / sum(weights), rel=0.15
    )


def test_a_link_s_ends_follow_from_its_number() -> None:
    """What is loaded is what a request expects of the same link."""
    loaded = [draft.links for draft in drafts(GRAPH, 0, 3)]

    expected = [tuple(f"n{node}" for node in GRAPH.ends(link)) for link in range(3)]
    assert [tuple(link.id for link in links) for links in loaded] == expected


@pytest.mark.parametrize("mix", MIXES)
def test_a_mix_has_its_shares(mix: str) -> None:
    """Every operation comes about as often as its share says."""
    requests = Operations(GRAPH, "secret", deque(["some"])).requests(mix)

    drawn = Counter(next(requests).operation for _ in range(5000))

    assert sum(MIXES[mix].values()) == pytest.approx(100)
    for operation, share in MIXES[mix].items():
        assert drawn[operation] / 50 == pytest.approx(share, abs=3)

"""What the full text finds, however much that is."""

from typing import Any, cast

import pytest

from doings.storage.engine import Row
from doings.storage.reading.found import FOUND_CHUNK, found_in_chunks
from doings.storage.transaction import ReadTransaction


class Finding:
    """A transaction whose full text finds the seqs 1, 2 and so on."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.statements = 0

    async def fetch(self, _statement: str, *, after: int, limit: int, **_values: Any) -> list[Row]:  # noqa: ANN401 - the words
        """Those after a seq."""
        self.statements += 1
        return [(seq,) for seq in range(after + 1, min(after + limit, self.count) + 1)]


@pytest.mark.parametrize(
    ("count", "statements"), [(0, 1), (1999, 1), (2000, 2), (20_000, 3), (300_000, 5)]
)
async def test_all_are_found_in_few_statements(count: int, statements: int) -> None:
    """Each finds more than the one before, and all come in chunks of one size."""
    finding = Finding(count)

    chunks = [
        chunk async for chunk in found_in_chunks(cast("ReadTransaction", finding), "SELECT", "w*")
    ]

    assert [seq for chunk in chunks for seq in chunk] == list(range(1, count + 1))
    assert all(len(chunk) == FOUND_CHUNK for chunk in chunks[:-1])
    assert finding.statements == statements

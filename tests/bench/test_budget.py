"""How the time of a request is shared out among its parts."""

import time
from collections.abc import Iterator

import pytest

from bench.measures.budget import SIGN_IN_STATEMENT, Stopwatch
from bench.measures.budget_of_writes import statement_name


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    """A stopwatch whose clock goes on by one each time that it is looked at."""
    ticks: Iterator[int] = iter(range(1000))
    monkeypatch.setattr(time, "perf_counter_ns", lambda: next(ticks))
    return Stopwatch()


async def test_a_part_is_timed_without_the_parts_that_it_calls(watch: Stopwatch) -> None:
    """Of functions as well as of coroutines, also where they fail."""

    def fail() -> None:
        raise ValueError

    inner = watch.timed("inner", fail)

    async def work() -> None:
        for _ in range(2):
            with pytest.raises(ValueError, match=r"^$"):
                inner()

    await watch.timed("outer", work)()

    assert watch.spent == {"outer": 3, "inner": 2}


async def test_the_statement_of_the_sign_in_is_no_statement_of_the_page(watch: Stopwatch) -> None:
    """Both go through the same connection."""
    fetch = watch.timed("statements", lambda: None)

    watch.timed(SIGN_IN_STATEMENT, fetch)()
    fetch()

    assert watch.spent == {SIGN_IN_STATEMENT: 3, "statements": 1}


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("SELECT a, b\n    FROM activities WHERE 1", "read activities"),
        ("INSERT INTO links (a) VALUES (:a)", "add links"),
        ("UPDATE heads SET head = 1", "change heads"),
        ("BEGIN", "others"),
    ],
)
def test_statements_are_named_by_what_they_do(sql: str, name: str) -> None:
    """And by the first table that they name."""
    assert statement_name(sql) == name

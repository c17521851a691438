"""Limits: windows that go by no wall clock, in a table that no flood empties or fills."""

import pytest

from doings.auth.limits import FailedSignIns, MinuteLimit, network_of
from doings.core.budget import CALLERS
from doings.core.errors import TooManyRequests


class Clock:
    """A clock that runs when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """The present second."""
        return self.seconds


def refused(limit: MinuteLimit, caller: str) -> int:
    """After how many seconds a caller over the limit may come again."""
    with pytest.raises(TooManyRequests) as error:
        limit.hit(caller)
    return error.value.retry_after


def test_a_caller_s_minute_begins_with_its_first_request() -> None:
    """What is left goes down, and is whole again when the minute is over."""
    clock = Clock()
    limit = MinuteLimit(2, clock=clock)

    assert [limit.hit("a"), limit.hit("a"), limit.hit("b")] == [1, 0, 1]
    clock.seconds += 59.5
    assert refused(limit, "a") == 1
    clock.seconds += 0.5
    assert limit.hit("a") == 1


def test_callers_are_forgotten_when_their_minute_is_over() -> None:
    """A table that was full is small again with the next request."""
    clock = Clock()
    limit = MinuteLimit(1, callers=3, clock=clock)
    for caller in "abc":
        limit.hit(caller)

    clock.seconds += 60
    limit.hit("d")

    assert len(limit) == 1


def test_a_flood_of_callers_makes_no_count_forgotten() -> None:
    """Those that come new while the table is full count together, and the known ones alone."""
    limit = MinuteLimit(2, callers=3, clock=Clock())
    for caller in "aabc":
        limit.hit(caller)

    assert [limit.hit("x"), limit.hit("y"), limit.hit("b")] == [1, 0, 0]
    assert refused(limit, "z") == refused(limit, "a") == 60
    assert limit.hit("c") == 0
    assert len(limit) == 4


def test_wrong_sign_ins_of_many_addresses_take_little_room() -> None:
    """However many there are."""
    failures = FailedSignIns(10)

    for number in range(CALLERS + 5):
        failures.note(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")

    assert len(failures._limit) == CALLERS + 1  # noqa: SLF001 - what is counted is not shown


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_address_counts_as_its_network(address: str, network: str) -> None:
    """Who has one address of a /64 has all of them."""
    assert network_of(address) == network

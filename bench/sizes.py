"""How much a run of the benchmark does: minutes by default, hours in full."""

from typing import NamedTuple


class Sizes(NamedTuple):
    """Counts, and the seconds that each side of a comparison has in a turn."""

    filled: int
    """Activities behind the pages of the surfaces, at least 4,000."""

    growth: tuple[int, ...]
    """Activities of one account, the smallest first, at least 4,000."""

    accounts: int
    """Accounts with 100 activities each."""

    lines: int
    """Lines of NDJSON."""

    scale: float
    """The part of LinkBench's ten million nodes."""

    workers: tuple[int, ...]
    """Processes of a server."""

    streams: int
    """Streams that are open at a time."""

    person: int
    """Activities of somebody who is erased."""

    merged: int
    """Activities of each of two people who are merged."""

    people: int
    """Those of whom some are erased before the proofs of the others are verified."""

    turns: int
    """After one that warms up and is dropped."""

    seconds: float


SIZES = {
    "tiny": Sizes(
        filled=4_000,
        growth=(4_000, 8_000),
        accounts=20,
        lines=4_000,
        scale=0.000_01,
        workers=(1,),
        streams=50,
        person=300,
        merged=500,
        people=20,
        turns=1,
        seconds=0.2,
    ),
    "small": Sizes(
        filled=100_000,
        growth=(10_000, 200_000),
        accounts=500,
        lines=200_000,
        scale=0.001,
        workers=(1, 2),
        streams=20_000,
        person=10_000,
        merged=100_000,
        people=300,
        turns=5,
        seconds=0.7,
    ),
    "full": Sizes(
        filled=1_000_000,
        growth=(10_000, 1_000_000, 10_000_000),
        accounts=100_000,
        lines=1_000_000,
        scale=0.1,
        workers=(1, 2),
        streams=20_000,
        person=10_000,
        merged=100_000,
        people=2_000,
        turns=9,
        seconds=2,
    ),
}
"""By the word of the command line. `tiny` only shows that every measure runs to its end."""

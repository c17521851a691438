"""The part of the port that is about pulls: how far each has come, and what it has seen."""

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec

PullState = Literal["begun", "done", "failed"]
"""`begun` is also a pull that was broken off; the same command goes on with it."""

MARK_ROUND = 1 << 62
"""The round of an item that is no activity: no sweep ever misses it."""


class PullCounts(msgspec.Struct, frozen=True):
    """What a pull has done: requests and pages, activities, elements refused, seconds waited.

    `updated` are activities that the service had changed, `deleted` all that it had deleted.
    `people` were made or changed, and so were `tasks`, which are reminders as well, and `settings`,
    which are the things that a service names in lists of its own. One that two pages change counts
    twice.
    """

    requests: int = 0
    pages: int = 0
    recorded: int = 0
    repeated: int = 0
    updated: int = 0
    deleted: int = 0
    refused: int = 0
    waited_s: float = 0.0
    people: int = 0
    tasks: int = 0
    settings: int = 0

    @property
    def has_something(self) -> bool:
        """Whether anything was found, and not only asked for."""
        asking = {"requests": 0, "pages": 0, "waited_s": 0.0}
        return msgspec.structs.replace(self, **asking) != PullCounts()

    def __add__(self, other: "PullCounts") -> "PullCounts":
        """The sums."""
        mine, others = msgspec.structs.astuple(self), msgspec.structs.astuple(other)
        return PullCounts(*[one + two for one, two in zip(mine, others, strict=True)])


class Pull(msgspec.Struct, frozen=True, kw_only=True):
    """One service that an account's history is pulled from. Times are instants.

    `round` counts how often the service was gone through, `version` how often this was saved.
    `run` is the import that notes what the last pull wrote, None where it wrote nothing; runs
    before `first_run` no longer matter. `since` is the instant from which on it was asked for.
    `position` is JSON that the dialect's own `vendor_api` reads. `items` is how many activities of
    the service are known. `problem` is the sentence that the last pull ended with, if it failed.
    `next_at` is when a pull that goes on by itself begins again.
    """

    number: int
    dialect: str
    url: str
    state: PullState = "begun"
    version: int = 0
    round: int = 1
    run: int | None = None
    first_run: int = 0
    since: int | None = None
    position: str | None = None
    counts: PullCounts = PullCounts()
    items: int = 0
    started_at: int
    ended_at: int | None = None
    next_at: int | None = None
    problem: str | None = None

    @property
    def shown_position(self) -> str:
        """The position in few words, like `activities, page 12`; empty where there is none."""
        if self.position is None:
            return ""
        place = msgspec.json.decode(self.position).get("place") or {}
        known = {name: place[name] for name in _SHOWN if place.get(name)}
        words = [str(v) if name == "stage" else f"{name} {v}" for name, v in known.items()]
        return ", ".join(words)


_SHOWN = ("stage", "to", "page")
"""The members of a place that say something to a person."""


class PullItem(NamedTuple):
    """Something that the service showed: its name there, what it said, and in which round."""

    ref: str
    digest: int
    round: int


class PullReader(Protocol):
    """Reading how pulls stand."""

    async def pulls(self) -> list[Pull]:
        """The account's pulls, oldest first."""

    async def pull_items(self, number: int, refs: Collection[str]) -> dict[str, PullItem]:
        """Those of the items that were seen before, by name."""

    async def own_activities(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that activities of this very account have."""

    async def pulled_at(self, dialect: str, url: str, instants: Collection[int]) -> list[int]:
        """The seqs of activities of some instants that came from the service at an address."""

    async def reverted(self, dialect: str, url: str, seqs: Collection[int]) -> set[tuple[int, int]]:
        """Those of the rows that an undo of a pull from an address put back as they were.

        Each is a seq and the `updated_at` that it was left with: another one says that somebody
        has changed the row since.
        """

    async def missed_counts(self, number: int, round_: int, low: str, high: str) -> tuple[int, int]:
        """How many items have names from `low` to before `high`, and how many of them were missed.

        Those were last seen before a round.
        """

    async def missed_item(self, number: int, round_: int, after: str) -> str | None:
        """The first item behind `after`, by name, that was last seen before a round."""


class PullWriter(PullReader, Protocol):
    """Noting how far a pull has come."""

    async def add_pull(self, dialect: str, url: str) -> Pull:
        """Note that a service is pulled for the first time."""

    async def save_pull(self, pull: Pull) -> Pull | None:
        """Save it all; returns it in its next version.

        Returns None where it was saved meanwhile: another program pulls the same.
        """

    async def put_pull_items(self, number: int, items: Sequence[PullItem]) -> None:
        """Note what was seen, in the place of what was noted of the same items before."""

    async def drop_pull_item(self, number: int, ref: str) -> None:
        """Forget an item."""

    async def forget_pull_items(self, number: int, limit: int) -> bool:
        """Forget some of all items; returns whether there may be more."""

    async def drop_pull(self, number: int) -> None:
        """Forget a pull whose items were forgotten."""

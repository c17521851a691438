"""How far a pull is: read at its begin, and saved in the transaction that writes a page.

So after a kill at any moment the page that was being read is asked for again, and no other one.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from doings.core.budget import PULL_LOST_ALL, PULL_LOST_HALF
from doings.core.entity import EntityKey
from doings.core.errors import DoingsError, Misconfigured
from doings.core.pulling.service import AnyService, Inconsistent, Page, Seen
from doings.core.store import Writer
from doings.core.store.imports import ImportCounts, ImportRun
from doings.core.store.pulls import MARK_ROUND, Pull, PullCounts, PullItem
from doings.core.timeline import Timeline
from doings.importing.keeping import keep_ids
from doings.importing.pull.client import Contradiction, ServiceFailed
from doings.importing.pull.names import MARK, NOT_WANTED, mark_of
from doings.importing.pull.successors import put_edited
from doings.importing.pull.writing import PageWriting, Said, pull_counts

FORGET = 2000
"""Items that are forgotten in one transaction."""

WHOSE = mark_of("whose", "")
"""The item whose digest stands for the account of the service that is pulled."""

_encode = msgspec.json.Encoder().encode

NOWHERE = msgspec.Raw(b"null")
"""The place of a pull that has not begun."""


class Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a pull is: its place in the vendor's lists, and whose list that is (a mark)."""

    place: msgspec.Raw = NOWHERE
    contact: str | None = None


class Step(msgspec.Struct, frozen=True):
    """What is to be saved with a page: the place that it was asked for at, and what it says."""

    place: Any
    page: Page
    new: int = 0
    known: int = 0


class Checkpoint:
    """A pull of an account, as it stands; `pull` is what was saved last.

    `counts` is what was done since this object was made, `requests` returns how many requests that
    took and how long was waited. `contact` marks the contact whose list is read, `shown` are the
    names that the page holds. With `keeps_ids` what is written first has the account keep the
    numbers of the service. With `accepts_deletions` all that the service does not show any more is
    taken for deleted there. `reads_everybody` says that a round lists all people before it lists
    what happened with them.
    """

    def __init__(self, timeline: Timeline, service: AnyService, pull: Pull) -> None:
        self.pull = pull
        self.counts = PullCounts()
        self.run: int | None = None
        self.contact: str | None = None
        self.keeps_ids = False
        self.requests: Callable[[], tuple[int, float]] = lambda: (0, 0.0)
        self.timeline = timeline
        self.accepts_deletions = False
        self.reads_everybody = False
        self.shown: Collection[str] = ()
        self._service = service
        self._earlier = pull.counts

    @classmethod
    async def of(
        cls, timeline: Timeline, service: AnyService, dialect: str, url: str
    ) -> "Checkpoint":
        """The pull of a service, which begins where there was none; raises Misconfigured."""
        for pull in await timeline.read(lambda reader: reader.pulls()):
            if (pull.dialect, pull.url) == (dialect, url):
                return cls(timeline, service, pull)
        await _check_alone(timeline, service, dialect, url)
        pull = await timeline.write(lambda writer: writer.add_pull(dialect, url))
        return cls(timeline, service, pull)

    @property
    def position(self) -> Position:
        """Where the pull is."""
        text = self.pull.position
        return Position() if text is None else msgspec.json.decode(text, type=Position)

    @property
    def total(self) -> PullCounts:
        """What the whole round has done, also before it was broken off."""
        requests, waited = self.requests()
        own = msgspec.structs.replace(self.counts, requests=requests, waited_s=round(waited, 3))
        return self._earlier + own

    @property
    def extent(self) -> int:
        """The digest of the mark of a list that was read: from which instant on it was."""
        return self.pull.since or 0

    def place(self) -> Any:  # noqa: ANN401 - each dialect has a type of its own
        """The place where the pull is, None where it has none.

        That of an older version may have another shape. Then the service is gone through as if for
        the first time: what was seen is known, and costs requests only.
        """
        place = self.position.place
        if bytes(place) == bytes(NOWHERE):
            return None
        try:
            return msgspec.json.decode(place, type=self._service.place)
        except msgspec.ValidationError:
            return None

    async def begin(self, *, since: int | None, now: int) -> Any:  # noqa: ANN401 - likewise
        """Begin to go through the service, or go on where it was broken off.

        Returns the place to go on at, or None where a round begins. `since` None is that of before.
        """
        self.counts, self.run = PullCounts(), None
        # Another program may have pulled the same since the last round.
        await self._read_again()
        self._earlier = self.pull.counts
        await _check_alone(self.timeline, self._service, self.pull.dialect, self.pull.url)
        await self._forget_undone()
        is_moved = since is not None and since != self.pull.since
        started = {"state": "begun", "problem": None, "ended_at": None, "started_at": now}
        if self._is_under_way() and not is_moved:
            self.run = self.pull.run
            await self.save(**started, next_at=None)
            return self.place()
        self._earlier = PullCounts()
        await self.save(
            **started,
            next_at=None,
            since=since if is_moved else self.pull.since,
            run=None,
            round=self.pull.round + 1,
            position=None if is_moved else self.pull.position,
            counts=PullCounts(),
        )
        return None

    def _is_under_way(self) -> bool:
        """Whether a round was broken off after a page of it was read."""
        if self.pull.state == "done" or self.pull.position is None:
            return False
        place = self.place()
        return self._service.is_by_contact or (
            place is not None and self._service.ask(place) is not None
        )

    async def save(self, **changes: object) -> None:
        """Save how the pull stands; raises ServiceFailed where another program pulls as well."""
        self.pull = await self.timeline.write(lambda writer: self._saved(writer, **changes))

    async def end(
        self, problem: ServiceFailed | DoingsError | None, *, now: int, next_at: int | None = None
    ) -> None:
        """Note how the pull ended; `problem` is why it could not.

        After a contradiction nothing that the place stands for is sure, so there is none to go on
        at. What was seen is known, and costs requests only.
        """
        if problem is None and self.run is not None:
            bad = ImportCounts(bad=self.counts.refused + self._earlier.refused)
            run = self.run
            await self.timeline.write(lambda writer: writer.end_import(run, bad))
        state = "done" if problem is None else "failed"
        changes: dict[str, object] = {"problem": None if problem is None else str(problem)}
        if isinstance(problem, Contradiction):
            changes["position"] = None
        await self.save(state=state, ended_at=now, next_at=next_at, **changes)

    async def stop(self, *, now: int) -> None:
        """Note that the pull was stopped, be it between two rounds or within one."""
        # Nobody knows whether what was written at that moment was written, and counted.
        # Where the pull is gone, or another program has it, there is nothing to note.
        with suppress(Misconfigured, ServiceFailed):
            await self._read_again()
            changes: dict[str, object] = {"next_at": None, "counts": self.pull.counts}
            if self.pull.state == "begun":
                problem = "it was stopped; the same command goes on"
                changes |= {"state": "failed", "problem": problem, "ended_at": now}
            await self.save(**changes)

    async def _read_again(self) -> None:
        """Read how the pull stands; raises Misconfigured where it is there no more."""
        pulls = await self.timeline.read(lambda reader: reader.pulls())
        found = next((one for one in pulls if one.number == self.pull.number), None)
        if found is None:
            reason = "is pulled no more: the account was deleted, or the pull was forgotten"
            raise Misconfigured(f"{self.pull.url} {reason}")
        self.pull = found

    async def _saved(self, writer: Writer, **changes: object) -> Pull:
        changes.setdefault("counts", self.total)
        pull = await writer.save_pull(msgspec.structs.replace(self.pull, **changes))
        if pull is None:
            reason = "is pulled into this account by another program at the same time"
            raise ServiceFailed(f"{self.pull.url} {reason}")
        return pull

    async def _forget_undone(self) -> None:
        """Forget all that was seen if a run of this pull was undone: it is to come again.

        Raises ServiceFailed while one is being undone: what that has not reached yet would be taken
        for there already, and then it goes.
        """
        runs = await self.timeline.read(lambda reader: reader.import_runs())
        undone = [
            run
            for run in runs
            if run.dialect == self.pull.dialect
            and run.files == (self.pull.url,)
            and run.state in {"undoing", "undone"}
            and run.number >= self.pull.first_run
        ]
        under_way = [str(run.number) for run in undone if run.state == "undoing"]
        if under_way:
            reason = "is being taken back, and pulled again after that; if that was broken off,"
            how = f"{reason} `doings import undo {under_way[0]}` goes on with it"
            raise ServiceFailed(f"run {under_way[0]} of {self.pull.url} {how}")
        if undone:
            await self.forget(first_run=max(run.number for run in undone) + 1)

    async def forget(self, **changes: object) -> None:
        """Forget all that was seen, but not whose account that was."""
        number = self.pull.number
        whose = list((await self.known([WHOSE])).values())
        while await self.timeline.write(lambda writer: writer.forget_pull_items(number, FORGET)):
            pass
        await self.timeline.write(lambda writer: writer.put_pull_items(number, whose))
        await self.save(position=None, items=0, run=None, **changes)

    async def known(self, refs: Sequence[str]) -> dict[str, PullItem]:
        """Those of the items that were seen before."""
        return await self.timeline.read(lambda reader: reader.pull_items(self.pull.number, refs))

    async def at_home(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that activities of this account have: they were handed on from here."""
        return await self.timeline.read(lambda reader: reader.own_activities(ids))

    async def put(self, said: Sequence[Said], step: Step | None, *, now: int) -> Any:  # noqa: ANN401
        """Write items; with a step, save where to go on too. Returns the place to go on at.

        Raises Invalid, Conflict and NotFound of the items, and then keeps nothing.
        """

        async def work(writer: Writer) -> tuple[PullCounts, int | None, Pull, Any]:
            own_counts, run = await self._put(writer, said, now)
            marks = [PullItem(mark, 1, MARK_ROUND) for one in said for mark in one.marks]
            own = [self._item(one) for one in said]
            await writer.put_pull_items(self.pull.number, [*own, *marks])
            counted = sum(one.before is None and not one.ref.startswith(MARK) for one in said)
            items = self.pull.items + counted
            changes: dict[str, object] = {"items": items, "run": run}
            place = None
            if step is not None:
                place, changes["position"] = await self._next(writer, step, items)
            changes["counts"] = self.total + own_counts
            return own_counts, run, await self._saved(writer, **changes), place

        counts, self.run, self.pull, place = await self.timeline.write(work)
        self.counts += counts
        return place

    async def _put(
        self, writer: Writer, said: Sequence[Said], now: int
    ) -> tuple[PullCounts, int | None]:
        wanted = [one for one in said if one.is_wanted and not one.is_same]
        if not wanted:
            return pull_counts(said, ImportCounts()), self.run
        run = await self._followed(writer)
        writing = PageWriting(writer, self._service, now, self._lost, self.pull)
        edited, others = await put_edited(
            writer, self._service, self.pull, self.shown, wanted, now=now
        )
        counts = others + await writing.put([one for one in wanted if one.ref not in edited])
        await writer.note_import(run, counts)
        return pull_counts(said, counts) + writing.others, run

    async def _lost(self, writer: Writer, people: Collection[EntityKey]) -> set[EntityKey]:
        """Those of the people whom the service listed before, and not in this round."""
        names = {name: key for key in people if (name := self._service.person(key)) is not None}
        if not (names and self.reads_everybody):
            return set()
        items = await writer.pull_items(self.pull.number, list(names))
        return {names[ref] for ref, item in items.items() if item.round < self.pull.round}

    async def _followed(self, writer: Writer) -> int:
        """The import that this transaction belongs to, which its first one begins."""
        if self.keeps_ids:
            await keep_ids(writer, self.pull.dialect)
        run = self.run or await writer.start_import(self.pull.dialect, (self.pull.url,))
        if not await writer.follow_import(run):
            raise ServiceFailed(f"import {run} is being undone, so it records no more")
        return run

    def _item(self, one: Said) -> PullItem:
        is_mark = one.ref.startswith(MARK) and not self._service.is_by_contact
        digest = one.digest if one.is_wanted else NOT_WANTED
        return PullItem(one.ref, digest, MARK_ROUND if is_mark else self.pull.round)

    async def _next(self, writer: Writer, step: Step, items: int) -> tuple[Any, str]:
        """Where to go on after a page, and the position that says so."""
        service = self._service
        place = service.turn(step.place, step.page, Seen(step.new, step.known, items))
        while (after := service.missed_after(place)) is not None:
            missed = await writer.missed_item(self.pull.number, self.pull.round, after)
            if missed is not None and not after and not self.accepts_deletions:
                await self._check_losses(writer, place)
            place = service.found(place, missed)
            if missed is not None and service.ask(place) is not None:
                break
        if self.contact is not None and service.ask(place) is None:
            mark = PullItem(self.contact, self.extent, self.pull.round)
            await writer.put_pull_items(self.pull.number, [mark])
            # The place names the contact, and the mark does not.
            return place, _encode(Position(contact=self.contact)).decode()
        if self.contact is not None:
            # What is new is read from the newest on. If the place is lost, all is read again.
            await writer.drop_pull_item(self.pull.number, self.contact)
        return place, self._position_text(place)

    async def _check_losses(self, writer: Writer, place: object) -> None:
        """Raise Inconsistent where much of a list is missing: a broken answer looks the same."""
        for group in self._service.groups(place):
            known, lost = await writer.missed_counts(
                self.pull.number, self.pull.round, group.low, group.high
            )
            is_all = lost == known and lost >= PULL_LOST_ALL
            if is_all or (lost >= PULL_LOST_HALF and 2 * lost > known):
                shown = known - lost or "none"
                raise Inconsistent(
                    f"shows {shown} of the {known} {group.word} that are known, and nothing is"
                    " deleted for that; if they are gone, give --accept-deletions once"
                )

    def _position_text(self, place: object) -> str:
        raw = msgspec.Raw(_encode(place))
        return _encode(Position(place=raw, contact=self.contact)).decode()

    async def move(self, place: object) -> None:
        """Save where to go on, where no page was read."""
        await self.save(position=self._position_text(place))

    async def delete(self, ref: str, step: Step, *, now: int) -> Any:  # noqa: ANN401
        """Delete an activity that the service has deleted; returns the place to go on at."""

        async def work(writer: Writer) -> tuple[PullCounts, int, Pull, Any]:
            run = await self._followed(writer)
            writing = PageWriting(writer, self._service, now, self._lost, self.pull)
            counts = PullCounts(deleted=int(await writing.delete(ref)), pages=1)
            await writer.note_import(run, ImportCounts())
            await writer.drop_pull_item(self.pull.number, ref)
            items = max(0, self.pull.items - 1)
            place, position = await self._next(writer, step, items)
            changes: dict[str, object] = {"items": items, "run": run, "position": position}
            pull = await self._saved(writer, counts=self.total + counts, **changes)
            return counts, run, pull, place

        counts, self.run, self.pull, place = await self.timeline.write(work)
        self.counts += counts
        return place


async def _check_alone(timeline: Timeline, service: AnyService, dialect: str, url: str) -> None:
    """Refuse a second service that numbers alike; raises Misconfigured.

    One that nothing was recorded from is none, like an address that was mistyped.
    """
    if not service.is_one_to_an_account:
        return
    pulls = await timeline.read(lambda reader: reader.pulls())
    others = {pull.url for pull in pulls if pull.dialect == dialect and pull.url != url}
    run = await run_from(timeline, dialect, others) if others else None
    if run is not None:
        raise Misconfigured(
            f"{timeline.account.slug} is pulled from {run.files[0]} already, and two services"
            f" of {dialect} give the same numbers to different things; take another account,"
            f" or take back what came from there: `doings import undo {run.number}`"
        )


async def run_from(timeline: Timeline, dialect: str, urls: set[str]) -> ImportRun | None:
    """An import of which something may still be here that came from one of the addresses."""
    for run in await timeline.read(lambda reader: reader.import_runs()):
        is_there = run.state != "undone" or run.kept
        if run.dialect == dialect and is_there and len(run.files) == 1 and run.files[0] in urls:
            return run
    return None

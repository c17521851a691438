"""Pulling from a service: one round through all that it has, page after page."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import xxhash

from doings.core.budget import PULL_REPEATS, WRITE_WORK
from doings.core.errors import Conflict, DoingsError, Invalid, Malformed, NotFound
from doings.core.imports import Context, ImportItem
from doings.core.limits.work import work_of
from doings.core.pulling.service import Answer, AnyService, Ask, Beginning, Inconsistent, Page
from doings.core.store.pulls import PullCounts
from doings.importing.importer import ITEMS_PER_WRITE
from doings.importing.importer import Step as Progress
from doings.importing.pull.checkpoint import Checkpoint, Step
from doings.importing.pull.client import (
    Contradiction,
    NotAllowed,
    ServiceClient,
    ServiceFailed,
    TooLargeAnswer,
    TooMuchAsked,
)
from doings.importing.pull.elements import (
    id_of,
    marks,
    named_as,
    numbered,
    place_of,
    repeated,
    twin_mark,
)
from doings.importing.pull.erased import without_erased
from doings.importing.pull.names import digest_of, mark_of, ref_of
from doings.importing.pull.whose import begins_anew
from doings.importing.pull.writing import Said

CONTACT_MARK = "list"
"""The kind of the marks of contacts whose lists were read to the end."""

REFUSED = ImportItem(draft=None)
"""Stands for an element that cannot be read: it is counted, as the service counts it."""

NOBODY = 100
"""After so many contacts of a file, none of whom is known there, no more are asked for."""

DENIED = 3
"""After so many contacts that may not be read, and none that may, the credentials are wrong."""

CONTACT_CHUNK = 500
"""Contacts that are looked up at a time."""


class Contacts(msgspec.Struct, frozen=True):
    """Whose lists are asked for; with `is_sure` one that the service does not know is refused."""

    ids: Sequence[str] = ()
    is_sure: bool = True


class Round:
    """A round through a service; `remark` takes a sentence for each element that is refused."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        service: AnyService,
        client: ServiceClient,
        context: Context,
        remark: Callable[[str], None],
    ) -> None:
        self._checkpoint = checkpoint
        self._service = service
        self._client = client
        self._context = context
        self._remark = remark
        self._progress: Progress = lambda _done, _total=None: None
        self._contact: str | None = None
        self._is_sure = True
        self._pages: set[int] = set()
        self._path = ""
        self._repeats = 0
        self._unknown = 0
        self._answered_at = time.monotonic()
        self._erased = 0
        """How many elements name somebody who was erased here."""

    async def run(
        self,
        contacts: Contacts,
        progress: Progress,
        *,
        since: int | None = None,
        sweeps: bool = True,
    ) -> None:
        """Go through the service; raises ServiceFailed and Misconfigured.

        `since` is the instant from which on activities are wanted, None for that of before.
        `sweeps` says that what the service has deleted is looked for, too.
        """
        self._progress = progress
        self._is_sure = contacts.is_sure
        place = await self._checkpoint.begin(since=since, now=self._context.now)
        if await begins_anew(self._checkpoint, await self._client.whose()):
            place = None
        self._checkpoint.reads_everybody = sweeps or self._checkpoint.place() is None
        if self._service.is_by_contact:
            await self._all_contacts(contacts.ids, place)
        else:
            before = self._checkpoint.place()
            await self._walk(place or self._first(before, is_first=before is None, sweeps=sweeps))
        if self._erased:
            self._remark(
                f"{self._erased} elements are left out: they name somebody who was erased here;"
                " erase them there, too"
            )

    def _first(self, before: object, *, is_first: bool, sweeps: bool = True) -> Any:  # noqa: ANN401 - each dialect has a type of its own
        """The place where a round begins."""
        beginning = Beginning(
            now=self._context.now,
            is_first=is_first,
            since=self._checkpoint.pull.since,
            sweeps=sweeps,
            contact=self._contact,
            is_known=self._checkpoint.pull.items > 0,
        )
        return self._service.begin(before, beginning)

    async def _all_contacts(self, ids: Sequence[str], place: object) -> None:
        """One list after the other; of a round that was broken off, those that were not read."""
        resumed = self._checkpoint.position.contact if place is not None else None
        round_ = self._checkpoint.pull.round
        known_there = 0
        denied: list[NotAllowed] = []
        for start in range(0, len(ids), CONTACT_CHUNK):
            marks = {id_: mark_of(CONTACT_MARK, id_) for id_ in ids[start : start + CONTACT_CHUNK]}
            known = await self._checkpoint.known(list(marks.values()))
            for id_, mark in marks.items():
                row = known.get(mark)
                if row is not None and row.round == round_:
                    known_there += 1
                    continue
                is_first = row is None or row.digest != self._checkpoint.extent
                self._contact = id_
                self._checkpoint.contact = mark
                self._pages.clear()
                first = self._first(None, is_first=is_first)
                unknown = self._unknown
                try:
                    await self._walk(place if mark == resumed else first)
                except NotAllowed as error:
                    self._refuse(f"contact {id_} may not be read with these credentials")
                    denied.append(error)
                    if not known_there and len(denied) == DENIED:
                        raise
                    continue
                known_there += self._unknown == unknown
                if self._is_sure and not known_there and self._unknown == NOBODY:
                    raise self._nobody()
            self._progress(min(start + CONTACT_CHUNK, len(ids)), len(ids))
        if denied and not known_there:
            raise denied[0]
        if self._unknown > 1 and not known_there:
            raise self._nobody()
        if self._unknown and not self._is_sure:
            self._remark(f"{self._unknown} of {len(ids)} contacts are not known there")

    def _nobody(self) -> Contradiction:
        """What is said where nobody is known: the next round has to ask for all again."""
        url = self._checkpoint.pull.url
        return Contradiction(
            f"{url} knows none of the {self._unknown} contacts that were asked for;"
            " is --from right, and are the ids those of the service?"
        )

    async def _walk(self, place: Any) -> None:  # noqa: ANN401 - likewise
        while (ask := self._service.ask(place)) is not None:
            place = await self._step(place, ask)

    async def _step(self, place: Any, ask: Ask) -> Any:  # noqa: ANN401 - likewise
        """Ask for a page and write it; returns the place of the next one."""
        context = msgspec.structs.replace(self._context, contact_id=self._contact)
        try:
            answer = await self._client.get(ask)
        except TooMuchAsked as error:
            half = self._service.halve(place) if ask.may_split else None
            is_long = time.monotonic() - self._answered_at > self._client.patience_s
            if is_long and not isinstance(error, TooLargeAnswer):
                raise
            if half is not None:
                await self._checkpoint.move(half)
                return half
            if isinstance(error, TooLargeAnswer) or not ask.may_split:
                raise
            # Not even the least is answered: then it is waited for as other faults are.
            answer = await self._client.get(msgspec.structs.replace(ask, may_split=False))
        self._answered_at = time.monotonic()
        page = self._page(place, ask, answer)
        if page.remark is not None:
            self._remark(f"{self._checkpoint.pull.url} {page.remark}")
        if page.missing is not None and self._contact is None:
            return await self._checkpoint.delete(
                page.missing, Step(place, page), now=self._context.now
            )
        if page.missing is not None:
            self._note_unknown(page.missing)
        said = await self._said(page, ask, context)
        said, erased = await without_erased(self._checkpoint.timeline, said)
        self._erased += erased
        self._checkpoint.counts += PullCounts(pages=1)
        activities = [one for one in said if self._contact is None or one.item.draft is not None]
        new = sum(one.before is None for one in activities)
        step = Step(place, page, new=new, known=len(activities) - new)
        try:
            return await self._write(said, step)
        except Inconsistent as error:
            raise Contradiction(f"{self._checkpoint.pull.url} {error}") from None

    def _page(self, place: object, ask: Ask, answer: Answer) -> Page:
        """What an answer says; raises ServiceFailed for what the vendor would not answer."""
        url = self._checkpoint.pull.url
        try:
            page = self._service.page(place, answer)
        except Inconsistent as error:
            raise Contradiction(f"{url} {error}") from None
        except (DoingsError, ValueError, RecursionError) as error:
            reason = f"answers {ask.path} with something else than {self._checkpoint.pull.dialect}"
            raise ServiceFailed(f"{url} {reason} does: {error}") from None
        print_ = xxhash.xxh3_64_intdigest(b"\0".join(page.elements))
        # Another list begins: it may have been read in this round, to look for something else.
        is_again = page.elements and print_ in self._pages and ask.path == self._path
        self._repeats = self._repeats + 1 if is_again else 0
        self._pages.add(print_)
        self._path = ask.path
        if self._repeats >= PULL_REPEATS:
            raise Contradiction(f"{url} shows the same pages of {ask.path} again and again")
        return page

    def _note_unknown(self, contact: str) -> None:
        self._unknown += 1
        if self._is_sure:
            self._refuse(f"contact {contact} is not known there")

    def _refuse(self, reason: str) -> None:
        self._checkpoint.counts += PullCounts(refused=1)
        self._remark(reason)

    async def _said(self, page: Page, ask: Ask, context: Context) -> list[Said]:
        """What the elements of a page say, each once; those that cannot be read are refused."""
        items = dict(self._read(page, ask, context))
        self._checkpoint.shown = items.keys()
        if self._contact is not None and page.missing is None:
            owner = self._service.owner(self._contact)
            items[ref_of(owner, None)] = (owner, b"")
        twins = {ref: self._twins(item) for ref, (item, _) in items.items()}
        names = [name for pairs in twins.values() for pair in pairs for name in pair]
        repeats = {ref: repeated(item) for ref, (item, _) in items.items()}
        others = [name for marks in repeats.values() for name in marks]
        known = await self._checkpoint.known([*items, *names, *others])
        ids = [item.id for item, _ in items.values() if item.id is not None]
        own = await self._checkpoint.at_home(ids)
        said = []
        for ref, (item, element) in items.items():
            digest = digest_of(item)
            row = known.get(ref)
            before = None if row is None else row.digest
            if digest != before:
                detailed = await self._detailed(item, element, context)
                # Less than nothing: it differs from what is seen next, which asks again.
                digest = -digest if detailed is None else digest
                item = item if detailed is None else detailed  # noqa: PLW2901 - it says more
            is_repeated = any(mark in known for mark in repeats[ref])
            is_wanted = item.id not in own and not is_repeated and self._is_wanted(item)
            twin = next(
                (name for mark, name in twins[ref] if mark in known and name in known), None
            )
            if twin is not None:
                item = named_as(item, twin)  # noqa: PLW2901 - it says more of that one
                is_wanted = is_wanted and bool(known[twin].digest)
            said.append(
                Said(
                    ref,
                    item,
                    digest,
                    before,
                    is_wanted=is_wanted,
                    is_twin=twin is not None,
                    marks=marks(ref, item) if page.prefix else (),
                )
            )
        return said

    def _twins(self, item: ImportItem) -> list[tuple[str, str]]:
        """The names that an item may have in other lists, each behind the mark that tells."""
        return [(twin_mark(name, item), name) for name in self._service.twins(item) if item.id]

    def _read(
        self, page: Page, ask: Ask, context: Context
    ) -> Iterator[tuple[str, tuple[ImportItem, bytes]]]:
        occurrences: Counter[str] = Counter()
        for number, element in enumerate(page.elements, 1):
            try:
                item = self._service.read(element, context)
            except (Invalid, Malformed) as error:
                self._refuse(f"{place_of(element, ask, number)}: {error}")
                id_ = id_of(element)
                if id_ is not None and self._contact is None:
                    yield page.prefix + id_, (REFUSED, element)
                continue
            if not self._service.saved.has_ids and item.draft is not None:
                item = numbered(item, occurrences)
            id_ = id_of(element) if page.prefix else None
            ref = ref_of(item, self._contact) if id_ is None else page.prefix + id_
            yield ref, (item, element)

    def _is_wanted(self, item: ImportItem) -> bool:
        since = self._checkpoint.pull.since
        if item is REFUSED:
            return False
        return since is None or item.draft is None or item.draft.occurred_at >= since

    async def _detailed(
        self, item: ImportItem, element: bytes, context: Context
    ) -> ImportItem | None:
        """The item with what the service says of it alone, where it says more there.

        None where that is missing or cannot be read; a later round asks for it again.
        """
        ask = self._service.detail(element) if self._service.detail is not None else None
        if ask is None or item.draft is None:
            return item
        answer = await self._client.get(ask)
        if answer.is_missing:
            return None
        try:
            (detail,) = self._service.saved.elements_from_answer(answer.body)
            return self._service.read(detail, context)
        except (Invalid, Malformed, ValueError) as error:
            self._refuse(f"{place_of(element, ask, 1)}: {error}")
            return None

    async def _write(self, said: Sequence[Said], step: Step) -> Any:  # noqa: ANN401 - likewise
        """Write a page; one that is too large for a transaction is written in several."""
        *others, last = _chunks(said)
        for chunk in others:
            await self._write_chunk(chunk, None)
        place = await self._write_chunk(last, step)
        counts = self._checkpoint.counts
        if self._contact is None:
            done = self._checkpoint.pull.items if step.page.total else counts.repeated
            self._progress(max(done, counts.recorded), step.page.total)
        return place

    async def _write_chunk(self, said: Sequence[Said], step: Step | None) -> Any:  # noqa: ANN401
        """Write items in one transaction, or in parts where one of them cannot be written."""
        try:
            return await self._checkpoint.put(said, step, now=self._context.now)
        except (Invalid, Conflict, NotFound) as error:
            if not said:
                raise
            if len(said) == 1:
                self._refuse(f"{said[0].ref}: {error}")
                left_out = msgspec.structs.replace(said[0], is_wanted=False)
                return await self._checkpoint.put([left_out], step, now=self._context.now)
            middle = len(said) // 2
            await self._write_chunk(said[:middle], None)
            return await self._write_chunk(said[middle:], step)


def _chunks(said: Sequence[Said]) -> list[list[Said]]:
    """The items in parts that a transaction takes; at least one part."""
    chunks: list[list[Said]] = [[]]
    work = 0
    for one in said:
        own = 1 if one.is_same else _work(one.item)
        is_full = len(chunks[-1]) == ITEMS_PER_WRITE or work + own > WRITE_WORK
        if chunks[-1] and is_full:
            chunks.append([])
            work = 0
        chunks[-1].append(one)
        work += own
    return chunks


def _work(item: ImportItem) -> int:
    entities = len(item.entities) + len(item.new_entities) + len(item.named)
    return entities + (1 if item.draft is None else work_of(item.draft))

"""What a service that gives no ids has edited: it shows it in the place of what it showed before.

Such a service is known by what it says, so an edit looks like something new, and what was there
before is not shown any more. Both are of the same instant and kind. So what is new takes the place
of an activity that was pulled from there and that the same answer does not show.
"""

from collections.abc import Collection, Sequence

import msgspec

from doings.core.activity import Activity, Draft, draft_of, is_same
from doings.core.pulling.service import AnyService
from doings.core.store import Writer
from doings.core.store.imports import ImportCounts
from doings.core.store.pulls import MARK_ROUND, Pull, PullItem
from doings.importing.pull.names import mark_of
from doings.importing.pull.writing import Said

NOW = "now"
"""The kind of the marks that say under which name the service shows an activity now."""


class Successor(msgspec.Struct, frozen=True):
    """What takes the place of an activity: its name, and the name that the activity has so far."""

    ref: str
    draft: Draft
    known: Activity
    name: str


async def put_edited(  # noqa: PLR0913 - what an answer says, and where it belongs
    writer: Writer,
    service: AnyService,
    pull: Pull,
    shown: Collection[str],
    said: Sequence[Said],
    *,
    now: int,
) -> tuple[frozenset[str], ImportCounts]:
    """Change what was edited at a service that gives no ids; `shown` are all names of an answer.

    Returns the names of what is edited, which is to be recorded no more, and what that came to.
    """
    if service.saved.has_ids:
        return frozenset(), ImportCounts()
    found = await _Finding(writer, pull, shown).found(said)
    drafts = [(one.known, _changed(service, one, now)) for one in found]
    different = [(known, draft) for known, draft in drafts if not is_same(draft, draft_of(known))]
    if different:
        await writer.replace(different)
    for one in found:
        await _note(writer, pull, one)
    counts = ImportCounts(filled=len(different), repeated=len(found) - len(different))
    return frozenset([one.ref for one in found]), counts


def _changed(service: AnyService, one: Successor, now: int) -> Draft:
    """The activity as the service says it now; its name here stays the first one."""
    draft = service.changed(one.known, one.draft, now)
    return msgspec.structs.replace(draft, external_id=one.known.external_id)


async def _note(writer: Writer, pull: Pull, one: Successor) -> None:
    """Note under which name the service shows what was edited from now on."""
    marks = _marks(one.known)
    for ref in (one.name, marks + one.name):
        await writer.drop_pull_item(pull.number, ref)
    await writer.put_pull_items(pull.number, [PullItem(marks + one.ref, 1, MARK_ROUND)])


def _marks(known: Activity) -> str:
    """How the name of the mark begins that says under which name an activity is shown."""
    return mark_of(NOW, known.external_id or "") + "/"


class _Finding:
    """Finds what was edited, in one transaction; `shown` are the names that an answer holds."""

    def __init__(self, writer: Writer, pull: Pull, shown: Collection[str]) -> None:
        self._writer = writer
        self._pull = pull
        self._shown = shown

    async def found(self, said: Sequence[Said]) -> list[Successor]:
        """Those of the items that take the place of an activity."""
        new = [(one.ref, one.item.draft) for one in said if not one.is_known]
        drafts = {ref: draft for ref, draft in new if draft is not None}
        instants = {draft.occurred_at for draft in drafts.values()}
        pull = self._pull
        seqs = await self._writer.pulled_at(pull.dialect, pull.url, instants)
        if not seqs:
            return []
        there = {one.seq: one for one in await self._writer.activities(seqs)}
        names = {seq: await self._name(one) for seq, one in there.items()}
        free = {seq: one for seq, one in there.items() if names[seq] not in self._shown}
        # What is here under its name, as it came by a file, is no other one.
        taken = await self._writer.activities_by_external_ids(pull.dialect, [*drafts])
        found: list[Successor] = []
        for fits in (_is_that, _says_the_same, _may_be):
            for ref, draft in list(drafts.items()):
                known = next((one for one in free.values() if fits(one, draft)), None)
                if known is None or taken.get(ref, known).seq != known.seq:
                    continue
                found.append(Successor(ref, draft, known, names[known.seq]))
                del drafts[ref], free[known.seq]
        return found

    async def _name(self, known: Activity) -> str:
        """The name under which the service showed an activity last."""
        marks = _marks(known)
        ref = await self._writer.missed_item(self._pull.number, MARK_ROUND + 1, marks)
        is_own = ref is not None and ref.startswith(marks)
        return ref.removeprefix(marks) if ref and is_own else known.external_id or ""


def _is_that(known: Activity, said: Draft) -> bool:
    return known.external_id == said.external_id


def _says_the_same(known: Activity, said: Draft) -> bool:
    return is_same(msgspec.structs.replace(said, external_id=known.external_id), draft_of(known))


def _may_be(known: Activity, said: Draft) -> bool:
    """Whether an activity may have become what is said: it is of the same time, kind and people."""
    links = {(link.key, link.role) for link in draft_of(known).links}
    is_of_them = all((link.key, link.role) in links for link in said.links)
    return is_of_them and (known.occurred_at, known.kind) == (said.occurred_at, said.kind)

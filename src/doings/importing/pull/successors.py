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
    found = await _found(writer, pull, shown, said)
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


async def _found(
    writer: Writer, pull: Pull, shown: Collection[str], said: Sequence[Said]
) -> list[Successor]:
    """Those of the items that take the place of an activity; `shown` are all names there are."""
    new = [(one.ref, one.item.draft) for one in said if not one.is_known]
    drafts = {ref: draft for ref, draft in new if draft is not None}
    instants = {draft.occurred_at for draft in drafts.values()}
    there = await writer.activities(await writer.pulled_at(pull.dialect, pull.url, instants))
    # Most are shown as what they were recorded as, and then nothing else has to be looked up.
    free = [one for one in there if one.external_id not in shown or one.external_id in drafts]
    if not free:
        return []
    named = [(one, await _name(writer, pull, one)) for one in free]
    gone: dict[tuple[int, str], list[tuple[Activity, str]]] = {}
    for known, name in named:
        if name not in shown:
            gone.setdefault((known.occurred_at, known.kind), []).append((known, name))
    # What is here under its name, as it came by a file, is no other one.
    taken = await writer.activities_by_external_ids(pull.dialect, [*drafts])
    found: list[Successor] = []
    for fits in (_is_that, _says_the_same, _is_of_them):
        for ref, draft in list(drafts.items()):
            rest = gone.get((draft.occurred_at, draft.kind), [])
            one = next((one for one in rest if fits(one[0], draft)), None)
            if one is None or taken.get(ref, one[0]).seq != one[0].seq:
                continue
            found.append(Successor(ref, draft, *one))
            rest.remove(one)
            del drafts[ref]
    return found


async def _name(writer: Writer, pull: Pull, known: Activity) -> str:
    """The name under which the service showed an activity last."""
    marks = _marks(known)
    ref = await writer.missed_item(pull.number, MARK_ROUND + 1, marks)
    is_own = ref is not None and ref.startswith(marks)
    return ref.removeprefix(marks) if ref and is_own else known.external_id or ""


def _is_that(known: Activity, said: Draft) -> bool:
    return known.external_id == said.external_id


def _says_the_same(known: Activity, said: Draft) -> bool:
    return is_same(msgspec.structs.replace(said, external_id=known.external_id), draft_of(known))


def _is_of_them(known: Activity, said: Draft) -> bool:
    """Whether an activity is of all whom the service names."""
    links = {(link.key, link.role) for link in draft_of(known).links}
    return all((link.key, link.role) in links for link in said.links)

"""Writing what a page of a service says, in the transaction that also saves how far the pull is.

What is new is recorded, and what the service has changed since it was last seen is changed here as
well. What it says as before is left as it is here, also where somebody has changed or deleted it
here: nobody's work is undone by a service that repeats itself.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence

import msgspec

from doings.core.activity import Activity, Draft, draft_of, is_same
from doings.core.entity import CONTACT, Entity, EntityKey
from doings.core.entity import draft_of as entity_draft_of
from doings.core.errors import NotFound
from doings.core.imports import ImportItem
from doings.core.pulling.service import AnyService
from doings.core.store import Writer
from doings.core.store.activities import Replacement
from doings.core.store.imports import ImportCounts
from doings.core.store.pulls import Pull, PullCounts
from doings.core.text import json_text, object_from_text
from doings.importing.directory import Directory
from doings.importing.pull.entities import EntityWriting, SaidEntities
from doings.importing.pull.things import ListedThings, without_nulls

Lost = Callable[[Writer, Collection[EntityKey]], Awaitable[set[EntityKey]]]


class Said(msgspec.Struct, frozen=True):
    """An item of a page: its name, what it says, and a digest of that.

    `before` is the digest of what was seen before: None for what is seen for the first time, 0 for
    what was left out. A digest below 0 is that of an item whose detail is lacking. `is_wanted` says
    that it is to be recorded: not what happened before the time that was asked for, and not what
    cannot be. `is_twin` says that it was read in another list before, and only says who else was
    there. By `marks` its own twins are found.
    """

    ref: str
    item: ImportItem
    digest: int
    before: int | None = None
    is_wanted: bool = True
    is_twin: bool = False
    marks: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether it was recorded before."""
        return bool(self.before)

    @property
    def is_leading(self) -> bool:
        """Whether it is about people and things themselves, and was changed there."""
        return self.is_known and (self.item.draft is None or self.item.noted is not None)

    @property
    def is_same(self) -> bool:
        """Whether the service says what it said before."""
        return self.before == self.digest


class PageWriting:
    """Writes items of a pull in one transaction; `now` is an instant.

    `lost` says which people the service does not list any more.
    """

    def __init__(
        self, writer: Writer, service: AnyService, now: int, lost: Lost, pull: Pull
    ) -> None:
        self._pull = pull
        self._writer = writer
        self._service = service
        self._now = now
        self._lost = lost
        self._directory = Directory(writer)
        self._entities = EntityWriting(
            writer,
            self._directory,
            ListedThings(writer, self._directory, pull.dialect),
            service.kept_types,
            pull,
        )

    @property
    def others(self) -> PullCounts:
        """The people, tasks and settings that were made or changed, and nothing else."""
        return PullCounts(
            people=len(self._entities.people),
            tasks=len(self._entities.tasks),
            settings=len(self._directory.written),
        )

    async def put(self, said: Sequence[Said]) -> ImportCounts:
        """Write what is new and what was changed; `filled` are activities that were changed."""
        await self._entities.put([SaidEntities(one.item, one.is_leading) for one in said])
        own = [one for one in said if not one.is_twin and one.item.noted is None]
        new = await self._linked([one.item for one in own if not one.is_known])
        changed = await self._linked([one.item for one in own if one.is_known])
        recorded, joined = await self._record(new, joins=self._service.is_by_contact)
        noted, renoted = await self._put_noted(said)
        recorded += noted
        filled = joined + await self._change(changed) + await self._join(said) + renoted
        activities = sum(one.item.draft is not None for one in said)
        repeated = max(0, activities - recorded - filled)
        return ImportCounts(recorded=recorded, filled=filled, repeated=repeated)

    async def _join(self, said: Sequence[Said]) -> int:
        """Complete what other lists say of activities; returns how many were changed since.

        One that was deleted here stays so, though this list may say something else of it now.
        """
        twins = [one for one in said if one.is_twin]
        if twins and self._service.noted_twins is not None:
            await self._service.noted_twins(self._writer)
        first: list[Replacement] = []
        later: list[Replacement] = []
        known = await self._known([one.item.draft for one in twins if one.item.draft])
        for one in twins:
            draft = one.item.draft
            if draft is not None and (activity := known.get(_name(draft))) is not None:
                whole = self._joined(activity, draft, joins=True)
                (later if one.is_known else first).append((activity, whole))
        # What is completed for the first time was counted as it was recorded.
        await self._replace(first)
        return await self._replace(later)

    async def _known(self, drafts: Sequence[Draft]) -> dict[tuple[str, str | None], Activity]:
        """The activities that the drafts are of, by their names; those deleted here are not."""
        known: dict[tuple[str, str | None], Activity] = {}
        for origin in {draft.origin for draft in drafts}:
            ids = {one.external_id for one in drafts if one.external_id and one.origin == origin}
            found = await self._writer.activities_by_external_ids(origin, ids)
            known |= {(origin, id_): activity for id_, activity in found.items()}
        return known

    async def _record(self, drafts: Sequence[Draft], *, joins: bool) -> tuple[int, int]:
        """Record activities; returns how many are new, and how many of the others were completed.

        One is there already if it was imported before, or if the service shows it for two people;
        with `joins` it gets the links of both. What an undo put back is changed once more.
        """
        if not drafts:
            return 0, 0
        outcomes = await self._writer.record(drafts)
        said = {
            outcome.seq: draft
            for outcome, draft in zip(outcomes, drafts, strict=True)
            if outcome.is_repeated
        }
        there = await self._writer.activities(list(said))
        pull, seqs = self._pull, [activity.seq for activity in there]
        reverted = await self._writer.reverted(pull.dialect, pull.url, seqs)
        joined = [
            (activity, self._service.changed(activity, said[activity.seq], self._now))
            if (activity.seq, activity.updated_at) in reverted
            else (activity, self._joined(activity, said[activity.seq], joins=joins))
            for activity in there
        ]
        return len(drafts) - len(said), await self._replace(joined)

    def _joined(self, known: Activity, said: Draft, *, joins: bool) -> Draft:
        whole = self._service.saved.filled_activity(known, said, self._now)
        return self._service.joined(known, whole, said) if joins else whole

    async def _change(self, drafts: Sequence[Draft]) -> int:
        """Change activities as the service has; returns how many. Those deleted here stay so."""
        replacements: list[Replacement] = []
        there = await self._known(drafts)
        for draft in drafts:
            known = there.get(_name(draft))
            if known is not None:
                said = await self._with_lost(known, draft)
                replacements.append((known, self._service.changed(known, said, self._now)))
        return await self._replace(replacements)

    async def _was_with_the_lost(self, known: Activity) -> bool:
        """Whether the service shows an activity no more as all its people are deleted there."""
        people = {link.key for link in draft_of(known).links if link.type == CONTACT}
        if not people:
            return False
        lost = await self._lost(self._writer, people)
        return people <= lost | await self._writer.deleted_keys(people)

    async def _with_lost(self, known: Activity, said: Draft) -> Draft:
        """What the service says, with those whom it has deleted: they were there."""
        there = {link.key for link in said.links}
        others = [link for link in draft_of(known).links if link.key not in there]
        lost = await self._lost(self._writer, {link.key for link in others}) if others else set()
        kept = [link for link in others if link.key in lost]
        return msgspec.structs.replace(said, links=(*said.links, *kept)) if kept else said

    async def _replace(self, replacements: Sequence[Replacement]) -> int:
        different = [
            (known, draft) for known, draft in replacements if not is_same(draft, draft_of(known))
        ]
        if different:
            await self._writer.replace(different)
        return len(different)

    async def _linked(self, items: Sequence[ImportItem]) -> list[Draft]:
        """The activities among the items, linked to what they name."""
        return [
            await self._directory.linked_draft(item.draft, item.named)
            for item in items
            if item.draft is not None
        ]

    async def _put_noted(self, said: Sequence[Said]) -> tuple[int, int]:
        """Record what an entity notes the activity of, change it, or take it back.

        Returns how many are new, and how many others were changed. One that was deleted here stays
        so: the entity still notes it. As here, other words for the entity do not change it.
        """
        new = changed = 0
        for one in said:
            if one.item.noted is None:
                continue
            key, attribute = one.item.noted
            entity = (await self._writer.entities_by_key([key])).get(key)
            if entity is None:
                continue
            seq = object_from_text(entity.attrs).get(attribute)
            there = await self._writer.activities([seq] if type(seq) is int else [])
            draft = one.item.draft
            if draft is None and seq is not None:
                for activity in there:
                    await self._writer.erase(activity.seq)
                changed += len(there)
                await self._note(entity, attribute, None)
            elif draft is not None and seq is None:
                (outcome,) = await self._writer.record([draft])
                new += not outcome.is_repeated
                await self._note(entity, attribute, outcome.seq)
            elif draft is not None:
                changed += await self._replace(
                    [
                        (activity, self._service.changed(activity, draft, self._now))
                        for activity in there
                        if activity.occurred_at != draft.occurred_at
                    ]
                )
        return new, changed

    async def _note(self, entity: Entity, attribute: str, seq: int | None) -> None:
        attrs = {**object_from_text(entity.attrs), attribute: seq}
        draft = msgspec.structs.replace(
            entity_draft_of(entity), attrs=without_nulls(json_text(attrs))
        )
        await self._writer.put_entity(entity.key, lambda _: draft)

    async def delete(self, ref: str) -> bool:
        """Delete what the service has deleted; False where it is gone already, or has to stay."""
        thing = self._service.thing(ref)
        if thing is not None:
            return await self._entities.delete(thing, self._service.kept_types)
        known = await self._writer.activity_by_external_id(self._pull.dialect, ref)
        if known is None or await self._was_with_the_lost(known):
            return False
        try:
            await self._writer.erase(known.seq)
        except NotFound:
            return False
        return True


def _name(draft: Draft) -> tuple[str, str | None]:
    """What an activity is known by where it came from."""
    return draft.origin, draft.external_id


def pull_counts(said: Sequence[Said], counts: ImportCounts) -> PullCounts:
    """What writing items came to, as pulls count it; only activities are counted."""
    same = sum(one.is_same and one.is_wanted and one.item.draft is not None for one in said)
    return PullCounts(
        recorded=counts.recorded, updated=counts.filled, repeated=counts.repeated + same
    )

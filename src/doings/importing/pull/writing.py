"""Writing what a page of a service says, in the transaction that also saves how far the pull is.

What is new is recorded, and what the service has changed since it was last seen is changed here as
well. What it says as before is left as it is here, also where somebody has changed or deleted it
here: nobody's work is undone by a service that repeats itself.
"""

from collections.abc import Sequence

import msgspec

from doings.core.activity import Activity, Draft, draft_of, is_same
from doings.core.entity import EntityDraft, EntityKey
from doings.core.entity import draft_of as entity_draft_of
from doings.core.errors import NotFound
from doings.core.imports import ImportItem, filled_draft
from doings.core.pulling.service import AnyService
from doings.core.store import Writer
from doings.core.store.activities import Replacement
from doings.core.store.imports import ImportCounts
from doings.core.text import json_text
from doings.importing.directory import Directory

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Said(msgspec.Struct, frozen=True):
    """An item of a page: its name, what it says, and a digest of that.

    `before` is the digest of what was seen before: None for what is seen for the first time, 0 for
    what was left out. A digest below 0 is that of an item whose detail is lacking. `is_wanted` says
    that it is to be recorded: not what happened before the time that was asked for, and not what
    cannot be. `is_twin` says that it was read in another list before, and only says who else was
    there. By `mark` its own twins are found.
    """

    ref: str
    item: ImportItem
    digest: int
    before: int | None = None
    is_wanted: bool = True
    is_twin: bool = False
    mark: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether it was recorded before."""
        return bool(self.before)

    @property
    def is_same(self) -> bool:
        """Whether the service says what it said before."""
        return self.before == self.digest


class PageWriting:
    """Writes items in one transaction; `now` is an instant."""

    def __init__(self, writer: Writer, service: AnyService, now: int) -> None:
        self._writer = writer
        self._service = service
        self._now = now
        self._directory = Directory(writer)

    async def put(self, said: Sequence[Said]) -> ImportCounts:
        """Write what is new and what was changed; `filled` are activities that were changed."""
        await self._put_entities(said)
        own = [one for one in said if not one.is_twin]
        new = await self._linked([one.item for one in own if not one.is_known])
        changed = await self._linked([one.item for one in own if one.is_known])
        recorded, joined = await self._record(new, joins=self._service.is_by_contact)
        filled = joined + await self._change(changed) + await self._join(said)
        activities = sum(one.item.draft is not None for one in said)
        repeated = activities - recorded - filled
        return ImportCounts(recorded=recorded, filled=filled, repeated=repeated)

    async def _join(self, said: Sequence[Said]) -> int:
        """Complete what other lists say of activities; returns how many were changed since."""
        twins = [one for one in said if one.is_twin]
        if twins and self._service.noted_twins is not None:
            await self._service.noted_twins(self._writer)
        new, changed = (
            [one.item.draft for one in twins if one.item.draft and one.is_known is is_known]
            for is_known in (False, True)
        )
        # What is completed for the first time was counted as it was recorded.
        await self._record(new, joins=True)
        _, joined = await self._record(changed, joins=True)
        return joined

    async def _record(self, drafts: Sequence[Draft], *, joins: bool) -> tuple[int, int]:
        """Record activities; returns how many are new, and how many of the others were completed.

        One is there already if it was imported before, or if the service shows it for two people;
        with `joins` it gets the links of both.
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
        joined = [
            (activity, self._joined(activity, said[activity.seq], joins=joins))
            for activity in there
        ]
        return len(drafts) - len(said), await self._replace(joined)

    def _joined(self, known: Activity, said: Draft, *, joins: bool) -> Draft:
        whole = self._service.saved.filled_activity(known, said, self._now)
        return self._service.joined(whole, said) if joins else whole

    async def _change(self, drafts: Sequence[Draft]) -> int:
        """Change activities as the service has; returns how many. Those deleted here stay so."""
        replacements: list[Replacement] = []
        for draft in drafts:
            known = await self._writer.activity_by_external_id(
                draft.origin, draft.external_id or ""
            )
            if known is not None:
                replacements.append((known, self._service.changed(known, draft, self._now)))
        return await self._replace(replacements)

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

    async def _put_entities(self, said: Sequence[Said]) -> None:
        """Write what is said of people and things.

        Of those that an activity only names, gaps are filled. Of those that the service lists by
        themselves and has changed, all is taken that it says.
        """
        drafts = [
            (key, draft, one.is_known and one.item.draft is None)
            for one in said
            for key, draft in await self._entities(one.item)
        ]
        made = {key: draft for one in said for key, draft in one.item.new_entities}
        known = await self._writer.entities_by_key([*{key for key, _, _ in drafts}, *made])
        deleted = await self._writer.deleted_keys(
            {key for key, _, _ in drafts} | made.keys() - known.keys()
        )
        drafts += [(key, draft, False) for key, draft in made.items() if key not in known]
        for key, draft, is_leading in drafts:
            old = known.get(key)
            if key in deleted and old is None:
                continue
            whole = filled_draft(old, draft)
            if is_leading and old is not None:
                whole = _led_draft(entity_draft_of(old), draft)
            if old is None or whole != entity_draft_of(old):
                known[key], _ = await self._writer.put_entity(key, lambda _, whole=whole: whole)  # type: ignore[misc]

    async def _entities(self, item: ImportItem) -> Sequence[tuple[EntityKey, EntityDraft]]:
        """What an item says of people and things; things by name are tags of a person."""
        if item.draft is not None or not item.named:
            return item.entities
        tags = [int(id_) for id_ in await self._directory.ids(item.named)]
        return [
            (
                key,
                msgspec.structs.replace(
                    draft, attrs=json_text(_members(draft.attrs) | {"tags": _raw(tags)})
                ),
            )
            for key, draft in item.entities
        ]

    async def delete(self, origin: str, ref: str) -> bool:
        """Delete an activity that the service has deleted; False where it is gone already."""
        known = await self._writer.activity_by_external_id(origin, ref)
        if known is None:
            return False
        try:
            await self._writer.erase(known.seq)
        except NotFound:
            return False
        return True


def _led_draft(known: EntityDraft, said: EntityDraft) -> EntityDraft:
    """What the service says now, and what is only known here."""
    return EntityDraft(
        name=said.name or known.name,
        attrs=json_text(_members(known.attrs) | _members(said.attrs)),
        contact=known.contact or said.contact,
    )


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))

"""The saved answers of an import: what their elements say, and writing it.

An element adds what is not known yet. Of an entity it only fills the gaps, and of an activity that
is there only what its dialect's `filled_activity` finds missing. An entity that was deleted here
stays deleted: the answer may have been saved before.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

import msgspec

from doings.core.activity import Activity, Draft, draft_of, is_same
from doings.core.budget import IMPORT_COMMAS, IMPORT_OBJECTS
from doings.core.entity import CONTACT, Entity, EntityDraft, EntityKey
from doings.core.entity import draft_of as entity_draft_of
from doings.core.errors import Invalid, Malformed, Misconfigured, WrongEncoding
from doings.core.imports import (
    Context,
    ImportItem,
    OtherLists,
    SavedAnswers,
    answers_from_text,
    filled_draft,
)
from doings.core.limits.work import work_of
from doings.core.store import Writer
from doings.core.store.activities import ActivityReader
from doings.core.store.imports import ImportCounts
from doings.core.text import json_text, object_from_text
from doings.core.values.encoding import utf8_content
from doings.importing.directory import Directory
from doings.importing.importer import Item, activity_at_home, contacts_among


class Element(msgspec.Struct, frozen=True):
    """One element, where it stands, and in which answer; or why that cannot be read."""

    place: str
    text: bytes | Malformed | Invalid
    answer: int = 1


def elements_of_text(saved: SavedAnswers, text: bytes) -> list[Element]:
    """The elements of all the answers in a file.

    Raises Misconfigured for UTF-16 and UTF-32, and for more objects than memory is meant for.
    """
    if text.count(b"{") + text.count(b"[") > IMPORT_OBJECTS:
        raise Misconfigured(f"the file has more than {IMPORT_OBJECTS:,} objects and lists; part it")
    if text.count(b",") > IMPORT_COMMAS:
        raise Misconfigured(f"the file has more than {IMPORT_COMMAS:,} values; part it")
    try:
        answers = answers_from_text(utf8_content(text))
    except WrongEncoding as error:
        raise Misconfigured(str(error)) from None
    elements: list[Element] = []
    for number, answer in enumerate(answers, 1):
        place = f"answer {number}"
        try:
            texts = saved.elements_from_answer(utf8_content(answer))
        except (Malformed, Invalid) as error:
            elements.append(Element(place, error, number))
            continue
        within = f"{place}, " if len(answers) > 1 else ""
        elements += [
            Element(f"{within}element {at}", text, number) for at, text in enumerate(texts, 1)
        ]
    return elements


def check_contact(saved: SavedAnswers, elements: Sequence[Element]) -> None:
    """Raise Misconfigured where an element does not say whose it is."""
    if saved.lacks_contact([at.text for at in elements if isinstance(at.text, bytes)]):
        raise Misconfigured("not every element names its contact: give the option --contact")


def items_of_elements(
    saved: SavedAnswers, elements: Sequence[Element], context: Context
) -> Iterator[Item[ImportItem]]:
    """What the elements say, in the order to record it in."""
    ordered = reversed(elements) if saved.is_newest_first else elements
    occurrences: Counter[tuple[int, str | None]] = Counter()
    for done, element in enumerate(ordered, 1):
        item = _read(saved, element, context)
        if isinstance(item, ImportItem) and item.left_out is not None:
            yield Item(f"left out: {item.left_out}", None, done)
            continue
        place = element.place
        if saved.place_of is not None and isinstance(element.text, bytes):
            place = saved.place_of(element.text) or place
        if isinstance(item, ImportItem) and item.draft is not None and not saved.has_ids:
            name = element.answer, item.draft.external_id
            occurrences[name] += 1
            item = _numbered(item, item.draft, occurrences[name])
        yield Item(place, item, done, work_of_item(item))


def work_of_item(item: ImportItem | Invalid | Malformed) -> int:
    """What writing an item takes, as `core.limits.work` counts it."""
    if not isinstance(item, ImportItem):
        return 1
    entities = len(item.entities) + len(item.new_entities) + len(item.named)
    return entities + (1 if item.draft is None else work_of(item.draft))


def _read(
    saved: SavedAnswers, element: Element, context: Context
) -> ImportItem | Invalid | Malformed:
    if not isinstance(element.text, bytes):
        return element.text
    try:
        return saved.parse_element(element.text, context)
    except (Invalid, Malformed) as error:
        return error


def _numbered(item: ImportItem, draft: Draft, occurrence: int) -> ImportItem:
    """The item with an external id of its own, the same one whenever its answer is imported.

    Occurrences are counted within an answer. Two answers may overlap, and then they hold the same
    activities; elements of one answer that say the same are several activities.
    """
    if occurrence == 1:
        return item
    numbered = msgspec.structs.replace(draft, external_id=f"{draft.external_id}-{occurrence}")
    return msgspec.structs.replace(item, draft=numbered)


Put = Callable[[Writer, Sequence[ImportItem]], Awaitable[ImportCounts]]
"""Writes items in one transaction."""


def putting(saved: SavedAnswers, now: int) -> Put:
    """What writes items of a dialect in one transaction; `now` is an instant."""
    return putting_with(saved.filled_activity, now, saved.other_lists)


def putting_with(
    filled: Callable[[Activity, Draft, int], Draft], now: int, lists: OtherLists | None = None
) -> Put:
    """What writes items; `filled` completes activities as `SavedAnswers.filled_activity` does."""

    async def put(writer: Writer, items: Sequence[ImportItem]) -> ImportCounts:
        return await _Writing(writer, filled, now, lists).put(items)

    return put


class _Writing:
    """Writing items in one transaction."""

    def __init__(
        self,
        writer: Writer,
        filled: Callable[[Activity, Draft, int], Draft],
        now: int,
        lists: OtherLists | None,
    ) -> None:
        self._writer = writer
        self._filled = filled
        self._now = now
        self._lists = lists
        self._is_noted = False
        self._deleted: set[EntityKey] = set()
        """The entities that the items say something of and that stay deleted."""

    async def put(self, items: Sequence[ImportItem]) -> ImportCounts:
        """Write what is not known yet, then complete what is."""
        directory = Directory(self._writer)
        fresh, others = await self._sorted([await _tagged(directory, item) for item in items])
        changed = await self._fill_entities(fresh)
        news = [item for item in fresh if item.draft is None and changed.intersection(_keys(item))]
        recorded = await self._record(fresh, directory)
        filled = [item for item in others if await self._is_filled(item)]
        changed |= await self._fill_entities(filled)
        return ImportCounts(
            recorded=recorded,
            filled=len(filled),
            repeated=len(items) - recorded - len(filled) - len(news),
            entities=len(changed),
            contacts=contacts_among(changed),
            deleted=len(self._deleted),
        )

    async def _sorted(
        self, items: Sequence[ImportItem]
    ) -> tuple[list[ImportItem], list[ImportItem]]:
        """The items to record, and those about activities that are there or are among the first."""
        fresh: list[ImportItem] = []
        others: list[ImportItem] = []
        names = await self._twins_there(items)
        for item in items:
            name = _external_name(item)
            is_there = not names.isdisjoint(_names(item))
            is_there = is_there or await _known(self._writer, item) is not None
            (others if is_there else fresh).append(item)
            if name is not None:
                names.add(name)
        return fresh, others

    async def _twins_there(self, items: Sequence[ImportItem]) -> set[tuple[str, str]]:
        """Under which names of other lists activities were recorded, looked up at once."""
        wanted: dict[str, list[str]] = {}
        for item in items:
            for origin, name in _twin_names(item):
                wanted.setdefault(origin, []).append(name)
        return {
            (origin, name)
            for origin, names in wanted.items()
            for name in await self._writer.recorded_external_ids(origin, names)
        }

    async def _record(self, items: Sequence[ImportItem], directory: Directory) -> int:
        """Record the activities of items; returns how many are new."""
        drafts = [
            await directory.linked_draft(item.draft, item.named)
            for item in items
            if item.draft is not None
        ]
        outcomes = await self._writer.record(drafts)
        return sum(not outcome.is_repeated for outcome in outcomes)

    async def _is_filled(self, item: ImportItem) -> bool:
        """Whether an element about a known activity said what was missing; it is there then."""
        known = await _known(self._writer, item) or await self._twin(item)
        if known is None or item.draft is None:
            return False
        if self._lists is not None and known.external_id in item.twins:
            if not self._is_noted:
                await self._lists.noted(self._writer)
                self._is_noted = True
            whole = self._lists.joined(draft_of(known), item.draft)
        elif known.external_id != item.draft.external_id:
            # What was exported from here is ours, and lacks nothing.
            return False
        else:
            whole = self._filled(known, item.draft, self._now)
        if is_same(whole, draft_of(known)):
            return False
        await self._writer.revise(known.seq, lambda _: whole)
        return True

    async def _twin(self, item: ImportItem) -> Activity | None:
        """The activity of an element that another list showed before."""
        for origin, name in _twin_names(item):
            known = await self._writer.activity_by_external_id(origin, name)
            if known is not None:
                return known
        return None

    async def _fill_entities(self, items: Sequence[ImportItem]) -> set[EntityKey]:
        """Write what is said of entities and was not known; returns those made or changed."""
        drafts = [(key, draft, True) for item in items for key, draft in item.entities]
        drafts += [(key, draft, False) for item in items for key, draft in item.new_entities]
        keys = {key for key, _, _ in drafts}
        known = await self._writer.entities_by_key(list(keys))
        self._deleted |= await self._writer.deleted_keys(keys - known.keys())
        changed: set[EntityKey] = set()
        for key, draft, is_filling in drafts:
            old = known.get(key)
            if key in self._deleted or (old is not None and not is_filling):
                continue
            whole = filled_draft(old, draft)
            if old is None or whole != entity_draft_of(old):
                # Of who is one person with somebody each record is filled by itself.
                known[key], _ = await self._writer.put_entity(key, partial(_filled, draft))
                changed.add(key)
        return changed


def _filled(draft: EntityDraft, known: Entity | None) -> EntityDraft:
    return filled_draft(known, draft)


def _keys(item: ImportItem) -> list[EntityKey]:
    return [key for key, _ in (*item.entities, *item.new_entities)]


def _external_name(item: ImportItem) -> tuple[str, str] | None:
    draft = item.draft
    if draft is None or draft.external_id is None:
        return None
    return draft.origin, draft.external_id


def _twin_names(item: ImportItem) -> list[tuple[str, str]]:
    return [] if item.draft is None else [(item.draft.origin, name) for name in item.twins]


def _names(item: ImportItem) -> list[tuple[str, str]]:
    """All names that the activity of an item may have."""
    name = _external_name(item)
    return [*_twin_names(item), name] if name is not None else _twin_names(item)


async def _known(reader: ActivityReader, item: ImportItem) -> Activity | None:
    """The activity that an element is about, if it was recorded already."""
    draft = item.draft
    if draft is None:
        return None
    if draft.external_id is not None:
        known = await reader.activity_by_external_id(draft.origin, draft.external_id)
        if known is not None:
            return known
    return await activity_at_home(reader, item.id)


async def _tagged(directory: Directory, item: ImportItem) -> ImportItem:
    """The item; things that an element names without an activity are tags of its contacts."""
    if item.draft is not None or not item.named:
        return item
    tags = await directory.numbers(item.named)
    entities = [
        (key, msgspec.structs.replace(draft, attrs=_with_tags(draft.attrs, tags)))
        if key[0] == CONTACT
        else (key, draft)
        for key, draft in item.entities
    ]
    return msgspec.structs.replace(item, entities=tuple(entities), named=())


def _with_tags(attrs: str, tags: list[int]) -> str:
    return json_text({**object_from_text(attrs), "tags": tags})

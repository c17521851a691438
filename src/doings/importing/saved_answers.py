"""The saved answers of an import: what their elements say, and writing it.

An element adds what is not known yet: it changes no activity that is there, and of an entity it
only fills the gaps.
"""

from collections.abc import Iterator, Sequence

import msgspec

from doings.core.activity import Draft, Link
from doings.core.encoding import utf8_content
from doings.core.entity import EntityDraft, EntityKey, draft_of
from doings.core.errors import Invalid, Malformed, Misconfigured, WrongEncoding
from doings.core.imports import (
    Context,
    ImportItem,
    NamedRef,
    SavedAnswers,
    answers_from_text,
    filled_draft,
)
from doings.core.store import Writer
from doings.core.store.activities import ActivityReader
from doings.core.store.entities import EntityQuery, EntityWriter
from doings.core.text import json_text, object_from_text
from doings.importing.importer import Item, Tally, is_at_home

THINGS_PER_READ = 500
"""How many of the things that go by their names are read at a time."""


class Element(msgspec.Struct, frozen=True):
    """One element and where it stands, or why its answer has none that can be read."""

    place: str
    text: bytes | Malformed | Invalid


def elements_of_text(saved: SavedAnswers, text: bytes) -> list[Element]:
    """The elements of all the answers in a file; raises Misconfigured for UTF-16 and UTF-32."""
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
            elements.append(Element(place, error))
            continue
        within = f"{place}, " if len(answers) > 1 else ""
        elements += [Element(f"{within}element {at}", text) for at, text in enumerate(texts, 1)]
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
    for done, element in enumerate(ordered, 1):
        yield Item(element.place, _read(saved, element, context), done)


def _read(
    saved: SavedAnswers, element: Element, context: Context
) -> ImportItem | Invalid | Malformed:
    if not isinstance(element.text, bytes):
        return element.text
    try:
        return saved.parse_element(element.text, context)
    except Invalid as error:
        return error


async def put_import_items(writer: Writer, items: Sequence[ImportItem]) -> Tally:
    """Write what is not known yet in one transaction."""
    fresh = [item for item in items if not await _is_known(writer, item)]
    changed = await _fill_entities(writer, fresh)
    directory = Directory(writer)
    drafts = [await directory.linked_draft(item) for item in fresh]
    outcomes = await writer.record(drafts)
    recorded = sum(not outcome.is_repeated for outcome in outcomes)
    return Tally(entities=changed, recorded=recorded, repeated=len(items) - recorded)


async def _is_known(reader: ActivityReader, item: ImportItem) -> bool:
    draft = item.draft
    if draft.external_id is not None and await reader.activity_by_external_id(
        draft.origin, draft.external_id
    ):
        return True
    return await is_at_home(reader, item.id)


async def _fill_entities(writer: EntityWriter, items: Sequence[ImportItem]) -> int:
    """Write what is said of entities and was not known; returns how many were made or changed."""
    drafts = [pair for item in items for pair in item.entities]
    known = await writer.entities_by_key(list({key for key, _ in drafts}))
    changed: set[EntityKey] = set()
    for key, draft in drafts:
        old = known.get(key)
        filled = filled_draft(old, draft)
        if old is None or filled != draft_of(old):
            known[key], _ = await writer.put_entity(key, lambda _, filled=filled: filled)  # type: ignore[misc]
            changed.add(key)
    return len(changed)


class Directory:
    """The things of an account that go by their names: found, or else made."""

    def __init__(self, writer: EntityWriter) -> None:
        self._writer = writer
        self._ids: dict[NamedRef, str] = {}

    async def linked_draft(self, item: ImportItem) -> Draft:
        """The item's draft, linked to the things that it names."""
        if not item.named:
            return item.draft
        links = [Link(named.type, await self._id(named)) for named in item.named]
        return msgspec.structs.replace(item.draft, links=(*item.draft.links, *links))

    async def _id(self, named: NamedRef) -> str:
        if named not in self._ids:
            self._ids[named] = await self._found_or_made(named)
        return self._ids[named]

    async def _found_or_made(self, named: NamedRef) -> str:
        attrs: dict[str, str] = {}
        if named.within is not None:
            attribute, other = named.within
            attrs[attribute] = await self._id(other)
        query = EntityQuery(type=named.type, limit=THINGS_PER_READ)
        while entities := await self._writer.entities(query):
            for entity in entities:
                known = object_from_text(entity.attrs)
                if entity.name == named.name and attrs.items() <= known.items():
                    return entity.id
            query = msgspec.structs.replace(query, after=entities[-1].seq)
        draft = EntityDraft(name=named.name, attrs=json_text(attrs))
        return (await self._writer.number_entity(named.type, draft)).id

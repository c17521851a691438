"""Lists and single answers that somebody saved, and lists to save: `{"data":…}`, as recorded.

The export of an account, which Monica 4 gives as a file, is read as well.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import msgspec

from doings.core.account import ONE_SEQUENCE
from doings.core.activity import Activity
from doings.core.documents.rendering import encoded_documents, rendered
from doings.core.entity import CONTACT, EntityKey
from doings.core.errors import Invalid
from doings.core.imports import (
    Contact,
    Context,
    ImportItem,
    OtherLists,
    SavedAnswers,
    decoded_answer,
    elements_of_list,
)
from doings.core.query import LARGEST_PAGE, Query
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityReader
from doings.core.store.rendering import Rendering
from doings.core.timeline import Timeline
from doings.dialects.monica.documents import AccountReference
from doings.dialects.monica.exports.elements import elements_of_export, is_element, place_of
from doings.dialects.monica.exports.mapping import exported_element, item_from_exported
from doings.dialects.monica.mapping.activity import activity_documents, linked_entities
from doings.dialects.monica.mapping.numbers import numbers_of
from doings.dialects.monica.mapping.public_ids import identities
from doings.dialects.monica.mapping.render_context import AccountApi, RenderContext
from doings.dialects.monica.mapping.resources.merging import as_one, saved_twins
from doings.dialects.monica.mapping.resources.saved import ENTRIES, entry_item, saved_entry
from doings.dialects.monica.mapping.resources.saved_parts import (
    PARTS,
    full_contact_item,
    part_item,
    saved_part,
)
from doings.dialects.monica.mapping.saved import (
    draft_from_document,
    entity_drafts_from_document,
    named_from_document,
    saved_activity,
    saved_contact,
)
from doings.dialects.monica.paging import HEAD, Page, list_document
from doings.dialects.monica.params import Listing
from doings.dialects.monica.versions import version_of

MOUNT = "/api"


_NONE = msgspec.Raw(b"")


class SavedAnswer(msgspec.Struct):
    """The envelope: an answer has `data`, an export has `account`, and an error says which."""

    data: msgspec.Raw = _NONE
    account: msgspec.Raw = _NONE
    error: Any = None
    message: Any = None

    @property
    def reason(self) -> str | None:
        """What an error says, None for an answer that is none."""
        said = self.error.get("message") if isinstance(self.error, dict) else self.message
        return ", ".join(map(str, said)) if isinstance(said, list) else said and str(said)


def elements_from_answer(answer: bytes) -> list[bytes]:
    """The elements of a list, of an export, or the one activity; raises Malformed and Invalid."""
    envelope = decoded_answer(answer, SavedAnswer)
    data, account = bytes(envelope.data), bytes(envelope.account)
    if not data and account:
        return elements_of_export(account)
    if not data and envelope.reason:
        raise Invalid.of("answer", f"is an error that the service answered: {envelope.reason}")
    if not data:
        raise Invalid.of("answer", "has neither `data`, as answers have, nor an export's `account`")
    elements = elements_of_list(data) if data.startswith(b"[") else [data]
    sorts = {object_of(element) or _sort_by_members(element) for element in elements}
    if sorts and sorts.isdisjoint({ACTIVITY, CONTACT, *ENTRIES, *PARTS}):
        raise _not_taken(sorts)
    return elements


def _sort_by_members(element: bytes) -> str:
    """What an element is that does not say what it is."""
    is_other = element.startswith(b"{") and b'"happened_at"' not in element
    return "what says no `object`" if is_other else ACTIVITY


def _not_taken(objects: Iterable[str]) -> Invalid:
    sorts = ", ".join(sorted(objects))
    return Invalid.of("answer", f"{sorts} is not taken; lists and single answers of {TAKEN} are")


ACTIVITY = "activity"
"""What activities call themselves; in older answers nothing says what they are."""

TAKEN = (
    "activities, contacts, notes, calls, conversations, life events, the journal, tasks,"
    " reminders, addresses, contact fields and their types, tags, genders, activity types and"
    " their categories"
)


class _Object(msgspec.Struct):
    object: str | None = None


_object = msgspec.json.Decoder(_Object).decode


def object_of(element: bytes) -> str | None:
    """What an element of an answer calls itself, None where it does not say."""
    try:
        return _object(element).object
    except (ValueError, RecursionError):
        return None


def parse_element(element: bytes, context: Context, *, may_be_alone: bool = False) -> ImportItem:
    """What an element says; raises Malformed and Invalid.

    With `may_be_alone` it need not concern anybody: that person was deleted there.
    """
    if is_element(element):
        return item_from_exported(exported_element(element), context)
    sort = object_of(element)
    time_zone = context.account.time_zone
    is_kept = numbers_of(context.account).is_kept
    if sort in ENTRIES:
        return entry_item(
            saved_entry(element), time_zone, is_kept=is_kept, may_be_alone=may_be_alone
        )
    if sort == CONTACT:
        return full_contact_item(saved_contact(element), is_kept=is_kept)
    if sort in PARTS:
        return part_item(saved_part(element), time_zone, is_kept=is_kept)
    if sort is not None and sort != ACTIVITY:
        raise _not_taken([sort])
    document = saved_activity(element)
    if not (document.attendees.contacts or may_be_alone):
        raise Invalid.of("attendees", "an activity without any is shown nowhere")
    return ImportItem(
        draft=draft_from_document(document, time_zone),
        entities=tuple(entity_drafts_from_document(document)),
        named=named_from_document(document, is_kept=is_kept),
        id=document.uuid,
    )


def _parse_saved(element: bytes, context: Context) -> ImportItem:
    """What an element of a saved list says, and by which names other lists may have it."""
    item = parse_element(element, context)
    twins = saved_twins(item)
    return msgspec.structs.replace(item, twins=twins) if twins else item


async def noted_twins(writer: Writer) -> None:
    """Note that what is shown in two lists has the same number in both, where numbers are kept."""
    numbers = numbers_of(await writer.account())
    if numbers.is_kept and not numbers.is_one_sequence:
        await writer.change_settings(lambda settings: settings | {ONE_SEQUENCE: True})


async def respond_chunks(timeline: Timeline, context: Context) -> AsyncIterator[bytes]:
    """The list of the account, or of a contact, in one page; raises NotFound."""
    numbers = numbers_of(context.account)
    path, contact = "/activities", None
    if context.contact_id is not None:
        key = (CONTACT, context.contact_id)
        entity = await timeline.read(lambda reader: reader.entity(key))
        path, contact = f"/contacts/{numbers.of_entity(entity)}/activities", key
    api = AccountApi(
        AccountReference(context.account.id),
        context.url + MOUNT,
        identities(timeline.store.secret),
        version_of(context.account),
        numbers=numbers,
    )
    count = 0
    async for documents in _documents(timeline, contact, api):
        yield (b"," if count else HEAD) + b",".join(documents)
        count += len(documents)
    years = await timeline.read(lambda reader: reader.years_with_contacts())
    yield (b"" if count else HEAD) + _tail(count, years, api.url + path)


async def _documents(
    timeline: Timeline, contact: EntityKey | None, api: AccountApi
) -> AsyncIterator[Sequence[bytes]]:
    time_zone = timeline.account.time_zone
    listing = Listing(1, LARGEST_PAGE, "recorded", is_descending=False)
    rendering = _rendering(api, time_zone)

    async def work(reader: Reader) -> Sequence[bytes]:
        activities = await _activities(reader, contact, listing, time_zone)
        return await rendered(rendering, reader, activities)

    while documents := await timeline.read(work, bounded=False):
        yield documents
        listing = msgspec.structs.replace(listing, page=listing.page + 1)


def _rendering(api: AccountApi, time_zone: str) -> Rendering:
    async def render(reader: EntityReader, activities: Sequence[Activity]) -> list[bytes]:
        linked = linked_entities(activities)
        entities = await reader.entities_by_key(list(linked.all_keys()))
        context = RenderContext(api, time_zone, entities)
        return encoded_documents(activity_documents(activities, linked, context))

    return Rendering("monica export", render)


async def _activities(
    reader: Reader, contact: EntityKey | None, listing: Listing, time_zone: str
) -> list[Activity]:
    skip, limit = listing.skip, listing.limit
    if contact is None:
        seqs = await reader.with_contacts(listing.recorded_order, skip=skip, limit=limit)
    else:
        query = Query(entities=(contact,), skip=skip, limit=limit)
        seqs = await reader.diary(query, listing.diary_order(time_zone))
    return await reader.activities(seqs)


def _tail(count: int, years: list[tuple[int, int]], url: str) -> bytes:
    """What follows the elements: a single page of all of them."""
    page = Page(documents=[], total=count, years=years)
    listing = Listing(1, max(count, 1), "recorded", is_descending=False)
    envelope = list_document(page, listing, url)
    if count:
        envelope.meta.from_, envelope.meta.to = 1, count
    return msgspec.json.encode(envelope).removeprefix(HEAD) + b"\n"


SAVED = SavedAnswers(
    elements_from_answer=elements_from_answer,
    parse_element=_parse_saved,
    respond_chunks=respond_chunks,
    contact_of_export=Contact.PERHAPS,
    place_of=place_of,
    lacks_numbers=lambda elements: any(map(is_element, elements)),
    other_lists=OtherLists(as_one, noted_twins),
)

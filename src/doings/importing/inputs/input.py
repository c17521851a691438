"""What one import reads and how it is written, for each kind of file."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from io import BufferedReader
from typing import BinaryIO, Generic, TypeVar, cast

import msgspec

from doings.core.entity import checked_id
from doings.core.errors import Misconfigured
from doings.core.imports import Context, ImportItem, SavedAnswers, as_it_is
from doings.core.store import Writer
from doings.core.store.imports import ImportCounts
from doings.importing import saved_answers
from doings.importing.compression import is_gzip, read_whole
from doings.importing.importer import Item
from doings.importing.inputs.people import PersonItem
from doings.importing.inputs.person_writing import put_people
from doings.importing.inputs.reading import items_of_sources, total_of
from doings.importing.inputs.sources import STDIN, Source
from doings.importing.ndjson import Line, items_from_lines, put_lines
from doings.importing.recognition import checked_lines
from doings.importing.registry import SAVED

T = TypeVar("T")


class Input(msgspec.Struct, Generic[T], frozen=True):
    """One import: its items, what `done` of these counts up to, and how they are written."""

    items: Iterator[Item[T]]
    total: int | None
    put: Callable[[Writer, list[T]], Awaitable[ImportCounts]]


def input_of_lines(sources: Sequence[Source], origin: str | None) -> Input[Line]:
    """NDJSON; `origin` stands instead of what each line says."""

    def read(_: Source, file: BinaryIO) -> Iterator[Item[Line]]:
        return items_from_lines(checked_lines(cast("BufferedReader", file), SAVED), origin)

    path = sources[0].path
    size = path.stat().st_size if path is not None and not is_gzip(path) else None
    items = items_of_sources(sources, read)
    return Input(items, total_of(sources, size), put_lines)


def input_of_answers(
    sources: Sequence[Source], saved: SavedAnswers, context: Context, *, contact_from_name: bool
) -> Input[ImportItem]:
    """Saved answers; with `contact_from_name` each is about the contact that its file is named by.

    Raises Misconfigured for stdin, which has no name.
    """
    if contact_from_name and any(source.name == STDIN for source in sources):
        raise Misconfigured("--contact-from-name does not go with stdin, which has no name")

    def read(source: Source, file: BinaryIO) -> Iterator[Item[ImportItem]]:
        elements = saved_answers.elements_of_text(saved, read_whole(file))
        own = context
        if contact_from_name:
            own = msgspec.structs.replace(context, contact_id=checked_id(source.stem))
        if own.contact_id is None:
            saved_answers.check_contact(saved, elements)
        return saved_answers.items_of_elements(saved, elements, own)

    put = saved_answers.putting(saved, context.now)
    items = items_of_sources(sources, read)
    return Input(items, total_of(sources, None), put)


def input_of_items(
    sources: Sequence[Source],
    read: Callable[[Source, BinaryIO], Iterator[Item[ImportItem | PersonItem]]],
    now: int,
) -> Input[ImportItem | PersonItem]:
    """Items of a format that is no vendor's: activities, or people; `now` is an instant."""
    items = items_of_sources(sources, read)
    return Input(items, total_of(sources, None), putting_items(now))


PutItems = Callable[[Writer, list[ImportItem | PersonItem]], Awaitable[ImportCounts]]


def putting_items(now: int) -> PutItems:
    """What writes activities and people of a format that is no vendor's; `now` is an instant."""
    put_activities = saved_answers.putting_with(as_it_is, now)

    async def put(writer: Writer, items: list[ImportItem | PersonItem]) -> ImportCounts:
        people = [item for item in items if isinstance(item, PersonItem)]
        others = [item for item in items if isinstance(item, ImportItem)]
        counts = await put_people(writer, people) if people else ImportCounts()
        return counts + await put_activities(writer, others) if others else counts

    return put

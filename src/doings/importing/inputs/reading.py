"""The items of many sources, one after the other, each told with the file that it stands in."""

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, TypeVar

from doings.core.errors import DoingsError, Malformed
from doings.importing.importer import Item
from doings.importing.inputs.sources import Source

T = TypeVar("T")

Read = Callable[[Source, BinaryIO], Iterator[Item[T]]]
"""Takes a source and its content; raises DoingsError for what cannot be read at all."""


def items_of_sources(sources: Sequence[Source], read: Read[T]) -> Iterator[Item[T]]:
    """The items of all sources; of several, a source that cannot be read is an item, too.

    What is wrong with the only one that was named is raised instead: there is nothing else.
    """
    if is_alone(sources):
        with sources[0].opened() as file:
            yield from read(sources[0], file)
        return
    for number, source in enumerate(sources, 1):
        yield from _items_of_source(source, number, read)


def _items_of_source(source: Source, number: int, read: Read[T]) -> Iterator[Item[T]]:
    try:
        with source.opened() as file:
            for item in read(source, file):
                place = f"{source.name}, {item.place}" if item.place else ""
                yield Item(place, item.says, number, item.work)
    except DoingsError as error:
        yield Item(source.name, error, number)
    except OSError as error:
        yield Item(source.name, Malformed(error.strerror or str(error)), number)


def total_of(sources: Sequence[Source], alone: int | None) -> int | None:
    """What `done` of the items counts up to: sources, or for the only one what is said of it."""
    return alone if is_alone(sources) else len(sources)


def is_alone(sources: Sequence[Source]) -> bool:
    """Whether there is one source only and somebody named it, so that nobody asks which it is."""
    return len(sources) == 1 and sources[0].is_named

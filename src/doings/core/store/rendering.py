"""How a surface renders activities, in a form that lets the store keep the documents."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import NamedTuple

import msgspec

from doings.core.activity import Activity
from doings.core.store.entities import EntityReader


class Heavy(Exception):
    """A read on the event loop came to more than is read there; it is begun again on a thread."""


class Uncacheable(bytes):
    """An encoded document that may be different next time although nothing in the store changed."""

    __slots__ = ()


class Rendering(msgspec.Struct, frozen=True):
    """How a surface renders activities; the store may keep the documents and show them again.

    `render` returns the encoded document of each activity, in their order. It may ask the reader
    for entities that the activities refer to. A document is shown again as long as nothing that it
    was made of is changed: entries of the account, and `about`, which stands for everything else
    that goes into it, like the address it names. A document that also depends on the time, or on
    something that does not exist yet, is `Uncacheable`. Without `reads_attrs` the entities that
    the activities are linked to have no attributes, which are not read then.

    `render` may fail: `core.documents.rendering.rendered` then shows what is left without texts.
    """

    about: Hashable
    render: Callable[[EntityReader, Sequence[Activity]], Awaitable[Sequence[bytes]]]
    reads_attrs: bool = True


class Rendered(NamedTuple):
    """The documents of the first `covered` of the activities asked for, as many as a page holds."""

    documents: list[msgspec.Raw]
    covered: int

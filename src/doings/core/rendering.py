"""What a surface makes of activities, said so that the store can keep it."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from doings.core.activity import Activity

if TYPE_CHECKING:
    from doings.core.store import Reader

_ENCODER = msgspec.json.Encoder()


class Fleeting(bytes):
    """An encoded document that may be another one next time though nobody changed anything."""

    __slots__ = ()


Render = Callable[["Reader", Sequence[Activity]], Awaitable[Sequence[bytes]]]


class Rendering(msgspec.Struct, frozen=True):
    """How a surface renders activities.

    `render` gives the encoded document of each; it may ask the reader for what they refer to. A
    document is kept and shown again while nothing that it was made of is changed: entries of the
    account, and `about`, which is everything else that goes into it, like the address it names.
    One that depends on the time as well, or on something not being there, is `Fleeting`.
    """

    about: Hashable
    render: Render


def encoded_documents(documents: Sequence[object]) -> list[bytes]:
    """Documents as JSON: together, which takes less, and then told apart."""
    lines = _ENCODER.encode_lines(documents).split(b"\n")[:-1]
    if len(lines) != len(documents):
        # JSON is stored without line ends, but imports once did not see to that.
        return [_ENCODER.encode(document) for document in documents]
    return lines


def json_rendering(
    about: Hashable, documents: Callable[[Sequence[Activity]], Iterable[object]]
) -> Rendering:
    """A rendering as JSON of what plain functions make of activities and nothing else."""

    async def render(reader: "Reader", activities: Sequence[Activity]) -> list[bytes]:  # noqa: ARG001
        return encoded_documents(list(documents(activities)))

    return Rendering(about, render)

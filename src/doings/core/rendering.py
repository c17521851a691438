"""Documents of activities as JSON, for every surface."""

from collections.abc import Callable, Hashable, Iterable, Sequence

import msgspec

from doings.core.activity import Activity
from doings.core.store.entities import EntityReader
from doings.core.store.rendering import Rendering

_ENCODER = msgspec.json.Encoder()


def encoded_documents(documents: Sequence[object]) -> list[bytes]:
    """The JSON of each document, in their order.

    They are encoded together, which is faster than one by one, and then cut at the line ends.
    """
    lines = _ENCODER.encode_lines(documents).split(b"\n")[:-1]
    if len(lines) != len(documents):
        # Stored JSON has no line ends today, but old imports stored some. Then cuts are wrong.
        return [_ENCODER.encode(document) for document in documents]
    return lines


def json_rendering(
    about: Hashable, documents: Callable[[Sequence[Activity]], Iterable[object]]
) -> Rendering:
    """A rendering as JSON by a plain function of the activities, which asks the store nothing."""

    async def render(reader: EntityReader, activities: Sequence[Activity]) -> list[bytes]:  # noqa: ARG001
        return encoded_documents(list(documents(activities)))

    return Rendering(about, render)

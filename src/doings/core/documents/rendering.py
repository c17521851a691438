"""Documents of activities, for every surface, whatever is stored."""

from collections.abc import Callable, Hashable, Iterable, Sequence

import msgspec
import structlog

from doings.core.activity import Activity, Linked
from doings.core.errors import DoingsError
from doings.core.store.entities import EntityReader
from doings.core.store.rendering import Heavy, Rendering

log = structlog.get_logger("doings.rendering")

_ENCODER = msgspec.json.Encoder()


async def rendered(
    rendering: Rendering, reader: EntityReader, activities: Sequence[Activity]
) -> Sequence[bytes]:
    """The encoded document of each activity, in their order.

    One activity that a surface cannot render must not take the whole list with it, for good. So
    where rendering fails, each is rendered alone, and one that fails again is rendered `bare`.
    """
    try:
        return await rendering.render(reader, activities)
    except (DoingsError, Heavy):
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the others are shown
        if len(activities) == 1:
            return await _rendered_bare(rendering, reader, activities[0], error)
    return [
        document
        for activity in activities
        for document in await rendered(rendering, reader, [activity])
    ]


async def _rendered_bare(
    rendering: Rendering, reader: EntityReader, activity: Activity, error: Exception
) -> Sequence[bytes]:
    """The document of what is left of an activity; the log tells of the defect, without a text."""
    log.error("defect", exc_info=error, activity=activity.id, surface=_name(rendering))
    return await rendering.render(reader, [bare(activity)])


def bare(activity: Activity) -> Activity:
    """The activity without everything that callers write freely: what every surface can show.

    What is left are the kind, the times, the ids, and the links by type, id and role.
    """
    return msgspec.structs.replace(
        activity,
        time_zone=None,
        summary=None,
        body=None,
        data="{}",
        metadata="{}",
        links=tuple([_bare_link(link) for link in activity.links]),
    )


def _bare_link(link: Linked) -> Linked:
    bare = msgspec.structs.replace(link.entity, name=None, attrs="{}")
    named = tuple([_bare_link(one) for one in link.named])
    return msgspec.structs.replace(link, entity=bare, named=named)


def _name(rendering: Rendering) -> str:
    """What the surface calls its rendering."""
    about = rendering.about
    return str(about[0] if isinstance(about, tuple) else about)


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
    about: Hashable,
    documents: Callable[[Sequence[Activity]], Iterable[object]],
    *,
    reads_attrs: bool = True,
) -> Rendering:
    """A rendering as JSON by a plain function of the activities, which asks the store nothing."""

    async def render(reader: EntityReader, activities: Sequence[Activity]) -> list[bytes]:  # noqa: ARG001
        return encoded_documents(list(documents(activities)))

    return Rendering(about, render, reads_attrs)

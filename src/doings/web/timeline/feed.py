"""What `feed.html` shows of a list, and how a page and its scripts go on from there."""

from doings.core.query import Gap
from doings.web.timeline.filters import Filters, address_of, key_text
from doings.web.timeline.reading import Part

PART = "/timeline/part"
EVENTS = "/timeline/events"


def feed_of(
    filters: Filters, part: Part, position: str, *, home: str | None = None
) -> dict[str, object]:
    """The list with these filters; `home` is the address of its start, the timeline's if None."""

    def url(name: str, gap: Gap | None) -> str | None:
        return address_of(filters, (name, place_of(gap))) if gap else None

    return {
        "part": part,
        "searches_texts": filters.text is not None,
        "older": place_of(part.after),
        "newer": place_of(part.before),
        "older_url": url("older", part.after),
        "newer_url": url("newer", part.before),
        "newest_url": home or address_of(filters),
        "params": address_of(filters, path="").removeprefix("?"),
        "position": position,
        "part_url": PART,
        "events_url": EVENTS,
    }


def place_of(gap: Gap | None) -> str:
    """The place from where a list goes on; empty at its end."""
    return "" if gap is None else key_text(gap.occurred_at, gap.seq)

"""Pages of lists that begin with the newest, put in the order to record them in.

Activities of the same instant have the order in which they were recorded. Pages come newest first,
so those of one instant may stand on two pages, and the older page has to be recorded first. That is
why the last ones of a page wait for the next page.
"""

from collections.abc import Callable, Sequence

HELD = 1000
"""How many elements of one instant may wait; beyond that their order is not kept."""


def parted(
    held: Sequence[str],
    elements: Sequence[bytes],
    stamp: Callable[[bytes], object],
    *,
    has_more: bool,
) -> tuple[list[bytes], list[bytes]]:
    """What of a page is recorded now, oldest first, and what waits for the next page.

    `held` are the elements that waited for this one; a page may show them again. `stamp` says when
    an element happened.
    """
    newest_first = list(dict.fromkeys([*(text.encode() for text in held), *elements]))
    waiting = _last_instant(newest_first, stamp) if has_more else 0
    if waiting > HELD:
        waiting = 0
    end = len(newest_first) - waiting
    return newest_first[:end][::-1], newest_first[end:]


def _last_instant(elements: Sequence[bytes], stamp: Callable[[bytes], object]) -> int:
    """How many elements at the end are of the same instant."""
    count = 0
    while count < len(elements) and stamp(elements[-1 - count]) == stamp(elements[-1]):
        count += 1
    return count

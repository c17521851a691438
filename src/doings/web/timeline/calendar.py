"""Days to choose from: the days of one year as a map of squares, and all months as bars.

Both are made of tallies, which are kept by UTC day. They are drawn as SVG, whose attributes say
places and sizes: the policy of the pages allows no styles in the page itself.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import msgspec

from doings.core.clock import date_from_day
from doings.web.timeline.times import MONTHS, date_text

CELL = 11
"""The distance between squares; each is two less wide."""

HALF = 27
"""How many weeks stand in a row: a year takes two rows, which fit beside the list."""

ROW = 7 * CELL + 18
"""The distance between the rows, with the names of the months."""

LEVELS = 4
"""How many shades there are besides that of a day without activities."""

BAR_HEIGHT = 60
MONTHS_SHOWN = 120
"""From so many months on there is a bar for each year."""

MOST_BARS = 2 * MONTHS_SHOWN

_WEEK = 7

Sums = Sequence[tuple[int, int]]
"""(UTC day, activities), oldest first."""

Url = Callable[..., str]


class Square(msgspec.Struct, frozen=True):
    """A day with activities: where it is drawn, how dark, and where it leads."""

    x: int
    y: int
    shade: int
    label: str
    url: str


class Year(msgspec.Struct, frozen=True):
    """The days of a year. `ground` is the path of all squares, `months` are names and places."""

    number: int
    width: int
    height: int
    ground: str
    squares: list[Square]
    months: list[tuple[str, int, int]]
    total: int
    before: str | None
    after: str | None


class Bar(msgspec.Struct, frozen=True):
    """A month or a year: how high its bar is, its first and last day, and where it leads."""

    x: float
    width: float
    y: float
    height: float
    first: str
    last: str
    label: str
    url: str
    is_chosen: bool


class Histogram(msgspec.Struct, frozen=True):
    """All months or years that have activities, and those between."""

    bars: list[Bar]
    width: int
    first_label: str
    last_label: str


def year_of(sums: Sums, number: int, url: Url) -> Year:
    """The map of one year; `url` makes addresses of places."""
    counts = {day: count for day, count in _dated(sums) if day.year == number}
    years = {day.year for day, _ in _dated(sums)}
    start = date(number, 1, 1)
    offset = start.weekday()
    darkest = max(counts.values(), default=1)

    def corner(day: date) -> tuple[int, int]:
        week, weekday = divmod((day - start).days + offset, _WEEK)
        row, column = divmod(week, HALF)
        return column * CELL, row * ROW + weekday * CELL

    days = [start + timedelta(place) for place in range((date(number, 12, 31) - start).days + 1)]
    size = CELL - 2
    return Year(
        number=number,
        width=HALF * CELL,
        height=2 * ROW,
        ground="".join([f"M{x} {y}h{size}v{size}h-{size}z" for x, y in map(corner, days)]),
        squares=[
            Square(
                *corner(day),
                shade=-(-count * LEVELS // darkest),
                label=f"{date_text(day)}: {_told(count)}",
                url=url(("on", day.isoformat())),
            )
            for day, count in counts.items()
        ],
        months=[_month_name(number, month, corner) for month in range(1, 13)],
        total=sum(counts.values()),
        before=_beside(years, number, url, -1),
        after=_beside(years, number, url, 1),
    )


def _month_name(
    year: int, month: int, corner: Callable[[date], tuple[int, int]]
) -> tuple[str, int, int]:
    """The name of a month, and where it stands: above its first week."""
    x, y = corner(date(year, month, 1))
    return MONTHS[month - 1][:3], x, y // ROW * ROW


def _beside(years: set[int], number: int, url: Url, step: int) -> str | None:
    """The address of the nearest year with activities on one side."""
    others = [year for year in years if (year - number) * step > 0]
    nearest = min(others, key=lambda year: abs(year - number), default=None)
    return None if nearest is None else url(("year", str(nearest)))


def histogram_of(sums: Sums, url: Url, chosen: tuple[date | None, date | None]) -> Histogram | None:
    """The bars of all time; None where nothing happened."""
    dated = _dated(sums)
    if not dated:
        return None
    first, last = dated[0][0], dated[-1][0]
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    by_year = months > MONTHS_SHOWN
    counts: Counter[tuple[int, int]] = Counter()
    for day, count in dated:
        counts[(day.year, 0 if by_year else day.month)] += count
    spans = (
        [(year, 0) for year in range(first.year, last.year + 1)]
        if by_year
        else [_month(first, place) for place in range(months)]
    )
    if len(spans) > MOST_BARS:
        # One activity of a wrong year would push all others out: only years with any are shown.
        spans = sorted(counts)[-MOST_BARS:]
    highest = max(counts.values())
    width = 264
    step = width / len(spans)
    bars = []
    for place, span in enumerate(spans):
        count = counts[span]
        begin, end = _days_of(span)
        height = count / highest * (BAR_HEIGHT - 2) + 2 if count else 0
        bars.append(
            Bar(
                x=round(place * step, 2),
                width=round(max(step - min(2, step / 4), 0.5), 2),
                y=round(BAR_HEIGHT - height, 2),
                height=round(height, 2),
                first=begin.isoformat(),
                last=end.isoformat(),
                label=f"{_name(span)}: {_told(count)}",
                url=url(("on", end.isoformat())),
                is_chosen=_is_within(begin, end, chosen),
            )
        )
    return Histogram(bars, width, _name(spans[0]), _name(spans[-1]))


def _dated(sums: Sums) -> list[tuple[date, int]]:
    return [(date_from_day(day), count) for day, count in sums if count > 0]


def _month(first: date, place: int) -> tuple[int, int]:
    years, month = divmod(first.month - 1 + place, 12)
    return first.year + years, month + 1


def _days_of(span: tuple[int, int]) -> tuple[date, date]:
    year, month = span
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _name(span: tuple[int, int]) -> str:
    year, month = span
    return f"{MONTHS[month - 1]} {year}" if month else str(year)


def _is_within(begin: date, end: date, chosen: tuple[date | None, date | None]) -> bool:
    """Whether a span touches the days that are filtered for; false where none are."""
    first, last = chosen
    if first is None and last is None:
        return False
    return (first is None or end >= first) and (last is None or begin <= last)


def _told(count: int) -> str:
    return f"{count:,} {'activity' if count == 1 else 'activities'}"

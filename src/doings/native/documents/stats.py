"""The JSON of counts."""

import msgspec


class DayCount(msgspec.Struct):
    """How much happened on a UTC day."""

    day: str
    count: int


class KindCount(msgspec.Struct):
    """How much of a kind happened."""

    kind: str
    count: int


class DayStats(msgspec.Struct, tag_field="by", tag="day"):
    """Counts by day, oldest first."""

    items: list[DayCount]
    total: int


class KindStats(msgspec.Struct, tag_field="by", tag="kind"):
    """Counts by kind, most frequent first."""

    items: list[KindCount]
    total: int

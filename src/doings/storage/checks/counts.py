"""Checks link by link and tally by tally: each against what it follows from."""

from datetime import MAXYEAR, MINYEAR, date

import msgspec

from doings.core.clock import DAY, date_from_day, day_from_date, day_of, local_date
from doings.storage.checks import statements as sql
from doings.storage.sql.select import EVERYTHING
from doings.storage.sql.tallies import TOTAL
from doings.storage.transaction import ReadTransaction

ROW_CHUNK = 1000
"""How many links or tallies are looked at in one go."""

FIRST_LINK = (EVERYTHING, -(1 << 62), 0)
FIRST_TALLY = (EVERYTHING, -(1 << 62), "")
"""Keys before all others."""


class LinkRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `LINKS_AFTER`: a link, and what its activity says of it."""

    entity: int
    occurred_at: int
    activity: int
    kind: str
    at_of_activity: int | None
    kind_of_activity: str | None
    has_contact: int | None
    is_named: int
    is_day_counted: int
    is_total_counted: int


class Links(msgspec.Struct, frozen=True):
    """A stretch of links: what is wrong, the key of the last one, and the years it touches."""

    findings: list[str]
    last: tuple[int, int, int] | None
    years: set[int]


async def links_after(
    transaction: ReadTransaction, key: tuple[int, int, int], time_zone: str
) -> Links:
    """Check a stretch of links that begins behind a key; without a last one it is the end."""
    entity, occurred_at, activity = key
    rows = [
        LinkRow(*row)
        for row in await transaction.fetch(
            sql.LINKS_AFTER,
            entity=entity,
            occurred_at=occurred_at,
            activity_seq=activity,
            limit=ROW_CHUNK,
        )
    ]
    findings = dict.fromkeys(finding for row in rows for finding in _link_findings(row))
    years = {
        local_date(row.occurred_at, time_zone).year
        for row in rows
        if row.entity == EVERYTHING and row.has_contact
    }
    last = (rows[-1].entity, rows[-1].occurred_at, rows[-1].activity) if rows else None
    return Links(list(findings), last, years)


def _link_findings(row: LinkRow) -> list[str]:
    name = f"the link of activity {row.activity} to {named(row.entity)}"
    findings = []
    if row.at_of_activity is None:
        findings.append(f"{name} has no activity")
    elif row.at_of_activity != row.occurred_at:
        findings.append(f"{name} lies at {row.occurred_at}, the activity at {row.at_of_activity}")
    elif row.kind_of_activity != row.kind:
        findings.append(f"{name} says {row.kind}, the activity {row.kind_of_activity}")
    elif not row.is_named:
        findings.append(f"{name} is none that the activity names")
    if not row.is_day_counted:
        findings.append(_tally_finding(row.entity, day_of(row.occurred_at), row.kind, None))
    if not row.is_total_counted:
        findings.append(_tally_finding(row.entity, TOTAL, row.kind, None))
    return findings


async def tallies_after(
    transaction: ReadTransaction, key: tuple[int, int, str]
) -> tuple[list[str], tuple[int, int, str] | None]:
    """Recount a stretch of tallies that begins behind a key; and the key of the last one."""
    entity, day, kind = key
    rows = await transaction.fetch(
        sql.TALLIES_AFTER, entity=entity, day=day, kind=kind, limit=ROW_CHUNK
    )
    findings = [
        _tally_finding(entity, day, kind, count) + f", there are {found}"
        for entity, day, kind, count, found in rows
        if count != found or not count
    ]
    return findings, (rows[-1][:3] if rows else None)


def _tally_finding(entity: int, day: int, kind: str, count: int | None) -> str:
    when = "in all" if day == TOTAL else f"on {_date(day)}"
    said = "is missing" if count is None else f"is {count}"
    return f"the tally of {kind} of {named(entity)} {when} {said}"


def _date(day: int) -> str:
    try:
        return str(date_from_day(day))
    except (ValueError, OverflowError):
        return f"day {day}"


def named(entity: int) -> str:
    """An entity as findings call it."""
    return "everything" if entity == EVERYTHING else f"entity {entity}"


async def counted_years(transaction: ReadTransaction) -> set[int]:
    """The years that have a tally."""
    return {row[0] for row in await transaction.fetch(sql.TALLIES_OF_YEARS)}


async def year_findings(transaction: ReadTransaction, year: int, time_zone: str) -> list[str]:
    """Whether the tally of a year is what its activities with a contact come to.

    Far from New Year every zone agrees on the year, so only the days around it are looked at one
    by one.
    """
    if not MINYEAR <= year <= MAXYEAR:
        return [f"the year {year} cannot be"]
    spring, winter = day_from_date(date(year, 1, 3)), day_from_date(date(year, 12, 29))
    inner = await transaction.fetch_one(sql.COUNT_BETWEEN, start=spring * DAY, end=winter * DAY)
    found = int(inner[0]) if inner else 0
    for first, end in ((spring - 7, spring), (winter, winter + 7)):
        rows = await transaction.fetch(sql.INSTANTS_BETWEEN, start=first * DAY, end=end * DAY)
        found += sum(count for at, count in rows if local_date(at, time_zone).year == year)
    stored = {row[0]: row[1] for row in await transaction.fetch(sql.TALLIES_OF_YEARS)}.get(year, 0)
    if stored == found:
        return []
    return [f"the year {year} counts {stored} activities with a contact, there are {found}"]

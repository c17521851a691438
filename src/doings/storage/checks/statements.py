"""The statements of `checks`, each of which compares a stretch of rows with what they follow from.

All that one row has to agree with is read in one statement, so that a check of a store in use never
compares two states.
"""

from doings.core.clock import DAY
from doings.core.interactions import lifecycle
from doings.storage.sql.entity_statements import OWN
from doings.storage.sql.select import EVERYTHING
from doings.storage.sql.tallies import ACTIVITIES, BLOCKS, GROUPS, LAST_DAY, TOTAL, YEARS


def _is(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _exists(rows: str) -> str:
    return _is(f"EXISTS (SELECT 1 FROM {rows})")


_KINDS_WITH_DEADLINES = ", ".join(f"'{kind}'" for kind in sorted(lifecycle.KINDS))

# A block of seqs; long texts are left out where they decide nothing

ENTITIES_OF_BLOCK = f"""
    SELECT
        e.seq, e.type, CASE WHEN e.attrs LIKE '%"is_partial"%' THEN e.attrs ELSE '{{}}' END,
        e.is_partial, {_is("e.deleted_at IS NULL")},
        {_is("e.group_seq IS NULL OR e.group_seq = e.seq")}
    FROM entities e
    WHERE e.account_id = :account_id AND e.seq >= :first AND e.seq < :end"""

ACTIVITIES_OF_BLOCK = f"""
    SELECT
        a.seq, a.id, a.kind,
        CASE WHEN a.kind IN ({_KINDS_WITH_DEADLINES}) THEN a.data ELSE '{{}}' END,
        a.has_contact, d.due_at, {_is("a.summary <> '' OR a.body <> ''")},
        a.occurred_at, a.linked
    FROM activities a
    LEFT JOIN deadlines d ON d.account_id = a.account_id AND d.activity_seq = a.seq
    WHERE a.account_id = :account_id AND a.seq >= :first AND a.seq < :end"""

_IS_THERE = _exists("""
    activities a
    WHERE a.account_id = c.account_id AND a.seq = c.activity_seq AND a.id = c.activity_id""")
_IS_DELETED = _exists("""
    changes o WHERE o.account_id = c.account_id AND o.activity_id = c.activity_id
        AND o.op <> 'created' AND o.op IN ('deleted', 'erased')""")
_IS_CREATED = _exists("""
    changes o WHERE o.account_id = c.account_id AND o.seq = c.activity_seq
        AND o.activity_id = c.activity_id AND o.op = 'created'""")
CHANGES_OF_BLOCK = f"""
    SELECT
        c.seq, c.activity_seq, c.activity_id, c.op, {_IS_THERE}, {_IS_DELETED}, {_IS_CREATED}
    FROM changes c
    WHERE c.account_id = :account_id AND c.seq >= :first AND c.seq < :end"""
_HAS_ENTITY = _exists("entities e WHERE e.account_id = n.account_id AND e.seq = n.entity_seq")
ENTITY_CHANGES_OF_BLOCK = f"""
    SELECT n.seq, n.entity_seq, {_HAS_ENTITY}
    FROM entity_changes n
    WHERE n.account_id = :account_id AND n.seq >= :first AND n.seq < :end"""
LINKED_ENTITIES = """
    SELECT seq, type, contact_seq FROM entities
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""
TALLIES_OF_BLOCKS = f"""
    SELECT day, kind, count FROM tallies
    WHERE account_id = :account_id AND entity = {BLOCKS} AND day >= :first AND day < :end"""
MEMBERS = f"""
    SELECT type, COUNT(*) FROM entities
    WHERE account_id = :account_id AND deleted_at IS NULL AND is_partial = 0 AND {OWN}
    GROUP BY type
    UNION ALL
    SELECT '{ACTIVITIES}', COUNT(*) FROM activities
    WHERE account_id = :account_id AND has_contact = 1"""
DEADLINES_WITHOUT_ACTIVITY = """
    SELECT d.activity_seq FROM deadlines d
    LEFT JOIN activities a ON a.account_id = d.account_id AND a.seq = d.activity_seq
    WHERE d.account_id = :account_id AND a.seq IS NULL"""

# What is noted about imports; an activity that an import changed may be deleted since

WRONG_IMPORT_RANGES = """
    SELECT r.run, r.first_seq, r.last_seq FROM import_ranges r
    WHERE r.account_id = :account_id AND (
        r.first_seq > r.last_seq
        OR r.last_seq > (SELECT head FROM heads WHERE account_id = :account_id)
        OR NOT EXISTS (
            SELECT 1 FROM import_runs i WHERE i.account_id = :account_id AND i.run = r.run
        )
        OR EXISTS (
            SELECT 1 FROM import_ranges o WHERE o.account_id = :account_id AND o.run = r.run
                AND o.first_seq > r.first_seq AND o.first_seq <= r.last_seq
        )
    )"""
WRONG_IMPORT_CHANGES = """
    SELECT c.run, c.thing, c.seq FROM import_changes c
    WHERE c.account_id = :account_id AND (
        NOT EXISTS (
            SELECT 1 FROM import_runs i WHERE i.account_id = :account_id AND i.run = c.run
        )
        OR c.thing = 'entity' AND NOT EXISTS (
            SELECT 1 FROM entities e WHERE e.account_id = :account_id AND e.seq = c.seq
        )
    )"""

# Links and tallies, in the order of their keys

_DAY_OF_LINK = f"(l.occurred_at - (l.occurred_at % {DAY} + {DAY}) % {DAY}) / {DAY}"
"""Rounded down, also before 1970."""


def _is_counted(day: str) -> str:
    return _exists(f"""
    tallies t WHERE t.account_id = l.account_id AND t.entity = l.entity
        AND t.day = {day} AND t.kind = l.kind""")


LINKS_AFTER = f"""
    SELECT
        l.entity, l.occurred_at, l.activity_seq, l.kind,
        a.occurred_at, a.kind, a.has_contact,
        {_is(f"l.entity = {EVERYTHING} OR ' ' || a.linked LIKE '% ' || l.entity || ':%'")},
        {_is_counted(_DAY_OF_LINK)}, {_is_counted(str(TOTAL))}
    FROM links l
    LEFT JOIN activities a ON a.account_id = l.account_id AND a.seq = l.activity_seq
    WHERE l.account_id = :account_id
        AND (l.entity, l.occurred_at, l.activity_seq) > (:entity, :occurred_at, :activity_seq)
    ORDER BY l.entity, l.occurred_at, l.activity_seq LIMIT :limit"""
TALLIES_AFTER = f"""
    SELECT
        t.entity, t.day, t.kind, t.count,
        (
            SELECT COUNT(*) FROM links l
            WHERE l.account_id = t.account_id AND l.entity = t.entity AND l.kind = t.kind
                AND l.occurred_at >= t.day * {DAY}
                AND l.occurred_at < CASE WHEN t.day = {TOTAL} THEN {LAST_DAY} ELSE t.day + 1 END
                    * {DAY}
        )
    FROM tallies t
    WHERE t.account_id = :account_id AND (t.entity, t.day, t.kind) > (:entity, :day, :kind)
    ORDER BY t.entity, t.day, t.kind LIMIT :limit"""
TALLIES_OF_YEARS = f"""
    SELECT day, count FROM tallies
    WHERE account_id = :account_id AND entity = {YEARS} ORDER BY day"""
_WITH_CONTACT_BETWEEN = f"""
    FROM links l JOIN activities a ON a.account_id = l.account_id AND a.seq = l.activity_seq
    WHERE l.account_id = :account_id AND l.entity = {EVERYTHING} AND a.has_contact = 1
        AND l.occurred_at >= :start AND l.occurred_at < :end"""
COUNT_BETWEEN = f"SELECT COUNT(*) {_WITH_CONTACT_BETWEEN}"
INSTANTS_BETWEEN = f"SELECT l.occurred_at, COUNT(*) {_WITH_CONTACT_BETWEEN} GROUP BY l.occurred_at"

# Groups of entities that are one person

NEXT_GROUP = """
    SELECT MIN(group_seq) FROM entities WHERE account_id = :account_id AND group_seq > :after"""
COUNTS_WITHOUT_GROUP = f"""
    SELECT t.entity FROM tallies t
    WHERE t.account_id = :account_id AND t.entity < {GROUPS} AND t.day = {TOTAL}
        AND NOT EXISTS (
            SELECT 1 FROM entities e
            WHERE e.account_id = :account_id AND e.group_seq = {GROUPS} - t.entity
        )"""
COUNT_OF_MERGES = """
    SELECT h.merges, (
        SELECT COUNT(*) FROM merges g WHERE g.account_id = :account_id AND g.reverted_at IS NULL
    ) FROM heads h WHERE h.account_id = :account_id"""


def next_account(table: str) -> str:
    """The next account that has rows in a table, whether it exists or not."""
    return f"""
    SELECT account_id FROM {table} WHERE account_id > :after ORDER BY account_id LIMIT 1"""


def links_named(count: int) -> str:
    """Which of so many (entity, occurred_at, activity_seq), each numbered, are links."""
    names = ", ".join(
        f"(CAST(:entity_{number} AS BIGINT), CAST(:occurred_at_{number} AS BIGINT),"
        f" CAST(:activity_seq_{number} AS BIGINT))"
        for number in range(count)
    )
    return f"""
    WITH named (entity, occurred_at, activity_seq) AS (VALUES {names})
    SELECT l.entity, l.occurred_at, l.activity_seq
    FROM named JOIN links l ON l.account_id = :account_id AND l.entity = named.entity
        AND l.occurred_at = named.occurred_at AND l.activity_seq = named.activity_seq"""


# The last change of an activity before a seq that tells that it was erased.
LAST_ERASED = """
    SELECT seq FROM changes WHERE account_id = :account_id AND op = 'erased' AND seq < :before
    ORDER BY seq DESC LIMIT 1"""
# The same of an entity.
LAST_ERASED_ENTITY = """
    SELECT seq FROM entity_changes
    WHERE account_id = :account_id AND op = 'erased' AND seq < :before
    ORDER BY seq DESC LIMIT 1"""

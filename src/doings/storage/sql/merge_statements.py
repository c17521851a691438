"""The statements about merges, and about the groups of entities that are one person."""

from doings.storage.sql.tallies import TOTAL

# The columns that `rows.merge_from_row` takes, in its order.
MERGE = (
    "g.seq, g.id, g.keep_seq, g.merged, g.through, g.reason, g.at, g.by_key, g.reverted_at,"
    " g.reverted_by, g.is_by_itself"
)
# One merge by its public id.
MERGE_BY_ID = f"""
    SELECT {MERGE} FROM merges g WHERE g.account_id = :account_id AND g.id = :id"""
# Merges by their seqs.
MERGES_BY_SEQ = f"""
    SELECT {MERGE} FROM merges g WHERE g.account_id = :account_id AND g.seq = ANY(:seqs)"""
# A page of merges, newest first.
MERGES_BEFORE = f"""
    SELECT {MERGE} FROM merges g WHERE g.account_id = :account_id AND g.seq < :seq
    ORDER BY g.seq DESC LIMIT :limit"""
# A page of merges, oldest first.
MERGES_AFTER = f"""
    SELECT {MERGE} FROM merges g WHERE g.account_id = :account_id AND g.seq > :seq
    ORDER BY g.seq LIMIT :limit"""
# The active merges that made the group of an entity, newest first.
MERGES_OF_KEY = f"""
    SELECT {MERGE} FROM merges g WHERE g.account_id = :account_id AND g.seq IN (
        SELECT m.merged_by FROM entities n
        JOIN entities m ON m.account_id = :account_id AND m.group_seq = n.group_seq
        WHERE n.account_id = :account_id AND n.type = :type AND n.id = :id
    ) ORDER BY g.seq DESC"""
# Notes a merge.
ADD_MERGE = """
    INSERT INTO merges
        (account_id, seq, id, keep_seq, merged, through, reason, at, by_key, is_by_itself,
         is_told)
    VALUES
        (:account_id, :seq, :id, :keep_seq, :merged, :through, :reason, :at, :by_key,
         :is_by_itself, 1)"""
# Notes that a merge holds no more.
REVERT_MERGE = """
    UPDATE merges SET reverted_at = :at, reverted_by = :by_key
    WHERE account_id = :account_id AND seq = :seq"""
# Counts the merges of an account that are active.
COUNT_MERGES = "UPDATE heads SET merges = merges + :count WHERE account_id = :account_id"

# Entities as merging looks at them: those with these seqs, or in these groups.
_MEMBER = "seq, type, id, group_seq, merged_by, is_partial, deleted_at"
MEMBERS_BY_SEQ = f"""
    SELECT {_MEMBER} FROM entities WHERE account_id = :account_id AND seq = ANY(:seqs)"""
MEMBERS_BY_KEY = f"""
    SELECT {_MEMBER} FROM entities
    WHERE account_id = :account_id AND type = :type AND id = ANY(:ids)"""
MEMBERS_OF_GROUPS = f"""
    SELECT {_MEMBER} FROM entities WHERE account_id = :account_id AND group_seq = ANY(:groups)"""
# Says who stands for an entity, and which merge made it so.
SET_GROUP = """
    UPDATE entities SET group_seq = :group_seq, merged_by = :merged_by
    WHERE account_id = :account_id AND seq = :seq"""
# Which of some entities are in a group, and in which.
GROUPS_OF_ENTITIES = """
    SELECT seq, group_seq FROM entities
    WHERE account_id = :account_id AND seq = ANY(:seqs) AND group_seq IS NOT NULL"""
# All in the group of an entity, if it is in one, with what a page of documents needs to know.
GROUP_OF_KEY = """
    SELECT m.seq, h.revision, h.head,
        (SELECT r.deleted_at FROM entities r
            WHERE r.account_id = :account_id AND r.seq = n.group_seq)
    FROM entities n
    JOIN entities m ON m.account_id = :account_id AND m.group_seq = n.group_seq
    JOIN heads h ON h.account_id = :account_id
    WHERE n.account_id = :account_id AND n.type = :type AND n.id = :id"""
# All ids of the people that ids of one type are, where those have several.
IDS_OF_PEOPLE = """
    SELECT n.id, e.id FROM entities n
    JOIN entities e ON e.account_id = :account_id AND e.group_seq = n.group_seq
    WHERE n.account_id = :account_id AND n.type = :type AND n.id = ANY(:ids)"""

# What an entity was before its changes behind a seq, oldest first, and through whom these came.
# What merging itself tells of an entity changes nothing of it. Nor is there a past of what was
# erased.
CHANGES_AFTER = """
    SELECT seq, via_seq, op, old_name, old_attrs, old_contact_seq FROM entity_changes
    WHERE account_id = :account_id AND entity_seq = :entity AND seq > :after
        AND op NOT IN ('joined', 'merged', 'parted') AND old_attrs IS NOT NULL
    ORDER BY seq LIMIT :limit"""
# What is said of an entity, a deleted one, too.
STATE_OF_ENTITY = """
    SELECT name, attrs, contact_seq FROM entities WHERE account_id = :account_id AND seq = :seq"""

# Counts of groups

# How many activities timelines hold.
TOTALS_OF_ENTITIES = f"""
    SELECT e.seq, (
        SELECT CAST(SUM(t.count) AS BIGINT) FROM tallies t
        WHERE t.account_id = :account_id AND t.entity = e.seq AND t.day = {TOTAL}
    ) FROM entities e WHERE e.account_id = :account_id AND e.seq = ANY(:seqs)"""
# Adds the counts of an entity to those of its group.
ADD_TALLIES_TO_GROUP = """
    INSERT INTO tallies (account_id, entity, day, kind, count)
    SELECT account_id, CAST(:timeline AS BIGINT), day, kind, count FROM tallies
    WHERE account_id = :account_id AND entity = :entity
    ON CONFLICT (account_id, entity, day, kind)
    DO UPDATE SET count = tallies.count + excluded.count"""
# The next of an entity's activities after a key that concern one of some others, too.
SHARED_WITH = """
    SELECT l.occurred_at, l.activity_seq, l.kind FROM links l
    WHERE l.account_id = :account_id AND l.entity = :entity
        AND (l.occurred_at, l.activity_seq) > (:occurred_at, :activity_seq) AND EXISTS (
            SELECT 1 FROM links o
            WHERE o.account_id = :account_id AND o.entity = ANY(:others)
                AND o.occurred_at = l.occurred_at AND o.activity_seq = l.activity_seq
        )
    ORDER BY l.occurred_at, l.activity_seq LIMIT :limit"""
# The counts of a group over all days, by kind.
TALLIES_OF_TIMELINE = f"""
    SELECT kind, count FROM tallies
    WHERE account_id = :account_id AND entity = :timeline AND day = {TOTAL}"""
# Removes all counts of a group.
DROP_TALLIES_OF_GROUP = """
    DELETE FROM tallies WHERE account_id = :account_id AND entity = :timeline"""

# Suggestions

# The newest people of a type that stand for themselves; attributes of many bytes are left out.
PEOPLE = """
    SELECT e.seq, e.type, e.id, e.name,
        CASE WHEN octet_length(e.attrs) <= :most THEN e.attrs ELSE '{}' END,
        NULL, e.created_at, e.updated_at, e.deleted_at, e.group_seq
    FROM entities e
    WHERE e.account_id = :account_id AND e.type = :type AND e.deleted_at IS NULL
        AND e.is_partial = 0 AND (e.group_seq IS NULL OR e.group_seq = e.seq)
    ORDER BY e.seq DESC LIMIT :limit"""
# The next people of a type, also those for whom another stands, and whom they belong to.
# Attributes of many bytes are left out.
ALL_PEOPLE = """
    SELECT e.seq, e.type, e.id, e.name,
        CASE WHEN octet_length(e.attrs) <= :most THEN e.attrs ELSE '{}' END,
        (SELECT c.id FROM entities c
            WHERE c.account_id = :account_id AND c.seq = e.contact_seq),
        e.created_at, e.updated_at, e.deleted_at, e.group_seq
    FROM entities e
    WHERE e.account_id = :account_id AND e.type = :type AND e.seq > :after
        AND e.deleted_at IS NULL
    ORDER BY e.seq LIMIT :limit"""
# The newest entity of a type.
LAST_OF_TYPE = """
    SELECT seq FROM entities WHERE account_id = :account_id AND type = :type
    ORDER BY seq DESC LIMIT 1"""
# What happened to an entity last.
LAST_ENTITY_CHANGE = """
    SELECT seq FROM entity_changes WHERE account_id = :account_id ORDER BY seq DESC LIMIT 1"""
# Whether some entities were ever parted from one that stood for them.
PARTED = """
    SELECT 1 FROM entity_changes
    WHERE account_id = :account_id AND entity_seq = ANY(:seqs) AND op = 'parted' LIMIT 1"""
# The dismissed pairs that begin with one of these.
DISMISSED = """
    SELECT first_seq, second_seq FROM merge_dismissals
    WHERE account_id = :account_id AND first_seq = ANY(:seqs)"""
# Notes that two are not one person.
DISMISS = """
    INSERT INTO merge_dismissals (account_id, first_seq, second_seq, at, by_key)
    VALUES (:account_id, :first_seq, :second_seq, :at, :by_key)
    ON CONFLICT (account_id, first_seq, second_seq) DO NOTHING"""

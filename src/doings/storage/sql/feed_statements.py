"""The statements about the feed of changes, and what each change keeps of the past."""

# Behind other columns: the last seq of the state that the rows are from.
HEAD = "(SELECT h.head FROM heads h WHERE h.account_id = :account_id)"
# The columns that `rows.change_from_row` takes, in its order. What a change keeps of the past is
# left out where that has more bytes than `most`; then how many it has.
LIGHT_CHANGE = (
    "seq, activity_seq, activity_id, op, kind, at, by_key,"
    " CASE WHEN octet_length(before) <= :most THEN before END, octet_length(before)"
)
# Appends a change to the feed.
ADD_CHANGE = """
    INSERT INTO changes
        (account_id, seq, activity_seq, activity_id, op, kind, at, by_key, before)
    VALUES
        (:account_id, :seq, :activity_seq, :activity_id, :op, :kind, :at, :by_key, :before)"""
# The feed after a seq, oldest first.
CHANGES_AFTER = f"""
    SELECT {LIGHT_CHANGE} FROM changes WHERE account_id = :account_id AND seq > :after
    ORDER BY seq LIMIT :limit"""
# What changes keep of the past.
BEFORE_OF_CHANGES = """
    SELECT seq, before FROM changes WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# One change: an activity's recording has the seq of the activity.
CHANGE_BY_SEQ = f"""
    SELECT {LIGHT_CHANGE} FROM changes WHERE account_id = :account_id AND seq = :seq"""
# The seq of the activity that a change is about, which is that of its recording.
CREATION_OF_ACTIVITY = """
    SELECT activity_seq FROM changes WHERE account_id = :account_id AND seq = :seq"""
# Replaces what a change keeps of the past.
AMEND_CHANGE = """
    UPDATE changes SET before = :before WHERE account_id = :account_id AND seq = :seq"""
# An activity's changes after it was recorded and after a seq, oldest first.
LATER_CHANGES_OF_ACTIVITY = f"""
    SELECT {LIGHT_CHANGE} FROM changes
    WHERE account_id = :account_id AND activity_id = :activity_id AND op <> 'created'
        AND seq > :after
    ORDER BY seq LIMIT :limit"""
# What those changes keep of the past, whole.
PAST_OF_ACTIVITY = """
    SELECT seq, before FROM changes
    WHERE account_id = :account_id AND activity_id = :activity_id AND op <> 'created'
        AND seq > :after
    ORDER BY seq LIMIT :limit"""

# What happens to an entity after it was made, with its row as it is before that.
ADD_ENTITY_CHANGE = """
    INSERT INTO entity_changes
        (account_id, seq, entity_seq, op, at, via_seq, old_name, old_attrs, old_contact_seq,
         old_created_at, old_updated_at)
    SELECT account_id, CAST(:seq AS BIGINT), seq, :op, CAST(:at AS BIGINT),
        CAST(:via AS BIGINT), name, attrs, contact_seq, created_at, updated_at
    FROM entities WHERE account_id = :account_id AND seq = :entity_seq"""
# The last seq of an account, the epoch that it belongs to, and how many merges are active.
FEED_END = """
    SELECT h.head, h.epoch, a.created_at, h.merges
    FROM heads h JOIN accounts a ON a.account_id = h.account_id
    WHERE h.account_id = :account_id"""
# Who made the change of a seq: it stands with its leaf, in the last row that begins before it.
_BY = """
    (SELECT l.by_key FROM log_leaves l WHERE l.account_id = :account_id AND l.leaf < {seq}
        ORDER BY l.leaf DESC LIMIT 1)"""
# Entities made after a seq, oldest first.
ENTITIES_AFTER = f"""
    SELECT e.seq, e.seq, 'created', e.created_at, e.type, e.id, {_BY.format(seq="e.seq")},
        e.deleted_at
    FROM entities e
    WHERE e.account_id = :account_id AND e.seq > :after
    ORDER BY e.seq LIMIT :limit"""
# What happened to entities after a seq, oldest first.
ENTITY_CHANGES_AFTER = f"""
    SELECT n.seq, n.entity_seq, n.op, n.at, e.type, e.id, {_BY.format(seq="n.seq")}, e.deleted_at
    FROM entity_changes n
    JOIN entities e ON e.account_id = :account_id AND e.seq = n.entity_seq
    WHERE n.account_id = :account_id AND n.seq > :after
    ORDER BY n.seq LIMIT :limit"""
# What happened to entities, by the seqs of the changes.
ENTITY_CHANGES_BY_SEQ = f"""
    SELECT n.seq, n.entity_seq, n.op, n.at, e.type, e.id, {_BY.format(seq="n.seq")}, e.deleted_at
    FROM entity_changes n
    JOIN entities e ON e.account_id = :account_id AND e.seq = n.entity_seq
    WHERE n.account_id = :account_id AND n.seq = ANY(:seqs)"""
# Changes after a seq of some activities, in any order.
CHANGES_OF_ACTIVITIES_AFTER = f"""
    SELECT {LIGHT_CHANGE} FROM changes
    WHERE account_id = :account_id AND activity_id = ANY(:ids) AND op <> 'created'
        AND seq > :after
    LIMIT :limit"""
# The newest revision of each of some activities that are still there.
NEWEST_REVISIONS = f"""
    SELECT {LIGHT_CHANGE} FROM changes
    WHERE account_id = :account_id AND seq IN (
        SELECT (SELECT c.seq FROM changes c
            WHERE c.account_id = :account_id AND c.activity_id = a.id AND c.op <> 'created'
            ORDER BY c.seq DESC LIMIT 1)
        FROM activities a WHERE a.account_id = :account_id AND a.seq = ANY(:seqs))"""

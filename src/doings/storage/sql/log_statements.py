"""The statements about the log: leaves, nodes, and what the statement of a change is made of."""

from doings.storage.sql.statements import ACTIVITY, BYTES

# How many leaves the log has: all seqs, or as many as are made of an older account.
LOG_SIZE = """
    SELECT COALESCE(logged, head), head, epoch FROM heads WHERE account_id = :account_id"""
# How far the log of an older account is made, and how far it has to be; locks the account.
LOCKED_LOG_SIZE = """
    UPDATE heads SET logged = logged WHERE account_id = :account_id RETURNING logged, head"""
# Notes how far the log is made; null says that it is whole.
SET_LOGGED = "UPDATE heads SET logged = :logged WHERE account_id = :account_id"

# Stores the leaves of some seqs in a row.
ADD_LEAVES = """
    INSERT INTO log_leaves (account_id, leaf, by_key, digests, salts)
    VALUES (:account_id, :leaf, :by, :digests, :salts)"""
# The digests of the rows that begin in a stretch of leaves.
DIGESTS = """
    SELECT leaf, digests FROM log_leaves
    WHERE account_id = :account_id AND leaf >= :first AND leaf < :end ORDER BY leaf"""
# The whole rows that begin in a stretch of leaves.
LEAVES = """
    SELECT leaf, by_key, digests, salts FROM log_leaves
    WHERE account_id = :account_id AND leaf >= :first AND leaf < :end ORDER BY leaf"""
# Who made the changes of a stretch of leaves: one row for those that were made together.
AUTHORS = """
    SELECT leaf, by_key FROM log_leaves
    WHERE account_id = :account_id AND leaf >= :first AND leaf < :end ORDER BY leaf"""
# Replaces the salts of a row.
SET_SALTS = """
    UPDATE log_leaves SET salts = :salts WHERE account_id = :account_id AND leaf = :leaf"""
# Notes which leaves lost their salts; the leaf of the change tells of them.
ADD_FORGOTTEN = """
    INSERT INTO log_forgotten (account_id, seq, leaves) VALUES (:account_id, :seq, :leaves)"""
# The leaves that some changes tell of.
FORGOTTEN_BY = """
    SELECT leaves FROM log_forgotten WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# Forgets what these tell of, which another one tells then.
DROP_FORGOTTEN = """
    DELETE FROM log_forgotten WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# The leaves that changes of a stretch tell of.
FORGOTTEN = """
    SELECT seq, leaves FROM log_forgotten
    WHERE account_id = :account_id AND seq >= :first AND seq < :end ORDER BY seq"""
# What the leaves of merges in a stretch say of them; those of older versions said nothing.
MERGES_TOLD = """
    SELECT seq, id, reason, is_by_itself, at FROM merges
    WHERE account_id = :account_id AND seq >= :first AND seq < :end AND is_told = 1"""
# The leaves that all changes behind a seq tell of, some at a time.
FORGOTTEN_AFTER = """
    SELECT seq, leaves FROM log_forgotten
    WHERE account_id = :account_id AND seq > :after ORDER BY seq LIMIT :limit"""
# What entities were before some changes is not kept any longer.
FORGET_ENTITY_PAST = """
    UPDATE entity_changes
    SET old_name = NULL, old_attrs = NULL, old_contact_seq = NULL, old_created_at = NULL,
        old_updated_at = NULL
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# Stores the root of a full tile; made again it is the same.
ADD_NODE = """
    INSERT INTO log_nodes (account_id, level, place, hash)
    VALUES (:account_id, :level, :place, :hash)
    ON CONFLICT (account_id, level, place) DO NOTHING"""
# The last tile of leaves whose root is stored.
LAST_NODE = """
    SELECT place FROM log_nodes WHERE account_id = :account_id AND level = 1
    ORDER BY place DESC LIMIT 1"""
# The roots of full tiles of one level.
NODES = """
    SELECT place, hash FROM log_nodes
    WHERE account_id = :account_id AND level = :level AND place >= :first AND place < :end
    ORDER BY place LIMIT 257"""

# The changes of activities in a stretch of seqs.
CHANGES = """
    SELECT seq, activity_seq, activity_id, op, kind, at, by_key FROM changes
    WHERE account_id = :account_id AND seq >= :first AND seq < :end"""
# How many bytes it takes to say what they left.
BYTES_OF_CHANGES = f"""
    SELECT c.seq, COALESCE({BYTES}, 0) + COALESCE(octet_length(c.before), 0) FROM changes c
    LEFT JOIN activities a ON a.account_id = :account_id AND a.seq = c.activity_seq
    WHERE c.account_id = :account_id AND c.seq >= :first AND c.seq < :end ORDER BY c.seq"""
# The same of entities that were made.
BYTES_OF_ENTITIES = """
    SELECT seq, octet_length(attrs) FROM entities
    WHERE account_id = :account_id AND seq >= :first AND seq < :end ORDER BY seq"""
# The activities by their seqs.
ACTIVITIES = f"""
    SELECT {ACTIVITY} FROM activities a WHERE a.account_id = :account_id AND a.seq = ANY(:seqs)"""
# How entities are named.
KEYS_OF_ENTITIES = """
    SELECT seq, type, id FROM entities WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# The entities that were made in a stretch of seqs.
ENTITIES_MADE = """
    SELECT seq FROM entities WHERE account_id = :account_id AND seq >= :first AND seq < :end"""
# What happened to entities in a stretch of seqs.
ENTITY_CHANGES = """
    SELECT seq, entity_seq, op, at FROM entity_changes
    WHERE account_id = :account_id AND seq >= :first AND seq < :end"""
# Entities by their seqs, as they are stored, deleted or not.
STORED_ENTITIES = """
    SELECT seq, type, id, name, attrs, contact_seq, created_at, updated_at FROM entities
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# What entities were before their changes after a seq, in any order.
PAST_OF_ENTITIES = """
    SELECT seq, entity_seq, old_name, old_attrs, old_contact_seq, old_created_at, old_updated_at
    FROM entity_changes
    WHERE account_id = :account_id AND entity_seq = ANY(:seqs) AND seq > :after
        AND old_attrs IS NOT NULL
    LIMIT :limit"""
# The same of one entity, oldest first.
PAST_OF_ENTITY = """
    SELECT seq, entity_seq, old_name, old_attrs, old_contact_seq, old_created_at, old_updated_at
    FROM entity_changes
    WHERE account_id = :account_id AND entity_seq = :entity AND seq > :after
        AND old_attrs IS NOT NULL
    ORDER BY seq LIMIT :limit"""

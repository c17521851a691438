"""The statements about entities: what is stored of each, and how they are found."""

from doings.storage.sql.feed_statements import HEAD
from doings.storage.sql.tallies import GROUPS

# The columns that `rows.entity_from_row` takes; the contact is looked up by its seq, and is the one
# who stands for it. Most have none, and for these nothing is looked up.
ENTITY = (
    "e.seq, e.type, e.id, e.name, e.attrs,"
    " CASE WHEN e.contact_seq IS NULL THEN NULL ELSE (SELECT k.id FROM entities c"
    " JOIN entities k ON k.account_id = :account_id AND k.seq = COALESCE(c.group_seq, c.seq)"
    " WHERE c.account_id = :account_id AND c.seq = e.contact_seq) END,"
    " e.created_at, e.updated_at, e.deleted_at, e.group_seq"
)

NAMES = ENTITY.replace("e.attrs", "'{}'")

TAKEN_BACK = 0
"""The `deleted_at` of an entity that counts as never recorded, because its import was undone.

Its row stays, as every seq is one row. A link to it makes it again, while an entity that somebody
deleted stays deleted.
"""

# From the entity n that is named to the one that stands for it.
_STANDING = """
    FROM entities n
    JOIN entities e ON e.account_id = :account_id AND e.seq = COALESCE(n.group_seq, n.seq)"""
# Whether an entity stands for itself, as most do.
OWN = "(group_seq IS NULL OR group_seq = seq)"

# The entity that stands for a type and id, deleted or not, and the last seq.
ENTITY_BY_KEY = f"""
    SELECT {ENTITY}, {HEAD} {_STANDING}
    WHERE n.account_id = :account_id AND n.type = :type AND n.id = :id"""
# The entities that stand for ids of one type, deleted or not; each id comes first.
ENTITIES_BY_KEY = f"""
    SELECT n.id, {ENTITY} {_STANDING}
    WHERE n.account_id = :account_id AND n.type = :type AND n.id = ANY(:ids)"""
# The ids of one type whose entity was deleted, but not by the undo of an import.
DELETED_IDS = f"""
    SELECT n.id {_STANDING}
    WHERE n.account_id = :account_id AND n.type = :type AND n.id = ANY(:ids)
        AND e.deleted_at <> {TAKEN_BACK}"""
# Entities by their seqs, deleted or not.
ENTITIES_BY_SEQ = f"""
    SELECT {ENTITY} FROM entities e WHERE e.account_id = :account_id AND e.seq = ANY(:seqs)"""
# The same, except those with attributes of more bytes than `most`.
SMALL_ENTITIES_BY_SEQ = f"""
    SELECT {ENTITY} FROM entities e
    WHERE e.account_id = :account_id AND e.seq = ANY(:seqs) AND octet_length(e.attrs) <= :most"""
# How many bytes the attributes of entities hold.
BYTES_OF_ENTITIES = """
    SELECT seq, octet_length(attrs) FROM entities
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# Entities as links show them, without their attributes.
NAMES_OF_ENTITIES = f"""
    SELECT {NAMES} FROM entities e WHERE e.account_id = :account_id AND e.seq = ANY(:seqs)"""
# Entities as they are themselves, and not as those who stand for them or for their contacts.
# Those are left out for whom one stands that was deleted.
_AS_NAMED = """
    SELECT e.seq, e.type, e.id, e.name, e.attrs, c.id, e.created_at, e.updated_at, e.deleted_at,
        e.group_seq
    FROM entities e
    LEFT JOIN entities c ON c.account_id = :account_id AND c.seq = e.contact_seq
    LEFT JOIN entities r ON r.account_id = :account_id AND r.seq = e.group_seq
    WHERE e.account_id = :account_id AND e.deleted_at IS NULL AND r.deleted_at IS NULL"""
# The next of these.
ENTITIES_AS_NAMED = f"{_AS_NAMED} AND e.seq > :after ORDER BY e.seq LIMIT :limit"
# Those with ids of one type.
NAMED_ENTITIES = f"{_AS_NAMED} AND e.type = :type AND e.id = ANY(:ids)"
# What decides whether an entity is in a list, and where; of one that stands for those found.
PLACES_OF_ENTITIES = f"""
    SELECT e.seq, e.type, e.is_partial, e.updated_at, {HEAD} {_STANDING}
    WHERE n.account_id = :account_id AND n.seq = ANY(:seqs) AND e.deleted_at IS NULL"""
# When the entity that stands for e was deleted.
_DELETED_AT = """
    CASE WHEN e.group_seq IS NULL THEN e.deleted_at ELSE (
        SELECT r.deleted_at FROM entities r
        WHERE r.account_id = :account_id AND r.seq = e.group_seq
    ) END"""
# What the timeline of e is counted under, see `tallies.timeline_of`.
TIMELINE = f"COALESCE({GROUPS} - e.group_seq, e.seq)"
# All that are one with e.
_GROUP = """
    LEFT JOIN entities m ON m.account_id = :account_id AND m.group_seq = e.group_seq"""
# The timelines of those that exist, deleted or not, each id looked for in each type; one row for
# each entity whose links lie in a timeline.
TIMELINES_OF_ENTITIES = f"""
    SELECT e.type, e.id, COALESCE(m.seq, e.seq), {TIMELINE}, {HEAD}, {_DELETED_AT}
    FROM entities e {_GROUP}
    WHERE e.account_id = :account_id AND e.type = ANY(:types) AND e.id = ANY(:ids)"""
# The same, one row for each kind of activity as well.
KINDS_OF_ENTITIES = f"""
    SELECT e.type, e.id, COALESCE(m.seq, e.seq), {TIMELINE}, t.kind, {_DELETED_AT}
    FROM entities e {_GROUP}
    LEFT JOIN tallies t
        ON t.account_id = :account_id AND t.entity = {TIMELINE} AND t.day = :day
    WHERE e.account_id = :account_id AND e.type = ANY(:types) AND e.id = ANY(:ids)"""
# What linking to entities takes: their seqs, the contacts they belong to, and whether an undo of an
# import took them back.
RESOLVE_ENTITIES = f"""
    SELECT id, seq, contact_seq, CASE WHEN deleted_at = {TAKEN_BACK} THEN 1 ELSE 0 END
    FROM entities
    WHERE account_id = :account_id AND type = :type AND id = ANY(:ids)"""
# Stores a new entity under a seq taken for it.
ADD_ENTITY = """
    INSERT INTO entities
        (account_id, seq, type, id, name, attrs, contact_seq, is_partial, created_at, updated_at)
    VALUES
        (:account_id, :seq, :type, :id, :name, :attrs, :contact_seq, :is_partial, :created_at,
         :updated_at)"""
# Replaces what is said about an entity; a deleted one is there again.
UPDATE_ENTITY = """
    UPDATE entities
    SET name = :name, attrs = :attrs, contact_seq = :contact_seq, is_partial = :is_partial,
        created_at = :created_at, updated_at = :updated_at, deleted_at = NULL
    WHERE account_id = :account_id AND seq = :seq"""
# Whom an entity was given to, no matter who stands for that one by now.
CONTACT_OF_ENTITY = """
    SELECT c.seq, c.id FROM entities e
    JOIN entities c ON c.account_id = :account_id AND c.seq = e.contact_seq
    WHERE e.account_id = :account_id AND e.seq = :seq"""
# Which of these entities are contacts that are there.
CONTACTS_AMONG = """
    SELECT seq FROM entities WHERE account_id = :account_id AND seq = ANY(:seqs)
        AND type = 'contact' AND deleted_at IS NULL"""
# Marks an entity as deleted; its row stays for what is linked to it.
DELETE_ENTITY = """
    UPDATE entities SET deleted_at = :at WHERE account_id = :account_id AND seq = :seq"""
# Takes an entity back as if it had never been recorded.
TAKE_BACK_ENTITY = f"""
    UPDATE entities SET deleted_at = {TAKEN_BACK}, contact_seq = NULL
    WHERE account_id = :account_id AND seq = :seq"""
# The greatest number among the ids of a type, of 18 digits at most (':' follows '9').
GREATEST_NUMBER = """
    SELECT MAX(CAST(id AS BIGINT)) FROM entities
    WHERE account_id = :account_id AND type = :type AND id >= '0' AND id < ':'
        AND LENGTH(id) <= 18 AND ltrim(id, '0123456789') = ''"""
# The names of a type's entities that are not deleted, in the order in which they were recorded.
NAMES_OF_TYPE = f"""
    SELECT seq, id, name FROM entities
    WHERE account_id = :account_id AND type = :type AND deleted_at IS NULL AND {OWN}
    ORDER BY seq LIMIT :limit"""
# What belongs to some contacts, or to who is one with them: whose it is, and what decides whether
# and where it is in a list. Those who are one with them belong to them, too.
BELONGINGS_OF_TYPES = """
    SELECT e.seq, e.type, k.seq, e.updated_at, octet_length(e.attrs)
    FROM entities k
    LEFT JOIN entities m ON m.account_id = :account_id AND m.group_seq = k.group_seq
    JOIN entities e ON e.account_id = :account_id AND e.contact_seq = COALESCE(m.seq, k.seq)
    WHERE k.account_id = :account_id AND k.seq = ANY(:seqs) AND e.type = ANY(:types)
        AND e.deleted_at IS NULL
    UNION ALL
    SELECT m.seq, m.type, k.seq, m.updated_at, octet_length(m.attrs)
    FROM entities k
    JOIN entities m ON m.account_id = :account_id AND m.group_seq = k.group_seq
    WHERE k.account_id = :account_id AND k.seq = ANY(:seqs) AND m.seq <> k.seq
        AND m.type = ANY(:types) AND m.deleted_at IS NULL"""

"""The statements about erasing: the register, what is erased just now, and what holds copies."""

from doings.storage.sql.entity_statements import ENTITY
from doings.storage.sql.rows import ERASED, ERASED_TEXT

# The columns that `rows.erasure_from_row` takes, in its order.
ERASURE = (
    "id, entity, activities, reason, at, by_key, activities_erased, activities_unlinked,"
    " changes_redacted, deliveries_redacted, words"
)
# The columns of what is erased just now, that `erasing.job.Member` takes.
MEMBER = "entity, type, id, opaque_id, occurred_at, activity_seq, is_walked"

# The register

# Adds an entry; its counts come later.
ADD_ERASURE = """
    INSERT INTO erasures
        (account_id, id, entity, activities, reason, at, by_key, activities_erased,
         activities_unlinked, changes_redacted, deliveries_redacted, words)
    VALUES (:account_id, :id, :entity, :activities, :reason, :at, :by_key, 0, 0, 0, 0, :words)"""
# One entry.
ERASURE_BY_ID = f"""
    SELECT {ERASURE} FROM erasures WHERE account_id = :account_id AND id = :id"""
# Those of some ids.
ERASURES_BY_ID = """
    SELECT id FROM erasures WHERE account_id = :account_id AND id = ANY(:ids)"""
# Entries before an id, newest first; ids are in the order they were made in.
ERASURES_BEFORE = f"""
    SELECT {ERASURE} FROM erasures WHERE account_id = :account_id AND id < :id
    ORDER BY id DESC LIMIT :limit"""
# Adds what a part of an erasure came to.
COUNT_ERASURE = """
    UPDATE erasures
    SET activities_erased = activities_erased + :activities_erased,
        activities_unlinked = activities_unlinked + :activities_unlinked,
        changes_redacted = changes_redacted + :changes_redacted,
        deliveries_redacted = deliveries_redacted + :deliveries_redacted
    WHERE account_id = :account_id AND id = :id"""
# Adds an entry for what was merged into somebody who is erased, so that it is found again in a
# backup of the time before the merge.
ADD_ERASURE_OF_MERGED = """
    INSERT INTO erasures
        (account_id, id, entity, activities, reason, at, by_key, activities_erased,
         activities_unlinked, changes_redacted, deliveries_redacted, words)
    SELECT account_id, CAST(:id AS TEXT), CAST(:entity AS TEXT), activities, reason, at, by_key,
        0, 0, 0, 0, NULL
    FROM erasures WHERE account_id = :account_id AND id = :erasure"""
# Replaces what the person was called; NULL once all is done.
SET_WORDS = "UPDATE erasures SET words = :words WHERE account_id = :account_id AND id = :id"

# What is erased just now

# Notes an entity that is erased, whose timeline is walked from its beginning.
ADD_MEMBER = """
    INSERT INTO erasing
        (account_id, entity, erasure, type, id, opaque_id, occurred_at, activity_seq, is_walked)
    VALUES (:account_id, :entity, :erasure, :type, :id, :opaque_id, :occurred_at, 0, 0)"""
# All that one erasure erases.
MEMBERS = f"""
    SELECT {MEMBER} FROM erasing WHERE account_id = :account_id AND erasure = :erasure
    ORDER BY entity"""
# How far the walk along a timeline has come.
MOVE_MEMBER = """
    UPDATE erasing
    SET occurred_at = :occurred_at, activity_seq = :activity_seq, is_walked = :is_walked
    WHERE account_id = :account_id AND entity = :entity"""
# Forgets who was erased.
DROP_MEMBERS = "DELETE FROM erasing WHERE account_id = :account_id AND erasure = :erasure"
# The erasures of all accounts of which something is left to do.
UNFINISHED_ERASURES = "SELECT account_id, erasure FROM erasing"
# The erasure that an entity goes with which was called so.
BEGUN = """
    SELECT erasure FROM erasing WHERE account_id = :account_id AND type = :type AND id = :id
    ORDER BY entity LIMIT 1"""
# The entries of an account of which something is left to do.
UNFINISHED_OF_ACCOUNT = """
    SELECT entity FROM erasures WHERE account_id = :account_id AND words IS NOT NULL ORDER BY id"""
# What belongs to some entities and is not erased yet, deleted or not.
BELONGINGS = f"""
    SELECT {ENTITY}, e.name, e.attrs FROM entities e
    WHERE e.account_id = :account_id AND e.contact_seq = ANY(:seqs)
        AND (e.deleted_at IS NULL OR e.deleted_at <> {ERASED})
    LIMIT :limit"""
# What is one person with some entities and is not erased yet, deleted or not.
ONE_WITH = f"""
    SELECT {ENTITY}, e.name, e.attrs FROM entities n
    JOIN entities e ON e.account_id = :account_id AND e.group_seq = n.group_seq
    WHERE n.account_id = :account_id AND n.seq = ANY(:seqs)
        AND (e.deleted_at IS NULL OR e.deleted_at <> {ERASED})
    LIMIT :limit"""
# The entity that stands for a type and id as it is stored, deleted or not.
STORED_ENTITY = f"""
    SELECT {ENTITY}, e.name, e.attrs FROM entities n
    JOIN entities e ON e.account_id = :account_id AND e.seq = COALESCE(n.group_seq, n.seq)
    WHERE n.account_id = :account_id AND n.type = :type AND n.id = :id"""
# Entities of a type as they are stored, in the order of their seqs.
STORED_ENTITIES = f"""
    SELECT seq, id FROM entities
    WHERE account_id = :account_id AND type = :type AND seq > :after
        AND (deleted_at IS NULL OR deleted_at <> {ERASED})
    ORDER BY seq LIMIT :limit"""
# Takes everything from an entity but its place.
ERASE_ENTITY = f"""
    UPDATE entities
    SET id = :id, name = NULL, attrs = '{{}}', is_partial = 0, updated_at = :at,
        deleted_at = {ERASED}
    WHERE account_id = :account_id AND seq = :seq"""

# Activities and their changes

# Replaces the texts of an activity and its vendor's id; nothing else about it changes.
REDACT_ACTIVITY = """
    UPDATE activities
    SET summary = :summary, body = :body, data = :data, metadata = :metadata,
        external_id = :external_id
    WHERE account_id = :account_id AND seq = :seq"""
# The later changes of some activities that still keep something of the past.
CHANGES_TO_ERASE = f"""
    SELECT seq FROM changes
    WHERE account_id = :account_id AND activity_id = ANY(:ids) AND op <> 'created'
        AND before <> '{ERASED_TEXT}'
    ORDER BY activity_id, seq LIMIT :limit"""
# Takes from changes what they keep of the past.
ERASE_CHANGES = f"""
    UPDATE changes SET before = '{ERASED_TEXT}'
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# The later changes of one activity, with how many bytes they keep of the past.
SIZES_OF_CHANGES = """
    SELECT seq, kind, octet_length(before) FROM changes
    WHERE account_id = :account_id AND activity_id = :activity_id AND op <> 'created'
        AND seq > :after
    ORDER BY seq LIMIT :limit"""
# The same of several activities.
SIZES_OF_CHANGES_OF_ANY = """
    SELECT seq, kind, octet_length(before) FROM changes
    WHERE account_id = :account_id AND activity_id = ANY(:ids) AND op <> 'created'
    ORDER BY activity_id, seq LIMIT :limit"""
# Walks all later changes of the account, activity by activity, and says which of them may name
# somebody: deletions keep a whole document, and updates keep links where these were changed.
LATER_CHANGES = """
    SELECT activity_id, seq,
        CASE WHEN op = 'deleted' AND before <> '' THEN octet_length(before)
            WHEN before LIKE '%"links":%' OR before LIKE '%"actor":%' THEN octet_length(before)
            ELSE 0 END
    FROM changes
    WHERE account_id = :account_id AND op <> 'created'
        AND (activity_id, seq) > (:activity_id, :seq)
    ORDER BY activity_id, seq LIMIT :limit"""
# The deletions of some activities, and the activities' own seqs and kinds.
DELETIONS = """
    SELECT activity_id, activity_seq, kind, seq FROM changes
    WHERE account_id = :account_id AND activity_id = ANY(:ids) AND op = 'deleted'
        AND op <> 'created'
    ORDER BY activity_id, seq"""
# The seqs of activities by their ids.
SEQS_BY_ID = "SELECT id, seq FROM activities WHERE account_id = :account_id AND id = ANY(:ids)"
# The changes of some entities after they were made.
CHANGES_OF_ENTITY = """
    SELECT seq FROM entity_changes
    WHERE account_id = :account_id AND entity_seq = :entity_seq
    ORDER BY seq LIMIT :limit"""

# The merges that an entity was in, as its changes tell; a revert is told by the same word.
MERGES_OF_ENTITY = """
    SELECT c.seq, g.seq, g.merged, g.reverted_at FROM entity_changes c
    JOIN merges g ON g.account_id = :account_id AND g.seq = (
        SELECT MAX(o.seq) FROM merges o WHERE o.account_id = :account_id AND o.seq <= c.seq
    )
    WHERE c.account_id = :account_id AND c.entity_seq = :entity AND c.op IN ('joined', 'merged')"""
# Takes from a merge why somebody said that these are one person.
REDACT_MERGE = "UPDATE merges SET reason = NULL WHERE account_id = :account_id AND seq = :seq"

# What holds copies

# Deliveries of some changes that hold a body or an answer.
DELIVERIES_TO_REDACT = """
    SELECT webhook, seq, subject, attempts, CASE WHEN body IS NULL THEN 0 ELSE 1 END
    FROM deliveries
    WHERE account_id = :account_id AND webhook = ANY(:webhooks) AND seq = ANY(:seqs)"""
# Takes the body of a delivery, and what the receiver answered; it is made again where it is needed.
REDACT_DELIVERY = """
    UPDATE deliveries SET body = NULL, subject = :subject, attempts = :attempts
    WHERE account_id = :account_id AND webhook = :webhook AND seq = :seq"""
# Whether others were merged into one of some entities, be it that they were parted again.
STOOD_FOR_OTHERS = """
    SELECT 1 FROM entity_changes
    WHERE account_id = :account_id AND entity_seq = ANY(:seqs) AND op = 'joined' LIMIT 1"""
# How many bytes the next deliveries behind a place keep.
SIZES_OF_DELIVERIES = """
    SELECT webhook, seq, COALESCE(octet_length(body), 0) + octet_length(attempts) FROM deliveries
    WHERE account_id = :account_id AND (webhook, seq) > (:webhook, :seq)
    ORDER BY webhook, seq LIMIT :limit"""
# What these keep.
KEPT_BY_DELIVERIES = """
    SELECT seq, body, attempts FROM deliveries
    WHERE account_id = :account_id AND (webhook, seq) > (:webhook, :seq)
    ORDER BY webhook, seq LIMIT :limit"""
# Makes the process that delivers read its queue again.
TOUCH_WEBHOOKS = """
    UPDATE webhooks SET version = version + 1, due_at = :now
    WHERE account_id = :account_id AND status = 'active'"""
# What imports keep of the past of some rows.
IMPORT_PASTS = """
    SELECT run, seq, before FROM import_changes
    WHERE account_id = :account_id AND seq = ANY(:seqs) AND before IS NOT NULL"""
SET_IMPORT_PAST = """
    UPDATE import_changes SET before = :before
    WHERE account_id = :account_id AND run = :run AND seq = :seq"""
# Forgets that imports changed some rows.
DROP_IMPORT_PASTS = """
    DELETE FROM import_changes WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# The names of the files of an account's imports.
IMPORT_FILES = "SELECT run, files FROM import_runs WHERE account_id = :account_id"
SET_IMPORT_FILES = """
    UPDATE import_runs SET files = :files
    WHERE account_id = :account_id AND run = :run AND files = :before"""
# What people wrote about other things, each with its key: labels, and why something was done.
# One that somebody changed meanwhile stays as it is then.
CREDENTIAL_LABELS = """
    SELECT key, label FROM credentials WHERE account_id = :account_id AND label IS NOT NULL"""
SET_CREDENTIAL_LABEL = """
    UPDATE credentials SET label = :label
    WHERE account_id = :account_id AND key = :key AND label = :before"""
HOLD_REASONS = "SELECT entity, reason FROM holds WHERE account_id = :account_id"
SET_HOLD_REASON = """
    UPDATE holds SET reason = :reason
    WHERE account_id = :account_id AND entity = :entity AND reason = :before"""
MERGE_REASONS = """
    SELECT seq, reason FROM merges WHERE account_id = :account_id AND reason IS NOT NULL"""
SET_MERGE_REASON = """
    UPDATE merges SET reason = :reason
    WHERE account_id = :account_id AND seq = :seq AND reason = :before"""
KIND_TITLES = "SELECT slug, settings FROM accounts WHERE account_id = :account_id"
SET_KIND_TITLES = """
    UPDATE accounts SET settings = :settings
    WHERE account_id = :account_id AND slug = :slug AND settings = :before"""
MERGED_BY = "SELECT seq, merged FROM merges WHERE account_id = :account_id AND seq = ANY(:seqs)"
ERASURE_REASONS = """
    SELECT id, reason FROM erasures WHERE account_id = :account_id AND reason IS NOT NULL"""
SET_ERASURE_REASON = """
    UPDATE erasures SET reason = :reason
    WHERE account_id = :account_id AND id = :id AND reason = :before"""
PULL_PROBLEMS = """
    SELECT pull, problem FROM pulls WHERE account_id = :account_id AND problem IS NOT NULL"""
SET_PULL_PROBLEM = """
    UPDATE pulls SET problem = :problem
    WHERE account_id = :account_id AND pull = :pull AND problem = :before"""
# Takes away kept answers, so that the request is still known to have been carried out.
BLANK_ANSWERS = """
    UPDATE idempotency_keys SET answer = '' WHERE account_id = :account_id AND key IN (
        SELECT key FROM idempotency_keys
        WHERE account_id = :account_id AND at > :after AND answer <> '' ORDER BY at LIMIT :limit
    ) RETURNING at"""
# Removes kept answers that are out of date, the oldest first.
FORGET_ANSWERS = """
    DELETE FROM idempotency_keys WHERE account_id = :account_id AND key IN (
        SELECT key FROM idempotency_keys
        WHERE account_id = :account_id AND at <= :since ORDER BY at LIMIT :limit
    ) RETURNING at"""

# Holds

_LASTS = "(h.until_at IS NULL OR h.until_at > :now)"
_HOLD = "e.type, e.id, h.reason, h.at, h.by_key, h.until_at"
# The next holds behind the seq of an entity.
HOLDS_AFTER = f"""
    SELECT h.entity, {_HOLD} FROM holds h
    JOIN entities e ON e.account_id = :account_id AND e.seq = h.entity
    WHERE h.account_id = :account_id AND h.entity > :after AND {_LASTS}
    ORDER BY h.entity LIMIT :limit"""
# The holds on an entity that stands for itself, and on all that are one with it.
HOLDS_OF_GROUP = f"""
    SELECT {_HOLD} FROM entities e
    JOIN holds h ON h.account_id = :account_id AND h.entity = e.seq
    WHERE e.account_id = :account_id AND {_LASTS} AND e.seq IN (
        SELECT o.seq FROM entities o WHERE o.account_id = :account_id AND o.seq = :seq
        UNION ALL
        SELECT m.seq FROM entities m WHERE m.account_id = :account_id AND m.group_seq = :seq
    )"""
# The holds that were put on other entities since they are one with an entity: its group came
# together by the merges that brought each of them there.
HOLDS_SINCE_ONE = f"""
    SELECT h.entity FROM entities o
    JOIN entities e ON e.account_id = :account_id AND e.group_seq = o.group_seq
    JOIN holds h ON h.account_id = :account_id AND h.entity = e.seq
    LEFT JOIN merges m ON m.account_id = :account_id AND m.seq = o.merged_by
    LEFT JOIN merges n ON n.account_id = :account_id AND n.seq = e.merged_by
    WHERE o.account_id = :account_id AND o.seq = :entity AND {_LASTS}
        AND h.at >= COALESCE(m.at, 0) AND h.at >= COALESCE(n.at, 0)"""
# The seq of an entity itself, no matter who stands for it.
OWN_SEQ = """
    SELECT seq FROM entities WHERE account_id = :account_id AND type = :type AND id = :id"""
# The erased entities of some types.
ERASED_OF_TYPES = f"""
    SELECT type, seq, id FROM entities
    WHERE account_id = :account_id AND type = ANY(:types) AND deleted_at = {ERASED}"""
# Whether an entity of a type was erased that was first named at a seq or later.
ERASED_SINCE = f"""
    SELECT 1 FROM entities
    WHERE account_id = :account_id AND type = :type AND seq >= :since AND deleted_at = {ERASED}
    LIMIT 1"""
# The first hold on what goes with an entity that stands for itself: on one of its group, on what
# belongs to one of these, or on one that is the same as such a thing.
HOLD_OF_ANY = f"""
    SELECT e.type, e.id FROM holds h
    JOIN entities e ON e.account_id = :account_id AND e.seq = h.entity
    LEFT JOIN entities c ON c.account_id = :account_id AND c.seq = e.contact_seq
    WHERE h.account_id = :account_id AND {_LASTS} AND (
        e.seq = :seq OR e.group_seq = :seq OR c.seq = :seq OR c.group_seq = :seq
        OR EXISTS (
            SELECT 1 FROM entities m
            JOIN entities o ON o.account_id = :account_id AND o.seq = m.contact_seq
            WHERE m.account_id = :account_id AND m.group_seq = e.group_seq
                AND (o.seq = :seq OR o.group_seq = :seq)
        )
    ) LIMIT 1"""
# All entities on hold, and all that are one with one of them.
HELD = f"""
    SELECT h.entity FROM holds h WHERE h.account_id = :account_id AND {_LASTS}
    UNION ALL SELECT m.seq FROM holds h
    JOIN entities e ON e.account_id = :account_id AND e.seq = h.entity
    JOIN entities m ON m.account_id = :account_id AND m.group_seq = e.group_seq
    WHERE h.account_id = :account_id AND {_LASTS}"""
SET_HOLD = """
    INSERT INTO holds (account_id, entity, reason, by_key, at, until_at)
    VALUES (:account_id, :entity, :reason, :by_key, :at, :until)
    ON CONFLICT (account_id, entity) DO UPDATE SET
        reason = excluded.reason, by_key = excluded.by_key, at = excluded.at,
        until_at = excluded.until_at"""
DROP_HOLDS = "DELETE FROM holds WHERE account_id = :account_id AND entity = ANY(:entities)"
# Forgets the holds of an account that have ended by themselves.
DROP_ENDED_HOLDS = """
    DELETE FROM holds WHERE account_id = :account_id AND until_at <= :now"""

# Retention

# The rules of an account, as JSON.
RETENTION = "SELECT rules FROM retention WHERE account_id = :account_id"
SET_RETENTION = """
    INSERT INTO retention (account_id, rules) VALUES (:account_id, :rules)
    ON CONFLICT (account_id) DO UPDATE SET rules = excluded.rules"""
DROP_RETENTION = "DELETE FROM retention WHERE account_id = :account_id"
# The accounts that have rules.
ACCOUNTS_WITH_RETENTION = "SELECT account_id FROM retention"
# The oldest activities of a kind, behind a key and before an instant, with what decides.
OLDEST_OF_KIND = """
    SELECT l.occurred_at, l.activity_seq, a.level, a.linked FROM links l
    JOIN activities a ON a.account_id = :account_id AND a.seq = l.activity_seq
    WHERE l.account_id = :account_id AND l.entity = :entity AND l.kind = :kind
        AND (l.occurred_at, l.activity_seq) > (:occurred_at, :activity_seq)
        AND l.occurred_at < :before
    ORDER BY l.occurred_at, l.activity_seq LIMIT :limit"""

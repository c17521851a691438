"""The statements about heads, activities, links, tallies and what an account has besides.

Those about entities, the feed, imports and accounts are in modules of their own, those that depend
on a query's filters in `select.py`.
"""

from doings.core.store.counts import NEWEST
from doings.storage.sql import entity_statements as entities
from doings.storage.sql.feed_statements import HEAD

# The columns that `rows.activities_from_rows` takes, in its order.
ACTIVITY = (
    "a.seq, a.id, a.kind, a.occurred_at, a.time_zone, a.summary, a.body, a.data, a.metadata,"
    " a.level, a.channels, a.origin, a.external_id, a.recorded_at, a.updated_at, a.linked"
)
# How many bytes of an activity are the caller's own.
BYTES = (
    "COALESCE(octet_length(a.summary), 0) + COALESCE(octet_length(a.body), 0)"
    " + octet_length(a.data) + octet_length(a.metadata)"
)

# The last seq and the cache version of each account

# Starts the numbers of a new account at 0.
ADD_LAST_SEQ = "INSERT INTO heads (account_id, head) VALUES (:account_id, 0)"
# The last seq that an account gave out.
LAST_SEQ = "SELECT head FROM heads WHERE account_id = :account_id"
# Takes `count` seqs and locks the row until the commit, so that seqs have no gap; says whether the
# log is whole, and how many merges are active.
ADVANCE_LAST_SEQ = """
    UPDATE heads SET head = head + :count
    WHERE account_id = :account_id RETURNING head, logged, merges"""
# The same, and makes every document that is kept of this account out of date.
ADVANCE_LAST_SEQ_AND_CACHE_VERSION = """
    UPDATE heads SET head = head + :count, revision = revision + 1
    WHERE account_id = :account_id RETURNING head, logged, merges"""
# How many merges of an account are active.
MERGES_OF_ACCOUNT = "SELECT merges FROM heads WHERE account_id = :account_id"
# How often something that was there before was changed, and the last seq.
CACHE_VERSION = "SELECT revision, head FROM heads WHERE account_id = :account_id"
# Makes every document that is kept of this account out of date.
ADVANCE_CACHE_VERSION = "UPDATE heads SET revision = revision + 1 WHERE account_id = :account_id"

# Gives an account's positions another word to begin with.
SET_EPOCH = "UPDATE heads SET epoch = :epoch WHERE account_id = :account_id"

# What full text is made of

UNINDEXED = "SELECT unindexed FROM heads WHERE account_id = :account_id"
SET_UNINDEXED = "UPDATE heads SET unindexed = :unindexed WHERE account_id = :account_id"
TEXT_LENGTHS = """
    SELECT a.seq, COALESCE(LENGTH(a.summary), 0) + COALESCE(LENGTH(a.body), 0) FROM activities a
    WHERE a.account_id = :account_id AND a.seq >= :first AND a.seq < :end
    UNION ALL
    SELECT e.seq, LENGTH(e.attrs) FROM entities e
    WHERE e.account_id = :account_id AND e.seq >= :first AND e.seq < :end AND e.deleted_at IS NULL
    ORDER BY 1"""
"""How many characters the texts of each seq hold, about."""
ACTIVITY_TEXTS = """
    SELECT seq, summary, body FROM activities
    WHERE account_id = :account_id AND seq >= :first AND seq < :end
        AND (summary <> '' OR body <> '')"""
ENTITY_TEXTS = """
    SELECT seq, name, id, attrs FROM entities
    WHERE account_id = :account_id AND seq >= :first AND seq < :end AND deleted_at IS NULL"""

# Activities

# Activities by their seqs, in any order.
ACTIVITIES_BY_SEQ = f"""
    SELECT {ACTIVITY} FROM activities a WHERE a.account_id = :account_id AND a.seq = ANY(:seqs)"""
# The same, except those that hold more bytes than `most`.
SMALL_ACTIVITIES_BY_SEQ = f"""
    SELECT {ACTIVITY} FROM activities a
    WHERE a.account_id = :account_id AND a.seq = ANY(:seqs) AND {BYTES} <= :most"""
# How many bytes activities hold; neither engine reads long texts for that.
BYTES_OF_ACTIVITIES = f"""
    SELECT a.seq, {BYTES} FROM activities a
    WHERE a.account_id = :account_id AND a.seq = ANY(:seqs)"""
# One activity by its public id, and the last seq.
ACTIVITY_BY_ID = f"""
    SELECT {ACTIVITY}, {HEAD} FROM activities a WHERE a.account_id = :account_id AND a.id = :id"""
# The activity that came from elsewhere under this id.
ACTIVITY_BY_EXTERNAL_ID = f"""
    SELECT {ACTIVITY} FROM activities a
    WHERE a.account_id = :account_id AND a.origin = :origin AND a.external_id = :external_id"""
KEYS_BY_EXTERNAL_ID = """
    WITH RECURSIVE origins (origin) AS (
        SELECT MIN(origin) FROM activities
        WHERE account_id = :account_id AND external_id IS NOT NULL
        UNION ALL
        SELECT (
            SELECT MIN(a.origin) FROM activities a
            WHERE a.account_id = :account_id AND a.external_id IS NOT NULL
                AND a.origin > origins.origin
        ) FROM origins WHERE origins.origin IS NOT NULL
    )
    SELECT a.occurred_at, a.seq FROM origins JOIN activities a
        ON a.account_id = :account_id AND a.origin = origins.origin
        AND a.external_id = :external_id"""
"""Goes from each origin of the account to the next one in the index, as origins are few."""
# Which of these ids from elsewhere are recorded already, and as what.
ACTIVITIES_BY_EXTERNAL_ID = """
    SELECT external_id, seq, id FROM activities
    WHERE account_id = :account_id AND origin = :origin AND external_id = ANY(:ids)"""
# What activities are and when they happened; data of more bytes than `most` is left out.
NEWEST_ACTIVITIES = """
    SELECT seq, kind, occurred_at, CASE WHEN octet_length(data) <= :most THEN data ELSE '{}' END
    FROM activities WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# When activities were last changed, to order those of one date.
UPDATES_OF_ACTIVITIES = """
    SELECT seq, updated_at FROM activities
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# Where activities came from.
ORIGINS_OF_ACTIVITIES = """
    SELECT seq, origin FROM activities WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# The keys of the activities of some kinds in timelines, in no order.
KEYS_OF_KINDS = """
    SELECT occurred_at, activity_seq FROM links
    WHERE account_id = :account_id AND entity = ANY(:entities) AND kind = ANY(:kinds)"""
# The same, but for those that concern no contact; an index alone says which do.
KEYS_OF_KINDS_WITH_CONTACT = """
    SELECT l.occurred_at, l.activity_seq FROM links l
    JOIN activities a ON a.account_id = :account_id AND a.seq = l.activity_seq AND a.has_contact = 1
    WHERE l.account_id = :account_id AND l.entity = ANY(:entities) AND l.kind = ANY(:kinds)"""
# The same with when they were last changed; those without a contact only where `alone` is 1.
UPDATES_OF_KINDS = """
    SELECT l.occurred_at, l.activity_seq, a.updated_at FROM links l
    JOIN activities a ON a.account_id = :account_id AND a.seq = l.activity_seq
    WHERE l.account_id = :account_id AND l.entity = ANY(:entities) AND l.kind = ANY(:kinds)
        AND (a.has_contact = 1 OR :alone = 1)"""
# The activities of some kinds that concern a contact that is deleted, and whom else.
KINDS_OF_DELETED_CONTACTS = """
    SELECT a.seq, a.linked FROM entities e
    JOIN links l ON l.account_id = :account_id AND l.entity = e.seq AND l.kind = ANY(:kinds)
    JOIN activities a ON a.account_id = :account_id AND a.seq = l.activity_seq
    WHERE e.account_id = :account_id AND e.type = 'contact' AND e.deleted_at IS NOT NULL"""
# When each of some entities, or what is one with it, last had an activity of a kind.
LAST_OF_KIND = """
    SELECT k.seq, (
        SELECT MAX(l.occurred_at) FROM links l
        WHERE l.account_id = :account_id AND l.entity = COALESCE(m.seq, k.seq) AND l.kind = :kind
    )
    FROM entities k LEFT JOIN entities m ON m.account_id = :account_id AND m.group_seq = k.group_seq
    WHERE k.account_id = :account_id AND k.seq = ANY(:seqs)"""
# The activities of a kind that each of some entities, or what is one with it, had last: three or as
# many as there are. The index gives each of them without a look at those before.
_OF_KIND = """(
        SELECT l.activity_seq FROM links l
        WHERE l.account_id = :account_id AND l.entity = COALESCE(m.seq, k.seq) AND l.kind = :kind
        ORDER BY l.occurred_at DESC, l.activity_seq DESC LIMIT 1 OFFSET {}
    )"""
NEWEST_OF_KIND = f"""
    SELECT k.seq, {", ".join(_OF_KIND.format(place) for place in range(NEWEST))}
    FROM entities k LEFT JOIN entities m ON m.account_id = :account_id AND m.group_seq = k.group_seq
    WHERE k.account_id = :account_id AND k.seq = ANY(:seqs)"""
# Stores a new activity.
ADD_ACTIVITY = """
    INSERT INTO activities
        (account_id, seq, id, kind, occurred_at, time_zone, summary, body, data, metadata, level,
         channels, origin, external_id, recorded_at, updated_at, has_contact, linked)
    VALUES
        (:account_id, :seq, :id, :kind, :occurred_at, :time_zone, :summary, :body, :data,
         :metadata, :level, :channels, :origin, :external_id, :recorded_at, :updated_at,
         :has_contact, :linked)"""
# Replaces all of an activity but its ids, its origin and its recording.
UPDATE_ACTIVITY = """
    UPDATE activities
    SET kind = :kind, occurred_at = :occurred_at, time_zone = :time_zone, summary = :summary,
        body = :body, data = :data, metadata = :metadata, level = :level, channels = :channels,
        updated_at = :updated_at, has_contact = :has_contact, linked = :linked
    WHERE account_id = :account_id AND seq = :seq"""
# Replaces what an activity is linked to, when an entity changes its contact.
SET_LINKED = """
    UPDATE activities SET has_contact = :has_contact, linked = :linked
    WHERE account_id = :account_id AND seq = :seq"""
# Removes an activity; its changes stay in the feed.
DELETE_ACTIVITY = "DELETE FROM activities WHERE account_id = :account_id AND seq = :seq"

# Puts an activity into one timeline.
ADD_LINK = """
    INSERT INTO links (account_id, entity, occurred_at, activity_seq, kind)
    VALUES (:account_id, :entity, :occurred_at, :activity_seq, :kind)"""
# Takes an activity out of one timeline.
DELETE_LINK = """
    DELETE FROM links
    WHERE account_id = :account_id AND entity = :entity AND occurred_at = :occurred_at
        AND activity_seq = :activity_seq"""
# The next keys of an entity's whole timeline, oldest first, after a key.
ACTIVITIES_OF_ENTITY = """
    SELECT occurred_at, activity_seq FROM links
    WHERE account_id = :account_id AND entity = :entity
        AND (occurred_at, activity_seq) > (:occurred_at, :activity_seq)
    ORDER BY occurred_at, activity_seq LIMIT :limit"""

# What of activities is brought in line when a thing changes hands.
LINKED_OF_ACTIVITIES = """
    SELECT seq, id, kind, occurred_at, has_contact, linked FROM activities
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# Whom entities belong to.
OWNERS = """
    SELECT seq, type, contact_seq FROM entities
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# From where on the activities of an entity are still to be brought in line.
RELINK = """
    SELECT occurred_at, activity_seq FROM relinks
    WHERE account_id = :account_id AND entity = :entity"""
SET_RELINK = """
    INSERT INTO relinks (account_id, entity, occurred_at, activity_seq)
    VALUES (:account_id, :entity, :occurred_at, :activity_seq)
    ON CONFLICT (account_id, entity)
    DO UPDATE SET occurred_at = excluded.occurred_at, activity_seq = excluded.activity_seq"""
DROP_RELINK = "DELETE FROM relinks WHERE account_id = :account_id AND entity = :entity"
# The entities of which some activities are still to be brought in line.
RELINKS_OF_ACCOUNT = "SELECT entity FROM relinks WHERE account_id = :account_id"
RELINKS = "SELECT account_id, entity FROM relinks LIMIT :limit"
# How many of an entity's activities between two instants are newer than a key.
COUNT_OF_NEWER = """
    SELECT COUNT(*) FROM links
    WHERE account_id = :account_id AND entity = :entity AND occurred_at >= :since
        AND (occurred_at, activity_seq) > (:at, :seq) AND occurred_at < :until"""
# The first and the last instant of an entity's activities between two instants.
SPAN_OF_DATE = """
    SELECT
        (SELECT occurred_at FROM links
            WHERE account_id = :account_id AND entity = :entity
                AND occurred_at >= :since AND occurred_at < :until
            ORDER BY occurred_at, activity_seq LIMIT 1),
        (SELECT occurred_at FROM links
            WHERE account_id = :account_id AND entity = :entity
                AND occurred_at >= :since AND occurred_at < :until
            ORDER BY occurred_at DESC, activity_seq DESC LIMIT 1)"""

# Activities with a contact, as they were recorded

# A page by recording, from the first seq of a block on.
WITH_CONTACT = """
    SELECT seq FROM activities
    WHERE account_id = :account_id AND has_contact = 1 AND seq >= :first
    ORDER BY seq LIMIT :limit OFFSET :skip"""
# A page by recording, newest first, from the end of a block down.
WITH_CONTACT_DESCENDING = """
    SELECT seq FROM activities
    WHERE account_id = :account_id AND has_contact = 1 AND seq < :first
    ORDER BY seq DESC LIMIT :limit OFFSET :skip"""
# A page by last change. The vendor numbers pages, so it walks the index.
WITH_CONTACT_BY_UPDATE = """
    SELECT seq FROM activities WHERE account_id = :account_id AND has_contact = 1
    ORDER BY updated_at, seq LIMIT :limit OFFSET :skip"""
# A page by last change, newest first, as above.
WITH_CONTACT_BY_UPDATE_DESCENDING = """
    SELECT seq FROM activities WHERE account_id = :account_id AND has_contact = 1
    ORDER BY updated_at DESC, seq DESC LIMIT :limit OFFSET :skip"""

# Tallies

# Adds to a count, which may be new or be lowered.
ADD_TO_TALLY = """
    INSERT INTO tallies (account_id, entity, day, kind, count)
    VALUES (:account_id, :entity, :day, :kind, :count)
    ON CONFLICT (account_id, entity, day, kind)
    DO UPDATE SET count = tallies.count + excluded.count"""
# Removes a count that came down to 0, so that sums and lists of kinds have no zeros.
DROP_EMPTY_TALLY = """
    DELETE FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day = :day AND kind = :kind
        AND count = 0"""
# The counts of one day by kind; of TOTAL, of all days.
TALLIES_OF_DAY = """
    SELECT kind, count FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day = :day"""
# The counts of one day in several timelines, for some kinds.
TALLIES_OF_TIMELINES = """
    SELECT entity, kind, count FROM tallies
    WHERE account_id = :account_id AND entity = ANY(:timelines) AND day = :day
        AND kind = ANY(:kinds)"""
# The counts of a span of days, oldest first.
TALLIES_OF_DAYS = """
    SELECT day, kind, count FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day >= :first AND day < :end
    ORDER BY day, kind"""
# The counts of a span of days, newest first.
TALLIES_OF_DAYS_DESCENDING = """
    SELECT day, kind, count FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day >= :first AND day < :end
    ORDER BY day DESC, kind DESC"""
_NEWEST = """
        (SELECT l.activity_seq FROM links l
            WHERE l.account_id = :account_id AND l.entity = e.seq
            ORDER BY l.occurred_at DESC, l.activity_seq DESC LIMIT 1)"""
# Of each entity how many activities its timeline holds, its newest one, and its group.
SUMMARIES_OF_TIMELINES = f"""
    SELECT e.seq,
        (SELECT CAST(SUM(t.count) AS BIGINT) FROM tallies t
            WHERE t.account_id = :account_id AND t.entity = {entities.TIMELINE}
                AND t.day = :day),
        {_NEWEST}, e.group_seq
    FROM entities e WHERE e.account_id = :account_id AND e.seq = ANY(:seqs)"""
# Of each entity in some groups its newest activity.
NEWEST_OF_GROUPS = f"""
    SELECT e.group_seq, {_NEWEST}
    FROM entities e WHERE e.account_id = :account_id AND e.group_seq = ANY(:groups)"""
# The counts of the next days over some kinds or all, to find the day of a rank.
SUMS_OF_DAYS = """
    SELECT day, CAST(SUM(count) AS BIGINT) FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day >= :first AND day < :end
        AND (:every_kind = 1 OR kind = ANY(:kinds))
    GROUP BY day ORDER BY day LIMIT :limit"""
# The counts of the next days as above, newest first.
SUMS_OF_DAYS_DESCENDING = """
    SELECT day, CAST(SUM(count) AS BIGINT) FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day >= :first AND day < :end
        AND (:every_kind = 1 OR kind = ANY(:kinds))
    GROUP BY day ORDER BY day DESC LIMIT :limit"""

# How many activities some days have over some kinds or all.
SUM_OF_DAYS = """
    SELECT CAST(SUM(count) AS BIGINT) FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day >= :first AND day < :end
        AND (:every_kind = 1 OR kind = ANY(:kinds))"""
# How many activities lie between two keys, which are of one day.
COUNT_OF_SPAN = """
    SELECT COUNT(*) FROM links
    WHERE account_id = :account_id AND entity = :entity
        AND (occurred_at, activity_seq) >= (:at, :seq)
        AND (occurred_at, activity_seq) < (:end_at, :end_seq)
        AND (:every_kind = 1 OR kind = ANY(:kinds))"""

# Repeated requests

# The answer kept under a key, unless it is too old.
IDEMPOTENCY_KEY = """
    SELECT digest, answer FROM idempotency_keys
    WHERE account_id = :account_id AND key = ANY(:keys) AND at > :since"""
# Keeps an answer; one that is too old is replaced.
SET_IDEMPOTENCY_KEY = """
    INSERT INTO idempotency_keys (account_id, key, digest, answer, at)
    VALUES (:account_id, :key, :digest, :answer, :at)
    ON CONFLICT (account_id, key)
    DO UPDATE SET digest = excluded.digest, answer = excluded.answer, at = excluded.at"""
# Removes answers that are too old, the oldest first.
FORGET_IDEMPOTENCY_KEYS = """
    DELETE FROM idempotency_keys WHERE account_id = :account_id AND key IN (
        SELECT key FROM idempotency_keys
        WHERE account_id = :account_id AND at <= :since ORDER BY at LIMIT :limit
    )"""

# What time will change

# Notes when time will change an activity.
SET_DEADLINE = """
    INSERT INTO deadlines (account_id, activity_seq, due_at)
    VALUES (:account_id, :activity_seq, :due_at)
    ON CONFLICT (account_id, activity_seq) DO UPDATE SET due_at = excluded.due_at"""
# Time will change nothing about this activity any more.
DROP_DEADLINE = """
    DELETE FROM deadlines WHERE account_id = :account_id AND activity_seq = :activity_seq"""
# What is due in any account, for the sweeper.
DUE = """
    SELECT account_id, activity_seq FROM deadlines WHERE due_at <= :now
    ORDER BY due_at, account_id, activity_seq LIMIT :limit"""
# What is due in one account, for when not every account can be read; in the order of the table's
# own key, as whatever is due is recorded anyway.
DUE_IN_ACCOUNT = """
    SELECT account_id, activity_seq FROM deadlines
    WHERE account_id = :account_id AND due_at <= :now
    ORDER BY activity_seq LIMIT :limit"""

# What a cluster of machines cannot send to the one machine that has the account

CROSS_ACCOUNT = (
    ("INSTALLATION_VALUE", "the installation's values belong to no account"),
    ("SET_INSTALLATION_VALUE", "the installation's values belong to no account"),
    ("LOCKED_INSTALLATION_VALUE", "the installation's values belong to no account"),
    ("DROP_INSTALLATION_VALUE", "the installation's values belong to no account"),
    ("NEXT_ACCOUNT_ID", "the account does not exist yet"),
    ("NEXT_IMPORT_RUN", "the numbers of imports are the installation's"),
    ("PING", "it asks for no data"),
    ("ACCOUNT_BY_SLUG", "a request names its account by slug; every machine has all accounts"),
    ("ACCOUNTS", "the operator lists all accounts; every machine has them"),
    ("CREDENTIAL_BY_KEY", "the key says which account; every machine has all credentials"),
    ("NOTE_USE", "the uses of many accounts' credentials are noted together, now and then"),
    ("ACCOUNTS_BY_SLUG", "interactions name accounts by slug; every machine has all accounts"),
    ("RELINKS", "a process looks for what another left undone in any account, now and then"),
    ("DUE", "the sweeper looks for what is due in any account, now and then"),
    ("UNFINISHED_ERASURES", "a process looks for what another left undone in any account"),
    ("ACCOUNTS_WITH_RETENTION", "a sweeper looks for what is due in any account, now and then"),
    ("IMPORT_JOB_STATES", "a process looks for files to be imported into any account"),
    ("MERGING_ACCOUNTS", "people are merged by themselves in any account that wants it"),
    ("ACTIVE_WEBHOOKS", "a process looks for what is to be delivered in any account"),
)
"""(statement, why it names no account): the only ones that may."""

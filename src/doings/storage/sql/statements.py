"""Every statement that does not depend on a query's filters, by name."""

ACCOUNT = "account_id, slug, name, time_zone, settings, created_at"
CREDENTIAL = "key, account_id, secret_hash, scopes, label, created_at, expires_at, last_used_at"
ACTIVITY = (
    "a.seq, a.id, a.kind, a.occurred_at, a.time_zone, a.summary, a.body, a.data, a.metadata,"
    " a.level, a.channels, a.origin, a.external_id, a.recorded_at, a.updated_at, a.linked"
)
ENTITY = (
    "e.seq, e.type, e.id, e.name, e.attrs,"
    " (SELECT c.id FROM entities c WHERE c.account_id = :account_id AND c.seq = e.contact_seq),"
    " e.created_at, e.updated_at, e.deleted_at"
)

# The installation

INSTALLATION_VALUE = "SELECT value FROM installation WHERE name = :name"
SET_INSTALLATION_VALUE = """
    INSERT INTO installation (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
LOCKED_INSTALLATION_VALUE = """
    INSERT INTO installation (name, value) VALUES (:name, '')
    ON CONFLICT (name) DO UPDATE SET value = installation.value
    RETURNING value"""
"""Reads a value that is about to be replaced, so that whoever does the same waits."""
NEXT_ACCOUNT_ID = """
    INSERT INTO installation (name, value) VALUES ('accounts', '1')
    ON CONFLICT (name)
    DO UPDATE SET value = CAST(CAST(installation.value AS BIGINT) + 1 AS TEXT)
    RETURNING value"""
DROP_INSTALLATION_VALUE = "DELETE FROM installation WHERE name = :name"
PING = "SELECT 1"

# Accounts and credentials

ACCOUNT_BY_SLUG = f"SELECT {ACCOUNT} FROM accounts WHERE slug = :slug"
ACCOUNT_BY_ID = f"SELECT {ACCOUNT} FROM accounts WHERE account_id = :account_id"
ACCOUNTS = f"SELECT {ACCOUNT} FROM accounts ORDER BY slug"
ADD_ACCOUNT = """
    INSERT INTO accounts (account_id, slug, name, time_zone, settings, created_at)
    VALUES (:account_id, :slug, :name, :time_zone, :settings, :created_at)"""
SET_SETTINGS = "UPDATE accounts SET settings = :settings WHERE account_id = :account_id"
DELETE_ACCOUNT = "DELETE FROM accounts WHERE account_id = :account_id"
DELETE_CREDENTIALS_OF_ACCOUNT = "DELETE FROM credentials WHERE account_id = :account_id"

CREDENTIAL_BY_KEY = """
    SELECT key, credentials.account_id, secret_hash, scopes, label, credentials.created_at,
        expires_at, last_used_at, accounts.account_id, slug, name, time_zone, settings,
        accounts.created_at
    FROM credentials JOIN accounts ON accounts.account_id = credentials.account_id
    WHERE key = :key"""
CREDENTIALS_OF_ACCOUNT = f"""
    SELECT {CREDENTIAL} FROM credentials WHERE account_id = :account_id ORDER BY created_at, key"""
ADD_CREDENTIAL = """
    INSERT INTO credentials
        (key, account_id, secret_hash, scopes, label, created_at, expires_at, last_used_at)
    VALUES (:key, :account_id, :secret_hash, :scopes, :label, :created_at, :expires_at, NULL)"""
DELETE_CREDENTIAL = "DELETE FROM credentials WHERE account_id = :account_id AND key = :key"
NOTE_USE = "UPDATE credentials SET last_used_at = :at WHERE key = :key"

# The head

ADD_HEAD = "INSERT INTO heads (account_id, head) VALUES (:account_id, 0)"
HEAD = "SELECT head FROM heads WHERE account_id = :account_id"
ADVANCE_HEAD = """
    UPDATE heads SET head = head + :count WHERE account_id = :account_id RETURNING head"""
REVISION = "SELECT revision FROM heads WHERE account_id = :account_id"
ADVANCE_REVISION = "UPDATE heads SET revision = revision + 1 WHERE account_id = :account_id"

# Entities

ENTITY_BY_KEY = f"""
    SELECT {ENTITY} FROM entities e
    WHERE e.account_id = :account_id AND e.type = :type AND e.id = :id"""
ENTITIES_BY_KEY = f"""
    SELECT {ENTITY} FROM entities e
    WHERE e.account_id = :account_id AND e.type = :type AND e.id = ANY(:ids)"""
ENTITIES_BY_SEQ = f"""
    SELECT {ENTITY} FROM entities e WHERE e.account_id = :account_id AND e.seq = ANY(:seqs)"""
SEQS_OF_ENTITIES = """
    SELECT type, id, seq FROM entities
    WHERE account_id = :account_id AND type = ANY(:types) AND id = ANY(:ids)
        AND deleted_at IS NULL"""
KINDS_OF_ENTITIES = """
    SELECT e.type, e.id, e.seq, t.kind FROM entities e
    LEFT JOIN tallies t
        ON t.account_id = :account_id AND t.entity = e.seq AND t.day = :day
    WHERE e.account_id = :account_id AND e.type = ANY(:types) AND e.id = ANY(:ids)
        AND e.deleted_at IS NULL"""
RESOLVE_ENTITIES = """
    SELECT id, seq, contact_seq FROM entities
    WHERE account_id = :account_id AND type = :type AND id = ANY(:ids)"""
ADD_ENTITY = """
    INSERT INTO entities
        (account_id, seq, type, id, name, attrs, contact_seq, is_partial, created_at, updated_at)
    VALUES
        (:account_id, :seq, :type, :id, :name, :attrs, :contact_seq, :is_partial, :created_at,
         :updated_at)"""
UPDATE_ENTITY = """
    UPDATE entities
    SET name = :name, attrs = :attrs, contact_seq = :contact_seq, is_partial = :is_partial,
        created_at = :created_at, updated_at = :updated_at, deleted_at = NULL
    WHERE account_id = :account_id AND seq = :seq"""
DELETE_ENTITY = """
    UPDATE entities SET deleted_at = :at WHERE account_id = :account_id AND seq = :seq"""
NUMBERED_IDS = """
    SELECT id FROM entities
    WHERE account_id = :account_id AND type = :type AND id >= '0' AND id < ':'"""

# Activities

ACTIVITIES_BY_SEQ = f"""
    SELECT {ACTIVITY} FROM activities a WHERE a.account_id = :account_id AND a.seq = ANY(:seqs)"""
ACTIVITY_BY_ID = f"""
    SELECT {ACTIVITY} FROM activities a WHERE a.account_id = :account_id AND a.id = :id"""
ACTIVITY_BY_EXTERNAL_ID = f"""
    SELECT {ACTIVITY} FROM activities a
    WHERE a.account_id = :account_id AND a.origin = :origin AND a.external_id = :external_id"""
ACTIVITIES_BY_EXTERNAL_ID = """
    SELECT external_id, seq, id FROM activities
    WHERE account_id = :account_id AND origin = :origin AND external_id = ANY(:ids)"""
UPDATES_OF_ACTIVITIES = """
    SELECT seq, updated_at FROM activities
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""
ADD_ACTIVITY = """
    INSERT INTO activities
        (account_id, seq, id, kind, occurred_at, time_zone, summary, body, data, metadata, level,
         channels, origin, external_id, recorded_at, updated_at, has_contact, linked)
    VALUES
        (:account_id, :seq, :id, :kind, :occurred_at, :time_zone, :summary, :body, :data,
         :metadata, :level, :channels, :origin, :external_id, :recorded_at, :updated_at,
         :has_contact, :linked)"""
UPDATE_ACTIVITY = """
    UPDATE activities
    SET kind = :kind, occurred_at = :occurred_at, time_zone = :time_zone, summary = :summary,
        body = :body, data = :data, metadata = :metadata, level = :level, channels = :channels,
        updated_at = :updated_at, has_contact = :has_contact, linked = :linked
    WHERE account_id = :account_id AND seq = :seq"""
SET_LINKED = """
    UPDATE activities SET has_contact = :has_contact, linked = :linked
    WHERE account_id = :account_id AND seq = :seq"""
DELETE_ACTIVITY = "DELETE FROM activities WHERE account_id = :account_id AND seq = :seq"

ADD_LINK = """
    INSERT INTO links (account_id, entity, occurred_at, activity_seq, kind)
    VALUES (:account_id, :entity, :occurred_at, :activity_seq, :kind)"""
DELETE_LINK = """
    DELETE FROM links
    WHERE account_id = :account_id AND entity = :entity AND occurred_at = :occurred_at
        AND activity_seq = :activity_seq"""
ACTIVITIES_OF_ENTITY = """
    SELECT occurred_at, activity_seq FROM links
    WHERE account_id = :account_id AND entity = :entity
        AND (occurred_at, activity_seq) > (:occurred_at, :activity_seq)
    ORDER BY occurred_at, activity_seq LIMIT :limit"""

REVISING = frozenset({UPDATE_ENTITY, DELETE_ENTITY, UPDATE_ACTIVITY, SET_LINKED, DELETE_ACTIVITY})
"""What changes entries that were there before, and so documents that were made of them."""

# Activities with a contact, as they were recorded

WITH_CONTACT = """
    SELECT seq FROM activities
    WHERE account_id = :account_id AND has_contact = 1 AND seq >= :first
    ORDER BY seq LIMIT :limit OFFSET :skip"""
WITH_CONTACT_DESCENDING = """
    SELECT seq FROM activities
    WHERE account_id = :account_id AND has_contact = 1 AND seq < :first
    ORDER BY seq DESC LIMIT :limit OFFSET :skip"""
WITH_CONTACT_BY_UPDATE = """
    SELECT seq FROM activities WHERE account_id = :account_id AND has_contact = 1
    ORDER BY updated_at, seq LIMIT :limit OFFSET :skip"""
WITH_CONTACT_BY_UPDATE_DESCENDING = """
    SELECT seq FROM activities WHERE account_id = :account_id AND has_contact = 1
    ORDER BY updated_at DESC, seq DESC LIMIT :limit OFFSET :skip"""

# Tallies

ADD_TO_TALLY = """
    INSERT INTO tallies (account_id, entity, day, kind, count)
    VALUES (:account_id, :entity, :day, :kind, :count)
    ON CONFLICT (account_id, entity, day, kind)
    DO UPDATE SET count = tallies.count + excluded.count"""
DROP_EMPTY_TALLY = """
    DELETE FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day = :day AND kind = :kind
        AND count = 0"""
TALLIES_OF_DAY = """
    SELECT kind, count FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day = :day"""
TALLIES_OF_DAYS = """
    SELECT day, kind, count FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day >= :first AND day < :end
    ORDER BY day, kind"""
TALLIES_OF_DAYS_DESCENDING = """
    SELECT day, kind, count FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day >= :first AND day < :end
    ORDER BY day DESC, kind DESC"""
SUMS_OF_DAYS = """
    SELECT day, CAST(SUM(count) AS BIGINT) FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day >= :first AND day < :end
        AND (:every_kind = 1 OR kind = ANY(:kinds))
    GROUP BY day ORDER BY day LIMIT :limit"""
SUMS_OF_DAYS_DESCENDING = """
    SELECT day, CAST(SUM(count) AS BIGINT) FROM tallies
    WHERE account_id = :account_id AND entity = :entity AND day >= :first AND day < :end
        AND (:every_kind = 1 OR kind = ANY(:kinds))
    GROUP BY day ORDER BY day DESC LIMIT :limit"""

# The feed

ADD_CHANGE = """
    INSERT INTO changes
        (account_id, seq, activity_seq, activity_id, op, kind, at, by_key, before)
    VALUES
        (:account_id, :seq, :activity_seq, :activity_id, :op, :kind, :at, :by_key, :before)"""
CHANGE = "seq, activity_seq, activity_id, op, kind, at, by_key, before"
CHANGES_AFTER = f"""
    SELECT {CHANGE} FROM changes WHERE account_id = :account_id AND seq > :after
    ORDER BY seq LIMIT :limit"""
CHANGE_BY_SEQ = f"""
    SELECT {CHANGE} FROM changes WHERE account_id = :account_id AND seq = :seq"""
AMEND_CHANGE = """
    UPDATE changes SET before = :before WHERE account_id = :account_id AND seq = :seq"""
CHANGES_OF_ACTIVITY = f"""
    SELECT {CHANGE} FROM changes
    WHERE account_id = :account_id AND activity_id = :activity_id AND op <> 'created'
    ORDER BY seq"""

# Repeated requests

IDEMPOTENCY_KEY = """
    SELECT digest, answer FROM idempotency_keys
    WHERE account_id = :account_id AND key = :key AND at > :since"""
SET_IDEMPOTENCY_KEY = """
    INSERT INTO idempotency_keys (account_id, key, digest, answer, at)
    VALUES (:account_id, :key, :digest, :answer, :at)
    ON CONFLICT (account_id, key)
    DO UPDATE SET digest = excluded.digest, answer = excluded.answer, at = excluded.at"""
FORGET_IDEMPOTENCY_KEYS = """
    DELETE FROM idempotency_keys WHERE account_id = :account_id AND at <= :since"""

# What time will change

SET_DEADLINE = """
    INSERT INTO deadlines (account_id, activity_seq, due_at)
    VALUES (:account_id, :activity_seq, :due_at)
    ON CONFLICT (account_id, activity_seq) DO UPDATE SET due_at = excluded.due_at"""
DROP_DEADLINE = """
    DELETE FROM deadlines WHERE account_id = :account_id AND activity_seq = :activity_seq"""
DUE = """
    SELECT account_id, activity_seq FROM deadlines WHERE due_at <= :now
    ORDER BY due_at, account_id, activity_seq LIMIT :limit"""
"""Names no account: it asks for those in which something is due, for the sweeper alone."""

# What a cluster of machines cannot send to the one machine that has the account

CROSS_ACCOUNT = (
    ("INSTALLATION_VALUE", "the installation's values belong to no account"),
    ("SET_INSTALLATION_VALUE", "the installation's values belong to no account"),
    ("LOCKED_INSTALLATION_VALUE", "the installation's values belong to no account"),
    ("DROP_INSTALLATION_VALUE", "the installation's values belong to no account"),
    ("NEXT_ACCOUNT_ID", "the account does not exist yet"),
    ("PING", "it asks for no data"),
    ("ACCOUNT_BY_SLUG", "a request names its account by slug; every machine has all accounts"),
    ("ACCOUNTS", "the operator lists all accounts; every machine has them"),
    ("CREDENTIAL_BY_KEY", "the key says which account; every machine has all credentials"),
    ("NOTE_USE", "the uses of many accounts' credentials are noted together, now and then"),
    ("DUE", "the sweeper looks for what is due in any account, now and then"),
)
"""(statement, why it names no account): the only ones that may."""

"""The tables, as numbered steps that are applied in order at start and never changed afterwards.

Every table that grows with an account has `account_id` first in every key, so that all of an
account's rows can live together and a statement about one account touches nothing else. The three
that do not (`installation`, `accounts`, `credentials`) are small and read by other names.

Instants are microseconds, days are days since 1970, ids and JSON are text, hashes are bytes.
"""

from typing import NamedTuple

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE installation (
        name {text} NOT NULL PRIMARY KEY,
        value {text} NOT NULL
    );
    CREATE TABLE accounts (
        account_id BIGINT NOT NULL PRIMARY KEY,
        slug {text} NOT NULL UNIQUE,
        name {text} NOT NULL,
        time_zone {text} NOT NULL,
        settings {text} NOT NULL,
        created_at BIGINT NOT NULL
    );
    CREATE TABLE credentials (
        key {text} NOT NULL PRIMARY KEY,
        account_id BIGINT NOT NULL,
        secret_hash {text} NOT NULL,
        scopes {text} NOT NULL,
        label {text},
        created_at BIGINT NOT NULL,
        expires_at BIGINT,
        last_used_at BIGINT
    );
    CREATE INDEX credentials_of_account ON credentials (account_id, created_at, key);
    CREATE TABLE heads (
        account_id BIGINT NOT NULL PRIMARY KEY,
        head BIGINT NOT NULL
    );
    CREATE TABLE entities (
        account_id BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        type {text} NOT NULL,
        id {text} NOT NULL,
        name {text},
        attrs {text} NOT NULL,
        contact_seq BIGINT,
        is_partial SMALLINT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        deleted_at BIGINT,
        PRIMARY KEY (account_id, seq)
    );
    CREATE UNIQUE INDEX entities_key ON entities (account_id, type, id);
    CREATE INDEX entities_by_type ON entities (account_id, type, seq);
    CREATE INDEX entities_by_update ON entities (account_id, type, updated_at, seq);
    CREATE TABLE activities (
        account_id BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        id {text} NOT NULL,
        kind {text} NOT NULL,
        occurred_at BIGINT NOT NULL,
        time_zone {text},
        summary {text},
        body {text},
        data {text} NOT NULL,
        metadata {text} NOT NULL,
        level {text},
        channels {text} NOT NULL,
        origin {text} NOT NULL,
        external_id {text},
        recorded_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        has_contact SMALLINT NOT NULL,
        PRIMARY KEY (account_id, seq)
    );
    CREATE UNIQUE INDEX activities_id ON activities (account_id, id);
    CREATE UNIQUE INDEX activities_external ON activities (account_id, origin, external_id)
        WHERE external_id IS NOT NULL;
    CREATE INDEX activities_with_contact ON activities (account_id, seq) WHERE has_contact = 1;
    CREATE INDEX activities_with_contact_by_update ON activities (account_id, updated_at, seq)
        WHERE has_contact = 1;
    CREATE TABLE links (
        account_id BIGINT NOT NULL,
        entity BIGINT NOT NULL,
        occurred_at BIGINT NOT NULL,
        activity_seq BIGINT NOT NULL,
        kind {text} NOT NULL,
        roles {text} NOT NULL,
        position SMALLINT NOT NULL,
        PRIMARY KEY (account_id, entity, occurred_at, activity_seq)
    ){without_rowid};
    CREATE INDEX links_by_kind ON links (account_id, entity, kind, occurred_at, activity_seq);
    CREATE INDEX links_of_activity ON links (account_id, activity_seq) WHERE position >= 0;
    CREATE TABLE tallies (
        account_id BIGINT NOT NULL,
        entity BIGINT NOT NULL,
        day BIGINT NOT NULL,
        kind {text} NOT NULL,
        count BIGINT NOT NULL,
        PRIMARY KEY (account_id, entity, day, kind)
    ){without_rowid};
    CREATE TABLE changes (
        account_id BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        activity_seq BIGINT NOT NULL,
        activity_id {text} NOT NULL,
        op {text} NOT NULL,
        kind {text} NOT NULL,
        at BIGINT NOT NULL,
        by_key {text},
        before {text},
        PRIMARY KEY (account_id, seq)
    ){without_rowid};
    CREATE INDEX changes_of_activity ON changes (account_id, activity_id, seq)
        WHERE op <> 'created';
    CREATE TABLE idempotency_keys (
        account_id BIGINT NOT NULL,
        key {text} NOT NULL,
        digest {text} NOT NULL,
        answer {text} NOT NULL,
        at BIGINT NOT NULL,
        PRIMARY KEY (account_id, key)
    );
    CREATE INDEX idempotency_keys_by_age ON idempotency_keys (account_id, at);
    CREATE TABLE deadlines (
        account_id BIGINT NOT NULL,
        activity_seq BIGINT NOT NULL,
        due_at BIGINT NOT NULL,
        PRIMARY KEY (account_id, activity_seq)
    );
    CREATE INDEX deadlines_by_time ON deadlines (due_at, account_id, activity_seq);
    {engine}
    """,
    # What an activity is linked to stands in its own row, so that a page takes no second look-up;
    # `links` says no more than where an activity lies in the timelines.
    """
    ALTER TABLE activities ADD COLUMN linked {text} NOT NULL DEFAULT '';
    UPDATE activities SET linked = found.linked FROM (
        SELECT account_id, activity_seq, string_agg(
            entity || ':' || replace(roles, ' ', ' ' || entity || ':'), ' ' ORDER BY position
        ) AS linked
        FROM links WHERE position >= 0 GROUP BY account_id, activity_seq
    ) AS found
    WHERE activities.account_id = found.account_id AND activities.seq = found.activity_seq;
    DROP INDEX links_of_activity;
    ALTER TABLE links DROP COLUMN roles;
    ALTER TABLE links DROP COLUMN position;
    """,
    # Counts what was changed that had been there before, so that a process knows for how long it
    # may show again what it has rendered.
    """
    ALTER TABLE heads ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
    """,
    # Texts are folded before the engine sees them, so the full text of all that was recorded before
    # is emptied here and made again by a server (`rebuilding`): of the seqs 1 to `unindexed`, from
    # the newest on. 0 says that nothing is left to do.
    """
    ALTER TABLE heads ADD COLUMN unindexed BIGINT NOT NULL DEFAULT 0;
    UPDATE heads SET unindexed = head;
    {folded}
    """,
    # What each import recorded, so that it can be undone. All that one transaction of an import
    # makes has seqs without a gap, so a range of seqs says which rows they are: one row here for a
    # thousand there. `import_changes` are the rows that were there before the import changed them.
    # The index on entities finds what belongs to a contact that an undo is about to take back.
    """
    CREATE TABLE import_runs (
        account_id BIGINT NOT NULL,
        run BIGINT NOT NULL,
        state {text} NOT NULL,
        dialect {text},
        files {text} NOT NULL,
        started_at BIGINT NOT NULL,
        ended_at BIGINT,
        recorded BIGINT NOT NULL,
        filled BIGINT NOT NULL,
        repeated BIGINT NOT NULL,
        entities BIGINT NOT NULL,
        bad BIGINT NOT NULL,
        PRIMARY KEY (account_id, run)
    );
    CREATE TABLE import_ranges (
        account_id BIGINT NOT NULL,
        run BIGINT NOT NULL,
        first_seq BIGINT NOT NULL,
        last_seq BIGINT NOT NULL,
        PRIMARY KEY (account_id, run, first_seq)
    ){without_rowid};
    CREATE TABLE import_changes (
        account_id BIGINT NOT NULL,
        run BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        thing {text} NOT NULL,
        before {text},
        changed_from BIGINT NOT NULL,
        changed_at BIGINT NOT NULL,
        reverted_at BIGINT,
        PRIMARY KEY (account_id, run, seq)
    );
    CREATE INDEX import_changes_of_seq ON import_changes (account_id, seq, run);
    CREATE INDEX entities_of_contact ON entities (account_id, contact_seq)
        WHERE contact_seq IS NOT NULL;
    """,
    # What an import left deleted, and what its undo kept. Emoji are words of the full text, so that
    # is made again as above.
    """
    ALTER TABLE import_runs ADD COLUMN deleted BIGINT NOT NULL DEFAULT 0;
    ALTER TABLE import_runs ADD COLUMN kept BIGINT NOT NULL DEFAULT 0;
    UPDATE heads SET unindexed = head;
    {folded}
    """,
    # From where on the activities of an entity that changed hands are still to be brought in line:
    # one transaction would take too long for all of them.
    """
    CREATE TABLE relinks (
        account_id BIGINT NOT NULL,
        entity BIGINT NOT NULL,
        occurred_at BIGINT NOT NULL,
        activity_seq BIGINT NOT NULL,
        PRIMARY KEY (account_id, entity)
    );
    """,
    # The word that an account's positions begin with, empty until its history is rolled back. What
    # happens to entities is told in the feed as well. That an entity was made says its own row, so
    # that recording writes no row more.
    """
    ALTER TABLE heads ADD COLUMN epoch {text} NOT NULL DEFAULT '';
    CREATE TABLE entity_changes (
        account_id BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        entity_seq BIGINT NOT NULL,
        op {text} NOT NULL,
        at BIGINT NOT NULL,
        PRIMARY KEY (account_id, seq)
    ){without_rowid};
    """,
    # Webhooks and what is to reach each of them, one row for each change. A process that delivers
    # holds the webhook as a whole, so that the order in its lanes is decided in one place.
    """
    CREATE TABLE webhooks (
        account_id BIGINT NOT NULL,
        id {text} NOT NULL,
        settings {text} NOT NULL,
        secrets {text} NOT NULL,
        signing_key {text} NOT NULL,
        status {text} NOT NULL,
        reason {text},
        position BIGINT NOT NULL,
        version BIGINT NOT NULL,
        holder {text},
        held_until BIGINT NOT NULL,
        due_at BIGINT,
        oldest_at BIGINT,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        PRIMARY KEY (account_id, id)
    );
    CREATE INDEX webhooks_active ON webhooks (status, account_id, id);
    CREATE TABLE deliveries (
        account_id BIGINT NOT NULL,
        webhook {text} NOT NULL,
        seq BIGINT NOT NULL,
        message {text} NOT NULL,
        event {text} NOT NULL,
        subject {text} NOT NULL,
        status {text} NOT NULL,
        at BIGINT NOT NULL,
        lane {text} NOT NULL,
        tries BIGINT NOT NULL,
        next_at BIGINT NOT NULL,
        body {text},
        attempts {text} NOT NULL,
        PRIMARY KEY (account_id, webhook, seq)
    );
    CREATE INDEX deliveries_by_status ON deliveries (account_id, webhook, status, seq);
    CREATE INDEX deliveries_by_message ON deliveries (account_id, webhook, message);
    """,
    # What mio.ID's settings named before there were webhooks is sent to from now on. The secret is
    # base64 as it is: of hex digits every four are three bytes.
    """
    INSERT INTO webhooks (account_id, id, settings, secrets, signing_key, status, position,
        version, held_until, created_at, updated_at)
    SELECT a.account_id, 'wh_mio',
        '{{"url":' || CAST(CAST(a.settings AS {json}) -> 'mio.webhook' -> 'url' AS TEXT)
            || ',"format":"mio","lane":"entity","options":'
            || CAST(CAST(a.settings AS {json}) -> 'mio.webhook' AS TEXT) || '}}',
        '[{{"text":"whsec_' || {random} || '"}}]', {random}, 'active', h.head,
        1, 0, a.created_at, a.created_at
    FROM accounts a JOIN heads h ON h.account_id = a.account_id
    WHERE CAST(a.settings AS {json}) -> 'mio.webhook' -> 'url' IS NOT NULL;
    """,
    # The log of changes as a Merkle tree. A row of `log_leaves` holds the leaves of seqs in a row:
    # their digests, one behind the other, and their salts. `log_nodes` holds the roots of full
    # tiles. `logged` says how far the log of an older account is made, and is null once it is
    # whole. What an entity was before a change stands with the change, as for activities.
    """
    ALTER TABLE heads ADD COLUMN logged BIGINT;
    UPDATE heads SET logged = 0;
    ALTER TABLE entity_changes ADD COLUMN old_name {text};
    ALTER TABLE entity_changes ADD COLUMN old_attrs {text};
    ALTER TABLE entity_changes ADD COLUMN old_contact_seq BIGINT;
    ALTER TABLE entity_changes ADD COLUMN old_created_at BIGINT;
    ALTER TABLE entity_changes ADD COLUMN old_updated_at BIGINT;
    CREATE INDEX entity_changes_of_entity ON entity_changes (account_id, entity_seq, seq);
    {figures}
    CREATE TABLE log_leaves (
        account_id BIGINT NOT NULL,
        leaf BIGINT NOT NULL,
        by_key {text},
        digests {blob} NOT NULL,
        salts {blob} NOT NULL,
        PRIMARY KEY (account_id, leaf)
    ){without_rowid};
    CREATE TABLE log_nodes (
        account_id BIGINT NOT NULL,
        level BIGINT NOT NULL,
        place BIGINT NOT NULL,
        hash {blob} NOT NULL,
        PRIMARY KEY (account_id, level, place)
    ){without_rowid};
    """,
    # What a secret address shows, as JSON; null for all other credentials.
    """
    ALTER TABLE credentials ADD COLUMN sees {text};
    """,
    # Who was erased, without saying who it was. `words` is what the person was called, for as long
    # as there is something to do; the rows of `erasing` are what is erased together, and how far
    # that has come. What an erased change kept of the past is the empty text.
    """
    CREATE TABLE erasures (
        account_id BIGINT NOT NULL,
        id {text} NOT NULL,
        entity {text} NOT NULL,
        activities {text} NOT NULL,
        reason {text},
        at BIGINT NOT NULL,
        by_key {text},
        activities_erased BIGINT NOT NULL,
        activities_unlinked BIGINT NOT NULL,
        changes_redacted BIGINT NOT NULL,
        deliveries_redacted BIGINT NOT NULL,
        words {text},
        PRIMARY KEY (account_id, id)
    );
    CREATE TABLE erasing (
        account_id BIGINT NOT NULL,
        entity BIGINT NOT NULL,
        erasure {text} NOT NULL,
        type {text} NOT NULL,
        id {text} NOT NULL,
        opaque_id {text} NOT NULL,
        occurred_at BIGINT NOT NULL,
        activity_seq BIGINT NOT NULL,
        is_walked SMALLINT NOT NULL,
        PRIMARY KEY (account_id, entity)
    );
    CREATE TABLE retention (
        account_id BIGINT NOT NULL PRIMARY KEY,
        rules {text} NOT NULL
    );
    CREATE TABLE holds (
        account_id BIGINT NOT NULL,
        entity BIGINT NOT NULL,
        reason {text} NOT NULL,
        by_key {text},
        at BIGINT NOT NULL,
        PRIMARY KEY (account_id, entity)
    );
    """,
    # Which entities are one person: all of a group name the one that stands for them, itself
    # included, and each of the others the merge that brought it there. Nothing else is written
    # when people are merged. `heads.merges` says how many merges there are, so that an account
    # without any looks for none.
    """
    ALTER TABLE heads ADD COLUMN merges BIGINT NOT NULL DEFAULT 0;
    ALTER TABLE entities ADD COLUMN group_seq BIGINT;
    ALTER TABLE entities ADD COLUMN merged_by BIGINT;
    CREATE INDEX entities_of_group ON entities (account_id, group_seq)
        WHERE group_seq IS NOT NULL;
    CREATE TABLE merges (
        account_id BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        id {text} NOT NULL,
        keep_seq BIGINT NOT NULL,
        merged {text} NOT NULL,
        through {text} NOT NULL,
        reason {text},
        at BIGINT NOT NULL,
        by_key {text},
        reverted_at BIGINT,
        reverted_by {text},
        PRIMARY KEY (account_id, seq)
    );
    CREATE UNIQUE INDEX merges_id ON merges (account_id, id);
    CREATE TABLE merge_dismissals (
        account_id BIGINT NOT NULL,
        first_seq BIGINT NOT NULL,
        second_seq BIGINT NOT NULL,
        at BIGINT NOT NULL,
        by_key {text},
        PRIMARY KEY (account_id, first_seq, second_seq)
    );
    """,
)

VERSION = len(STEPS)
"""The number of the newest step: what a database must be at for this program."""


class Table(NamedTuple):
    """A table as it is copied: its columns, and the key that its rows are walked by."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def is_of_account(self) -> bool:
        """Whether its rows belong to accounts."""
        return self in TABLES_OF_ACCOUNT


def _table(name: str, key: str, others: str) -> Table:
    keys = tuple(key.split())
    return Table(name, keys, (*keys, *others.split()))


TABLES_OF_ACCOUNT = (
    _table("heads", "account_id", "head revision unindexed epoch logged merges"),
    _table(
        "entities",
        "account_id seq",
        "type id name attrs contact_seq is_partial created_at updated_at deleted_at group_seq"
        " merged_by",
    ),
    _table(
        "activities",
        "account_id seq",
        "id kind occurred_at time_zone summary body data metadata level channels origin external_id"
        " recorded_at updated_at has_contact linked",
    ),
    _table("links", "account_id entity occurred_at activity_seq", "kind"),
    _table("tallies", "account_id entity day kind", "count"),
    _table("changes", "account_id seq", "activity_seq activity_id op kind at by_key before"),
    _table(
        "entity_changes",
        "account_id seq",
        "entity_seq op at old_name old_attrs old_contact_seq old_created_at old_updated_at",
    ),
    _table("log_leaves", "account_id leaf", "by_key digests salts"),
    _table("log_nodes", "account_id level place", "hash"),
    _table("idempotency_keys", "account_id key", "digest answer at"),
    _table("deadlines", "account_id activity_seq", "due_at"),
    _table(
        "import_runs",
        "account_id run",
        "state dialect files started_at ended_at recorded filled repeated entities bad deleted"
        " kept",
    ),
    _table("import_ranges", "account_id run first_seq", "last_seq"),
    _table(
        "import_changes",
        "account_id run seq",
        "thing before changed_from changed_at reverted_at",
    ),
    _table("relinks", "account_id entity", "occurred_at activity_seq"),
    _table(
        "webhooks",
        "account_id id",
        "settings secrets signing_key status reason position version holder held_until due_at"
        " oldest_at created_at updated_at",
    ),
    _table(
        "deliveries",
        "account_id webhook seq",
        "message event subject status at lane tries next_at body attempts",
    ),
    _table(
        "erasures",
        "account_id id",
        "entity activities reason at by_key activities_erased activities_unlinked changes_redacted"
        " deliveries_redacted words",
    ),
    _table(
        "erasing",
        "account_id entity",
        "erasure type id opaque_id occurred_at activity_seq is_walked",
    ),
    _table("retention", "account_id", "rules"),
    _table("holds", "account_id entity", "reason by_key at"),
    _table(
        "merges",
        "account_id seq",
        "id keep_seq merged through reason at by_key reverted_at reverted_by",
    ),
    _table("merge_dismissals", "account_id first_seq second_seq", "at by_key"),
)
"""The tables that hold accounts' own rows, each with `account_id` first in its key."""

SHARED = (
    _table("accounts", "account_id", "slug name time_zone settings created_at"),
    _table(
        "credentials",
        "key",
        "account_id secret_hash scopes label created_at expires_at last_used_at sees",
    ),
)
"""The tables that are read by other names; of `installation` each database has its own."""

ACCOUNT_TABLES = tuple(table.name for table in TABLES_OF_ACCOUNT)

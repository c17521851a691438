"""The tables, as numbered steps that are applied in order at start and never changed afterwards.

Every table that grows with an account has `account_id` first in every key, so that all of an
account's rows can live together and a statement about one account touches nothing else. The three
that do not (`installation`, `accounts`, `credentials`) are small and read by other names.

Instants are microseconds, days are days since 1970, ids and JSON are text, hashes are bytes.
"""

from doings.storage.sql.schema.beginning import BEGINNING

STEPS: tuple[str, ...] = (
    BEGINNING,
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
    # Files that wait to be imported, in parts, and what the server does with each. Both are
    # forgotten soon. A file is apart from its job, so that noting progress writes a short row.
    """
    CREATE TABLE import_jobs (
        account_id BIGINT NOT NULL,
        id {text} NOT NULL,
        stage {text} NOT NULL,
        file {text} NOT NULL,
        dialect {text},
        contact {text},
        run BIGINT,
        done BIGINT NOT NULL,
        total BIGINT NOT NULL,
        report {text} NOT NULL,
        by_key {text},
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        PRIMARY KEY (account_id, id)
    );
    CREATE TABLE import_files (
        account_id BIGINT NOT NULL,
        job {text} NOT NULL,
        part BIGINT NOT NULL,
        content {text} NOT NULL,
        PRIMARY KEY (account_id, job, part)
    );
    """,
    # What belongs to a contact is found by its type, too: somebody may have thousands of
    # appointments and one address.
    """
    DROP INDEX entities_of_contact;
    CREATE INDEX entities_of_contact ON entities (account_id, contact_seq, type)
        WHERE contact_seq IS NOT NULL;
    {figures_of_belongings}
    """,
    # The services that history is pulled from: how far each pull has come, as JSON that only its
    # dialect reads, and what was seen of the service: the name of each thing, a digest of what was
    # said of it, and the round in which it was last seen.
    """
    CREATE TABLE pulls (
        account_id BIGINT NOT NULL,
        pull BIGINT NOT NULL,
        dialect {text} NOT NULL,
        url {text} NOT NULL,
        state {text} NOT NULL,
        version BIGINT NOT NULL,
        round BIGINT NOT NULL,
        run BIGINT,
        first_run BIGINT NOT NULL,
        since BIGINT,
        position {text},
        counts {text} NOT NULL,
        items BIGINT NOT NULL,
        started_at BIGINT NOT NULL,
        ended_at BIGINT,
        next_at BIGINT,
        problem {text},
        PRIMARY KEY (account_id, pull)
    );
    CREATE TABLE pull_items (
        account_id BIGINT NOT NULL,
        pull BIGINT NOT NULL,
        ref {text} NOT NULL,
        digest BIGINT NOT NULL,
        round BIGINT NOT NULL,
        PRIMARY KEY (account_id, pull, ref)
    ){without_rowid};
    """,
    # Whether a merge was made by the server itself.
    """
    ALTER TABLE merges ADD COLUMN is_by_itself SMALLINT NOT NULL DEFAULT 0;
    """,
    # The merged entity by whose id a change of the one that stands for it was asked for.
    """
    ALTER TABLE entity_changes ADD COLUMN via_seq BIGINT;
    """,
    # Which leaves lost their salts, as the leaf of a change tells: their numbers, as a JSON array.
    """
    CREATE TABLE log_forgotten (
        account_id BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        leaves {text} NOT NULL,
        PRIMARY KEY (account_id, seq)
    ){without_rowid};
    """,
    # Whether the leaf of a merge says its id, its reason and who made it.
    """
    ALTER TABLE merges ADD COLUMN is_told SMALLINT NOT NULL DEFAULT 0;
    """,
    # Lists leave out what was with contacts that are deleted, so these have to be found.
    """
    CREATE INDEX entities_deleted ON entities (account_id, type, seq)
        WHERE deleted_at IS NOT NULL;
    {figures_of_deleted}
    """,
    # When a hold ends by itself.
    """
    ALTER TABLE holds ADD COLUMN until_at BIGINT;
    """,
)

VERSION = len(STEPS)
"""The number of the newest step: what a database must be at for this program."""

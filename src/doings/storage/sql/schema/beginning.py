"""The first step of the schema: the tables that it began with. `steps` tells what they are now."""

BEGINNING = """
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
    """

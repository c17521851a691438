"""The statements about the installation, its accounts and their credentials."""

# The columns that `rows.account_from_row` takes, in its order.
ACCOUNT = "account_id, slug, name, time_zone, settings, created_at"
# The columns that `rows.credential_from_row` takes, in its order.
CREDENTIAL = (
    "key, account_id, secret_hash, scopes, label, created_at, expires_at, last_used_at, sees"
)

# The installation

# One value that belongs to the installation as a whole, such as its secret.
INSTALLATION_VALUE = "SELECT value FROM installation WHERE name = :name"
# Sets such a value, whether it was there or not.
SET_INSTALLATION_VALUE = """
    INSERT INTO installation (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
# Reads a value that will be replaced; others that do the same wait here.
LOCKED_INSTALLATION_VALUE = """
    INSERT INTO installation (name, value) VALUES (:name, '')
    ON CONFLICT (name) DO UPDATE SET value = installation.value
    RETURNING value"""
# Takes the next account number, 1 for the first; a number is never given out twice.
NEXT_ACCOUNT_ID = """
    INSERT INTO installation (name, value) VALUES ('accounts', '1')
    ON CONFLICT (name)
    DO UPDATE SET value = CAST(CAST(installation.value AS BIGINT) + 1 AS TEXT)
    RETURNING value"""
# Takes the next number of an import, 1 for the first; every import of a database has its own.
NEXT_IMPORT_RUN = """
    INSERT INTO installation (name, value) VALUES ('import_runs', '1')
    ON CONFLICT (name)
    DO UPDATE SET value = CAST(CAST(installation.value AS BIGINT) + 1 AS TEXT)
    RETURNING value"""
# Removes an installation value.
DROP_INSTALLATION_VALUE = "DELETE FROM installation WHERE name = :name"
# Asks only whether the database answers.
PING = "SELECT 1"

# Accounts and credentials

# The account that a request or a command names.
ACCOUNT_BY_SLUG = f"SELECT {ACCOUNT} FROM accounts WHERE slug = :slug"
# The accounts that many interactions name.
ACCOUNTS_BY_SLUG = f"SELECT {ACCOUNT} FROM accounts WHERE slug = ANY(:slugs)"
# The account of a transaction.
ACCOUNT_BY_ID = f"SELECT {ACCOUNT} FROM accounts WHERE account_id = :account_id"
# Every account, for the operator.
ACCOUNTS = f"SELECT {ACCOUNT} FROM accounts ORDER BY slug"
# The accounts that may want people to be merged by themselves: their settings have the word.
MERGING_ACCOUNTS = f"""
    SELECT {ACCOUNT} FROM accounts WHERE settings LIKE '%"merging"%' ORDER BY slug"""
# Stores a new account under a number taken for it.
ADD_ACCOUNT = """
    INSERT INTO accounts (account_id, slug, name, time_zone, settings, created_at)
    VALUES (:account_id, :slug, :name, :time_zone, :settings, :created_at)"""
# Replaces all settings of an account.
SET_SETTINGS = "UPDATE accounts SET settings = :settings WHERE account_id = :account_id"
# Removes the account itself, last of all its rows.
DELETE_ACCOUNT = "DELETE FROM accounts WHERE account_id = :account_id"
# Removes all credentials of an account that is deleted.
DELETE_CREDENTIALS_OF_ACCOUNT = "DELETE FROM credentials WHERE account_id = :account_id"

# A credential with its account, for a key whose account is not known yet.
CREDENTIAL_BY_KEY = """
    SELECT key, credentials.account_id, secret_hash, scopes, label, credentials.created_at,
        expires_at, last_used_at, sees, accounts.account_id, slug, name, time_zone, settings,
        accounts.created_at
    FROM credentials JOIN accounts ON accounts.account_id = credentials.account_id
    WHERE key = :key"""
# How far an account is.
PLACE_OF_ACCOUNT = "SELECT head, revision, epoch FROM heads WHERE account_id = :account_id"
# Both in one look-up, for a key whose account is known.
STANDING = """
    SELECT key, credentials.account_id, secret_hash, scopes, label, credentials.created_at,
        expires_at, last_used_at, sees, accounts.account_id, slug, name, time_zone, settings,
        accounts.created_at, head, revision, epoch
    FROM credentials JOIN accounts ON accounts.account_id = credentials.account_id
    JOIN heads ON heads.account_id = :account_id
    WHERE key = :key AND credentials.account_id = :account_id"""
# An account's credentials, oldest first.
CREDENTIALS_OF_ACCOUNT = f"""
    SELECT {CREDENTIAL} FROM credentials WHERE account_id = :account_id ORDER BY created_at, key"""
# Stores a new credential, not used yet.
ADD_CREDENTIAL = """
    INSERT INTO credentials
        (key, account_id, secret_hash, scopes, label, created_at, expires_at, last_used_at, sees)
    VALUES
        (:key, :account_id, :secret_hash, :scopes, :label, :created_at, :expires_at, NULL, :sees)"""
# Revokes one credential.
DELETE_CREDENTIAL = "DELETE FROM credentials WHERE account_id = :account_id AND key = :key"
# Notes when a credential was last used.
NOTE_USE = "UPDATE credentials SET last_used_at = :at WHERE key = :key"

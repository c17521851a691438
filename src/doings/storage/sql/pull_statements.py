"""The statements about pulls: how far each has come, and what it has seen of its service."""

# The columns that `rows.pull_from_row` takes, in its order.
PULL = (
    "pull, dialect, url, state, version, round, run, first_run, since, position, counts, items,"
    " started_at, ended_at, next_at, problem"
)
# An account's pulls, oldest first.
PULLS = f"SELECT {PULL} FROM pulls WHERE account_id = :account_id ORDER BY pull"
# Notes that a service is pulled for the first time.
ADD_PULL = f"""
    INSERT INTO pulls (account_id, {PULL})
    VALUES (:account_id, :pull, :dialect, :url, :state, :version, :round, :run, :first_run, :since,
        :position, :counts, :items, :started_at, :ended_at, :next_at, :problem)"""
# Saves how a pull stands, unless another program did so meanwhile: then there is no row.
SAVE_PULL = """
    UPDATE pulls
    SET state = :state, version = version + 1, round = :round, run = :run, first_run = :first_run,
        since = :since, position = :position, counts = :counts, items = :items,
        started_at = :started_at, ended_at = :ended_at, next_at = :next_at, problem = :problem
    WHERE account_id = :account_id AND pull = :pull AND version = :version
    RETURNING version"""
# Those of some items that a pull has seen before.
PULL_ITEMS = """
    SELECT ref, digest, round FROM pull_items
    WHERE account_id = :account_id AND pull = :pull AND ref = ANY(:refs)"""
# Those of some ids that activities of the account have.
OWN_ACTIVITIES = "SELECT id FROM activities WHERE account_id = :account_id AND id = ANY(:ids)"
# Activities of some instants that pulls from a service recorded. Few are of one instant, so each is
# looked for among the ranges of those runs.
PULLED_AT = """
    SELECT a.seq FROM links l
    JOIN activities a ON a.account_id = :account_id AND a.seq = l.activity_seq
    WHERE l.account_id = :account_id AND l.entity = 0 AND l.occurred_at = ANY(:instants)
        AND a.origin = :dialect AND a.external_id IS NOT NULL
        AND EXISTS (
            SELECT 1 FROM import_ranges r
            JOIN import_runs i ON i.account_id = :account_id AND i.run = r.run
            WHERE r.account_id = :account_id AND r.first_seq <= a.seq AND r.last_seq >= a.seq
                AND i.dialect = :dialect AND i.files = :files
        )
    LIMIT :limit"""
# Which of some rows an undo of pulls from a service has put back, and how it left them.
REVERTED = """
    SELECT c.seq, c.reverted_at FROM import_changes c
    JOIN import_runs i ON i.account_id = :account_id AND i.run = c.run
    WHERE c.account_id = :account_id AND c.seq = ANY(:seqs) AND c.reverted_at IS NOT NULL
        AND i.dialect = :dialect AND i.files = :files"""
# The first item behind a name that was last seen before a round.
MISSED_ITEM = """
    SELECT ref FROM pull_items
    WHERE account_id = :account_id AND pull = :pull AND ref > :after AND round < :round
    ORDER BY ref LIMIT 1"""
# How many items have names of a range, and how many of them were last seen before a round.
MISSED_COUNTS = """
    SELECT count(*), count(CASE WHEN round < :round THEN 1 END) FROM pull_items
    WHERE account_id = :account_id AND pull = :pull AND ref >= :low AND ref < :high
        AND round < :mark"""
# Notes what a pull has seen of an item.
PUT_PULL_ITEM = """
    INSERT INTO pull_items (account_id, pull, ref, digest, round)
    VALUES (:account_id, :pull, :ref, :digest, :round)
    ON CONFLICT (account_id, pull, ref) DO UPDATE
    SET digest = excluded.digest, round = excluded.round"""
# Forgets an item.
DROP_PULL_ITEM = """
    DELETE FROM pull_items WHERE account_id = :account_id AND pull = :pull AND ref = :ref"""
# The first items of a pull, by name.
SOME_PULL_ITEMS = """
    SELECT ref FROM pull_items
    WHERE account_id = :account_id AND pull = :pull ORDER BY ref LIMIT :limit"""
# Forgets some items.
DROP_PULL_ITEMS = """
    DELETE FROM pull_items
    WHERE account_id = :account_id AND pull = :pull AND ref = ANY(:refs)"""
# Forgets a pull.
DROP_PULL = "DELETE FROM pulls WHERE account_id = :account_id AND pull = :pull"
# Forgets where pulls are that were not done, and what they said of it.
FORGET_PLACES = """
    UPDATE pulls SET position = NULL, problem = NULL
    WHERE account_id = :account_id AND state <> 'done'"""

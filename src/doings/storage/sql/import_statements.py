"""The statements about imports: runs, what each recorded and changed, and what an undo may take.

At the end are those about jobs: the files that wait to be imported, and what is done with them.
"""

# The columns that `rows.import_run_from_row` takes, in its order.
IMPORT_RUN = (
    "run, state, dialect, files, started_at, ended_at, kept,"
    " recorded, filled, repeated, entities, bad, deleted"
)
# An account's imports before a number, newest first.
IMPORT_RUNS = f"""
    SELECT {IMPORT_RUN} FROM import_runs WHERE account_id = :account_id AND run < :before
    ORDER BY run DESC LIMIT :limit"""
# One import of an account.
IMPORT_RUN_BY_NUMBER = f"""
    SELECT {IMPORT_RUN} FROM import_runs WHERE account_id = :account_id AND run = :run"""
# Notes that an import begins, under a number taken for it.
ADD_IMPORT_RUN = """
    INSERT INTO import_runs
        (account_id, run, state, dialect, files, started_at, ended_at, recorded, filled, repeated,
         entities, bad)
    VALUES (:account_id, :run, :state, :dialect, :files, :started_at, NULL, 0, 0, 0, 0, 0)"""
# Adds what a part of an import came to.
COUNT_IMPORT = """
    UPDATE import_runs
    SET recorded = recorded + :recorded, filled = filled + :filled,
        repeated = repeated + :repeated, entities = entities + :entities, bad = bad + :bad,
        deleted = deleted + :deleted
    WHERE account_id = :account_id AND run = :run"""
# Notes that an import ended, or that it is being undone.
SET_IMPORT_STATE = """
    UPDATE import_runs SET state = :state, ended_at = :ended_at
    WHERE account_id = :account_id AND run = :run"""
# Notes that an undo begins: nothing is kept yet.
BEGIN_UNDO = """
    UPDATE import_runs SET state = 'undoing', ended_at = NULL, kept = 0
    WHERE account_id = :account_id AND run = :run"""
# Adds what a part of an undo kept.
COUNT_KEPT = """
    UPDATE import_runs SET kept = kept + :kept WHERE account_id = :account_id AND run = :run"""
# How many entities were made in a range of seqs and are not deleted.
ENTITIES_IN_RANGE = """
    SELECT count(*), count(CASE WHEN type = 'contact' THEN 1 END) FROM entities
    WHERE account_id = :account_id AND seq >= :first AND seq <= :last AND deleted_at IS NULL"""
# Notes which seqs a part of an import took.
ADD_IMPORT_RANGE = """
    INSERT INTO import_ranges (account_id, run, first_seq, last_seq)
    VALUES (:account_id, :run, :first_seq, :last_seq)"""
# The last range of an import that begins before a seq.
IMPORT_RANGE_BEFORE = """
    SELECT first_seq, last_seq FROM import_ranges
    WHERE account_id = :account_id AND run = :run AND first_seq < :before
    ORDER BY first_seq DESC LIMIT 1"""
# Notes what an import changed. The first `before` stays. Where somebody else changed the row
# between two changes of one import, no later state counts as the import's own.
ADD_IMPORT_CHANGE = """
    INSERT INTO import_changes
        (account_id, run, seq, thing, before, changed_from, changed_at, reverted_at)
    VALUES (:account_id, :run, :seq, :thing, :before, :changed_from, :changed_at, NULL)
    ON CONFLICT (account_id, run, seq) DO UPDATE SET changed_at =
        CASE WHEN import_changes.changed_at = excluded.changed_from
            THEN excluded.changed_at ELSE -1 END"""
DELETED = 0
"""The `changed_at` of a row that the import deleted."""

# What an import changed and no undo has reverted, newest first.
IMPORT_CHANGES_BEFORE = """
    SELECT seq, thing, before FROM import_changes
    WHERE account_id = :account_id AND run = :run AND thing = :thing AND seq < :before
        AND reverted_at IS NULL
    ORDER BY seq DESC LIMIT :limit"""
# All that imports changed about some rows.
IMPORT_CHANGES_OF_SEQS = """
    SELECT seq, run, changed_from, changed_at, reverted_at FROM import_changes
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""
# When some entities that had been deleted were made again, and when they had been made before.
MADE_AGAIN = """
    SELECT seq, entity_seq, at, old_created_at FROM entity_changes
    WHERE account_id = :account_id AND entity_seq = ANY(:seqs) AND op = 'created'"""
# Notes that an undo put the row back as it was.
REVERT_IMPORT_CHANGE = """
    UPDATE import_changes SET reverted_at = :reverted_at
    WHERE account_id = :account_id AND run = :run AND seq = :seq"""
# The activities in a range of seqs, newest first.
SEQS_OF_ACTIVITIES_IN_RANGE = """
    SELECT seq FROM activities
    WHERE account_id = :account_id AND seq >= :first AND seq < :end
    ORDER BY seq DESC LIMIT :limit"""
# The entities in a range of seqs that are not deleted, newest first.
SEQS_OF_ENTITIES_IN_RANGE = """
    SELECT seq FROM entities
    WHERE account_id = :account_id AND seq >= :first AND seq < :end AND deleted_at IS NULL
    ORDER BY seq DESC LIMIT :limit"""
# The merges with seqs in a range that hold, newest first.
SEQS_OF_MERGES_IN_RANGE = """
    SELECT seq FROM merges
    WHERE account_id = :account_id AND seq >= :first AND seq < :end AND reverted_at IS NULL
    ORDER BY seq DESC LIMIT :limit"""
# Of some entities those that activities are linked to, that others belong to, that are one person
# with others, or that belong to such a person, who shows what each of them has.
ENTITIES_IN_USE = """
    SELECT e.seq FROM entities e
    WHERE e.account_id = :account_id AND e.seq = ANY(:seqs) AND (
        e.group_seq IS NOT NULL
        OR EXISTS (SELECT 1 FROM links l WHERE l.account_id = :account_id AND l.entity = e.seq)
        OR EXISTS (
            SELECT 1 FROM entities o WHERE o.account_id = :account_id
                AND o.contact_seq = e.seq AND o.deleted_at IS NULL
        )
        OR EXISTS (
            SELECT 1 FROM entities c WHERE c.account_id = :account_id
                AND c.seq = e.contact_seq AND c.group_seq IS NOT NULL
        )
    )"""
# The attributes of entities of a type that hold some text, as of a time, by parts.
HOLDERS_AFTER = """
    SELECT updated_at, seq, attrs FROM entities
    WHERE account_id = :account_id AND type = :type AND (updated_at, seq) > (:since, :after)
        AND deleted_at IS NULL AND attrs LIKE :holding
    ORDER BY updated_at, seq LIMIT :limit"""
# The data of activities of a kind that hold some text, by parts.
HOLDING_ACTIVITIES_AFTER = """
    SELECT l.occurred_at, l.activity_seq, a.data FROM links l
    JOIN activities a ON a.account_id = :account_id AND a.seq = l.activity_seq
    WHERE l.account_id = :account_id AND l.entity = 0 AND l.kind = :type
        AND (l.occurred_at, l.activity_seq) > (:since, :after) AND a.data LIKE :holding
    ORDER BY l.occurred_at, l.activity_seq LIMIT :limit"""

# The columns that `rows.import_job_from_row` takes, in its order.
IMPORT_JOB = (
    "id, stage, file, dialect, contact, run, done, total, report, by_key, created_at, updated_at"
)
# An account's import jobs, newest first.
IMPORT_JOBS = f"""
    SELECT {IMPORT_JOB} FROM import_jobs WHERE account_id = :account_id ORDER BY id DESC"""
# One import job of an account.
IMPORT_JOB_BY_ID = f"""
    SELECT {IMPORT_JOB} FROM import_jobs WHERE account_id = :account_id AND id = :id"""
# The import jobs of all accounts.
IMPORT_JOB_STATES = "SELECT account_id, id, stage, updated_at FROM import_jobs"
# Stores a new import job.
ADD_IMPORT_JOB = """
    INSERT INTO import_jobs
        (account_id, id, stage, file, dialect, contact, run, done, total, report, by_key,
         created_at, updated_at)
    VALUES
        (:account_id, :id, :stage, :file, :dialect, :contact, :run, :done, :total, :report,
         :by_key, :created_at, :updated_at)"""
# Stores how far an import job is, unless somebody else has meanwhile.
CHANGE_IMPORT_JOB = """
    UPDATE import_jobs
    SET stage = :stage, dialect = :dialect, run = :run, done = :done, total = :total,
        report = :report, updated_at = :updated_at
    WHERE account_id = :account_id AND id = :id AND stage = :known_stage AND done = :known_done
    RETURNING id"""
# Forgets an import job.
DROP_IMPORT_JOB = "DELETE FROM import_jobs WHERE account_id = :account_id AND id = :id"
# Forgets all import jobs of an account.
DROP_IMPORT_JOBS = "DELETE FROM import_jobs WHERE account_id = :account_id"
# Stores a part of the file of a job.
ADD_IMPORT_FILE_PART = """
    INSERT INTO import_files (account_id, job, part, content)
    VALUES (:account_id, :job, :part, :content)"""
# The parts of the file of a job, in their order.
IMPORT_FILE_PARTS = """
    SELECT content FROM import_files WHERE account_id = :account_id AND job = :job ORDER BY part"""
# Forgets the file of a job.
DROP_IMPORT_FILE = "DELETE FROM import_files WHERE account_id = :account_id AND job = :job"
# Forgets all files of an account that wait to be imported.
DROP_IMPORT_FILES = "DELETE FROM import_files WHERE account_id = :account_id"

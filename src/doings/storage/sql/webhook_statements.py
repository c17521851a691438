"""The statements about webhooks and their deliveries."""

from doings.storage.sql.feed_statements import LIGHT_CHANGE

# The columns that `rows.webhook_from_row` takes, in its order.
WEBHOOK = (
    "id, settings, secrets, signing_key, status, reason, position, version, holder, held_until,"
    " due_at, oldest_at, created_at, updated_at"
)
# The columns that `rows.delivery_from_row` takes, in its order.
DELIVERY = "seq, message, event, subject, status, at, lane, tries, next_at, attempts"

# Webhooks

# An account's webhooks; their ids are in the order they were made in.
WEBHOOKS_OF_ACCOUNT = f"""
    SELECT {WEBHOOK} FROM webhooks WHERE account_id = :account_id ORDER BY id"""
# One webhook of an account.
WEBHOOK_BY_ID = f"""
    SELECT {WEBHOOK} FROM webhooks WHERE account_id = :account_id AND id = :id"""
# The active webhooks of all accounts, with the last seq of each account.
ACTIVE_WEBHOOKS = """
    SELECT webhooks.account_id, id, version, position, holder, held_until, due_at, oldest_at, head
    FROM webhooks JOIN heads ON heads.account_id = webhooks.account_id
    WHERE status = 'active'"""
# Stores a new webhook.
ADD_WEBHOOK = """
    INSERT INTO webhooks
        (account_id, id, settings, secrets, signing_key, status, reason, position, version, holder,
         held_until, due_at, oldest_at, created_at, updated_at)
    VALUES
        (:account_id, :id, :settings, :secrets, :signing_key, :status, :reason, :position, 1, NULL,
         0, :due_at, NULL, :created_at, :updated_at)"""
# Replaces what the owner of a webhook decides.
CHANGE_WEBHOOK = """
    UPDATE webhooks
    SET settings = :settings, secrets = :secrets, status = :status, reason = :reason,
        position = :position, version = version + 1, due_at = :due_at, updated_at = :updated_at
    WHERE account_id = :account_id AND id = :id"""
# Has the process that delivers look again, or any process where none does.
TOUCH_WEBHOOK = """
    UPDATE webhooks SET version = version + 1, due_at = :due_at
    WHERE account_id = :account_id AND id = :id"""
# Sends nothing more to a webhook.
DISABLE_WEBHOOK = """
    UPDATE webhooks
    SET status = 'disabled', reason = :reason, version = version + 1, due_at = NULL,
        updated_at = :updated_at
    WHERE account_id = :account_id AND id = :id"""
# Removes a webhook.
DELETE_WEBHOOK = "DELETE FROM webhooks WHERE account_id = :account_id AND id = :id"
# Removes all deliveries of a webhook.
DELETE_DELIVERIES = """
    DELETE FROM deliveries WHERE account_id = :account_id AND webhook = :webhook"""
# Makes a process the one that delivers, unless another one is.
CLAIM_WEBHOOK = f"""
    UPDATE webhooks SET holder = :holder, held_until = :until
    WHERE account_id = :account_id AND id = :id AND status = 'active'
        AND (holder IS NULL OR holder = :ended OR held_until <= :now)
    RETURNING {WEBHOOK}"""
# Keeps a process the one that delivers.
HOLD_WEBHOOK = f"""
    UPDATE webhooks SET held_until = :until
    WHERE account_id = :account_id AND id = :id AND holder = :holder
    RETURNING {WEBHOOK}"""
# Ends that a process is the one that delivers.
RELEASE_WEBHOOK = """
    UPDATE webhooks SET holder = NULL, held_until = 0, due_at = :due_at, oldest_at = :oldest_at
    WHERE account_id = :account_id AND id = :id AND holder = :holder"""
# Notes up to where changes are queued, unless another process did.
MOVE_WEBHOOK = """
    UPDATE webhooks SET position = :position
    WHERE account_id = :account_id AND id = :id AND position = :seen
    RETURNING position"""

# Deliveries

# Puts a change into the queue; where it was queued before, it is pending again as it was.
QUEUE_DELIVERY = """
    INSERT INTO deliveries
        (account_id, webhook, seq, message, event, subject, status, at, lane, tries, next_at, body,
         attempts)
    VALUES
        (:account_id, :webhook, :seq, :message, :event, :subject, 'pending', :at, :lane, 0,
         :next_at, NULL, '[]')
    ON CONFLICT (account_id, webhook, seq) DO UPDATE SET status = 'pending', tries = 0,
        next_at = excluded.next_at"""
# Puts a message into the queue again.
QUEUE_MESSAGE = """
    UPDATE deliveries SET status = 'pending', tries = 0, next_at = :now
    WHERE account_id = :account_id AND webhook = :webhook AND message = :message
    RETURNING seq"""
# Puts what is in a status into the queue from its beginning.
QUEUE_STATUS = """
    UPDATE deliveries SET status = 'pending', tries = 0, next_at = :now
    WHERE account_id = :account_id AND webhook = :webhook AND status = :status"""
# Gives up what is in a status, of changes up to a seq.
DISCARD_STATUS = """
    UPDATE deliveries SET status = 'discarded'
    WHERE account_id = :account_id AND webhook = :webhook AND status = :status AND seq <= :until"""
# Keeps the body that a delivery is about to be sent with.
NOTE_BODY = """
    UPDATE deliveries SET message = :message, body = :body, status = :status
    WHERE account_id = :account_id AND webhook = :webhook AND seq = :seq"""
# Writes down what an attempt came to; `attempts` is the JSON list of all that are kept.
NOTE_OUTCOME = """
    UPDATE deliveries SET status = :status, tries = :tries, next_at = :next_at, attempts = :attempts
    WHERE account_id = :account_id AND webhook = :webhook AND seq = :seq"""
# How some deliveries stand, and what was tried of them.
TRIED = """
    SELECT seq, status, tries, next_at, attempts FROM deliveries
    WHERE account_id = :account_id AND webhook = :webhook AND seq = ANY(:seqs)"""
# The bodies of some deliveries that have one.
BODIES = """
    SELECT seq, body FROM deliveries
    WHERE account_id = :account_id AND webhook = :webhook AND seq = ANY(:seqs)
        AND body IS NOT NULL"""
# The first deliveries of the queue.
QUEUED = """
    SELECT seq, message, event, subject, at, lane, tries, next_at,
        CASE WHEN body IS NULL THEN 0 ELSE 1 END
    FROM deliveries
    WHERE account_id = :account_id AND webhook = :webhook AND status = 'pending'
    ORDER BY seq LIMIT :limit"""
# Deliveries of changes before a seq, newest first.
DELIVERIES_BEFORE = f"""
    SELECT {DELIVERY} FROM deliveries
    WHERE account_id = :account_id AND webhook = :webhook AND seq < :seq
    ORDER BY seq DESC LIMIT :limit"""
# Deliveries of changes after a seq, oldest first.
DELIVERIES_AFTER = f"""
    SELECT {DELIVERY} FROM deliveries
    WHERE account_id = :account_id AND webhook = :webhook AND seq > :seq
    ORDER BY seq LIMIT :limit"""
# Those of one status, newest first.
DELIVERIES_OF_STATUS_BEFORE = f"""
    SELECT {DELIVERY} FROM deliveries
    WHERE account_id = :account_id AND webhook = :webhook AND status = :status AND seq < :seq
    ORDER BY seq DESC LIMIT :limit"""
# Those of one status, oldest first.
DELIVERIES_OF_STATUS_AFTER = f"""
    SELECT {DELIVERY} FROM deliveries
    WHERE account_id = :account_id AND webhook = :webhook AND status = :status AND seq > :seq
    ORDER BY seq LIMIT :limit"""
# How many deliveries are in a status.
COUNT_DELIVERIES = """
    SELECT count(*) FROM deliveries
    WHERE account_id = :account_id AND webhook = :webhook AND status = :status"""
# The first deliveries in a status, of the oldest changes.
OLDEST_DELIVERIES = """
    SELECT seq, at FROM deliveries
    WHERE account_id = :account_id AND webhook = :webhook AND status = :status
    ORDER BY seq LIMIT :limit"""
# The first deliveries of a webhook, whatever became of them.
FIRST_DELIVERIES = """
    SELECT seq FROM deliveries WHERE account_id = :account_id AND webhook = :webhook
    ORDER BY seq LIMIT :limit"""
# Removes some deliveries.
FORGET_DELIVERIES = """
    DELETE FROM deliveries
    WHERE account_id = :account_id AND webhook = :webhook AND seq = ANY(:seqs)"""
# Changes by their seqs.
CHANGES_BY_SEQ = f"""
    SELECT {LIGHT_CHANGE} FROM changes
    WHERE account_id = :account_id AND seq = ANY(:seqs)"""

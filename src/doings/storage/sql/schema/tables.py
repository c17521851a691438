"""What the tables are after the newest step: their columns, and the keys of their rows."""

from typing import NamedTuple


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
        "entity_seq op at via_seq old_name old_attrs old_contact_seq old_created_at old_updated_at",
    ),
    _table("log_leaves", "account_id leaf", "by_key digests salts"),
    _table("log_forgotten", "account_id seq", "leaves"),
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
    _table(
        "import_jobs",
        "account_id id",
        "stage file dialect contact run done total report by_key created_at updated_at",
    ),
    _table("import_files", "account_id job part", "content"),
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
    _table("holds", "account_id entity", "reason by_key at until_at"),
    _table(
        "merges",
        "account_id seq",
        "id keep_seq merged through reason at by_key reverted_at reverted_by is_by_itself is_told",
    ),
    _table("merge_dismissals", "account_id first_seq second_seq", "at by_key"),
    _table(
        "pulls",
        "account_id pull",
        "dialect url state version round run first_run since position counts items started_at"
        " ended_at next_at problem",
    ),
    _table("pull_items", "account_id pull ref", "digest round"),
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

"""What SQLite's schema has that PostgreSQL's has not: full text, and figures for its planner."""

from doings.storage.sqlite.search import FOLDED_TABLES, SEARCH_TABLES

_TYPICAL = (
    ("links", "sqlite_autoindex_links_1", "40000000 1000000 1000 2 1"),
    ("links", "links_by_kind", "40000000 1000000 1000 300 2 1"),
    ("activities", "sqlite_autoindex_activities_1", "10000000 250000 1"),
    ("activities", "activities_id", "10000000 250000 1"),
    ("activities", "activities_external", "10000000 250000 50000 1"),
    ("activities", "activities_with_contact", "9000000 250000 1"),
    ("activities", "activities_with_contact_by_update", "9000000 250000 2 1"),
    ("entities", "sqlite_autoindex_entities_1", "1000000 20000 1"),
    ("entities", "entities_key", "1000000 20000 15000 1"),
    ("entities", "entities_by_type", "1000000 20000 15000 1"),
    ("entities", "entities_by_update", "1000000 20000 15000 2 1"),
    ("tallies", "sqlite_autoindex_tallies_1", "20000000 500000 500 3 1"),
    ("changes", "sqlite_autoindex_changes_1", "11000000 250000 1"),
    ("changes", "changes_of_activity", "1000000 25000 2 1"),
    ("deadlines", "sqlite_autoindex_deadlines_1", "100000 2500 1"),
    ("deadlines", "deadlines_by_time", "100000 2 1 1"),
)
"""How many rows a key has in a large installation, so that SQLite plans for one from the first day
(https://sqlite.org/fileformat2.html#the_sqlite_stat1_table): with no figures it takes the rows of
an account for few and reads them all.
"""

_TYPICAL_OF_ENTITIES = (
    ("entity_changes", "sqlite_autoindex_entity_changes_1", "1000000 25000 1"),
    ("entity_changes", "entity_changes_of_entity", "1000000 25000 3 1"),
)
"""The same of what happens to entities, which a later step indexes."""


_TYPICAL_OF_BELONGINGS = (("entities", "entities_of_contact", "900000 20000 20 3"),)
"""The same of what belongs to contacts: without figures all that has a type would be read."""

_TYPICAL_OF_DELETED = (("entities", "entities_deleted", "10000 200 150 1"),)
"""The same of entities that are deleted, which are few."""


def _figures(typical: tuple[tuple[str, str, str], ...]) -> str:
    return "\n".join(f"INSERT INTO sqlite_stat1 VALUES {figures};" for figures in typical)


SCHEMA = {
    "text": "TEXT",
    "blob": "BLOB",
    "without_rowid": " WITHOUT ROWID",
    "json": "TEXT",
    "random": "lower(hex(randomblob(32)))",
    "engine": SEARCH_TABLES
    + """
    ANALYZE;
    DELETE FROM sqlite_stat1;
    """
    + _figures(_TYPICAL),
    "figures": _figures(_TYPICAL_OF_ENTITIES),
    "figures_of_belongings": _figures(_TYPICAL_OF_BELONGINGS),
    "figures_of_deleted": _figures(_TYPICAL_OF_DELETED),
    "folded": FOLDED_TABLES,
}

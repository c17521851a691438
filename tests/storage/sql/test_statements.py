"""Every statement names its account, so that a cluster sends it to one machine."""

import re
from pathlib import Path

import msgspec
import pytest

import doings
from doings.core.query import Gap, Query
from doings.core.store.entities import EntityQuery
from doings.storage import effects
from doings.storage.postgres import search
from doings.storage.sql import select
from doings.storage.sql.schema.tables import TABLES_OF_ACCOUNT
from doings.storage.sql.statements import CROSS_ACCOUNT
from tests.storage.sql.named import MODULES

VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE)\b")
TABLE = re.compile(r"\b(?:FROM|JOIN|(?<!DO )UPDATE|INTO)\s+([a-z_]+)")
BOUND = re.compile(
    r"account_id = (?::account_id|[a-z]+\.account_id)"  # a condition on it
    r"|\((?:key, )?account_id,"  # the columns of an INSERT
)

EXCEPTED = {name for name, _ in CROSS_ACCOUNT}
NAMED = {
    name: text
    for module in MODULES
    for name, text in vars(module).items()
    if isinstance(text, str) and name.isupper() and VERB.match(text)
}


def unbound(sql: str) -> bool:
    """Whether a table occurs in the statement more often than a condition on its account."""
    return len(BOUND.findall(sql)) < len(TABLE.findall(sql))


@pytest.mark.parametrize("name", sorted(NAMED.keys() - EXCEPTED))
def test_statement_is_about_one_account(name: str) -> None:
    """It filters every table that it reads or writes by account, or is excepted with a reason."""
    assert TABLE.search(NAMED[name])
    assert not unbound(NAMED[name])


WRITES = {name: text for name, text in NAMED.items() if not text.lstrip().startswith("SELECT")}


def test_whatever_is_written_ends_what_is_kept_of_it() -> None:
    """Only writes to tables that no kept answer shows do not; those that change entries do more."""
    table = {name: TABLE.findall(text)[0] for name, text in WRITES.items()}
    is_changing = re.compile(r"\s*(UPDATE|DELETE FROM) (activities|entities)\b")

    assert {name for name in WRITES if not effects.is_seen(WRITES[name])} == {
        name for name in WRITES if table[name] in effects.UNSEEN
    }
    assert {name for name in WRITES if effects.is_replacing(WRITES[name])} == {
        name for name in WRITES if is_changing.match(WRITES[name])
    }


def test_what_is_not_seen_is_there_and_has_a_reason() -> None:
    """No table is listed that has gone."""
    tables = {table.name for table in TABLES_OF_ACCOUNT} | {"search_activities", "search_entities"}

    assert set(effects.UNSEEN) <= tables
    assert all(effects.UNSEEN.values())


def test_what_writes_and_reads_at_once_is_not_seen() -> None:
    """Rows that a write returns are fetched, where nothing looks at what is written."""
    moving = re.compile(r"UPDATE heads SET (head|revision|logged = logged)")
    returning = {
        name
        for name in WRITES.keys() - EXCEPTED
        if "RETURNING" in WRITES[name] and not moving.search(WRITES[name])
    }

    assert {name for name in returning if effects.is_seen(WRITES[name])} == set()


UNBOUND = {
    "storage/transaction.py": "it is where statements are run, and looks at each",
    "storage/installation.py": "no answer shows what belongs to the installation",
    "storage/copying.py": "accounts that are copied get another epoch, which ends answers, too",
    "storage/database.py": "a standing leaves out the last use and has the epoch",
    "storage/sqlite/scrubbing.py": "it overwrites free pages, and notes that it did",
}
"""(module, why nothing is to be looked at): they run statements that write by the connection."""


def test_nothing_is_written_without_being_looked_at() -> None:
    """All else writes by a transaction, which ends what is kept."""
    source = Path(doings.__file__).parent
    writing = re.compile(r"\bconnection\.execute(_many)?\(")

    assert {
        path.relative_to(source).as_posix()
        for path in (source / "storage").rglob("*.py")
        if writing.search(path.read_text())
    } == set(UNBOUND)


def test_exceptions_are_needed() -> None:
    """The list of exceptions holds nothing that has gone or names its account by now."""
    for name, reason in CROSS_ACCOUNT:
        assert reason
        assert name == "PING" or unbound(NAMED[name])


@pytest.mark.parametrize("kinds", [None, ["note.created", "note.deleted"]])
@pytest.mark.parametrize("entities", [[1], [1, 2]])
def test_built_statement_is_about_one_account(entities: list[int], kinds: list[str] | None) -> None:
    """So do the statements that depend on a query's filters."""
    query = Query(gap=Gap(1, 1, "older"), since=1, until=2, origin="api", channel="admin")
    named = msgspec.structs.replace(query, entities=(("contact", "1"),))

    built = [
        select.keys_in_order(query, entities=entities, kinds=kinds)[0],
        select.keys_with_cache_version(query)[0],
        select.keys_with_cache_version(named)[0],
        select.matching_keys(query, entities=entities, also=[3], kinds=kinds, actors=[1])[0],
        select.entities_with_any(["a", "b"], EntityQuery(type="contact", among=("job",)), "JSON")[
            0
        ],
    ]

    assert [sql for sql in built if unbound(re.sub(r"FROM \(", "(", sql))] == []


def test_search_is_about_one_account() -> None:
    """So does the full text of PostgreSQL, the engine that there are clusters of."""
    sql_of = search.SEARCH
    found = [
        sql_of.add_activity,
        sql_of.remove_activity,
        sql_of.find_activities,
        sql_of.add_entity,
        sql_of.remove_entity,
        sql_of.find_entities,
        *sql_of.clear,
    ]

    assert [sql for sql in found if unbound(sql)] == []

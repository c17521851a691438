"""Every statement names its account, so that a cluster sends it to one machine."""

import re

import msgspec
import pytest

from doings.core.query import Gap, Query
from doings.storage.postgres import search
from doings.storage.sql import select
from doings.storage.sql.statements import CROSS_ACCOUNT, INVALIDATING
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


def test_whatever_changes_entries_is_known_to() -> None:
    """Every statement that changes entries is listed, or stale documents would be shown."""
    changing = re.compile(r"\s*(UPDATE|DELETE FROM) (activities|entities)\b")

    assert {text for text in NAMED.values() if changing.match(text)} == INVALIDATING


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

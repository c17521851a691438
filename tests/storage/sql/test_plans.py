"""No statement sorts and none reads a whole table: SQLite says how it would run each of them."""

import asyncio
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import apsw
import msgspec
import pytest

from doings.core.entity import CONTACT
from doings.core.query import Gap, Query
from doings.core.store.entities import EntityQuery
from doings.storage.checks import statements as check_statements
from doings.storage.database import open_database
from doings.storage.sql import select, statements
from doings.storage.sqlite.connection import compiled
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from doings.storage.sqlite.search import SEARCH
from tests.clocks import TickingClock
from tests.storage.sql.named import MODULES

STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
PLACEHOLDER = re.compile(r":([a-z]\w*)")

WHOLE = frozenset(
    {
        "ACCOUNTS",
        "ACCOUNTS_WITH_RETENTION",
        "IMPORT_JOB_STATES",
        "MERGING_ACCOUNTS",
        "RELINKS",
        "UNFINISHED_ERASURES",
    }
)
"""Statements that are meant to read all of a table, which is small or nearly always empty."""

SHARED = tuple(
    f"SEARCH {table} "
    for table in ("installation", "accounts", "credentials", "deadlines", "webhooks")
)
"""The tables that are entered by other names than an account's."""


@pytest.fixture(scope="module")
def planner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    """A connection to a database that is new, and so has nothing to plan with but our figures."""
    path = tmp_path_factory.mktemp("plans") / "doings.db"
    asyncio.run(make_database(path))
    with apsw.Connection(str(path)) as connection:
        yield connection


async def make_database(path: Path) -> None:
    """An empty database."""
    database = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    await database.close()


def plan(planner: apsw.Connection, statement: str) -> list[str]:
    """How SQLite would run a statement, step by step."""
    text = compiled(statement)
    values = dict.fromkeys(PLACEHOLDER.findall(text), 0)
    rows = planner.execute(f"EXPLAIN QUERY PLAN {text}", values)
    return [str(row[3]) for row in rows]


def faults(steps: list[str]) -> list[str]:
    """The steps that sort, that read a whole table, or that look at other accounts' rows."""
    return [step for step in steps if is_sort(step) or is_scan(step) or is_across_accounts(step)]


def is_sort(step: str) -> bool:
    """Whether rows are put in order after they were read."""
    return "TEMP B-TREE" in step


def is_scan(step: str) -> bool:
    """Whether all rows of a table are read; the values of a list, and what a part gave, are not."""
    harmless = (
        "SCAN json_each",
        "SCAN range_",
        "SCAN search_",
        "SCAN named",
        "SCAN keys",
        "SCAN origins",
    )
    return step.startswith("SCAN") and not step.startswith(harmless) and "CONSTANT" not in step


def is_across_accounts(step: str) -> bool:
    """Whether an index is entered by something else than the account, where rows have one."""
    is_shared = step.startswith(SHARED)
    return step.startswith("SEARCH") and "(account_id=?" not in step and not is_shared


NAMED = {
    name: value
    for module in (*MODULES, check_statements)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str) and STATEMENT.match(value) and name not in WHOLE
}


@pytest.mark.parametrize("name", NAMED)
def test_named_statement_neither_sorts_nor_scans(planner: apsw.Connection, name: str) -> None:
    """Every statement that has a name."""
    assert faults(plan(planner, NAMED[name])) == []


def test_links_are_looked_for_by_their_key(planner: apsw.Connection) -> None:
    """However many are named, each is found at once."""
    steps = plan(planner, check_statements.links_named(3))

    key = "(account_id=? AND entity=? AND occurred_at=? AND activity_seq=?)"
    assert faults(steps) == []
    assert any(key in step for step in steps)


BOUNDS = [
    {"since": since, "until": until, "gap": gap}
    for since, until, gap in product(
        (None, 1), (None, 9), (None, Gap(5, 5, "older"), Gap(5, 5, "newer"))
    )
]


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("is_descending", [True, False])
@pytest.mark.parametrize("kinds", [None, ["a.b"], ["a.b", "c.d", "e.f"]])
@pytest.mark.parametrize("entities", [[0], [7], [7, 8], list(range(1, 20))])
def test_timeline_is_a_range_of_an_index(
    planner: apsw.Connection,
    bounds: dict[str, object],
    is_descending: bool,  # noqa: FBT001 - a column of the table
    kinds: list[str] | None,
    entities: list[int],
) -> None:
    """Of any entities and kinds, bounded or not, in either direction."""
    query = Query(is_descending=is_descending, **bounds)  # type: ignore[arg-type]

    keys, _ = select.keys_in_order(query, entities=entities, kinds=kinds)
    named = msgspec.structs.replace(query, entities=((CONTACT, "1"),))
    kept = [select.keys_with_cache_version(one)[0] for one in (query, named)]

    assert [faults(plan(planner, statement)) for statement in (keys, *kept)] == [[]] * 3


@pytest.mark.parametrize("is_descending", [True, False])
def test_activities_of_one_instant_are_a_range_of_an_index(
    planner: apsw.Connection,
    is_descending: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """In the order of recording, without a sort."""
    assert faults(plan(planner, select.seqs_at_instant(is_descending=is_descending))) == []


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize(
    "linked",
    [
        {"entities": None, "also": None, "kinds": None, "actors": None},
        {"entities": [7, 8], "also": None, "kinds": ["a.b", "c.d"], "actors": None},
        {"entities": [7], "also": [9], "kinds": None, "actors": [9, 7]},
    ],
)
@pytest.mark.parametrize("marks", [{}, {"origin": "a", "level": "WARN", "channel": "admin"}])
def test_filters_look_only_at_the_activities_named(
    planner: apsw.Connection,
    bounds: dict[str, object],
    linked: dict[str, object],
    marks: dict[str, str],
) -> None:
    """What no index answers is checked activity by activity."""
    query = Query(**bounds, **marks)  # type: ignore[arg-type]

    statement, _ = select.matching_keys(query, **linked)  # type: ignore[arg-type]

    steps = plan(planner, statement)
    assert faults(steps) == []
    assert "(account_id=? AND seq=?)" in steps[0]


def test_id_elsewhere_is_looked_up_in_an_index(planner: apsw.Connection) -> None:
    """Once for each origin, and the next origin is looked up, too; so are the other filters."""
    steps = plan(planner, statements.KEYS_BY_EXTERNAL_ID)
    query = Query(origin="a", external_id="1")
    checked, _ = select.matching_keys(query, entities=[7], also=None, kinds=["a.b"], actors=[9])

    assert any("(account_id=? AND origin=? AND external_id=?)" in step for step in steps)
    assert any("(account_id=? AND origin>?)" in step for step in steps)
    assert faults(plan(planner, checked)) == []


WHICH_ENTITIES: dict[str, tuple[dict[str, object], ...]] = {
    "types": (
        {},
        {"type": "user"},
        {"types": ("user",)},
        {"types": ("contact", "user", "room")},
        {"types": tuple("abcdefghijklmnopqrst")},
        {"without": ("gender", "activity_type")},
    ),
    "partial": ({}, {"with_partial": False}),
    "direction": ({}, {"is_descending": True}),
    "place": ({}, {"after": 7}),
    "order": ({}, {"by": "updated"}),
}


@pytest.mark.parametrize(
    "shape",
    [
        {name: value for part in parts for name, value in part.items()}
        for parts in product(*WHICH_ENTITIES.values())
        # Nobody asks for entities of several types by their last change.
        if "type" in parts[0] or not parts[-1]
    ],
    ids=str,
)
def test_list_of_entities_is_a_range_of_an_index(
    planner: apsw.Connection, shape: dict[str, object]
) -> None:
    """By seq or by last change, of one type; by seq of several and of all, except some."""
    statement, _ = select.entities_in_order(EntityQuery(**shape))  # type: ignore[arg-type]

    assert faults(plan(planner, statement)) == []


def test_words_anywhere_are_looked_for_once_and_in_one_type(planner: apsw.Connection) -> None:
    """Among the entities of the type alone, without a sort; no index knows parts of words."""
    query = EntityQuery(type="contact", among=("job",))
    steps = plan(planner, select.entities_with_any(["a", "b"], query, SEARCH.json)[0])

    (walk,) = [step for step in steps if "entities" in step]
    assert walk.endswith("(account_id=? AND type=?)")
    assert not any(map(is_sort, steps))


@pytest.mark.parametrize("find", [SEARCH.find_activities, SEARCH.find_entities])
def test_full_text_is_found_in_its_own_order(planner: apsw.Connection, find: str) -> None:
    """By the words and the account's range of rows, already in the order of seq."""
    steps = plan(planner, find)

    assert len(steps) == 1
    assert re.search(r"VIRTUAL TABLE INDEX \d+:.*M", steps[0])
    assert not is_sort(steps[0])

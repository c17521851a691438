"""How a change is told to a filter: by what the activity was before it and after it."""

from typing import Any

import pytest

from doings.core.activity import Activity, Linked
from doings.core.entity import Entity
from doings.core.query import Query
from doings.core.store.changes import Change, EntityChange, FeedChunk, Op
from doings.live.matching import how_told, is_told_of_entity, let_through, states
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database has a part in what is tested here

JIM = ("contact", "8")
ANN = ("user", "u1")


def entity(key: tuple[str, str]) -> Entity:
    """An entity of that key."""
    return Entity(1, *key, None, "{}", None, 0, 0, False)  # noqa: FBT003 - its last field


def activity(**members: Any) -> Activity:  # noqa: ANN401 - an activity's
    """A note about Jim that Ann wrote, or another one."""
    whole: dict[str, Any] = {
        "seq": 5, "id": "a", "kind": "note.created", "occurred_at": 0, "time_zone": None,
        "summary": None, "body": None, "data": "{}", "metadata": "{}", "level": None,
        "channels": ("admin",), "origin": "api", "external_id": "x", "recorded_at": 0,
        "updated_at": 0,
        "links": (Linked(entity(ANN), ("actor",)), Linked(entity(JIM), ("subject",))),
    }  # fmt: skip
    return Activity(**{**whole, **members})


def change(seq: int, op: Op, before: str | None, now: Activity | None) -> Change:
    """A change of that activity."""
    return Change(seq, 5, "a", op, "note.created", 0, None, before, now)


def chunk(*items: Change | EntityChange, later: tuple[Change, ...] = ()) -> FeedChunk:
    """A part of a feed."""
    return FeedChunk(list(items), items[-1].seq, 99, "e", list(later))


FILTERS: list[tuple[dict[str, Any], bool]] = [
    ({"kinds": ("note.created",)}, True),
    ({"kinds": ("note.*", "call.logged")}, True),
    ({"kinds": ("call.*",)}, False),
    ({"origin": "api"}, True),
    ({"origin": "crm"}, False),
    ({"external_id": "x"}, True),
    ({"external_id": "y"}, False),
    ({"level": "WARN"}, False),
    ({"channel": "admin"}, True),
    ({"channel": "adm"}, False),
    ({"actor": ANN}, True),
    ({"actor": JIM}, False),
    ({"entities": (JIM,)}, True),
    ({"entities": (ANN, ("contact", "9"))}, True),
    ({"entities": (("contact", "9"),)}, False),
    ({"entities": (JIM,), "also": (ANN,)}, True),
    ({"entities": (JIM,), "also": (("contact", "9"),)}, False),
]


@pytest.mark.parametrize(("members", "fits"), FILTERS)
def test_a_filter_lets_through_what_the_list_shows(members: dict[str, Any], fits: bool) -> None:  # noqa: FBT001
    """All of its parts have to fit, and of several values one."""
    created = change(5, "created", None, activity())

    told = how_told(Query(**members), states(chunk(created))[5])

    assert told == ("item" if fits else None)


def test_an_update_lets_an_activity_leave_and_enter() -> None:
    """What fitted before and does not after has left; the other way round it has entered."""
    update = change(
        6, "updated", '{"kind":"note.created","actor":null}', activity(kind="call.made")
    )
    around = states(chunk(update))[6]

    assert how_told(Query(kinds=("note.*",)), around) == "left"
    assert how_told(Query(kinds=("call.*",)), around) == "entered"
    assert how_told(Query(entities=(JIM,)), around) == "item"
    assert how_told(Query(actor=ANN), around) == "entered"
    assert how_told(Query(origin="crm"), around) is None


def test_each_of_several_changes_is_told_as_it_was_then() -> None:
    """The members that later changes replaced do not hide what an earlier one did."""
    now = activity(kind="call.made", level="WARN")
    kind = change(6, "updated", '{"kind":"note.created"}', now)
    level = change(7, "updated", '{"level":null}', now)
    was = Query(kinds=("note.*",))
    together = states(chunk(kind, level))
    cut = states(chunk(kind, later=(level,)))

    assert [how_told(was, together[seq]) for seq in (6, 7)] == ["left", None]
    assert together[6] == cut[6]


def test_what_was_deleted_since_is_told_of_as_far_as_it_fitted() -> None:
    """The deletion keeps the whole document, and so tells what all changes before it were."""
    whole = (
        '{"id":"a","kind":"note.created","origin":"api","external_id":null,"level":null,'
        '"channels":["admin"],"actor":null,"links":[{"type":"contact","id":"8","role":"subject"}]}'
    )
    deleted = change(7, "deleted", whole, None)
    feed = chunk(change(5, "created", None, None), deleted)
    around = states(feed)

    assert [how_told(Query(entities=(JIM,)), around[seq]) for seq in (5, 7)] == ["item", "item"]
    assert [how_told(Query(actor=ANN), around[seq]) for seq in (5, 7)] == [None, None]
    assert let_through(Query(actor=ANN), feed) == []


@pytest.mark.parametrize(
    ("members", "is_told"),
    [
        ({}, True),
        ({"entities": (JIM,)}, True),
        ({"also": (JIM,)}, True),
        ({"actor": JIM}, True),
        ({"kinds": ("note.*",)}, False),
        ({"entities": (ANN,)}, False),
    ],
)
def test_an_entity_is_told_of_where_it_is_named(members: dict[str, Any], is_told: bool) -> None:  # noqa: FBT001
    """Or where there are no filters at all."""
    assert is_told_of_entity(Query(**members), {JIM}) is is_told

"""What the machine draws: entities, instants, drafts, queries, places."""

from hypothesis import strategies as st

from doings.core.activity import Draft, Link
from doings.core.clock import DAY, SECOND
from doings.core.entity import CONTACT
from doings.core.query import Gap, Query, Tie, Word
from tests.clocks import NOON

KEYS = [*((CONTACT, id_) for id_ in "123"), *(("file", id_) for id_ in "fg")]
INSTANTS = [-1, NOON - DAY, NOON, NOON + 1, NOON + 9 * 3600 * SECOND, NOON + DAY]
KINDS = ["note.created", "note.updated", "text.posted"]
WORDS = ["red", "RED", "gréen", "blue", "東京", "京都", "東京都", "都"]
NAMES = [None, "José", "jo\u0301", "東京一郎"]
TIES: tuple[Tie, ...] = ("recorded", "updated")
ZONES = ["UTC", "America/New_York"]

links = st.builds(
    lambda key, role: Link(key[0], key[1], role),
    st.sampled_from(KEYS),
    st.sampled_from(["subject", "actor", "owner"]),
)
drafts = st.builds(
    Draft,
    kind=st.sampled_from(KINDS),
    occurred_at=st.sampled_from(INSTANTS),
    summary=st.sampled_from([None, "red", "Réd green", "blue", "東京都 \uff32ED"]),
    body=st.sampled_from([None, "gree\u0300n", "京都"]),
    level=st.sampled_from([None, "WARN"]),
    channels=st.sampled_from([("admin",), ("admin", "email")]),
    links=st.lists(links, max_size=3).map(tuple),
    origin=st.sampled_from(["api", "crm"]),
    external_id=st.sampled_from([None, None, "x", "y", "z"]),
)
maybe: st.SearchStrategy[None] = st.sampled_from([None] * 3)
bounds = st.none() | st.sampled_from([*INSTANTS, NOON // DAY * DAY, 0])
queries = st.builds(
    Query,
    entities=st.lists(st.sampled_from(KEYS), max_size=2, unique=True).map(tuple),
    also=st.just(()) | st.lists(st.sampled_from(KEYS), max_size=1).map(tuple),
    kinds=maybe | st.lists(st.sampled_from([*KINDS, "note.*", "no.*"]), max_size=2).map(tuple),
    actor=maybe | st.sampled_from(KEYS),
    origin=maybe | st.sampled_from(["api", "crm"]),
    external_id=maybe | st.sampled_from(["x", "y"]),
    level=maybe | st.just("WARN"),
    channel=maybe | st.sampled_from(["admin", "email"]),
    since=bounds,
    until=bounds,
    words=maybe | st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(
        lambda texts: tuple(map(Word, texts))
    ),
    is_descending=st.booleans(),
    limit=st.integers(1, 4),
)  # fmt: skip
places = st.builds(
    Gap, st.sampled_from(INSTANTS), st.integers(20, 60), st.sampled_from(["older", "newer"])
) | st.integers(0, 6)
"""A gap, or how many activities to skip."""

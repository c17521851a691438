"""Whatever is stored is shown: through every list, page, stream and export of every surface."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doings.core.kinds.catalogue import CATALOGUE
from tests.dialects.samples import SAMPLES
from tests.fuzz.examples import places, with_value
from tests.fuzz.shapes import fault_of
from tests.fuzz.stored import reads, store, store_entities
from tests.fuzz.world import Case, World, world_in

LONG = "&#" + "9" * 5000 + ";"

VALUES = (
    b"null",
    b"true",
    b"-1",
    b"1.5",
    b"1e308",
    b"1" + b"0" * 30,
    b'""',
    b'"x"',
    b'"9999-12-31T23:59:59-23:59"',
    b'"\\u202e\\u0007\\ufffe<a>"',
    b"[]",
    b"{}",
    b"[null]",
    b'{"a":[]}',
)
"""Values that a member may have in the tables, whatever its type should be."""

TEXTS = (
    "",
    " ",
    "<",
    "<a href='http://x/&#9999999;'>x",
    LONG,
    f"http://x/{LONG}",
    "&#55296;&#xD800;&#0;&#x110000;&currency",
    "\u202e\u0007\ufffe\x1f\x85\u2028\r\n",
    "=1+1",
    "\U0010ffff" * 50,
    "http://[::1 www.\u0300.de //x xn--.de https://a:99999999/",
    "<a>" * 2000,
    "\u200d" * 300,
)

WHOLE = {
    "first_name": "Jim",
    "gender_id": 1,
    "gender": "M",
    "is_partial": False,
    "birthdate": "1980-01-01",
    "birthdate_is_age_based": True,
    "deceased_date": "2020-01-01",
    "avatar": "a",
    "tags": [1],
    "cifcode": "X1",
    "score": 1,
    "scoring_level": "A",
    "social_media": [{"a": 1}],
    "color": "RED",
    "contacts_count": 1,
    "boards": [{"board_id": "1"}],
    "created_at": "2026-01-01T00:00:00Z",
    "seen_at": "2026-01-01T00:00:00Z",
    "email": "a",
    "category": "1",
    "type": "M",
    "is_default": True,
    "plan": {"name": "x"},
    "name": "x",
    "id": "y",
}
"""Every attribute that a surface reads."""

TYPES = (
    ("contact", "8"),
    ("user", "u1"),
    ("membership", "m1"),
    ("individual", "i1"),
    ("segment", "s1"),
    ("activity_type", "1"),
    ("gender", "1"),
    ("activity_category", "1"),
)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """An application with something of everything in it."""
    async with world_in() as made:
        yield made


async def faults_of(world: World, cases: list[Case]) -> list[tuple[Case, str]]:
    """What is wrong with the answers."""
    answers = [(case, await world.ask(case)) for case in cases]
    return [(case, fault) for case, answer in answers if (fault := fault_of(case, answer))]


KINDS = {kind.kind: kind for kind in CATALOGUE.values() if SAMPLES[kind.kind].data != "{}"}


@pytest.mark.parametrize("kind", KINDS)
async def test_shows_data_of_any_types(world: World, kind: str) -> None:
    """Each member in turn with a value of each type, as an earlier version may have stored it."""
    data = json.loads(SAMPLES[kind].data)
    rows = [
        {"data": with_value(data, place, value).decode()}
        for place in places(data)
        for value in VALUES
        if place
    ]

    for start in range(0, len(rows), 100):
        await store(world, kind, rows[start : start + 100])
        assert await faults_of(world, reads()) == []


@pytest.mark.parametrize("kind", ["text.posted", "note.created", "encounter.logged", "x.y"])
async def test_shows_any_text(world: World, kind: str) -> None:
    """In every column that holds one, also a time zone that nobody knows."""
    columns = ("summary", "body", "time_zone", "metadata")
    rows = [{name: text} for name in columns for text in TEXTS if name != "metadata"]
    rows += [{"metadata": json.dumps({"agendize": text, "dates": text})} for text in TEXTS]

    await store(world, kind, rows)

    assert await faults_of(world, reads()) == []


async def test_shows_entities_with_attributes_of_any_types(world: World) -> None:
    """Every attribute that a surface reads, all at once and one at a time."""
    for kind in ("details.requested", "appointment.updated", "segment.added", "encounter.logged"):
        await store(world, kind, [{"level": None}])
    for number, place in enumerate(places(WHOLE)):
        value = VALUES[number % len(VALUES)]
        every = b",".join([b'"%b":%b' % (name.encode(), value) for name in WHOLE])
        one = with_value(WHOLE, place, value) if place else b"{}"
        for attrs in (b"{%b}" % every, one) if number < len(VALUES) else (one,):
            await store_entities(world, TYPES, {"attrs": attrs.decode()})
            assert await faults_of(world, reads()) == []


@pytest.mark.parametrize("kind", ["appointment.created", "details.requested", "text.posted"])
async def test_shows_the_others_whole_where_one_cannot_be_rendered(world: World, kind: str) -> None:
    """The list has as many as before; only the one is without its texts."""
    await store(
        world, kind, [{"summary": "before"}, {"data": '{"appointment":5,"requirements":5}'}]
    )

    for case in reads():
        answer = await world.ask(case)
        assert fault_of(case, answer) is None

    listed = await world.ask(reads()[0])
    assert len(msgspec.json.decode(listed.body)["items"]) == len(SAMPLES) + 4


class Longlived:
    """A world that lives as long as a property, in a loop of its own."""

    def __init__(self, runner: asyncio.Runner, world: World) -> None:
        self._runner = runner
        self.world = world
        self.count = 0

    def ask(self, case: Case) -> str | None:
        """Send a request; what is wrong with its answer."""
        return fault_of(case, self._runner.run(self.world.ask(case)))


@pytest.fixture(scope="module")
def longlived() -> Iterator[Longlived]:
    """One for all examples."""
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        world = runner.run(stack.enter_async_context(world_in()))
        yield Longlived(runner, world)
        runner.run(stack.aclose())


TEXT = st.text(max_size=20) | st.sampled_from(TEXTS)
NAMES = sorted({name for kind in SAMPLES.values() for name in json.loads(kind.data)})
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | st.sampled_from(["2026-01-01T00:00:00Z", "1000-01-01T00:00:00+23:00", "9999-12-29"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
WORD = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
TIMES = ("1000-01-01T00:00:00Z", "9999-12-29T23:59:59Z", "1969-12-31T23:59:59.999999Z")


@st.composite
def activities(draw: st.DrawFn) -> dict[str, Any]:
    """An activity as a caller may send it; not every one is taken."""
    kind = draw(st.sampled_from(list(SAMPLES)) | st.builds("{}.{}".format, WORD, WORD))
    sample = SAMPLES.get(kind)
    data = json.loads(sample.data) if sample else {}
    data |= draw(st.dictionaries(st.sampled_from(NAMES) | TEXT, JSON, max_size=2))
    link = {"type": draw(WORD), "id": draw(TEXT) or "x", "role": draw(WORD), "name": draw(TEXT)}
    return {
        "kind": kind,
        "occurred_at": draw(st.sampled_from(TIMES)),
        "time_zone": draw(st.sampled_from([None, "UTC", "Pacific/Kiritimati", "Etc/GMT+12"])),
        "summary": draw(st.none() | TEXT),
        "body": draw(st.none() | TEXT),
        "data": data,
        "metadata": draw(st.dictionaries(TEXT, JSON, max_size=2)),
        "links": [link, "individual:i1", "membership:m1"],
        "actor": draw(st.none() | st.sampled_from(["user:u1", "business:acme", "individual:i1"])),
    }


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(drafts=st.lists(activities(), min_size=1, max_size=8))
def test_shows_whatever_is_taken(longlived: Longlived, drafts: list[dict[str, Any]]) -> None:
    """What the native API records, every surface renders, and none needs the bare form."""
    longlived.count += 1
    contact = f"c{longlived.count}"
    for draft in drafts:
        draft["links"].append(f"contact:{contact}")
        body = json.dumps(draft).encode()
        path = b"/v1/activities"
        assert longlived.ask(Case(surface="native", method="POST", path=path, body=body)) is None

    faults = [(case, fault) for case in reads(contact) if (fault := longlived.ask(case))]

    assert (faults, longlived.world.defects) == ([], [])

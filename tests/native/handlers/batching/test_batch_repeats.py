"""Batches that replace or are recorded whole, and answers with a line for each line."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from doings.native.handlers.batching.batch_lines import SPOOL_BYTES
from doings.native.handlers.batching.ingest import BATCH_LINES
from tests.native.client import Json, Native, problems

NDJSON = "application/x-ndjson"
LINES = {"Accept": NDJSON}
DOORS = ("array", "stream")


async def send(native: Native, door: str, items: list[Any], **options: Any) -> httpx.Response:  # noqa: ANN401
    """Send items through one of the doors of batches; `options` are parameters and headers."""
    headers = options.pop("headers", {})
    if door == "array":
        content, content_type = msgspec.json.encode(items), "application/json"
    else:
        content, content_type = b"\n".join(map(msgspec.json.encode, items)), NDJSON
    return await native.call(
        "POST",
        "/activities/batch",
        content=content,
        params=options or None,
        headers={"Content-Type": content_type, **headers},
    )


def item(id_: str | None, **members: Any) -> Json:  # noqa: ANN401 - an activity's
    """An item of a batch."""
    return {"kind": "note.created", "external_id": id_, **members}


def lines_of(answer: httpx.Response) -> list[Json]:
    """The lines of an answer."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(NDJSON)
    return [msgspec.json.decode(line) for line in answer.content.splitlines()]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("params", "summaries", "counts"),
    [
        ({}, ["new", "first"], {"recorded": 1, "repeated": 2}),
        ({"on_repeat": "keep"}, ["new", "first"], {"recorded": 1, "repeated": 2}),
        (
            {"on_repeat": "replace"},
            ["new", "third"],
            {"recorded": 1, "replaced": 2, "repeated": 0},
        ),
    ],
)
async def test_repetition_keeps_or_replaces(
    native: Native, door: str, params: dict[str, str], summaries: list[str], counts: Json
) -> None:
    """The first stays, or each one takes the place of the one before."""
    await native.record(summary="first", external_id="1")
    items = [item("1", summary="second"), item("2", summary="new"), item("1", summary="third")]

    answer = await send(native, door, items, **params)

    assert answer.json() == {**counts, "errors": []}
    assert await native.summaries() == summaries


@pytest.mark.parametrize("door", DOORS)
async def test_each_replacement_is_in_the_history(native: Native, door: str) -> None:
    """In the order of the lines; what would change nothing is repeated."""
    texts = ["a", "b", "b", "c"]

    answer = await send(
        native, door, [item("1", summary=text) for text in texts], on_repeat="replace"
    )

    assert answer.json() == {"recorded": 1, "replaced": 2, "repeated": 1, "errors": []}
    history = [
        change["before"]["summary"] if change["before"] else None
        for change in (await native.get("/changes"))["items"]
    ]
    assert history == [None, "a", "b"]


@pytest.mark.parametrize("door", DOORS)
async def test_replacing_moves_links_counts_and_words(native: Native, door: str) -> None:
    """What was replaced is found nowhere any more."""
    old = {"links": ["contact:1"], "summary": "alpha", "occurred_at": "2026-03-01T12:00:00Z"}
    new = {"links": ["contact:2"], "summary": "beta", "occurred_at": "2026-03-02T12:00:00Z"}
    await send(native, door, [item(str(number), **old) for number in range(30)])

    await send(
        native, door, [item(str(number), **new) for number in range(30)], on_repeat="replace"
    )

    assert (await native.get("/stats"))["items"] == [{"day": "2026-03-02", "count": 30}]
    assert len(await native.summaries("/entities/contact/2/activities")) == 30
    assert await native.summaries("/entities/contact/1/activities") == []
    assert await native.summaries(q="alpha") == []
    assert len(await native.summaries(q="beta")) == 30


@pytest.mark.parametrize("door", DOORS)
async def test_a_line_that_may_not_replace_is_refused(native: Native, door: str) -> None:
    """An interaction's data stays; the lines around it are recorded."""
    asked: Json = {"kind": "details.requested", "external_id": "1", "data": {}}
    await native.record(**asked)
    items = [item("2"), {**asked, "data": {"notification_message": "x"}}, asked, item("3")]

    answer = await send(native, door, items, on_repeat="replace")

    result = answer.json()
    assert [result[name] for name in ("recorded", "replaced", "repeated")] == [2, 0, 1]
    assert [(error["line"], error["field"]) for error in result["errors"]] == [(2, "body")]


@pytest.mark.parametrize("door", DOORS)
async def test_tells_what_became_of_each_line(native: Native, door: str) -> None:
    """In their order, with the id and the seq of what stands; the summary last."""
    first = await native.record(summary="first", external_id="1")
    items = [item("1", summary="x"), {"kind": "bad"}, item("2"), item("1", summary="x"), item(None)]

    answered = lines_of(await send(native, door, items, on_repeat="replace", headers=LINES))

    reason = "must be noun.verb in lower case, like note.created"
    assert [(line["line"], line["status"]) for line in answered[:-1]] == [
        (1, "replaced"),
        (2, "refused"),
        (3, "recorded"),
        (4, "repeated"),
        (5, "recorded"),
    ]
    assert answered[1] == {
        "line": 2,
        "status": "refused",
        "id": None,
        "seq": None,
        "field": "kind",
        "reason": reason,
    }
    assert {answered[0]["id"], answered[3]["id"]} == {first["id"]}
    for line in (answered[2], answered[4]):
        assert (await native.get(f"/activities/{line['id']}"))["seq"] == line["seq"]
    assert answered[-1] == {
        "recorded": 2,
        "replaced": 1,
        "repeated": 1,
        "errors": [{"line": 2, "field": "kind", "reason": reason}],
    }


async def test_a_long_stream_is_told_line_by_line(native: Native) -> None:
    """Over several batches, with lines that are empty or bad, and more than memory is to hold."""
    count = max(3 * BATCH_LINES, 2 * SPOOL_BYTES // 90)

    async def lines() -> AsyncIterator[bytes]:
        for number in range(1, count + 1):
            yield {0: b"\n", 1: b"x\n"}.get(number % 5, b'{"kind":"a.b"}\n')

    answer = await native.call(
        "POST",
        "/activities/batch",
        content=lines(),
        headers={"Content-Type": NDJSON, **LINES},
    )

    *answered, summary = lines_of(answer)
    numbers = [number for number in range(1, count + 1) if number % 5]
    assert len(answer.content) > SPOOL_BYTES
    assert [line["line"] for line in answered] == numbers
    assert [line["status"] == "refused" for line in answered] == [
        number % 5 == 1 for number in numbers
    ]
    assert summary["recorded"] == len({line["id"] for line in answered}) - 1


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html", "", None])
async def test_answers_the_summary_alone_otherwise(native: Native, accept: str | None) -> None:
    """As JSON, whatever else the caller would take."""
    headers = {} if accept is None else {"Accept": accept}

    answer = await send(native, "stream", [item(None)], headers=headers)

    assert answer.json() == {"recorded": 1, "repeated": 0, "errors": []}


ATOMIC: list[tuple[list[Any], list[str]]] = [
    ([{"kind": "bad"}], ["[0].kind"]),
    (
        [{"kind": "a.b"}, {"kind": "bad"}, 7, {"kind": "a.b", "seq": 1}],
        ["[1].kind", "[2]", "[3].seq"],
    ),
    ([{"kind": "a.b"}, {"kind": "a.b", "links": ["contact:1", "Bad:1"]}], ["[1].links[1].type"]),
    ([{"kind": "bad"}] * 1500, [f"[{place}].kind" for place in range(1500)]),
]


@pytest.mark.parametrize(("items", "fields"), ATOMIC)
async def test_atomic_array_names_every_error(
    native: Native, items: list[Any], fields: list[str]
) -> None:
    """422 with the path of each, and nothing is recorded."""
    answer = await send(native, "array", items, atomic="true")

    assert answer.status_code == 422
    assert [field for field, _ in problems(answer)] == fields
    assert await native.summaries() == []


async def test_atomic_array_that_is_right_is_recorded(native: Native) -> None:
    """As it would be otherwise."""
    answer = await send(native, "array", [item("1"), item("1")], atomic="true")

    assert answer.json() == {"recorded": 1, "repeated": 1, "errors": []}


async def test_atomic_array_is_undone_where_one_may_not_replace(native: Native) -> None:
    """Also what only the store can tell stops the whole."""
    asked: Json = {"kind": "details.requested", "external_id": "1", "data": {}}
    await native.record(**asked)
    items = [item("2"), {**asked, "data": {"notification_message": "x"}}]

    answer = await send(native, "array", items, atomic="true", on_repeat="replace")

    assert answer.status_code == 422
    assert [field for field, _ in problems(answer)] == ["[1]"]
    assert len(await native.summaries()) == 1


@pytest.mark.parametrize(
    ("door", "params", "field"),
    [
        ("stream", {"atomic": "true"}, "atomic"),
        ("array", {"atomic": "yes"}, "atomic"),
        ("array", {"on_repeat": "drop"}, "on_repeat"),
        ("stream", {"on_repeat": "Replace"}, "on_repeat"),
    ],
)
async def test_refuses_parameters_that_cannot_be(
    native: Native, door: str, params: dict[str, str], field: str
) -> None:
    """400 naming it, and nothing is recorded."""
    answer = await send(native, door, [item(None)], **params)

    assert answer.status_code == 400
    assert [found for found, _ in problems(answer)] == [field]
    assert await native.summaries() == []


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("headers", [{}, LINES])
async def test_repeated_request_is_answered_the_same(
    native: Native, door: str, headers: dict[str, str]
) -> None:
    """Under an Idempotency-Key: the same counts and the same lines, and nothing is done twice."""
    await native.record(summary="first", external_id="1")
    headers = {"Idempotency-Key": "k", **headers}
    items = [item("1", summary="x"), {"kind": "bad"}, item(None)]

    answers = [
        await send(native, door, items, on_repeat="replace", headers=headers) for _ in range(2)
    ]

    assert answers[0].content == answers[1].content
    assert len(await native.summaries()) == 2


@pytest.mark.parametrize("door", DOORS)
async def test_key_stands_for_the_parameters_as_well(native: Native, door: str) -> None:
    """409 for a request that would do something else."""
    key = {"Idempotency-Key": "k"}
    await send(native, door, [item("1")], headers=key)

    answer = await send(native, door, [item("1")], on_repeat="replace", headers=key)

    assert answer.status_code == 409

"""Lists: filters, order, cursors, formats."""

import csv
import io
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from doings.native.documents.activities import LinkInput
from tests.engines import SQLITE_ONLY
from tests.native.client import URL, Native, problems

LINKS_PER_PAGE = 2


@pytest.fixture
async def filled(native: Native) -> Native:
    """An account with five activities, one a day from 2026-05-01, named a to e."""
    sent: list[tuple[str, str, list[str], dict[str, Any]]] = [
        ("a", "note.created", ["contact:8"], {"actor": "user:u1", "body": "Straße nach Köln"}),
        ("b", "note.updated", ["contact:8", "deal:1"], {"level": "WARN"}),
        ("c", "email.created", ["contact:9"], {"actor": "user:u1", "channels": ["admin", "api"]}),
        ("d", "app.done", ["contact:9", "deal:1"], {"origin": "crm", "level": "ERROR"}),
        ("e", "note.created", [], {"actor": "user:u2", "body": "straight ahead"}),
    ]
    for day, (summary, kind, links, more) in enumerate(sent, 1):
        at = f"2026-05-0{day}T12:00:00Z"
        await native.record(kind, summary=summary, occurred_at=at, links=links, **more)
    return native


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "edcba"),
        ("order=asc", "abcde"),
        ("order=desc", "edcba"),
        ("kind=note.created", "ea"),
        ("kind=note.*", "eba"),
        ("kind=note.updated&kind=email.created", "cb"),
        ("kind=note.updated,email.created", "cb"),
        ("kind=no.such", ""),
        ("link=contact:8", "ba"),
        ("link=contact:8&link=contact:9", "dcba"),
        ("link=contact:8&link=deal:1", "dba"),
        ("link=contact:404", ""),
        ("link=user:u1", "ca"),
        ("actor=user:u1", "ca"),
        ("actor=user:u404", ""),
        ("actor=user:u1&link=contact:9", "c"),
        ("origin=crm", "d"),
        ("origin=api", "ecba"),
        ("level=WARN", "b"),
        ("level=ERROR", "d"),
        ("channel=api", "c"),
        ("channel=admin", "edcba"),
        ("since=2026-05-03T12:00:00Z", "edc"),
        ("until=2026-05-03T12:00:00Z", "ba"),
        ("since=2026-05-02T12:00:00Z&until=2026-05-04T12:00:00Z", "cb"),
        ("since=2026-05-03T14:00:00+02:00", "edc"),
        ("since=2026-05-03T14:00:00%2B02:00", "edc"),
        ("q=koln", "a"),
        ("q=STRASSE", "a"),
        ("q=stra*", "ea"),
        ("q=%22nach+k%C3%B6ln%22", "a"),
        ("q=%22koln+nach%22", ""),
        ("q=nach+ahead", ""),
        ("q=%22%22%22(OR*", ""),
        ("kind=note.*&link=contact:8&level=WARN&since=2026-05-01T00:00:00Z", "b"),
        ("limit=2", "ed"),
        ("_unknown=1", "edcba"),
    ],
)
async def test_filters(filled: Native, query: str, found: str) -> None:
    """Each filter alone and together: the summaries that it leaves, in order."""
    assert "".join(await filled.summaries(f"/activities?{query}")) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ba"),
        ("order=asc", "ab"),
        ("kind=note.created", "a"),
        ("link=deal:1", "b"),
        ("link=deal:1&link=user:u1", "ba"),
        ("link=deal:404", ""),
        ("actor=user:u1", "a"),
        ("q=koln", "a"),
        ("q=koln&link=deal:1", ""),
        ("since=2026-05-02T00:00:00Z", "b"),
    ],
)
async def test_filters_the_timeline_of_an_entity(filled: Native, query: str, found: str) -> None:
    """The same filters; `link` asks for what is linked to another thing as well."""
    assert "".join(await filled.summaries(f"/entities/contact/8/activities?{query}")) == found


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=note", "kind"),
        ("kind=*.created", "kind"),
        ("link=contact", "link"),
        ("link=Bad:1", "link"),
        ("link=contact:", "link"),
        ("&".join(f"link=contact:{number}" for number in range(101)), "link"),
        ("actor=nobody", "actor"),
        ("origin=A+B", "origin"),
        ("level=INFO", "level"),
        ("channel=A", "channel"),
        ("since=yesterday", "since"),
        ("since=2026-05-01T00:00:00", "since"),
        ("until=0001-01-01T00:00:00Z", "until"),
        ("order=up", "order"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%C3%A9", "cursor"),
        (f"q={'x' * 1001}", "q"),
    ],
)
@pytest.mark.parametrize("path", ["/activities", "/entities/contact/8/activities"])
async def test_says_which_parameter_cannot_be_read(
    filled: Native, path: str, query: str, field: str
) -> None:
    """400 naming the parameter."""
    answer = await filled.call("GET", f"{path}?{query}")

    assert answer.status_code == 400
    assert [found for found, _ in problems(answer)] == [field]


@pytest.mark.parametrize("query", ["", "order=asc", "kind=note.*", "q=stra*", "level=WARN"])
async def test_walks_both_ways_by_cursor(filled: Native, query: str) -> None:
    """`next` to the end and `prev` back to the start give every item once, in order."""
    whole = await filled.summaries(f"/activities?{query}")
    seen, cursor = [], ""
    while True:
        page = await filled.get(f"/activities?{query}&limit=1{cursor}")
        seen += [item["summary"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    back = [seen[-1]] if seen else []
    while page["prev"] is not None:
        page = await filled.get(f"/activities?{query}&limit=1&cursor={page['prev']}")
        back += [item["summary"] for item in page["items"]]

    assert seen == whole
    assert back == whole[::-1]


async def test_a_cursor_survives_the_deletion_of_what_it_stands_on(filled: Native) -> None:
    """The walk goes on where it was."""
    page = await filled.get("/activities", limit=2)
    await filled.call("DELETE", f"/activities/{page['items'][-1]['id']}")

    assert await filled.summaries(limit=2, cursor=page["next"]) == ["c", "b"]


async def test_a_cursor_goes_with_another_limit(filled: Native) -> None:
    """The size of a page is none of its filters."""
    page = await filled.get("/activities", limit=1)

    assert await filled.summaries(limit=3, cursor=page["next"]) == ["d", "c", "b"]


@pytest.mark.parametrize(
    "path",
    [
        "/activities?kind=note.created",
        "/activities?order=asc",
        "/activities?since=2026-01-01T00:00:00Z",
        "/entities/contact/8/activities?",
        "/entities?",
    ],
)
async def test_refuses_a_cursor_of_another_list(filled: Native, path: str) -> None:
    """400: a cursor belongs to the filters it was made for."""
    cursor = (await filled.get("/activities", limit=1))["next"]

    answer = await filled.call("GET", f"{path}&limit=1&cursor={cursor}")

    assert answer.status_code == 400
    assert [field for field, _ in problems(answer)] == ["cursor"]


async def test_refuses_a_cursor_of_another_account(filled: Native, stranger: Native) -> None:
    """400, as for any text that is no cursor."""
    cursor = (await filled.get("/activities", limit=1))["next"]

    answer = await stranger.call("GET", f"/activities?cursor={cursor}")

    assert answer.status_code == 400


async def test_links_to_the_pages_beside_this_one(filled: Native) -> None:
    """The Link header holds whole URLs that can be followed, with the same filters."""
    query = f"?kind={quote('note.*')}&limit=1"
    first = await filled.call("GET", f"/activities{query}")
    second = await filled.call("GET", first.links["next"]["url"])
    again = await filled.call("GET", second.links["prev"]["url"])

    assert first.links["next"]["url"].startswith(
        f"{URL}/v1/activities?kind=note.%2A&limit=1&cursor="
    )
    assert [item["summary"] for item in second.json()["items"]] == ["b"]
    assert again.json()["items"] == first.json()["items"]
    assert "prev" not in first.links


async def test_a_page_is_not_sent_twice(filled: Native) -> None:
    """304 while the page is the same; 200 once something happened."""
    page = await filled.call("GET", "/activities")
    seen = {"If-None-Match": page.headers["etag"]}
    same = await filled.call("GET", "/activities", headers=seen)
    await filled.record()
    changed = await filled.call("GET", "/activities", headers=seen)

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200


async def test_the_timeline_of_what_is_not_there_is_not_found(native: Native) -> None:
    """404 in every format, for a deleted entity too; an empty timeline is a list."""
    await native.put("contact:8")
    await native.put("contact:9")
    await native.record(links=["contact:9"])
    await native.call("DELETE", "/entities/contact/9")

    for accept in ("application/json", "text/csv", "application/x-ndjson"):
        headers = {"Accept": accept}
        statuses = [
            (
                await native.call("GET", f"/entities/contact/{id_}/activities", headers=headers)
            ).status_code
            for id_ in ("404", "9", "8")
        ]
        assert statuses == [404, 404, 200]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/*", "text/csv; charset=utf-8"),
        ("text/html, application/activity+json;q=0.9, */*;q=0.1", "application/activity+json"),
        ("application/x-ndjson", "application/x-ndjson"),
    ],
)
async def test_answers_in_the_format_asked_for(
    filled: Native, accept: str | None, chosen: str
) -> None:
    """By the Accept header; JSON where it does not care."""
    headers = {"Accept": accept} if accept else {}
    answer = await filled.call("GET", "/activities", headers=headers)

    assert answer.headers["content-type"] == chosen


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/activities", "/entities", "/kinds", "/stats", "/changes"])
async def test_refuses_a_format_that_nobody_writes(filled: Native, path: str) -> None:
    """406."""
    answer = await filled.call("GET", path, headers={"Accept": "image/png"})

    assert answer.status_code == 406


async def test_streams_the_whole_result_as_ndjson(native: Native) -> None:
    """A document a line, more than any page holds, whatever the limit says."""
    body = b"\n".join(b'{"kind":"a.b","summary":"%d"}' % number for number in range(1203))
    headers = {"Content-Type": "application/x-ndjson"}
    await native.call("POST", "/activities/batch", content=body, headers=headers)

    answer = await native.call(
        "GET", "/activities?limit=1&order=asc", headers={"Accept": "application/x-ndjson"}
    )

    lines = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert [line["summary"] for line in lines] == [str(number) for number in range(1203)]
    assert list(lines[0])[:2] == ["id", "seq"]


async def test_streams_csv_that_a_spreadsheet_can_take(native: Native) -> None:
    """RFC 4180, a header line first; text that would run as a formula begins with `'`."""
    await native.record(
        summary='=HYPERLINK("http://x")', body='two\nlines, "quoted"', actor="user:u1"
    )
    await native.record(
        summary="+1", body="-1", external_id="@x", occurred_at="2026-01-01T00:00:00Z"
    )

    answer = await native.call("GET", "/activities", headers={"Accept": "text/csv"})

    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert rows[0]["summary"] == '\'=HYPERLINK("http://x")'
    assert rows[0]["body"] == 'two\nlines, "quoted"'
    assert rows[0]["actor"] == "user:u1"
    assert (rows[1]["summary"], rows[1]["body"], rows[1]["external_id"]) == ("'+1", "'-1", "'@x")
    assert rows[1]["occurred_at"] == "2026-01-01T00:00:00Z"
    assert answer.text.endswith("\r\n")


async def test_an_empty_result_is_a_header_line_in_csv_and_nothing_in_ndjson(
    native: Native,
) -> None:
    """Empty is no error."""
    as_csv = await native.call("GET", "/activities", headers={"Accept": "text/csv"})
    lines = await native.call("GET", "/activities", headers={"Accept": "application/x-ndjson"})

    assert as_csv.text.startswith("id,seq,kind,")
    assert as_csv.text.count("\n") == 1
    assert lines.content == b""


async def test_shows_a_page_as_activity_streams(native: Native) -> None:
    """An OrderedCollectionPage whose items are ActivityStreams 2.0 activities."""
    await native.put("contact:8", name="Jim")
    await native.put("segment:vip", name="VIP")
    await native.record(
        "segment.added",
        actor={"type": "user", "id": "u1", "name": "Ann"},
        links=["contact:8", "segment:vip"],
        occurred_at="2026-05-01T00:00:00Z",
    )
    await native.record("app.done", body="x", occurred_at="2026-04-01T00:00:00Z")

    answer = await native.call(
        "GET", "/activities?limit=1", headers={"Accept": "application/activity+json"}
    )

    page = answer.json()
    item = page["orderedItems"][0]
    assert page["@context"] == "https://www.w3.org/ns/activitystreams"
    assert (page["type"], page["id"]) == ("OrderedCollectionPage", f"{URL}/v1/activities?limit=1")
    assert page["partOf"] == f"{URL}/v1/activities?limit=1"
    assert page["next"] == answer.links["next"]["url"]
    assert (item["type"], item["startTime"]) == ("Add", "2026-05-01T00:00:00Z")
    assert item["actor"] == {"id": f"{URL}/v1/entities/user/u1", "type": "Person", "name": "Ann"}
    assert item["object"]["name"] == "Jim"
    assert item["target"] == {
        "id": f"{URL}/v1/entities/segment/vip",
        "type": "Collection",
        "name": "VIP",
    }


@SQLITE_ONLY
def test_a_link_needs_no_more_than_type_and_id() -> None:
    """The role is `subject` where none is given."""
    assert LinkInput("contact", "8").role == "subject"

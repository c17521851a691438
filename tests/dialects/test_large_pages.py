"""Lists of large things: what a vendor's page holds comes whole, in chunks of bounded bytes."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from doings.core.activity import Link
from doings.core.budget import PAGE_BYTES
from doings.core.store import Writer
from doings.httpkit.bounds.answers import ChunkedResponse
from tests.clocks import NOON
from tests.dialects.dialect import DIALECTS
from tests.dialects.samples import sample
from tests.serving import Business, Served

LARGE = "x" * 400_000
"""Two activities with this text fit into a chunk, three do not."""

COUNT = 8

EVER = "from=2000-01-01&to=2100-01-01"

LISTS = {
    "monica": ("/monica/api/activities?limit=100", "note.created"),
    "monica's contact": ("/monica/api/contacts/{seq}/activities?limit=100", "note.created"),
    "cobot": (f"/cobot/acme/api/activities?{EVER}", "text.posted"),
    "cobot's last": (f"/cobot/acme/api/activities?last={COUNT}", "text.posted"),
    "invent": ("/invent/orgs/c/contacts/8/activities?take=100", "note.created"),
    "agendize": ("/agendize/api/2.3/activities?clientId=8", "note.created"),
    "mio": ("/mio/business/v1/activities?limit=100", "details.requested"),
}
"""A list's address, and a kind that it shows."""


async def fill(business: Business, kind: str) -> None:
    """Record activities of the kind, every other one large."""
    links = (Link("contact", "8"), Link("business", "acme", "actor"))
    if kind == "details.requested":
        links = (Link("business", "acme", "actor"), Link("individual", "i1", "counterpart"))

    async def record(writer: Writer) -> None:
        for number in range(COUNT):
            draft = sample(kind, number)
            body = f"text {number} {LARGE if number % 2 else ''}"
            changed = {"body": body, "links": links, "occurred_at": NOON + number}
            await writer.record([type(draft)(**{**_members(draft), **changed})])

    await business.write(record)


def _members(draft: Any) -> dict[str, Any]:  # noqa: ANN401 - a Draft's
    return {name: getattr(draft, name) for name in draft.__struct_fields__}


@pytest.fixture
async def business(served: Served) -> Business:
    """An account with a contact `8`."""
    business = await served.business()
    await business.put("contact", "8", name="Jim Halpert")
    return business


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each chunk has that an answer is sent in."""
    sizes: list[int] = []
    begin = ChunkedResponse.__init__

    async def noted(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            sizes.append(len(chunk))
            yield chunk

    def begun(self: ChunkedResponse, chunks: AsyncIterator[bytes], media_type: str) -> None:
        begin(self, noted(chunks), media_type)

    monkeypatch.setattr(ChunkedResponse, "__init__", begun)
    return sizes


async def get(served: Served, business: Business, name: str, address: str) -> httpx.Response:
    """The answer of the dialect."""
    dialect = next(one for one in DIALECTS if one.name == name)
    headers = await dialect.sign_in(served, business.key, business.secret)
    answer = await served.client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("name", LISTS)
async def test_list_holds_all_in_chunks(
    served: Served, business: Business, sent: list[int], name: str
) -> None:
    """As many as the page has, each once, in the shape that a small page has."""
    address, kind = LISTS[name]
    contact = await business.read(lambda reader: reader.entity(("contact", "8")))
    address = address.replace("{seq}", str(contact.seq))
    dialect = next(one for one in DIALECTS if one.name == name.partition("'")[0])
    await fill(business, kind)

    answer = await get(served, business, dialect.name, address)

    texts = json.dumps(dialect.items(answer.json()))
    numbers = [number for number in range(COUNT) if f"text {number} " in texts]
    assert len(dialect.items(answer.json())) == COUNT
    assert numbers == list(range(COUNT))
    assert texts.count(LARGE) == COUNT // 2
    assert len(sent) > 1
    assert max(sent) < 1.1 * PAGE_BYTES
    if dialect.name == "monica":
        assert answer.json()["meta"]["to"] == answer.json()["meta"]["total"] == COUNT
    if dialect.name == "mio":
        assert answer.json()["has_next"] is False
    if dialect.name == "invent":
        assert answer.headers["pagination-count"] == str(COUNT)


async def test_next_page_follows_a_large_one(served: Served, business: Business) -> None:
    """The token of a page that came in chunks leads behind all of it."""
    await fill(business, "note.created")
    path = "/invent/orgs/c/contacts/8/activities?take=6"

    first = await get(served, business, "invent", path)
    token = first.headers["pagination-next"]
    second = await get(served, business, "invent", f"{path}&next={token}")

    assert [len(first.json()), len(second.json())] == [6, 2]


async def test_contacts_with_large_attributes_come_whole(
    served: Served, business: Business, sent: list[int]
) -> None:
    """A page of contacts, found or listed, and their memberships."""
    attrs = json.dumps({"description": "漢" * 150_000, "plan": "p"}, ensure_ascii=False)
    for number in range(5):
        await business.put("contact", f"c{number}", name=f"Jim {number}", attrs=attrs)
        await business.put("membership", f"m{number}", name=f"Jim {number}", attrs=attrs)

    listed = await get(served, business, "monica", "/monica/api/contacts?limit=100")
    found = await get(served, business, "monica", "/monica/api/contacts?query=jim&limit=100")
    members = await get(served, business, "cobot", "/cobot/acme/api/memberships")

    assert [one["complete_name"] for one in listed.json()["data"][1:]] == [
        f"Jim {number}" for number in range(5)
    ]
    assert listed.json()["meta"]["to"] == found.json()["meta"]["to"] == 6
    assert listed.text.count("漢" * 150_000) == 5
    assert [member["id"] for member in members.json()] == [f"m{number}" for number in range(5)]
    assert max(sent) < 1.1 * PAGE_BYTES


async def test_activities_that_link_to_large_contacts_come_whole(
    served: Served, business: Business, sent: list[int]
) -> None:
    """An attendee counts in each document that shows it."""
    attrs = json.dumps({"first_name": "漢" * 60_000}, ensure_ascii=False)
    await business.put("contact", "9", name="Jim", attrs=attrs)

    async def record(writer: Writer) -> None:
        for number in range(10):
            draft = sample("note.created", number)
            await writer.record(
                [type(draft)(**{**_members(draft), "links": (Link("contact", "9"),)})]
            )

    await business.write(record)

    answer = await get(served, business, "monica", "/monica/api/activities?limit=100")

    assert answer.text.count('"object":"contact"') == 10
    assert len(sent) > 1

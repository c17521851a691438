"""What people really send, to all five dialects: bytes, headers, parameters, bodies."""

import gzip
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from doings.core.activity import ACTOR, Link
from tests.builders import note
from tests.serving import Business, Served, serving

Headers = dict[str, str]
NOON = 1_772_366_400_000_000


class Vendor(msgspec.Struct, frozen=True):
    """Where a dialect's list is, and whose ids stand in its answer."""

    name: str
    path: str
    vary: str
    field_status: int = 400


VENDORS = (
    Vendor("monica", "/monica/api/contacts", "Authorization"),
    Vendor("cobot", "/cobot/acme/api/activities?last=9", "Accept, Authorization", 422),
    Vendor("invent", "/invent/orgs/c/contacts/8/activities", "Authorization"),
    Vendor("agendize", "/agendize/api/2.3/activities?clientId=8", "Authorization, apiKey, token"),
    Vendor(
        "mio",
        "/mio/business/v1/activities",
        "Authorization, Authorization-Key, x-api-key, x-pvt-timezone",
    ),
)


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.name)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """Each of the five."""
    found: Vendor = request.param
    return found


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """The whole application, behind a proxy."""
    async with serving(tmp_path, behind_proxy=True) as running:
        yield running


@pytest.fixture
async def acme(served: Served) -> Business:
    """An account with something for every dialect."""
    business = await served.business()
    await business.put("contact", "8", name="Jim Halpert")
    await business.put("contact", "café", name="Ann")
    await business.put("membership", "m1", name="M")
    await business.put("membership", "m2", name="N")
    await business.record(
        note("8", kind="note.created", at=NOON),
        note("8", kind="email.created", at=NOON),
        note("8", kind="appointment.scheduled", at=NOON),
        note("8", kind="contact.blocked", at=NOON),
        note(Link("membership", "m1"), kind="text.posted", at=NOON, body="one"),
        note(Link("membership", "m2"), kind="invoice.created", at=NOON),
        *[
            note(
                Link("business", "acme", ACTOR),
                Link("individual", id_, "counterpart"),
                kind="details.requested",
                at=NOON,
            )
            for id_ in ("i1", "i2")
        ],
    )
    return business


async def sign_in(served: Served, vendor: Vendor, business: Business) -> Headers:
    """The headers of a good credential."""
    if vendor.name != "mio":
        return business.bearer
    basic = b64encode(f"acme:{business.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Authorization-Key": business.key}
    answer = await served.client.post("/mio/business/v1/auth", headers=headers)
    assert answer.headers["cache-control"] == "no-store"
    return {"Authorization": f"Bearer {answer.json()['token']}", "x-api-key": business.key}


def with_query(path: str, query: str) -> str:
    """The path with more parameters."""
    return f"{path}{'&' if '?' in path else '?'}{query}"


async def get(served: Served, vendor: Vendor, acme: Business, path: str) -> httpx.Response:
    """A request with a good credential."""
    return await served.client.get(path, headers=await sign_in(served, vendor, acme))


def check_shape(vendor: Vendor, answer: httpx.Response) -> None:
    """An error as this vendor writes it."""
    assert answer.headers["content-type"] == "application/json"
    members = set(answer.json())
    shapes: dict[str, tuple[set[str], ...]] = {
        "monica": ({"error"}, {"message"}),
        "cobot": ({"error"}, {"errors"}, {"error", "message"}),
        "invent": ({"message", "code"},),
        "agendize": ({"error"},),
        "mio": ({"code", "message"},),
    }
    assert members in shapes[vendor.name]


@pytest.mark.parametrize("query", ["x=caf%FF", "%E9=1", "x=a%00b", "_=%C3"])
async def test_a_query_that_is_no_text_is_400(
    served: Served, acme: Business, vendor: Vendor, query: str
) -> None:
    """In the vendor's shape."""
    path = with_query(vendor.path, query)

    answer = await get(served, vendor, acme, path)
    unknown = await served.client.get(path)

    assert (answer.status_code, unknown.status_code) == (400, 401)
    check_shape(vendor, answer)


async def test_different_lines_of_a_credential_are_none(
    served: Served, acme: Business, vendor: Vendor
) -> None:
    """Nobody can tell which one was meant; equal ones are one."""
    good = list((await sign_in(served, vendor, acme)).items())

    twice = await served.client.get(vendor.path, headers=good + good)
    other = await served.client.get(vendor.path, headers=[*good, ("Authorization", "Bearer x")])

    assert (twice.status_code, other.status_code) == (200, 401)


async def test_a_credential_in_a_query_is_found_beside_what_cannot_be_read(
    served: Served, acme: Business
) -> None:
    """So the answer is about the query."""
    for path, status in [
        (f"/cobot/acme/api/activities?last=1&access_token={acme.secret}", 200),
        (f"/cobot/acme/api/activities?last=1&access_token={acme.secret}&x=%FF", 400),
        (f"/agendize/api/2.3/activities?apiKey={acme.key}&token={acme.secret}&clientId=8", 200),
        (f"/agendize/api/2.3/activities?apikey={acme.key}&token={acme.secret}&clientId=%FF", 400),
    ]:
        assert (await served.client.get(path)).status_code == status, path


@pytest.mark.parametrize("segment", ["%FF", "caf%E9", "a%00b", "%C0%80"])
async def test_a_path_that_is_no_text_is_400(
    served: Served, acme: Business, vendor: Vendor, segment: str
) -> None:
    """In the vendor's shape."""
    base, _, _ = vendor.path.partition("?")
    paths = [f"{base}/{segment}", f"/{vendor.name}/{segment}", base.replace("/8/", f"/{segment}/")]

    for path in paths[: 3 if "/8/" in base else 2]:
        answer = await get(served, vendor, acme, path)
        assert answer.status_code == 400, answer.text
        check_shape(vendor, answer)


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("monica", "query[]=x", 400),
        ("monica", "limit[]=5", 400),
        ("monica", "sort[0]=created_at", 400),
        ("monica", "page[x]=5", 400),
        ("cobot", "last[]=1", 422),
        ("cobot", "from[]=2014-01-01", 422),
        ("cobot", "to[0]=2014-01-01", 422),
        ("cobot", "types[x]=text", 422),
        ("cobot", "last=1", 422),
        ("invent", "page[]=1", 400),
        ("invent", "take[0]=1", 400),
        ("invent", "next[]=x", 400),
        ("invent", "type[a]=note_created", 400),
        ("agendize", "clientId[]=9", 400),
        ("agendize", "clientId=9", 400),
        ("agendize", "sort[]=asc", 400),
        ("agendize", "appointmentId[0]=1", 400),
        ("agendize", "type[x]=appointment", 400),
        ("mio", "id[]=1", 400),
        ("mio", "cifcode[0]=1", 400),
        ("mio", "from[]=2026-01-01", 400),
        ("mio", "to[]=2026-01-01", 400),
        ("mio", "limit[]=1", 400),
        ("mio", "page[]=1", 400),
        ("mio", "entity[x]=i1", 400),
        ("mio", "id=1&id=2", 400),
        ("cobot", "types=", 422),
        ("cobot", "types[]=,", 422),
        ("cobot", "source_ids=", 422),
        ("cobot", "source_ids[]=m1&source_ids[]=", 422),
        ("invent", "type=", 400),
        ("invent", "type[]=", 400),
        ("invent", "type=,%20", 400),
        ("agendize", "type=", 400),
        ("agendize", "type[0]=", 400),
        ("agendize", "type=%20", 400),
        ("agendize", "appointmentId=", 400),
        ("agendize", "appointmentId=%20", 400),
        ("mio", "entity=", 400),
        ("mio", "entity", 400),
        ("mio", "entity[]=", 400),
        ("mio", "entity=,%20", 400),
        ("mio", "entity=i1&entity=", 400),
        ("mio", "cifcode=", 400),
        ("mio", "id=", 400),
        ("mio", "id=%20", 400),
        ("mio", "page=99999999999999999999", 400),
        ("invent", "page=99999999999999999999", 400),
        ("invent", "take=99999999999999999999", 400),
        ("monica", "limit=99999999999999999999", 400),
    ],
)
async def test_a_filter_that_cannot_be_read_is_refused(
    served: Served, acme: Business, name: str, query: str, status: int
) -> None:
    """It is never left out, which would show more than was asked for."""
    vendor = next(one for one in VENDORS if one.name == name)

    answer = await get(served, vendor, acme, with_query(vendor.path, query))

    assert answer.status_code == status, answer.text
    check_shape(vendor, answer)


@pytest.mark.parametrize(
    "spelling", ["{}={}", "{}[]={}", "{}[0]={}", "{}%5B%5D={}", "{}%5b7%5d={}"]
)
@pytest.mark.parametrize(
    ("name", "list_", "value"),
    [
        ("cobot", "types", "text"),
        ("cobot", "source_ids", "m1"),
        ("invent", "type", "contact_blocked"),
        ("agendize", "type", "emailNotification"),
        ("mio", "entity", "i1"),
    ],
)
async def test_a_list_narrows_however_it_is_spelled(  # noqa: PLR0917
    served: Served, acme: Business, spelling: str, name: str, list_: str, value: str
) -> None:
    """To what the plain name narrows to."""
    vendor = next(one for one in VENDORS if one.name == name)
    plain = await get(served, vendor, acme, with_query(vendor.path, f"{list_}={value}"))
    whole = await get(served, vendor, acme, vendor.path)

    answer = await get(served, vendor, acme, with_query(vendor.path, spelling.format(list_, value)))

    assert answer.status_code == 200, answer.text
    assert answer.json() == plain.json() != whole.json()


async def test_every_answer_says_who_may_keep_it(
    served: Served, acme: Business, vendor: Vendor
) -> None:
    """The caller, after asking; and which headers it depends on."""
    headers = await sign_in(served, vendor, acme)
    answers = [
        await served.client.get(vendor.path, headers=headers),
        await served.client.get(vendor.path),
        await served.client.delete(vendor.path, headers=headers),
        await served.client.get(f"/{vendor.name}/no/such", headers=headers),
        await served.client.get(with_query(vendor.path, "x=%FF"), headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [200, 401, 405, 404, 400]
    assert {answer.headers["cache-control"] for answer in answers} == {"private, no-cache"}
    assert {answer.headers["vary"] for answer in answers} == {vendor.vary}


async def test_the_address_is_what_the_nearest_proxy_added(
    served: Served, acme: Business, vendor: Vendor
) -> None:
    """Lines that the caller wrote neither hide it nor lock out another address."""
    good = await sign_in(served, vendor, acme)
    wrong = {name: f"{value}x" for name, value in good.items()}

    async def status(headers: Headers, written: str, added: str) -> int:
        lines = [*headers.items(), ("X-Forwarded-For", written), ("X-Forwarded-For", added)]
        return (await served.client.get(vendor.path, headers=lines)).status_code

    guesses = [await status(wrong, f"10.0.0.{number}", "192.0.2.1") for number in range(12)]

    assert set(guesses[:10]) == {401}
    assert guesses[10:] == [429, 429]
    assert await status(wrong, "192.0.2.1", "192.0.2.2") == 401
    assert await status(good, "10.0.0.1", "192.0.2.1") == 200


@pytest.mark.parametrize(
    ("lines", "scheme"),
    [
        (["https"], "https"),
        (["https, http"], "https"),
        (["https", "http"], "https"),
        (["HTTPS"], "https"),
        ([" , https"], "https"),
        (["javascript"], "http"),
        ([""], "http"),
        ([], "http"),
    ],
)
async def test_the_scheme_is_what_the_caller_used(
    served: Served, acme: Business, lines: list[str], scheme: str
) -> None:
    """The first that the proxies name, if it is one."""
    headers = [*acme.bearer.items(), *[("X-Forwarded-Proto", line) for line in lines]]

    answer = await served.client.get("/monica/api/contacts", headers=headers)

    assert answer.json()["links"]["first"] == f"{scheme}://server/monica/api/contacts?page=1"


FORM = "application/x-www-form-urlencoded"
CODINGS: dict[str, Any] = {
    "": lambda body: body,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "mark"])
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize(
    ("path", "media_type", "body"),
    [
        ("/cobot/acme/api/activities", "application/json", b'{"text":"caf\xc3\xa9"}'),
        ("/cobot/acme/api/activities", FORM, b"text=caf%C3%A9"),
        ("/monica/api/genders", "application/json", b'{"name":"caf\xc3\xa9"}'),
        ("/monica/api/genders", FORM, b"name=caf%C3%A9"),
    ],
)
async def test_a_body_may_come_in_many_ways(  # noqa: PLR0917
    served: Served,
    acme: Business,
    mark: bytes,
    coding: str,
    path: str,
    media_type: str,
    body: bytes,
) -> None:
    """Compressed or not, with a mark or without, JSON or form."""
    headers = {**acme.bearer, "Content-Type": media_type}
    if coding:
        headers["Content-Encoding"] = coding

    answer = await served.client.post(path, content=CODINGS[coding](mark + body), headers=headers)

    assert answer.status_code == 201, answer.text
    assert "café" in answer.text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("media_type", ["application/json", FORM])
@pytest.mark.parametrize(
    "path", ["/cobot/acme/api/activities", "/monica/api/genders", "/monica/api/contacts"]
)
async def test_another_encoding_is_named(
    served: Served, acme: Business, encoding: str, media_type: str, path: str
) -> None:
    """In a sentence within the vendor's shape."""
    text = '{"text":"x"}' if media_type != FORM else "text=x"
    headers = {**acme.bearer, "Content-Type": media_type}

    answer = await served.client.post(path, content=text.encode(encoding), headers=headers)

    assert answer.status_code == 400
    assert encoding[:6].upper() in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/cobot/acme/api/activities"),
        ("POST", "/monica/api/contacts"),
        ("PUT", "/mio/business/v1/settings/webhooks"),
    ],
)
async def test_bodies_are_held_to_their_limits(
    served: Served, acme: Business, method: str, path: str
) -> None:
    """415 for another coding, 413 for what grows too large, 400 for what is cut off."""
    vendor = next(one for one in VENDORS if path.startswith(f"/{one.name}/"))
    headers = {**await sign_in(served, vendor, acme), "Content-Type": "application/json"}
    bomb = gzip.compress(b'{"text":"' + b"x" * 20_000_000 + b'"}')
    table = [("br", b"{}", 415), ("gzip", bomb, 413), ("gzip", bomb[:-9], 413), ("gzip", b"x", 400)]

    for coding, content, status in table:
        answer = await served.client.request(
            method, path, content=content, headers={**headers, "Content-Encoding": coding}
        )
        assert answer.status_code == status, (coding, answer.text)
        check_shape(vendor, answer)


async def test_a_form_in_latin_1_is_refused(served: Served, acme: Business) -> None:
    """Also one of several parts."""
    parts = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\ncaf%s\r\n--b--\r\n'
    table = [
        (FORM, b"text=caf%E9", 400),
        (FORM, b"text=caf\xe9", 400),
        ("multipart/form-data; boundary=b", parts % b"\xe9", 400),
        ("multipart/form-data; boundary=b", parts % b"\xc3\xa9", 201),
    ]

    for media_type, content, status in table:
        headers = {**acme.bearer, "Content-Type": media_type}
        answer = await served.client.post(
            "/cobot/acme/api/activities", content=content, headers=headers
        )
        assert answer.status_code == status, (media_type, content, answer.text)


@pytest.mark.parametrize(
    "body", [b'{"text":"x","source_ids":["m1\\u0000"]}', b'{"text":"x","source_ids":"a\\u0000,m1"}']
)
async def test_an_id_with_a_nul_is_refused_in_a_body(
    served: Served, acme: Business, body: bytes
) -> None:
    """On both engines alike."""
    answer = await served.client.post(
        "/cobot/acme/api/activities",
        content=body,
        headers={**acme.bearer, "Content-Type": "application/json"},
    )

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["source_ids"])

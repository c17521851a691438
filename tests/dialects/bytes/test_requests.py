"""What people really send, to all five dialects: paths, queries, headers, parameters."""

import pytest

from tests.dialects.bytes.vendors import (
    VENDORS,
    Headers,
    Vendor,
    check_shape,
    get,
    sign_in,
    with_query,
)
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served


@SQLITE_ONLY
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


@SQLITE_ONLY
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


@SQLITE_ONLY
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


@SQLITE_ONLY
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


@SQLITE_ONLY
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


@SQLITE_ONLY
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

"""The endpoint as a client of the vendor sees it: parameters, sign-in, errors, long lists."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from doings.auth.principal import READ, WRITE
from doings.core.activity import Link
from doings.core.clock import SECOND
from doings.core.errors import Unavailable
from doings.dialects.agendize.vocabulary import KINDS
from tests.builders import note
from tests.clocks import NOON
from tests.dialects.agendize.company import PATH, Company
from tests.engines import SQLITE_ONLY
from tests.serving import Served, serving


async def ask(
    company: Company, headers: dict[str, str], method: str = "GET", path: str = f"{PATH}?clientId=8"
) -> httpx.Response:
    """Ask with these headers."""
    return await company.served.client.request(method, path, headers=headers)


def error(code: int, message: str) -> dict[str, object]:
    """The vendor's shape of errors."""
    return {"error": {"code": code, "message": message}}


async def test_oldest_comes_first_unless_told_otherwise(company: Company) -> None:
    """`sort` is asc or desc."""
    late = await company.record("note.created", at=NOON + SECOND)
    early = await company.record("note.created", at=NOON)

    assert await company.ids() == [early.id, late.id]
    assert await company.ids(sort="asc") == [early.id, late.id]
    assert await company.ids(sort="desc") == [late.id, early.id]
    assert await company.ids(sort="") == [early.id, late.id]


async def test_only_the_clients_own(company: Company) -> None:
    """Of the kinds that the vendor knows."""
    own = await company.record("note.created")
    await company.record("note.created", Link("contact", "9"))
    await company.record("invoice.created")
    await company.record("own.kind")

    assert await company.ids() == [own.id]
    assert await company.ids("9") != []


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("note", ["note.created", "note.deleted", "encounter.logged", "text.posted"]),
        ("consent", ["consent.created"]),
        ("emailNotification", ["email.created"]),
        ("textMessageNotification", ["text_message.updated"]),
        ("consent,emailNotification", ["consent.created", "email.created"]),
        (" consent , ", ["consent.created"]),
        ("appointment,formResult,conferenceRegistration", []),
    ],
)
async def test_type(company: Company, types: str, expected: list[str]) -> None:
    """Any of the types, with any event."""
    kinds = [
        "note.created", "note.deleted", "encounter.logged", "text.posted", "consent.created",
        "email.created", "text_message.updated", "segment.added",
    ]  # fmt: skip
    ids = [
        (await company.record(kind, at=NOON + index * SECOND)).id
        for index, kind in enumerate(kinds)
    ]

    found = await company.ids(type=types)

    assert found == [id_ for id_, kind in zip(ids, kinds, strict=True) if kind in expected]


APPOINTMENT = (
    '{"appointment":{"id":"%s","start":"2026-03-01T12:00:00Z","end":"2026-03-01T13:00:00Z"}}'
)


async def test_appointment(company: Company) -> None:
    """What concerns both the client and the appointment, however it is linked."""
    made = await company.record("appointment.created", at=NOON, data=APPOINTMENT % "p1")
    both = (Link("contact", "8"), Link("appointment", "p1"))
    sent = await company.record("email.created", *both, at=NOON + SECOND)
    await company.record("appointment.created", at=NOON, data=APPOINTMENT % "p2")
    await company.record("email.created", Link("contact", "9"), both[1])
    await company.record("invoice.created", *both)

    assert await company.ids(appointmentId="p1") == [made.id, sent.id]
    assert await company.ids(appointmentId="p1", sort="desc") == [sent.id, made.id]
    assert await company.ids(appointmentId="p1", type="emailNotification") == [sent.id]
    assert await company.ids(appointmentId="nobodys") == []


async def test_client_record_stands_for_its_contact(company: Company) -> None:
    """All that happened to the person; a record of nobody's has its own timeline."""
    await company.business.put("client", "c7", contact="8")
    await company.business.put("client", "c9")
    of_contact = await company.record("note.created", at=NOON)
    of_record = await company.record("note.created", Link("client", "c7"), at=NOON + SECOND)
    alone = await company.record("note.created", Link("client", "c9"))

    assert await company.ids("c7") == await company.ids("8") == [of_contact.id, of_record.id]
    assert await company.ids("c9") == [alone.id]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({}, 400, "clientId: is required"),
        ({"clientId": ""}, 400, "clientId: is required"),
        ({"clientId": "nobody"}, 404, "there is no client nobody"),
        ({"clientId": "8", "sort": "up"}, 400, "sort: must be asc or desc"),
        ({"clientId": "8", "sort": "ASC"}, 400, "sort: must be asc or desc"),
        ({"clientId": "8", "type": "Note"}, 400, None),
        ({"clientId": "8", "type": "note,call"}, 400, None),
        ({"clientId": "nobody", "type": "call"}, 400, None),
    ],
)
async def test_wrong_parameters(
    company: Company, params: dict[str, str], code: int, message: str | None
) -> None:
    """In the vendor's shape, saying which."""
    answer = await company.get(**params)

    assert answer.status_code == code
    assert answer.json()["error"]["code"] == code
    assert message is None or answer.json() == error(code, message)


async def test_deleted_client_is_unknown(company: Company) -> None:
    """404 is answered, as every surface does for a deleted contact."""
    await company.record("note.created")
    await company.business.delete("contact", "8")

    assert (await company.get(clientId="8")).status_code == 404


async def test_client_of_another_company_is_unknown(company: Company) -> None:
    """The answer is the one for a client that does not exist."""
    other = await company.served.business("other")
    await other.put("contact", "theirs")

    answer = await company.get(clientId="theirs")

    assert (answer.status_code, answer.json()) == (404, error(404, "there is no client theirs"))


@pytest.mark.parametrize(
    "where", ["headers", "lower", "query", "apikey", "mixed", "bearer", "bearer in lower case"]
)
async def test_signing_in(company: Company, where: str) -> None:
    """A partner's pair and an OAuth 2 token are accepted."""
    key, token = company.business.key, company.business.secret
    headers, query = {
        "headers": ({"apiKey": key, "token": token}, ""),
        "lower": ({"apikey": key, "token": token}, ""),
        "query": ({}, f"&apiKey={key}&token={token}"),
        "apikey": ({}, f"&apikey={key}&token={token}"),
        "mixed": ({"apiKey": key}, f"&token={token}"),
        "bearer": ({"Authorization": f"Bearer {token}"}, ""),
        "bearer in lower case": ({"Authorization": f"bearer {token}"}, ""),
    }[where]

    answer = await ask(company, headers, path=f"{PATH}?clientId=8{query}")

    assert (answer.status_code, answer.json()) == (200, {"items": []})


@SQLITE_ONLY
@pytest.mark.parametrize("path", [f"{PATH}?clientId=8", PATH, "/agendize", "/agendize/api/2.3/x"])
async def test_credential_comes_first(company: Company, path: str) -> None:
    """Without a valid one the answer is 401; half of a partner's is not valid."""
    key, token = company.business.key, company.business.secret
    other = (await company.served.business("other")).secret

    for headers in (
        {},
        {"apiKey": key},
        {"token": token},
        {"apiKey": key, "token": "wrong"},
        {"apiKey": key, "token": other},
        {"apiKey": "wrong", "token": token},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {token}"},
        {"apiKey": key, "Authorization": f"Bearer {token}"},
    ):
        answer = await ask(company, headers, path=path)

        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == 401


async def test_scope(company: Company) -> None:
    """Reading takes its scope and no role."""
    reading, writing = [
        await company.served.credential(company.business.account, scopes=scopes)
        for scopes in ((READ,), (WRITE,))
    ]

    read = await ask(company, {"Authorization": f"Bearer {reading.secret}"})
    refused = await ask(company, {"Authorization": f"Bearer {writing.secret}"})

    assert read.status_code == 200
    assert refused.status_code == 403
    assert refused.json() == error(403, "this needs the scope read_activities")


@SQLITE_ONLY
@pytest.mark.parametrize(
    "path", ["/agendize", "/agendize/api/2.3", "/agendize/api/2.2/activities", PATH + "/1"]
)
async def test_unknown_path(company: Company, path: str) -> None:
    """404."""
    answer = await company.get(path)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == 404


@SQLITE_ONLY
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_wrong_method(company: Company, method: str) -> None:
    """405, saying which are right."""
    answer = await ask(company, company.partner, method)

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == 405
    assert answer.headers["allow"] == "GET, HEAD"


async def test_store_that_is_away(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """503; a defect is 500 and says nothing of itself."""
    for raised, code in ((Unavailable("away"), 503), (RuntimeError("defect"), 500)):

        async def fail(*_: object, raised: Exception = raised) -> None:
            raise raised

        monkeypatch.setattr("doings.core.timeline.Timeline.rendered_page", fail)
        answer = await company.get(clientId="8")

        assert (answer.status_code, answer.json()["error"]["code"]) == (code, code)
        assert "defect" not in answer.text


async def test_guessing_is_limited(company: Company) -> None:
    """Ten wrong credentials in a minute, then 429 for further wrong ones of that address."""
    wrong = {"apiKey": company.business.key, "token": "wrong"}
    async with company.served.client_at("192.0.2.1") as client:
        for _ in range(10):
            await client.get(PATH, headers=wrong)
        answer = await client.get(PATH, headers=wrong)

    assert (answer.status_code, answer.json()["error"]["code"]) == (429, 429)
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("sort", ["asc", "desc"])
async def test_long_list(company: Company, sort: str) -> None:
    """All of it, in several chunks."""
    recorded = await company.business.record(
        *[note("8", at=NOON + number * SECOND) for number in range(1500)]
    )
    expected = [one.id for one in recorded]

    assert await company.ids(sort=sort) == (expected if sort == "asc" else expected[::-1])


async def test_slash_head_and_unknown_parameters(company: Company) -> None:
    """A slash changes nothing, HEAD is GET without a body, unknown parameters are ignored."""
    slash = await company.get(PATH + "/", clientId="8", page="x")
    head = await ask(company, company.partner, "HEAD")

    assert slash.json() == {"items": []}
    assert (head.status_code, head.content) == (200, b"")


@pytest.fixture
async def hosted(tmp_path: Path) -> AsyncIterator[Served]:
    """An application that is the vendor at a host name, and has an address of its own."""
    hosts = {"api.agendize.example.org": "agendize"}
    async with serving(tmp_path, hosts=hosts, public_url="https://doings.example") as served:
        yield served


async def test_links_by_host_name(hosted: Served) -> None:
    """They begin with the address of the request."""
    business = await hosted.business("acme")
    await business.put("contact", "8")
    await business.record_one("8", data='{"note":{"id":"n1"}}')
    links = []
    for base in ("http://api.agendize.example.org", "http://server/agendize"):
        url = f"{base}/api/2.3/activities?clientId=8"
        answer = await hosted.client.get(url, headers=business.bearer)
        links.append(answer.json()["items"][0]["note"]["selfLink"])

    assert links == [
        "http://api.agendize.example.org/api/2.3/notes/n1",
        "https://doings.example/agendize/api/2.3/notes/n1",
    ]


def test_every_kind_has_a_type() -> None:
    """Seven types of three events, and seven more notes."""
    assert len(KINDS) == 7 * 3 + 7

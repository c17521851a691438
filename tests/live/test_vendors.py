"""What receivers that were written for a vendor get."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from doings.app import Application
from doings.auth.credentials import issue
from doings.auth.principal import SCOPES
from doings.dialects import cobot
from doings.dialects.cobot.deliveries import EVENTS
from tests.engines import SQLITE_ONLY
from tests.live.receiver import Receiver
from tests.native.client import Native, problems, signed_in

pytestmark = SQLITE_ONLY

KEY = "k" * 32


@pytest.fixture
async def native(app: Application) -> AsyncIterator[Native]:
    """A client that may do everything, subscriptions as well."""
    client = await signed_in(app, "acme", list(SCOPES))
    yield client
    await client.http.aclose()


@pytest.fixture
async def http(app: Application, native: Native) -> AsyncIterator[httpx.AsyncClient]:
    """The same, at the root of the server."""
    headers = {"Authorization": f"Bearer {native.secret}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://doings.test", headers=headers
    ) as client:
        yield client


@pytest.fixture
async def mio(
    app: Application,
    native: Native,  # noqa: ARG001 - it makes the account
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of mio.ID's API in the same account."""
    store = app.services().store
    account = await store.account("acme")
    issued, stored = issue(account.id, scopes=list(SCOPES), now=app.services().clock.now())
    await store.write(account.id, lambda writer: writer.add_credential(stored))
    basic = b64encode(f"acme:{issued.secret}".encode()).decode()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://doings.test/mio/business/v1"
    ) as client:
        key = {"x-api-key": issued.key}
        answer = await client.post("/auth", headers={"Authorization": f"Basic {basic}", **key})
        client.headers = httpx.Headers({"Authorization": f"Bearer {answer.json()['token']}", **key})
        yield client


REQUEST: dict[str, Any] = {
    "kind": "authorization.requested",
    "actor": "individual:i1",
    "links": [{"type": "individual", "id": "i1", "role": "counterpart"}],
}


async def put(mio: httpx.AsyncClient, receiver: Receiver, **members: Any) -> httpx.Response:  # noqa: ANN401
    """Set where mio.ID's events are sent."""
    body = {"type": "ACTIVITY_EVENT", "url": receiver.url, **members}
    return await mio.put("/settings/webhooks", json=body)


async def test_mio_is_sent_each_step_as_its_detail(
    native: Native, mio: httpx.AsyncClient, receiver: Receiver
) -> None:
    """With the sign-in and the headers of the settings; other kinds are not sent."""
    value = {"username": "ann", "password": "p:w"}
    answer = await put(
        mio,
        receiver,
        authorization={"type": "BASIC_AUTH", "value": value},
        headers={"X-Tenant": "7", "Content-Length": "1", "Host": "other"},
    )
    assert answer.status_code == 200
    await native.record("note.created")
    asked = await native.record(**REQUEST)
    (first,) = await receiver.got(1)
    await native.call("POST", f"/activities/{asked['id']}/accept", json={})

    second = (await receiver.got(2))[1]

    assert first.headers["authorization"] == f"Basic {b64encode(b'ann:p:w').decode()}"
    assert first.headers["x-tenant"] == "7"
    assert first.headers["content-type"] == "application/json"
    assert first.json["type"] == "ACTIVITY_EVENT"
    assert (first.json["data"]["id"], first.json["data"]["in_out_bound"]) == (asked["id"], "IN")
    detail = await mio.get(f"/activities/{asked['id']}")
    assert second.json["data"] == detail.json()
    assert second.json["data"]["status"] != first.json["data"]["status"]


async def test_mio_is_enciphered_with_a_secret(
    native: Native, mio: httpx.AsyncClient, receiver: Receiver
) -> None:
    """Base64 of AES-256-CBC with an IV of its own."""
    await put(mio, receiver, secret=KEY)
    await native.record(**REQUEST)

    (got,) = await receiver.got(1)

    iv = b64decode(got.headers["x-pvt-cipher-iv"])
    decryptor = Cipher(AES(KEY.encode()), CBC(iv)).decryptor()
    padded = decryptor.update(b64decode(got.body)) + decryptor.finalize()
    assert got.headers["content-type"] == "text/plain"
    assert len(iv) == 16
    assert padded[-padded[-1] :] == bytes([padded[-1]]) * padded[-1]
    assert msgspec.json.decode(padded[: -padded[-1]])["type"] == "ACTIVITY_EVENT"


async def test_mio_s_settings_make_and_remove_a_webhook(
    native: Native, mio: httpx.AsyncClient, receiver: Receiver
) -> None:
    """Its secrets are shown nowhere; an address within is refused in the vendor's shape."""
    for _ in range(2):
        await put(mio, receiver, secret=KEY)
    (webhook,) = (await native.get("/webhooks"))["items"]

    refused = await mio.put(
        "/settings/webhooks", json={"type": "ACTIVITY_EVENT", "url": "http://10.0.0.1/"}
    )
    removed = await mio.delete("/settings/webhooks")

    assert (webhook["id"], webhook["format"], webhook["url"]) == ("wh_mio", "mio", receiver.url)
    assert KEY not in str(webhook)
    assert (refused.status_code, set(refused.json())) == (400, {"code", "message"})
    assert removed.status_code == 204
    assert (await native.get("/webhooks"))["items"] == []


async def test_what_mio_s_settings_made_is_changed_with_them(
    native: Native, mio: httpx.AsyncClient, receiver: Receiver
) -> None:
    """What is changed or removed through our own API is told by the vendor's, secrets stay."""
    await put(mio, receiver, secret=KEY)

    changed = await native.call(
        "PATCH",
        "/webhooks/wh_mio",
        json={"url": f"{receiver.url}/2", "description": "till", "enabled": False, "format": "mio"},
    )
    shown = (await mio.get("/settings/webhooks")).json()
    await put(mio, receiver, secret="********")
    again = await native.get("/webhooks/wh_mio")
    await native.record(**REQUEST)
    (got,) = await receiver.got(1)
    await native.call("DELETE", "/webhooks/wh_mio")

    assert changed.status_code == 200
    assert (shown["url"], shown["secret"]) == (f"{receiver.url}/2", "********")
    assert (again["url"], again["description"], again["enabled"]) == (receiver.url, "till", True)
    assert "x-pvt-cipher-iv" in got.headers
    assert (await mio.get("/settings/webhooks")).status_code == 404


@pytest.mark.parametrize(
    "members",
    [
        {"kind": ["note.*"]},
        {"link": ["contact:8"]},
        {"events": ["activity.created"]},
        {"format": "standard"},
        {"lane": "endpoint"},
        {"batch": 2, "format": "standard"},
        {"level": "WARN"},
    ],
    ids="-".join,
)
async def test_what_a_vendor_cannot_say_is_refused(
    native: Native,
    mio: httpx.AsyncClient,
    http: httpx.AsyncClient,
    receiver: Receiver,
    members: dict[str, Any],
) -> None:
    """With the member; the vendor's own list shows the subscription as before."""
    await put(mio, receiver)
    path = "/cobot/acme/api/subscriptions"
    body = {"event": "created_invoice", "callback_url": receiver.url}
    subscription = (await http.post(path, json=body)).json()

    for id_ in ("wh_mio", subscription["id"]):
        refused = await native.call("PATCH", f"/webhooks/{id_}", json=members)
        assert refused.status_code == 422
        assert {name for name, _ in problems(refused)} == set(members)

    assert (await http.get(path)).json() == [subscription]


async def test_a_subscription_s_address_may_be_changed(
    native: Native, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    """Through our own API, and is told by the vendor's."""
    path = "/cobot/acme/api/subscriptions"
    body = {"event": "created_invoice", "callback_url": receiver.url}
    id_ = (await http.post(path, json=body)).json()["id"]

    url = f"{receiver.url}/2"
    await native.call("PATCH", f"/webhooks/{id_}", json={"url": url, "enabled": False})
    (changed,) = (await http.get(path)).json()
    await native.call("DELETE", f"/webhooks/{id_}")

    assert (changed["callback_url"], changed["active"]) == (url, False)
    assert (await http.get(path)).json() == []


async def test_cobot_is_sent_an_address(
    native: Native, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    """The membership's where the event is about one, else the activity's."""
    path = "/cobot/acme/api/subscriptions"
    made = [
        await http.post(path, json={"event": event, "callback_url": receiver.url})
        for event in ("created_membership", "created_invoice")
    ]
    assert [one.status_code for one in made] == [201, 201]
    document = made[1].json()
    await native.record("membership.created", links=["membership:m/1 é"])
    await receiver.got(1)
    await native.record("booking.created", links=["membership:m1"])
    invoice = await native.record("invoice.created", links=["invoice:i1"])

    got = await receiver.got(2)

    base = "http://127.0.0.1:8000"
    assert [one.json for one in got] == [
        {"url": f"{base}/cobot/acme/api/memberships/m%2F1%20%C3%A9"},
        {"url": f"{base}/v1/activities/{invoice['id']}"},
    ]
    assert document == {
        "id": document["id"],
        "event": "created_invoice",
        "url": f"http://doings.test{path}/{document['id']}",
        "active": True,
        "callback_url": receiver.url,
    }
    assert (await http.get(document["url"])).json() == document
    assert [one["event"] for one in (await http.get(path)).json()] == [
        "created_membership",
        "created_invoice",
    ]
    assert (await http.delete(document["url"])).status_code == 204
    for method in ("GET", "DELETE"):
        gone = await http.request(method, document["url"])
        assert (gone.status_code, gone.json()) == (404, {"error": "not_found"})


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"event", "callback_url"}),
        ({"event": "read_mind", "callback_url": "https://example.org/"}, {"event"}),
        ({"event": ["created_invoice"], "callback_url": "https://example.org/"}, {"event"}),
        ({"event": "created_invoice", "callback_url": 7}, {"callback_url"}),
        ({"event": "created_invoice", "callback_url": "http://10.0.0.1/"}, {"callback_url"}),
    ],
)
async def test_cobot_refuses_by_field(
    http: httpx.AsyncClient, body: dict[str, Any], fields: set[str]
) -> None:
    """Each problem with the member that is wrong."""
    answer = await http.post("/cobot/acme/api/subscriptions", json=body)

    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == fields


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("payment_failed", "is no event; did you mean failed_payment?"),
        ("new_invoice", "is no event; did you mean created_invoice?"),
        ("create_membership", "is no event; did you mean created_membership?"),
        ("xyzzy", "is no event"),
        ("", "can't be blank"),
    ],
)
async def test_cobot_names_the_event_that_may_be_meant(
    http: httpx.AsyncClient, event: str, reason: str
) -> None:
    """Also for a type of its list of activities, which has another spelling."""
    body = {"event": event, "callback_url": 5}

    errors = (await http.post("/cobot/acme/api/subscriptions", json=body)).json()["errors"]

    assert errors == {"event": [reason], "callback_url": ["is no address"]}


def test_every_event_is_in_the_readme() -> None:
    """So that nobody has to guess."""
    text = Path(cobot.__file__).with_name("README.md").read_text(encoding="utf-8")

    assert [event for event in EVENTS if f"`{event}`" not in text] == []


async def test_cobot_takes_a_subscription_once(http: httpx.AsyncClient) -> None:
    """The same event to the same address; a webhook of another kind is none."""
    path = "/cobot/acme/api/subscriptions"
    form = {"event": "created_invoice", "callback_url": "https://example.org/"}
    hook = await http.post("/v1/webhooks", json={"url": "https://example.org/", "enabled": False})

    first, again = [await http.post(path, data=form) for _ in range(2)]

    assert (first.status_code, again.status_code) == (201, 409)
    assert len((await http.get(path)).json()) == 1
    assert (await http.get(f"{path}/{hook.json()['id']}")).status_code == 404


async def test_a_patch_makes_no_two_subscriptions_of_cobot_equal(http: httpx.AsyncClient) -> None:
    """It is refused as a second one would be; what it says already may be said again."""
    one, other = [
        await http.post(
            "/cobot/acme/api/subscriptions",
            json={"event": "created_invoice", "callback_url": f"https://example.org/{name}"},
        )
        for name in "ab"
    ]
    path = f"/v1/webhooks/{one.json()['id']}"

    taken = await http.patch(path, json={"url": other.json()["callback_url"], "description": "x"})
    same = await http.patch(path, json={"url": one.json()["callback_url"]})

    assert (taken.status_code, same.status_code) == (409, 200)
    assert "such a subscription" in taken.json()["detail"]
    assert (same.json()["url"], same.json()["description"]) == ("https://example.org/a", None)


async def test_cobot_s_subscriptions_have_scopes_of_their_own(app: Application) -> None:
    """And need the role besides, as the vendor's user must be an administrator."""
    path = "http://doings.test/cobot/acme/api/subscriptions"
    for scopes in (["admin", "read_activities"], ["read_subscriptions"]):
        client = await signed_in(app, "acme", scopes)
        answer = await client.http.get(path)
        await client.http.aclose()

        assert answer.status_code == 403


def test_cobot_s_names_are_the_vendor_s() -> None:
    """Verb and noun for what the vendor has."""
    names = {"created_membership", "created_invoice", "deleted_booking", "changed_membership_plan"}

    assert names <= set(EVENTS)


async def test_agendize_is_sent_appointments(native: Native, receiver: Receiver) -> None:
    """A change is a cancel of what was and a new one; the contact is the client."""
    await native.put(
        "contact:8", name="Jim Halpert", attrs={"email": "jim@example.org", "phone": "1"}
    )
    await native.call(
        "POST",
        "/webhooks",
        json={"url": receiver.url, "format": "agendize"},
    )
    appointment = {
        "id": "a1",
        "start": "2026-12-01T10:00:00Z",
        "end": "2026-12-01T10:45:00Z",
        "service": {"id": "s1", "name": "Cut"},
        "staff": {"id": "u1", "first_name": "Ann", "last_name": "Lee"},
    }
    common: dict[str, Any] = {"links": ["contact:8"], "time_zone": "Europe/Berlin"}
    await native.record("note.created", **common)
    await native.record("appointment.created", data={"appointment": appointment}, **common)
    await native.record(
        "appointment.updated",
        data={"appointment": appointment, "previous": {"start": "2026-12-01T09:00:00Z"}},
        **common,
    )
    await native.record("appointment.deleted", data={"appointment": appointment}, **common)

    documents = [one.json for one in await receiver.got(4)]

    assert [one["action"] for one in documents] == ["new", "cancel", "new", "cancel"]
    account = await native.get("/account")
    assert documents[0] == {
        "action": "new",
        "client": {
            "email": "jim@example.org",
            "firstname": "Jim",
            "id": "8",
            "lastname": "Halpert",
            "phone": "1",
        },
        "company": {"id": account["id"], "name": "acme"},
        "event": {
            "id": "a1",
            "start-date": "2026-12-01T11:00:00+01:00",
            "end-date": "2026-12-01T11:45:00+01:00",
        },
        "service": {"duration": 45, "id": "s1", "name": "Cut", "price": None},
        "source": "console",
        "staff": {"email": None, "firstname": "Ann", "lastname": "Lee"},
    }
    assert documents[1]["event"]["start-date"] == "2026-12-01T10:00:00+01:00"
    assert documents[2]["event"]["start-date"] == "2026-12-01T11:00:00+01:00"

"""The webhook's settings: what is stored, what is shown of it, and what is refused."""

from typing import Any

import httpx
import pytest

from doings.core.text import json_text
from tests.dialects.mio.client import WEBHOOKS, Mio
from tests.engines import SQLITE_ONLY
from tests.serving import Served

URL = "https://example.org/hook"
SECRET = "0123456789abcdef0123456789abcdef"
MASK = "********"
FULL: dict[str, Any] = {
    "type": "ACTIVITY_EVENT",
    "url": URL,
    "secret": SECRET,
    "authorization": {"type": "BASIC_AUTH", "value": {"username": "ann", "password": "hunter2"}},
    "headers": {"X-Token": "t0k3n", "X-Other": ""},
}
SHOWN: dict[str, Any] = {
    "type": "ACTIVITY_EVENT",
    "url": URL,
    "secret": MASK,
    "authorization": {"type": "BASIC_AUTH", "value": {"username": "ann", "password": MASK}},
    "headers": {"X-Token": MASK, "X-Other": MASK},
}


async def put(mio: Mio, document: object) -> httpx.Response:
    """Send settings."""
    return await mio.served.client.put(WEBHOOKS, headers=mio.headers, json=document)


async def stored(mio: Mio) -> str:
    """What the webhook keeps of the settings, with the account's own settings, as JSON."""
    account = await mio.served.database.account("acme")
    webhooks = await mio.served.database.read(account.id, lambda reader: reader.webhooks())
    kept = [json_text(webhook.settings.options) for webhook in webhooks]
    return "".join([*kept, account.settings])


async def test_nothing_is_set_at_first(mio: Mio) -> None:
    """404 for reading and for deleting."""
    deleted = await mio.served.client.delete(WEBHOOKS, headers=mio.headers)

    assert (await mio.get(WEBHOOKS)).status_code == 404
    assert (deleted.status_code, deleted.json()["code"]) == (404, "not_found")


async def test_settings_are_stored_and_shown_without_secrets(mio: Mio) -> None:
    """Names can be seen, what is secret can not."""
    answer = await put(mio, FULL)

    assert (answer.status_code, answer.json()) == (200, SHOWN)
    assert (await mio.get(WEBHOOKS)).json() == SHOWN
    for secret in (SECRET, "hunter2", "t0k3n"):
        assert secret in await stored(mio)


async def test_optional_members_may_be_left_out(mio: Mio) -> None:
    """Settings without them are accepted and shown without them."""
    document = {"type": "ACTIVITY_EVENT", "url": URL}

    answer = await put(mio, {**document, "secret": None, "unknown": 1})

    assert (answer.status_code, answer.json()) == (200, document)


async def test_what_is_shown_may_be_sent_back(mio: Mio) -> None:
    """A mask keeps what is stored; what is left out is gone."""
    await put(mio, FULL)

    await put(mio, {**SHOWN, "url": URL + "2"})
    kept = await stored(mio)
    await put(mio, {"type": "ACTIVITY_EVENT", "url": URL})

    assert SECRET in kept
    assert "hunter2" in kept
    assert "t0k3n" in kept
    assert SECRET not in await stored(mio)


async def test_deleted_settings_are_gone(mio: Mio) -> None:
    """The settings and their secrets are gone after a delete."""
    await put(mio, FULL)

    answer = await mio.served.client.delete(WEBHOOKS, headers=mio.headers)

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await mio.get(WEBHOOKS)).status_code == 404
    assert await stored(mio) == "{}"


async def test_other_settings_of_the_account_stay(mio: Mio) -> None:
    """A webhook is one among them."""
    database, account = mio.served.database, mio.business.account
    await database.change_settings(account.id, lambda _: {"interactions": "closed"})

    await put(mio, FULL)
    between = (await database.account("acme")).takes_interactions
    await mio.served.client.delete(WEBHOOKS, headers=mio.headers)

    assert not between
    assert await stored(mio) == '{"interactions":"closed"}'


async def test_what_an_older_version_kept_is_forgotten(mio: Mio) -> None:
    """The account's settings held the webhook before, with its secrets."""
    database, account = mio.served.database, mio.business.account
    for method in ("PUT", "DELETE"):
        await database.change_settings(account.id, lambda _: {"a": 1, "mio.webhook": FULL})
        await mio.served.client.request(
            method, WEBHOOKS, headers=mio.headers, json=None if method == "DELETE" else FULL
        )
        assert (await database.account("acme")).settings == '{"a":1}'


async def test_accounts_do_not_see_each_others_settings(served: Served, mio: Mio) -> None:
    """Not even that there are any."""
    await put(mio, FULL)
    other = await Mio(served, await served.business("other")).signed_in()

    assert (await other.get(WEBHOOKS)).status_code == 404


@SQLITE_ONLY
@pytest.mark.parametrize(
    "members",
    [
        {"type": "OTHER_EVENT"},
        {"type": None},
        {"url": None},
        {"url": "example.org"},
        {"url": "ftp://example.org"},
        {"url": "https://"},
        {"url": "https://[::1"},
        {"url": "https://example.org:99999"},
        {"url": "https://example.org/a b"},
        {"url": "https://example.org/\r\nX: 1"},
        {"url": "https://example.org/" + "x" * 2048},
        {"url": "https://user@example.org"},
        {"url": "https://user:password@example.org"},
        {"url": "http://10.0.0.1/hook"},
        {"url": "http://127.1:8000"},
        {"url": "http://0x7f000001"},
        {"url": "http://[::1]"},
        {"url": "http://[::ffff:192.168.0.1]"},
        {"url": "http://169.254.169.254/latest"},
        {"url": "http://100.64.0.1"},
        {"url": "http://224.0.0.1"},
        {"url": "http://0.0.0.0"},
        {"secret": "short"},
        {"secret": "é" * 32},
        {"secret": 5},
        {"secret": MASK},
        {"authorization": {"type": "OAUTH", "value": {"username": "a", "password": "b"}}},
        {"authorization": {"type": "BASIC_AUTH"}},
        {"authorization": {"type": "BASIC_AUTH", "value": {"username": "a"}}},
        {"authorization": {"type": "BASIC_AUTH", "value": {"username": "a:b", "password": ""}}},
        {"authorization": {"type": "BASIC_AUTH", "value": {"username": "a", "password": "\n"}}},
        {"authorization": {"type": "BASIC_AUTH", "value": {"username": "a", "password": MASK}}},
        {"headers": {"X Y": "1"}},
        {"headers": {"": "1"}},
        {"headers": {"X": "a\r\nY: b"}},
        {"headers": {"X": 1}},
        {"headers": {"X": MASK}},
        {"headers": {f"X-{number}": "" for number in range(51)}},
        {"headers": []},
    ],
)
async def test_wrong_settings_are_refused(mio: Mio, members: dict[str, Any]) -> None:
    """400 in the vendor's shape, and nothing is stored."""
    answer = await put(mio, {"type": "ACTIVITY_EVENT", "url": URL, **members})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_value")
    assert await stored(mio) == "{}"


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"type=x", "application/x-www-form-urlencoded", 415),
        (b" " * 1_048_577, "application/json", 413),
    ],
)
async def test_body_that_cannot_be_read(
    mio: Mio, content: bytes, media_type: str, status: int
) -> None:
    """In the vendor's shape."""
    answer = await mio.served.client.put(
        WEBHOOKS, headers=mio.headers | {"Content-Type": media_type}, content=content
    )

    assert answer.status_code == status
    assert list(answer.json()) == ["code", "message"]

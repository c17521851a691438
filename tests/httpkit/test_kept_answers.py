"""Which answers are given again, to whom, and for how long."""

import gc
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from doings.core.clock import HOUR, SECOND
from doings.core.errors import Unavailable
from doings.httpkit import kept_answers
from doings.httpkit.kept_answers import LONGEST_ADDRESS, KeptAnswer
from doings.storage.database import Database
from tests.builders import note
from tests.clocks import NOON
from tests.serving import Business, Served, serving

LIST = "/v1/activities"


def metric(name: str) -> float:
    """A number of this process."""
    return REGISTRY.get_sample_value(name) or 0


async def read(served: Served, path: str = LIST, **headers: str) -> tuple[httpx.Response, bool]:
    """The answer, and whether it was kept."""
    before = metric("doings_kept_answer_hits_total")
    answer = await served.client.get(path, headers=headers)
    return answer, metric("doings_kept_answer_hits_total") > before


@pytest.fixture
async def business(served: Served) -> Business:
    """Somebody with one activity whose list was read twice, so that it is kept."""
    business = await served.business()
    await business.record(note("contact:8"))
    for _ in range(2):
        await read(served, **business.bearer)
    return business


async def test_an_answer_is_given_again(served: Served, business: Business) -> None:
    """All of it is the same but the request's own id."""
    anew = await served.client.get(f"{LIST}?limit=50", headers=business.bearer)

    again, is_kept = await read(served, **business.bearer)

    assert is_kept
    assert again.content == anew.content
    assert dict(again.headers) | {"x-request-id": ""} == dict(anew.headers) | {"x-request-id": ""}
    assert again.headers["x-request-id"] != anew.headers["x-request-id"]


@pytest.mark.parametrize(
    "change",
    [
        {"method": "HEAD"},
        {"url": f"{LIST}?limit=3"},
        {"url": "/v1/activities/"},
        {"headers": {"Accept": "application/activity+json"}},
        {"headers": {"Host": "elsewhere"}},
        {"headers": {"X-Forwarded-Proto": "https"}},
        {"headers": {"token": "x"}},
        {"content": b"{}"},
    ],
    ids=str,
)
async def test_another_request_gets_another_answer(
    served: Served, business: Business, change: dict[str, Any]
) -> None:
    """What an answer can be made of is what it is kept under."""
    asked = {"method": "GET", "url": LIST, **change}
    asked["headers"] = {**business.bearer, **change.get("headers", {})}
    before = metric("doings_kept_answer_hits_total")

    answer = await served.client.request(**asked)

    assert answer.status_code == 200
    assert metric("doings_kept_answer_hits_total") == before


async def test_headers_that_nobody_reads_make_no_difference(
    served: Served, business: Business
) -> None:
    """Else no two requests of a browser would be the same."""
    headers = {"User-Agent": "x", "X-Request-Id": "a1", "traceparent": "00-1", **business.bearer}

    answer, is_kept = await read(served, **headers)

    assert is_kept
    assert answer.headers["x-request-id"] == "a1"


async def test_whoever_has_the_answer_already_is_told_so(
    served: Served, business: Business
) -> None:
    """From what is kept, with the headers of an answer made anew."""
    etag = (await read(served, **business.bearer))[0].headers["etag"]
    condition = {"If-None-Match": f'"other", {etag}', **business.bearer}

    kept, is_kept = await read(served, **condition)
    anew, is_anew_kept = await read(served, f"{LIST}?limit=50", **condition)

    assert (is_kept, is_anew_kept) == (True, False)
    assert (kept.status_code, kept.content) == (anew.status_code, anew.content) == (304, b"")
    kept_names, anew_names = [[name for name, _ in one.headers.raw] for one in (kept, anew)]
    assert kept_names == anew_names
    other, _ = await read(served, **{"If-None-Match": '"other"', **business.bearer})
    assert other.status_code == 200


async def test_a_caller_that_always_asks_for_news_gets_a_kept_answer_too(
    served: Served, business: Business
) -> None:
    """What is kept is the answer that it would have got without the condition."""
    etag = (await read(served, **business.bearer))[0].headers["etag"]
    path = f"{LIST}?limit=50"
    condition = {"If-None-Match": etag, **business.bearer}
    assert (await read(served, path, **condition))[0].status_code == 304

    whole, is_kept = await read(served, path, **business.bearer)

    assert is_kept
    assert len(whole.json()["items"]) == 1


async def test_a_revoked_credential_gets_nothing(served: Served, business: Business) -> None:
    """The answer was kept for it alone."""
    await business.write(lambda writer: writer.revoke_credential(business.key))

    answer, is_kept = await read(served, **business.bearer)

    assert (answer.status_code, is_kept) == (401, False)


async def test_a_credential_that_expires_gets_nothing_from_then_on(
    served: Served, business: Business
) -> None:
    """Though nothing in the store has changed."""
    issued = await served.credential(business.account, expires_at=NOON + HOUR)
    headers = {"Authorization": f"Bearer {issued.secret}"}
    for _ in range(2):
        await read(served, **headers)
    served.clock.instant = NOON + HOUR - SECOND
    before, is_kept = await read(served, **headers)
    served.clock.instant = NOON + HOUR

    after, is_kept_then = await read(served, **headers)

    assert (before.status_code, is_kept) == (200, True)
    assert (after.status_code, is_kept_then) == (401, False)


async def test_accounts_never_share_an_answer(served: Served, business: Business) -> None:
    """Nor do two credentials of one account."""
    other = await served.business("other")
    for _ in range(3):
        mine, _ = await read(served, **business.bearer)
        theirs, _ = await read(served, **other.bearer)

        assert len(mine.json()["items"]) == 1
        assert theirs.json()["items"] == []


async def test_what_another_account_does_leaves_an_answer_kept(
    served: Served, business: Business
) -> None:
    """The store is asked with one statement."""
    other = await served.business("other")
    await other.record(note("contact:8"))

    _, is_kept = await read(served, **business.bearer)

    assert is_kept


async def test_errors_are_not_kept(served: Served, business: Business) -> None:
    """Nor what needs no credential."""
    for path in ("/v1/activities/none", "/v1/activities?limit=x", "/healthz", "/v1/openapi.json"):
        for _ in range(3):
            _, is_kept = await read(served, path, **business.bearer)

            assert not is_kept


async def test_the_last_uses_of_credentials_are_read_anew(
    served: Served, business: Business
) -> None:
    """They change without anything else in the account."""
    for _ in range(3):
        _, is_kept = await read(served, "/v1/tokens", **business.bearer)

        assert not is_kept


async def test_what_is_sent_on_is_read_anew(served: Served, business: Business) -> None:
    """Deliveries are made and tried without anything else in the account; see `effects.UNSEEN`."""
    body = {"url": "https://example.org/", "enabled": False}
    made = await served.client.post("/v1/webhooks", json=body, headers=business.bearer)
    assert made.status_code == 201, made.text
    webhook = f"/v1/webhooks/{made.json()['id']}"
    subscriptions = "/cobot/acme/api/subscriptions"
    paths = ("/v1/webhooks", webhook, f"{webhook}/deliveries", f"{webhook}/stats", subscriptions)
    for path in (*paths, "/settings/imports", "/settings/pulls"):
        for _ in range(2):
            answer, is_kept = await read(served, path, **business.bearer)

            assert (answer.status_code < 400, is_kept) == (True, False), answer.text


async def test_waiting_is_never_cut_short(served: Served, business: Business) -> None:
    """A caller that asked to wait would otherwise be answered at once."""
    last = await business.read(lambda reader: reader.last_seq())
    path = f"/v1/changes?after={last}&wait=1"
    for _ in range(2):
        _, is_kept = await read(served, path, **business.bearer)

        assert not is_kept


async def test_a_use_is_noted_as_before(served: Served, business: Business) -> None:
    """An answer that is given again is a use of the credential, too."""
    served.clock.instant += HOUR
    await read(served, **business.bearer)
    await served.application.services().authenticator.flush()

    (credential,) = await business.read(lambda reader: reader.credentials())

    assert credential.last_used_at == NOON + HOUR


async def test_a_store_that_is_away_is_an_error_of_the_surface(
    served: Served, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not of what looks for kept answers."""

    async def away(*_: object) -> None:
        raise Unavailable("away")

    await (await served.business("other")).record(note("contact:8"))
    monkeypatch.setattr(Database, "standing", away)
    monkeypatch.setattr(Database, "credential", away)

    answer, is_kept = await read(served, **business.bearer)

    assert (answer.status_code, is_kept) == (503, False)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_all_that_an_answer_holds_is_counted(served: Served, business: Business) -> None:
    """Its headers and what it depends on too: a link repeats a long address twice."""
    address = f"/v1/activities?limit=1&_={'x' * 1_900}"
    await business.record(note("contact:8"))
    await read(served, address, **business.bearer)
    _, is_kept = await read(served, address, **business.bearer)

    held = [one for one in gc.get_objects() if isinstance(one, KeptAnswer)]
    sizes = [(size_of(one, set()), one.size) for one in held]

    assert is_kept
    assert [pair for pair in sizes if pair[0] > pair[1]] == []
    assert max(size for _, size in sizes) > 2 * 1_900


async def test_answers_to_long_addresses_are_not_kept(served: Served, business: Business) -> None:
    """Anybody can make up as many of them as they like."""
    path = f"{LIST}?limit=1&_="
    for length, expected in ((LONGEST_ADDRESS, True), (LONGEST_ADDRESS + 1, False)):
        address = path + "x" * (length - len(path) + 1)
        await read(served, address, **business.bearer)

        answer, is_kept = await read(served, address, **business.bearer)

        assert (answer.status_code, is_kept) == (200, expected)


def size_of(one: object, seen: set[int]) -> int:
    """How many bytes an object takes with all that it holds."""
    if id(one) in seen or isinstance(one, type):
        return 0
    seen.add(id(one))
    held = gc.get_referents(one)
    return sys.getsizeof(one) + sum(size_of(other, seen) for other in held)


async def test_the_least_recently_used_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as all together are too many; bytes are counted as they come and go."""
    monkeypatch.setattr(kept_answers, "ENTRY_OVERHEAD", 10_000)
    most = 16 * 14_000
    async with serving(tmp_path, kept_answers_bytes=most) as served:
        business = await served.business()
        for _ in range(2):
            await read(served, **business.bearer)
        for number in range(1, 40):
            await read(served, f"{LIST}?limit={number}", **business.bearer)
            _, is_kept = await read(served, **business.bearer)

            assert is_kept
        _, is_first_kept = await read(served, f"{LIST}?limit=1", **business.bearer)
        _, is_last_kept = await read(served, f"{LIST}?limit=39", **business.bearer)

    assert (is_first_kept, is_last_kept) == (False, True)
    assert metric("doings_kept_answer_bytes") <= most


@pytest.mark.parametrize("settings", [{"kept_answers_bytes": 0}, {"rate_limits": "vendor"}])
async def test_nothing_is_kept(tmp_path: Path, settings: dict[str, Any]) -> None:
    """Where that is switched off, and where each request to the surface has to count."""
    async with serving(tmp_path, **settings) as served:
        business = await served.business()
        contact = await business.put("contact", "8")
        path = f"/monica/api/contacts/{contact.seq}"
        for _ in range(3):
            answer, is_kept = await read(served, path, **business.bearer)

            assert (answer.status_code, is_kept) == (200, False)

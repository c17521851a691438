"""What every dialect must do for its callers: one suite over all five."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from doings.auth.principal import ADMIN, READ
from doings.core.activity import ACTOR, Link
from doings.core.clock import HOUR
from doings.core.errors import Unavailable
from tests.builders import note
from tests.dialects.dialect import Dialect, Headers
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

RECORDED = 7


class World:
    """An account with one contact and some activities that every dialect can express."""

    def __init__(self, served: Served, dialect: Dialect, business: Business, path: str) -> None:
        self.served = served
        self.dialect = dialect
        self.business = business
        self.path = path

    async def headers(self) -> Headers:
        """A good sign-in."""
        return await self.dialect.sign_in(self.served, self.business.key, self.business.secret)

    async def get(self, path: str | None = None, method: str = "GET") -> httpx.Response:
        """A request with a good sign-in, for the list unless a path is named."""
        return await self.served.client.request(
            method, path or self.path, headers=await self.headers()
        )


def draft_for(name: str, number: int) -> Any:  # noqa: ANN401 - a Draft's members, by dialect
    """An activity that the dialect can express."""
    if name == "mio":
        links = (Link("business", "acme", ACTOR), Link("individual", "i1", "counterpart", "Ann"))
        return note(*links, kind="details.requested", at=1_772_366_400_000_000 + number * HOUR)
    return note("8", summary=f"Number {number}", at=1_772_366_400_000_000 + number * HOUR)


@pytest.fixture
async def world(served: Served, dialect: Dialect) -> World:
    """Seven activities of contact 8."""
    business = await served.business()
    contact = await business.put("contact", "8", name="Jim Halpert")
    for number in range(RECORDED):
        await business.record(draft_for(dialect.name, number))
    return World(served, dialect, business, dialect.list_path("8", contact.seq))


def check_error(dialect: Dialect, answer: httpx.Response, status: int) -> None:
    """An error in the vendor's shape, as JSON."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert dialect.error(answer.json())


async def test_the_list_holds_what_was_recorded_elsewhere(world: World) -> None:
    """What was recorded through the store is read through the dialect."""
    answer = await world.get()

    assert answer.status_code == 200, answer.text
    assert len(world.dialect.items(answer.json())) == RECORDED


@SQLITE_ONLY
async def test_a_call_without_a_credential_is_refused(world: World) -> None:
    """401, for what exists and for what does not."""
    for path in (world.path, f"/{world.dialect.name}/no/such/path"):
        answer = await world.served.client.get(path)

        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith("application/json")


async def test_a_wrong_secret_is_refused(world: World) -> None:
    """The key alone opens nothing."""
    headers = await world.dialect.sign_in(world.served, world.business.key, "wrong")

    answer = await world.served.client.get(world.path, headers=headers)

    assert answer.status_code == 401


@SQLITE_ONLY
async def test_who_guesses_too_often_has_to_wait(world: World) -> None:
    """After ten wrong credentials in a minute further wrong ones wait; good ones never do."""
    guessing = world.served.client_at("10.0.0.9")
    good = await world.headers()
    wrong = {name: f"{value}x" for name, value in good.items()}

    async with guessing:
        statuses = [(await guessing.get(world.path, headers=wrong)).status_code for _ in range(11)]
        closed = await guessing.get(world.path, headers=wrong)
        welcome = await guessing.get(world.path, headers=good)

    assert set(statuses[:10]) <= {401, 403}
    check_error(world.dialect, closed, 429)
    assert 0 < int(closed.headers["retry-after"]) <= 60
    assert welcome.status_code == 200


async def test_a_revoked_credential_is_refused_at_once(world: World) -> None:
    """What was signed in before is worth nothing afterwards."""
    headers = await world.headers()
    key = world.business.key
    await world.business.write(lambda writer: writer.revoke_credential(key))

    answer = await world.served.client.get(world.path, headers=headers)

    assert answer.status_code == 401


async def test_an_expired_credential_is_refused(world: World) -> None:
    """A credential ends when it was said to."""
    expires_at = world.served.clock.now() + HOUR
    account = world.business.account
    issued = await world.served.credential(account, expires_at=expires_at)
    headers = await world.dialect.sign_in(world.served, issued.key, issued.secret)
    world.served.clock.instant += 2 * HOUR

    answer = await world.served.client.get(world.path, headers=headers)

    assert answer.status_code == 401


async def test_a_credential_that_may_not_read_is_refused(world: World) -> None:
    """Admin includes nothing but itself."""
    issued = await world.served.credential(world.business.account, scopes=(ADMIN,))
    headers = await world.dialect.sign_in(world.served, issued.key, issued.secret)

    answer = await world.served.client.get(world.path, headers=headers)

    check_error(world.dialect, answer, 401 if world.dialect.name == "monica" else 403)


async def test_another_account_s_activities_are_not_there(world: World) -> None:
    """The other's contact is unknown, and its activities are in no list."""
    other = await world.served.business("other")
    await other.put("contact", "theirs", name="Not yours")
    theirs = await other.record(note("theirs", summary="secret of another account"))

    everything = await world.get()
    seq = (await other.read(lambda reader: reader.entity(("contact", "theirs")))).seq
    foreign = await world.get(world.dialect.list_path("theirs", seq + 1000))

    assert theirs
    assert "secret of another account" not in everything.text
    if world.dialect.has_contact_in_path:
        check_error(world.dialect, foreign, 404)
    assert "secret of another account" not in foreign.text


@SQLITE_ONLY
async def test_an_unknown_path_is_answered_in_the_vendor_s_shape(world: World) -> None:
    """404."""
    check_error(world.dialect, await world.get(f"/{world.dialect.name}/no/such/path"), 404)


@SQLITE_ONLY
async def test_a_wrong_verb_is_answered_in_the_vendor_s_shape(world: World) -> None:
    """405, with what would have been right."""
    answer = await world.get(method="DELETE")

    check_error(world.dialect, answer, 405)
    assert "GET" in answer.headers["allow"]


@SQLITE_ONLY
async def test_a_store_that_is_away_is_answered_in_the_vendor_s_shape(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, and not a defect."""
    headers = await world.headers()

    async def away(*_: object, **__: object) -> None:
        raise Unavailable("the database is locked by another program")

    monkeypatch.setattr(type(world.served.database.engine), "read", away)
    answer = await world.served.client.get(world.path, headers=headers)

    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("application/json")


@SQLITE_ONLY
async def test_a_defect_is_answered_in_the_vendor_s_shape_and_tells_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 without a trace."""
    headers = await world.headers()

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr(type(world.served.database.engine), "read", broken)
    answer = await world.served.client.get(world.path, headers=headers)

    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("application/json")
    assert "secret detail" not in answer.text


async def test_head_answers_like_get_without_the_body(world: World) -> None:
    """HEAD has the headers of GET and no body."""
    got, head = await world.get(), await world.get(method="HEAD")

    assert head.status_code == got.status_code
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.content == b""


async def test_a_slash_at_the_end_of_the_path_is_accepted(world: World) -> None:
    """The answer is no redirect, because clients follow one with a GET."""
    path, mark, query = world.path.partition("?")

    answer = await world.get(f"{path}/{mark}{query}")

    assert answer.json() == (await world.get()).json()


HARMLESS = (
    "no_such_parameter", "_", "_type[]", "api_key", "lang", "format", "utm_source", "per_page",
    "offset", "cursor", "include", "timezone", "account_id", "v",
)  # fmt: skip
"""Parameters that clients send and that are no filters."""


async def test_unknown_parameters_are_ignored(world: World) -> None:
    """Clients send more than a server knows."""
    mark = "&" if "?" in world.path else "?"

    answer = await world.get(f"{world.path}{mark}{'=1&'.join(HARMLESS)}=1")

    assert answer.json() == (await world.get()).json()


FILTERS = (
    "status", "Status[]", "filter[kind]", "no_such[]", "no_such[0]", "q", "query", "searchTerm",
    "since", "created_after", "dateFrom", "start_date", "kind", "activityType", "contact_id",
    "actor", "name", "tags", "level",
)  # fmt: skip
"""Names of filters that no list of activities has."""


async def test_a_filter_that_a_list_does_not_have_is_refused(world: World) -> None:
    """Ignored, it would show more than was asked for; the answer names it in the vendor's shape."""
    mark = "&" if "?" in world.path else "?"

    for name in FILTERS:
        answer = await world.get(f"{world.path}{mark}{quote(name)}=1")

        assert answer.status_code in {400, 422}, name
        assert name in str(world.dialect.error(answer.json()))


async def test_numbered_pages_hold_each_activity_once(world: World) -> None:
    """Where there are pages, they are the list cut in pieces."""
    if world.dialect.pages is None:
        assert len(world.dialect.items((await world.get()).json())) == RECORDED
        return
    whole = world.dialect.items((await world.get()).json())

    pages = []
    for number in (1, 2, 3, 4):
        answer = await world.get(world.dialect.pages(world.path, number, 3))
        assert answer.status_code == 200, answer.text
        pages.append(world.dialect.items(answer.json()))

    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [item["id"] for page in pages for item in page] == [item["id"] for item in whole]


async def test_only_read_is_needed_to_read(world: World) -> None:
    """Least privilege works; Cobot wants its admin role as well."""
    scopes = (READ, ADMIN) if world.dialect.name == "cobot" else (READ,)
    issued = await world.served.credential(world.business.account, scopes=scopes)
    headers = await world.dialect.sign_in(world.served, issued.key, issued.secret)

    answer = await world.served.client.get(world.path, headers=headers)

    assert answer.status_code == 200, answer.text


async def test_a_deleted_contact_is_unknown_from_then_on(world: World) -> None:
    """Its page is gone; its activities stay in the account's list."""
    await world.business.delete("contact", "8")

    answer = await world.get()

    if world.dialect.has_contact_in_path:
        check_error(world.dialect, answer, 404)
    else:
        assert len(world.dialect.items(answer.json())) == RECORDED

"""An answer that several ask for at once is made once."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from doings.core.store import Reader
from doings.httpkit import kept_answers
from doings.httpkit.kept_answers import Making
from doings.storage.database import Database
from tests.builders import note
from tests.serving import Business, Served, serving

LIST = "/v1/activities"
FOREVER = 30.0

Work = Callable[[Reader], Awaitable[Any]]


class Reads:
    """The reads of the store: the first one has its result and does not return until it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.has_begun = asyncio.Event()
        self.may_return = asyncio.Event()
        self.error: Exception | None = None
        self._plain = Database.read
        monkeypatch.setattr(Database, "read", self._bound())

    def _bound(self) -> Callable[..., Awaitable[Any]]:
        async def read(store: Database, account_id: int, work: Work, **named: bool) -> Any:  # noqa: ANN401
            self.count += 1
            is_first = self.count == 1
            found = await self._plain(store, account_id, work, **named)
            if is_first:
                self.has_begun.set()
                await self.may_return.wait()
                if self.error is not None:
                    raise self.error
            return found

        return read


@pytest.fixture
async def business(served: Served) -> Business:
    """Somebody with one activity."""
    business = await served.business()
    await business.record(note("contact:8"))
    return business


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for another's answer waits until it is made, or the test fails."""
    monkeypatch.setattr(kept_answers, "WAIT_SECONDS", FOREVER)


@pytest.fixture
def reads(business: Business, monkeypatch: pytest.MonkeyPatch) -> Reads:  # noqa: ARG001
    """The reads from now on, as the business is there."""
    return Reads(monkeypatch)


def asking(served: Served, business: Business, path: str = LIST) -> asyncio.Task[httpx.Response]:
    """A request that is under way."""
    return asyncio.create_task(served.client.get(path, headers=business.bearer))


async def both(
    served: Served, business: Business, reads: Reads
) -> tuple[asyncio.Task[httpx.Response], asyncio.Task[httpx.Response]]:
    """One request that is being answered, and one that waits for the same answer."""
    first = asking(served, business)
    await reads.has_begun.wait()
    second = asking(served, business)
    await asyncio.sleep(0.01)
    assert not second.done()
    return first, second


async def answered(asked: asyncio.Task[httpx.Response]) -> httpx.Response:
    """The answer, which comes soon."""
    async with asyncio.timeout(FOREVER / 3):
        return await asked


@pytest.mark.usefixtures("patient")
async def test_many_that_ask_at_once_have_it_made_once(
    served: Served, business: Business, reads: Reads
) -> None:
    """All get the same, byte for byte."""
    first = asking(served, business)
    await reads.has_begun.wait()
    others = [asking(served, business) for _ in range(15)]
    await asyncio.sleep(0.01)
    reads.may_return.set()

    answers = [await answered(one) for one in (first, *others)]

    assert reads.count == 1
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert len({one.headers["x-request-id"] for one in answers}) == len(answers)


@pytest.mark.usefixtures("patient")
async def test_what_was_committed_meanwhile_is_shown(
    served: Served, business: Business, reads: Reads
) -> None:
    """Whoever came later may know of it: what was waited for is looked at as if it came new."""
    first, second = await both(served, business, reads)
    await business.record(note("contact:8"))
    reads.may_return.set()

    assert len((await answered(first)).json()["items"]) == 1
    assert len((await answered(second)).json()["items"]) == 2


@pytest.mark.usefixtures("patient")
async def test_an_error_lets_the_others_go_on(
    served: Served, business: Business, reads: Reads
) -> None:
    """At once; they make their own."""
    first, second = await both(served, business, reads)
    reads.error = RuntimeError("broken")
    reads.may_return.set()

    assert (await answered(first)).status_code == 500
    assert (await answered(second)).status_code == 200


@pytest.mark.usefixtures("patient")
async def test_a_caller_that_leaves_lets_the_others_go_on(
    served: Served, business: Business, reads: Reads
) -> None:
    """At once, too."""
    first, second = await both(served, business, reads)

    first.cancel()

    assert (await answered(second)).status_code == 200


async def test_nobody_waits_long(
    served: Served, business: Business, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then each makes its own."""
    monkeypatch.setattr(kept_answers, "WAIT_SECONDS", 0.02)
    first, second = await both(served, business, reads)

    assert (await answered(second)).status_code == 200
    assert not first.done()
    reads.may_return.set()
    assert (await answered(first)).status_code == 200


@pytest.mark.usefixtures("patient")
async def test_nobody_waits_for_another_answer(
    served: Served, business: Business, reads: Reads
) -> None:
    """One of another path, or for another credential."""
    other = await served.business("other")
    first = asking(served, business)
    await reads.has_begun.wait()

    page = await answered(asking(served, business, f"{LIST}?limit=3"))
    theirs = await answered(asking(served, other))

    assert (page.status_code, theirs.json()["items"]) == (200, [])
    reads.may_return.set()
    assert (await answered(first)).status_code == 200


async def _fail(*_: object) -> None:
    msg = "nobody may wait"
    raise AssertionError(msg)


async def test_who_waits_for_changes_is_waited_for_by_nobody(
    served: Served, business: Business, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes long on purpose."""
    monkeypatch.setattr(Making, "wait", _fail)
    path = "/v1/changes?after=0&wait=1"
    first = asking(served, business, path)
    await reads.has_begun.wait()

    second = await answered(asking(served, business, path))

    assert second.status_code == 200
    reads.may_return.set()
    assert (await answered(first)).content == second.content


async def test_nobody_waits_where_each_request_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such answers are kept for nobody."""
    monkeypatch.setattr(Making, "wait", _fail)
    async with serving(tmp_path, rate_limits="vendor") as served:
        business = await served.business()
        contact = await business.put("contact", "8")
        reads = Reads(monkeypatch)
        path = f"/monica/api/contacts/{contact.seq}"
        first = asking(served, business, path)
        await reads.has_begun.wait()

        second = await answered(asking(served, business, path))

        assert second.status_code == 200
        reads.may_return.set()
        assert (await answered(first)).content == second.content

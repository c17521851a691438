"""What is shown again is the same as one made anew, whatever has changed since, and wherever."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
from prometheus_client import REGISTRY

from doings.app import Application, open_store
from doings.auth.credentials import IssuedCredential
from doings.core.activity import draft_of
from doings.core.clock import HOUR
from doings.storage.document_cache import DocumentCache
from tests.clocks import NOON
from tests.dialects.dialect import DIALECTS
from tests.dialects.samples import SAMPLES, sample
from tests.serving import Business, Served

VIEWS = {
    "native": ("/v1/activities?limit=200", "application/json"),
    "activitystreams": ("/v1/activities?limit=200", "application/activity+json"),
    "cobot html": ("/cobot/acme/api/activities?last=200", "text/html"),
    "monica, all": ("/monica/api/activities?limit=100", "application/json"),
    "monica, contacts": ("/monica/api/contacts", "application/json"),
    "entities": ("/v1/entities?type=contact", "application/json"),
    "one entity": ("/v1/entities/contact/8", "application/json"),
    "changes": ("/v1/changes?limit=200", "application/json"),
    "search": ("/v1/activities?q=words", "application/json"),
    "statistics": ("/v1/stats", "application/json"),
    "account": ("/v1/account", "application/json"),
    "kinds": ("/v1/kinds", "application/json"),
    "webhook": ("/mio/business/v1/settings/webhooks", "application/json"),
    "mio, waiting": ("/mio/business/v1/activities?from=2026-02-01", "application/json"),
    "mio, one": ("/mio/business/v1/activities/{waiting}", "application/json"),
}
"""Path and media type of what is compared in addition to the lists of the dialects."""


@pytest.fixture
async def business(served: Served) -> Business:
    """One activity of every kind, some requests that wait, people and things."""
    business = await served.business(time_zone="Europe/Berlin")
    await business.put("contact", "8", name="Jim Halpert", attrs='{"gender_id":77}')
    await business.put("contact", "9", name="Ann Perkins")
    await business.put("appointment", "a1", contact="9")
    await business.put("activity_type", "9", name="Dinner", attrs='{"category":"88"}')
    await business.record(*SAMPLES.values())
    for number in range(3):
        draft = sample("details.requested", number)
        data = json.dumps({"valid_until": (NOON + HOUR) // 1000, "status": "SENT"})
        await business.record(msgspec.structs.replace(draft, data=data))
    later = msgspec.structs.replace(sample("details.requested", 9), occurred_at=NOON + HOUR)
    await business.record(later)
    return business


Shown = dict[str, httpx.Response]


@asynccontextmanager
async def process(served: Served, **settings: object) -> AsyncIterator[Served]:
    """Another application on the same database, at the same clock."""
    application = Application(
        msgspec.structs.replace(served.application.settings, **settings),
        lambda given: open_store(given, served.clock),
    )
    await application.start()
    other = Served(application, served.clock)
    async with other.client:
        yield other
    await application.stop()


def contents(shown: Shown) -> dict[str, bytes]:
    """The bodies alone."""
    return {name: answer.content for name, answer in shown.items()}


def whole(shown: Shown) -> dict[str, object]:
    """All of each answer but what belongs to the single request."""
    return {
        name: (
            answer.status_code,
            [header for header in answer.headers.raw if header[0] != b"x-request-id"],
            answer.content,
        )
        for name, answer in shown.items()
    }


def hits() -> float:
    """How many answers were given again, in this process."""
    return REGISTRY.get_sample_value("doings_kept_answer_hits_total") or 0


async def shown(served: Served, business: Business) -> Shown:
    """What every surface shows."""
    seqs = await business.seqs(kinds=("details.requested",))
    activities = await business.read(lambda reader: reader.activities(seqs))
    waiting = next(one.id for one in activities if '"SENT"' in one.data)
    contact = await business.read(lambda reader: reader.entities_by_key([("contact", "8")]))
    seq = contact["contact", "8"].seq if contact else 1
    found = {}
    signed_in: dict[str, str] = {}
    for dialect in DIALECTS:
        headers = await dialect.sign_in(served, business.key, business.secret)
        answer = await served.client.get(dialect.list_path("8", seq), headers=headers)
        found[dialect.name] = answer
        signed_in = headers
    for name, (path, media_type) in VIEWS.items():
        own = signed_in if path.startswith("/mio") else business.bearer
        url = path.format(waiting=waiting)
        found[name] = await served.client.get(url, headers={"Accept": media_type, **own})
    assert {answer.status_code for answer in found.values()} <= {200, 404}
    return found


async def rename(_: Served, business: Business) -> None:
    """Whom everything concerns."""
    await business.put("contact", "8", name="James Halpert", attrs='{"first_name":"James"}')


async def rename_actor(_: Served, business: Business) -> None:
    """Who did most of it."""
    await business.put("user", "u1", name="Ann Swanson")


async def delete(_: Served, business: Business) -> None:
    """Who did most of it goes."""
    await business.delete("user", "u1")


async def revive(served: Served, business: Business) -> None:
    """Delete the user, and put it again under another name."""
    await delete(served, business)
    await shown(served, business)
    await business.put("user", "u1", name="Ann Swanson")


async def relink(_: Served, business: Business) -> None:
    """What concerned an appointment concerns another contact, too."""
    await business.put("appointment", "a1", contact="8")


async def revise(_: Served, business: Business) -> None:
    """One activity among many."""
    seq = (await business.seqs(kinds=("note.created",)))[0]
    activity = await business.read(lambda reader: reader.activity(seq))
    draft = msgspec.structs.replace(draft_of(activity), summary="Other words", body="Other text")
    await business.revise(activity.seq, draft)


async def erase(_: Served, business: Business) -> None:
    """One activity among many."""
    for seq in (await business.seqs(kinds=("note.created", "details.shared")))[:2]:
        await business.erase(seq)


async def record(_: Served, business: Business) -> None:
    """One more, about somebody new."""
    await business.record(sample("note.created", 500), sample("details.requested", 501))


async def move(_: Served, business: Business) -> None:
    """A kind of encounter goes to another category."""
    await business.put("activity_type", "9", name="Supper", attrs='{"category":"1"}')


async def add_category(_: Served, business: Business) -> None:
    """The category that a kind of encounter named before it existed."""
    await business.put("activity_category", "88", name="Feasts")


async def add_gender(_: Served, business: Business) -> None:
    """Add the gender that a contact's attributes name."""
    await business.put("gender", "77", name="Other", attrs='{"type":"O"}')


async def cancel(served: Served, business: Business) -> None:
    """A request that waited."""
    seq = (await business.seqs(kinds=("details.requested",)))[0]
    activity = await business.read(lambda reader: reader.activity(seq))
    answer = await served.client.post(
        f"/v1/activities/{activity.id}/cancel", headers=business.bearer
    )
    assert answer.status_code == 200, answer.text


async def wait(served: Served, _: Business) -> None:
    """Until nobody can attend to a request any more; nothing is written."""
    served.clock.instant += 2 * HOUR


async def wait_for_another(served: Served, business: Business) -> None:
    """Until one that was written down for later has come, and a third account does something."""
    served.clock.instant += HOUR
    third = await served.database.create_account("third", name="Third", time_zone="UTC")
    await Business(business.database, third, IssuedCredential("", "")).record(
        sample("note.created", 1)
    )


async def set_webhook(served: Served, business: Business) -> None:
    """Settings change nothing in the timeline."""
    headers = await DIALECTS[-1].sign_in(served, business.key, business.secret)
    answer = await served.client.put(
        "/mio/business/v1/settings/webhooks",
        headers=headers,
        json={"type": "ACTIVITY_EVENT", "url": "https://example.org/", "status": "ACTIVE"},
    )
    assert answer.status_code == 200, answer.text


Change = Callable[[Served, Business], Awaitable[None]]

CHANGES = (
    (rename, "monica"),
    (rename_actor, "invent"),
    (delete, "agendize"),
    (revive, "native"),
    (relink, "native"),
    (revise, "cobot html"),
    (erase, "mio"),
    (record, "cobot"),
    (move, "monica"),
    (add_category, "monica, all"),
    (add_gender, "monica"),
    (cancel, "mio"),
    (wait, "mio"),
    (wait, "mio, one"),
    (wait_for_another, "mio, waiting"),
    (set_webhook, "webhook"),
)
"""Each change, with a view that shows it."""


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "elsewhere"])
@pytest.mark.parametrize(("change", "view"), CHANGES)
async def test_what_is_shown_is_what_would_be_made(
    served: Served, business: Business, change: Change, view: str, *, elsewhere: bool
) -> None:
    """Before the change and after it, on every surface, whoever made the change."""
    async with process(served, kept_answers_bytes=0) as other:
        await shown(served, business)
        before = await shown(served, business)
        first = hits()
        assert contents(await shown(served, business)) == contents(before)
        assert hits() - first >= LASTING

        await change(other if elsewhere else served, business)

        after = await shown(served, business)
        again = await shown(served, business)
        other.database.document_cache = DocumentCache()
        anew = whole(await shown(other, business))
        assert whole(after) == anew
        assert whole(again) == anew
        assert contents(after)[view] != contents(before)[view]


LASTING = 14
"""How many of the views can be kept: all but streams, search and what changes by itself."""

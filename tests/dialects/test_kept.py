"""A page that is shown again is the same as a fresh one, whatever has changed since."""

import json
from collections.abc import Awaitable, Callable

import msgspec
import pytest

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
    return business


async def shown(served: Served, business: Business) -> dict[str, bytes]:
    """What every surface shows."""
    contact = await business.read(lambda reader: reader.entities_by_key([("contact", "8")]))
    seq = contact["contact", "8"].seq if contact else 1
    found = {}
    for dialect in DIALECTS:
        headers = await dialect.sign_in(served, business.key, business.secret)
        answer = await served.client.get(dialect.list_path("8", seq), headers=headers)
        found[dialect.name] = answer
    for name, (path, media_type) in VIEWS.items():
        headers = {"Accept": media_type, **business.bearer}
        found[name] = await served.client.get(path, headers=headers)
    assert {answer.status_code for answer in found.values()} == {200}
    return {name: answer.content for name, answer in found.items()}


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
)
"""Each change, with a view that shows it."""


@pytest.mark.parametrize(("change", "view"), CHANGES)
async def test_what_is_shown_is_what_would_be_rendered(
    served: Served, business: Business, change: Change, view: str
) -> None:
    """Before the change and after it, on every surface."""
    before = await shown(served, business)
    assert await shown(served, business) == before

    await change(served, business)

    after = await shown(served, business)
    served.database.document_cache = DocumentCache()
    assert after == await shown(served, business)
    assert after[view] != before[view]

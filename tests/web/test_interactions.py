"""The steps of interactions, taken by forms on their pages."""

import json
import re

import pytest

from doings.core.activity import Activity, Draft, Link
from doings.core.interactions.recording import record_one
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor

ASKED = '{"requirements":[{"code":"email"},{"code":"phone_number"}]}'


async def asked(acme: Business, party: Link, data: str = ASKED) -> Activity:
    """An interaction that begins with a request to the party, recorded on both sides."""
    draft = Draft(kind="details.requested", occurred_at=NOON, links=(party,), data=data)
    others = await acme.database.account(party.id) if party.type == "business" else None

    async def work(writer) -> Activity:  # type: ignore[no-untyped-def]  # noqa: ANN001
        activity, _ = await record_one(writer, draft)
        return activity

    also = (others.id,) if others else ()
    return await acme.database.write(acme.account.id, work, also=also)


def steps(text: str) -> list[str]:
    """The steps that a page offers."""
    return re.findall(r'<form method="post" action="/activities/[^/]+/(\w+)"', text)


PERSON = Link("individual", "i1", "counterpart", "Zoë")


async def test_steps_are_taken_one_after_the_other(member: Visitor, acme: Business) -> None:
    """A page offers those that can be taken now; what is not ticked is declined."""
    activity = await asked(acme, PERSON)
    path = f"/activities/{activity.id}"
    before = (await member.get(path)).text

    accepted = await member.http.post(
        f"{path}/accept",
        data={"csrf": await member.token(), "grant": ["0"], "message": " gladly "},
    )
    between = (await member.get(path)).text
    completed = await member.send(f"{path}/complete")
    after = (await member.get(path)).text

    assert steps(before) == ["accept", "decline", "cancel"]
    assert "This interaction is <b>sent</b>" in before
    assert "phone number" in before
    assert accepted.headers["location"] == completed.headers["location"] == path
    assert steps(between) == ["complete"]
    assert steps(after) == []
    now = await acme.read(lambda reader: reader.activity(activity.id))
    data = json.loads(now.data)
    assert data["status"] == "COMPLETED"
    assert [one["code"] for one in data["accepted_requirements"]] == ["email"]
    assert [one["code"] for one in data["declined_requirements"]] == ["phone_number"]
    assert data["notification_message"] == "gladly"


@pytest.mark.parametrize(("step", "status"), [("decline", "DECLINED"), ("cancel", "CANCELED")])
@SQLITE_ONLY
async def test_one_is_declined_or_canceled(
    member: Visitor, acme: Business, step: str, status: str
) -> None:
    """With a word to the other party."""
    activity = await asked(acme, PERSON)

    await member.send(f"/activities/{activity.id}/{step}", message="sorry")

    now = await acme.read(lambda reader: reader.activity(activity.id))
    assert json.loads(now.data)["status"] == status
    assert json.loads(now.data)["notification_message"] == "sorry"


async def test_each_side_takes_its_own_steps(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Where both have a record; both change."""
    other = await served.business("other")
    activity = await asked(acme, Link("business", "other", "counterpart"))
    (theirs,) = await other.read(lambda reader: reader.activities(list(range(50))))
    visitor = Visitor(served)
    await visitor.sign_in(other)
    path = f"/activities/{theirs.id}"

    mine = (await member.get(f"/activities/{activity.id}")).text
    refused = await member.send(f"/activities/{activity.id}/accept", grant="0")
    page = (await visitor.get(path)).text
    accepted = await visitor.http.post(
        f"{path}/accept", data={"csrf": await visitor.token(), "grant": ["0", "1"]}
    )

    assert steps(mine) == ["cancel"]
    assert refused.status_code == 409
    assert "only the receptor may accept" in refused.text
    assert steps(page) == ["accept", "decline"]
    assert accepted.status_code == 303
    now = await acme.read(lambda reader: reader.activity(activity.id))
    assert json.loads(now.data)["status"] == "ACCEPTED"
    await visitor.http.aclose()


@SQLITE_ONLY
async def test_of_two_tabs_the_second_is_told(member: Visitor, acme: Business) -> None:
    """And its page shows what can still be done, with what was typed."""
    activity = await asked(acme, PERSON)
    path = f"/activities/{activity.id}"
    await member.http.post(
        f"{path}/accept", data={"csrf": await member.token(), "grant": ["0", "1"]}
    )

    late = await member.send(f"{path}/decline", message="no")

    assert late.status_code == 409
    assert "That step cannot be taken any more" in late.text
    assert steps(late.text) == ["complete"]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Tick what you grant, or decline"),
        ({"grant": ["7", "x"]}, "Tick what you grant, or decline"),
        ({"grant": ["0"], "message": "x" * 2001}, "At most 2,000 characters"),
        ({"grant": ["0"], "message": "a\0"}, "and no NUL"),
    ],
)
async def test_what_cannot_be_is_refused(
    member: Visitor, acme: Business, fields: dict[str, object], told: str
) -> None:
    """Nothing is changed."""
    activity = await asked(acme, PERSON)
    data = {"csrf": await member.token(), **fields}

    answer = await member.http.post(f"/activities/{activity.id}/accept", data=data)

    assert answer.status_code == 422
    assert told in answer.text
    assert await acme.read(lambda reader: reader.activity(activity.id)) == activity


@SQLITE_ONLY
async def test_other_activities_take_no_steps(member: Visitor, acme: Business) -> None:
    """Their pages offer none."""
    activity = await acme.record_one("8", summary="x")
    path = f"/activities/{activity.id}"

    assert steps((await member.get(path)).text) == []
    assert (await member.send(f"{path}/accept")).status_code == 409
    assert (await member.send("/activities/x/accept")).status_code == 404


@SQLITE_ONLY
async def test_who_may_only_read_takes_no_steps(
    visitor: Visitor, served: Served, acme: Business
) -> None:
    """The page offers none, and one that is sent is refused."""
    activity = await asked(acme, PERSON)
    acme.secret = (await served.credential(acme.account, scopes=("read_activities",))).secret
    await visitor.sign_in(acme)
    path = f"/activities/{activity.id}"

    assert steps((await visitor.get(path)).text) == []
    assert (await visitor.send(f"{path}/cancel")).status_code == 403

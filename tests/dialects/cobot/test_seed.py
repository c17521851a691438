"""Every example of the documentation, reproduced."""

import json
from datetime import UTC, datetime

from doings.core.activity import Draft, Link
from doings.core.clock import instant_from_datetime
from doings.dialects.cobot.mapping import draft_from_document, saved_activity
from tests.dialects.cobot.space import PATH, Space, golden


def compact(text: str) -> str:
    """JSON without white space, its members in the same order."""
    return json.dumps(json.loads(text), separators=(",", ":"))


async def test_list_is_reproduced_exactly(space: Space) -> None:
    """Read from the documentation's answer and served again, to the letter."""
    for element in json.loads(golden("list.json")):
        document = saved_activity(json.dumps(element).encode())
        await space.business.record(draft_from_document(document))

    answer = await space.get(PATH, **{"from": "2014-04-01", "to": "2014-04-01"})

    assert answer.headers["content-type"] == "application/json"
    assert answer.text == compact(golden("list.json"))


async def test_list_recorded_by_others_is_reproduced_exactly(space: Space) -> None:
    """The seed's activities, recorded under their own kinds, give the seed's list."""
    kinds = {"new_invoice": "invoice.created", "plan_change": "plan.changed"}
    for element in json.loads(golden("list.json")):
        moment = datetime.strptime(element["created_at"], "%Y/%m/%d %H:%M:%S %z")
        draft = Draft(
            kind=kinds[element["type"]],
            occurred_at=instant_from_datetime(moment),
            data=json.dumps(element["attributes"]),
        )
        await space.business.record(draft)

    answer = await space.get(PATH, last=2)

    assert json.loads(answer.text) == json.loads(golden("list.json"))
    assert answer.text.index("new_invoice") < answer.text.index("plan_change")


async def test_call_of_the_seed(space: Space) -> None:
    """The documentation's own request, its raw blanks and plus signs as a URL carries them."""
    for day in (11, 12, 19, 20):
        at = instant_from_datetime(datetime(2014, 2, day, 23, 59, 59, tzinfo=UTC))
        await space.business.record_one(at=at, body=str(day))
    question = "from=2014-02-12 0:00:00 +0000&to=2014-02-19 23:59:59 +0000"

    answer = await space.served.client.get(
        f"{PATH}?{question.replace(' ', '%20')}", headers=space.business.bearer
    )

    assert [one["attributes"]["text"] for one in answer.json()] == ["12", "19"]


async def test_html_list_is_reproduced(space: Space) -> None:
    """Only line breaks within the text may differ: HTML does not show them."""
    await space.business.run(
        "UPDATE accounts SET settings = :settings WHERE slug = 'co-up'",
        settings='{"link_base":"http://co-up.cobot.me"}',
    )
    data = (
        '{"invoice_number":1,"invoice_id":"1","amount":"10.00","currency":"EUR",'
        '"membership_id":"m1","membership_name":"Joe"}'
    )
    moment = datetime(2014, 4, 1, 0, 1, 2, tzinfo=UTC)
    activity = await space.business.record_one(
        kind="invoice.created", at=instant_from_datetime(moment), data=data, level="WARN"
    )

    found = await space.html()

    of_seed, ours = "a10d3169a8832f6155ed72cbc6348b77", activity.id.replace("-", "")
    expected = golden("list.html").replace(of_seed, ours)
    assert found.splitlines()[:7] == expected.splitlines()[:7]
    assert found.split() == expected.split()


async def test_post_is_answered_exactly(space: Space) -> None:
    """The documentation's request gets the documentation's answer."""
    moment = datetime(2013, 5, 4, 12, tzinfo=UTC)
    space.served.clock.instant = instant_from_datetime(moment)

    answer = await space.post(**json.loads(golden("request.json")))

    assert answer.status_code == 201
    assert answer.text == compact(golden("answer.json"))
    assert await space.listed() == [json.loads(golden("answer.json"))]


async def test_posted_text_belongs_to_the_membership_and_its_contact(space: Space) -> None:
    """It shows in the timelines of both, and names no membership in its attributes."""
    member = "f5ed7a30-3edb-5ac2-bca4-d80e20ecb096"
    await space.business.put("membership", member, name="Joe Doe", contact="joe")

    await space.post(**json.loads(golden("request.json")))

    (seq,) = await space.business.timeline(member, "membership")
    assert await space.business.timeline("joe") == [seq]
    activity = await space.business.read(lambda reader: reader.activity(seq))
    assert activity.linked("membership", "subject") is not None
    assert (activity.kind, activity.origin) == ("text.posted", "cobot")
    assert Link("membership", member).key in [link.entity.key for link in activity.links]

"""The list and the detail as a client of the vendor sees them."""

import json
from pathlib import Path

import pytest

from doings.core.activity import Draft, Link
from doings.core.clock import DAY, SECOND
from doings.dialects.mio.mapping import (
    draft_from_document,
    entity_drafts_from_document,
    saved_activity,
)
from tests.clocks import NOON
from tests.dialects.mio.client import ACTIVITIES, Json, Mio
from tests.engines import SQLITE_ONLY
from tests.serving import Served

GOLDEN = Path(__file__).parent / "golden"
HOUR = 3600 * SECOND


def request(
    *, at: int = NOON, other: str = "individual:i", kind: str = "details.requested", **data: object
) -> Draft:
    """A draft of an interaction."""
    type_, _, id_ = other.partition(":")
    return Draft(
        kind=kind,
        occurred_at=at,
        data=json.dumps(data),
        links=(Link("business", "acme", "actor"), Link(type_, id_, "counterpart")),
    )


async def record(mio: Mio, *drafts: Draft) -> list[str]:
    """Record them; returns their ids, the last one first."""
    return [one.id for one in reversed(await mio.business.record(*drafts))]


async def test_seed_is_reproduced_exactly(mio: Mio) -> None:
    """The documentation's example, read and served again, is identical."""
    golden = (GOLDEN / "seed.json").read_text()
    expected = json.loads(golden)
    document = saved_activity(golden.encode())
    mio.served.clock.instant = expected["created_at"] * 1000
    for key, said in entity_drafts_from_document(document):
        await mio.business.put(*key, name=said.name, attrs=said.attrs)
    await mio.business.record(draft_from_document(document, own=("business", "acme")))
    mio.served.clock.instant = expected["completed_at"] * 1000
    client = await mio.signed_in()

    answer = await client.get(f"{ACTIVITIES}/{expected['id']}")
    listed = await client.get()

    assert answer.headers["content-type"] == "application/json"
    assert answer.text == json.dumps(expected, separators=(",", ":"))
    expected.pop("accepted_requirements")
    whole = {"has_next": False, "activities": [expected]}
    assert listed.text == json.dumps(whole, separators=(",", ":"))


async def test_imported_activity_is_found_by_either_id(mio: Mio) -> None:
    """The vendor's, and ours."""
    document = saved_activity((GOLDEN / "seed.json").read_bytes())
    (recorded,) = await mio.business.record(draft_from_document(document, own=("business", "acme")))

    for id_ in (document.id, recorded.id, recorded.id.upper()):
        assert (await mio.detail(id_))["id"] == document.id
        assert await mio.ids(id=id_) == [document.id]


async def test_list_of_nothing(mio: Mio) -> None:
    """The answer still has its envelope."""
    assert (await mio.get()).json() == {"has_next": False, "activities": []}


async def test_defaults(mio: Mio) -> None:
    """35 a page, newest first, and whether there is more."""
    newest_first = await record(mio, *[request(at=NOON + n * SECOND) for n in range(36)])

    first, second = await mio.get(), await mio.get(page=2)

    assert [one["id"] for one in first.json()["activities"]] == newest_first[:35]
    assert first.json()["has_next"] is True
    assert [one["id"] for one in second.json()["activities"]] == newest_first[35:]
    assert second.json()["has_next"] is False


async def test_only_interactions_are_listed(mio: Mio) -> None:
    """Other kinds neither here nor on a page of their own."""
    ids = await record(mio, request(), request(kind="authorization.requested", at=NOON - 1))
    note = await mio.business.record_one("8", at=NOON + HOUR)

    assert await mio.ids(limit=2) == list(reversed(ids))
    assert (await mio.get(limit=2)).json()["has_next"] is False
    assert (await mio.get(f"{ACTIVITIES}/{note.id}")).status_code == 404
    assert await mio.ids(id=note.id) == []


async def test_pages_with_a_limit(mio: Mio) -> None:
    """Each activity is on one page, and what lies behind the last is empty."""
    newest_first = await record(mio, *[request(at=NOON + n * DAY) for n in range(5)])

    pages = [await mio.ids(limit=2, page=page) for page in (1, 2, 3, 4, 10**15)]

    assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:], [], []]


async def test_entity_filter(mio: Mio) -> None:
    """Individuals and businesses; repeated, with brackets, with commas; any of them."""
    one, two, three = reversed(
        await record(
            mio,
            request(other="individual:a"),
            request(other="business:b", at=NOON - 1),
            request(other="individual:c", at=NOON - 2),
        )
    )

    assert await mio.ids(entity="a") == [one]
    assert await mio.ids(entity=["b", "a"]) == [one, two]
    assert await mio.ids(**{"entity[]": ["b", "c"]}) == [two, three]
    assert await mio.ids(entity="a,c") == [one, three]
    assert await mio.ids(entity="a,c", limit=1, page=2) == [three]
    assert await mio.ids(entity="unknown") == []
    assert await mio.ids(entity="acme") == []
    assert await mio.ids(entity=["acme", "a"]) == [one]


async def test_cifcode_filter(mio: Mio) -> None:
    """The other party's, exactly; together with the others all must hold."""
    code = "cd157309-24c4-480a-87de-77f984c5c666"
    await mio.business.put("individual", "a", attrs=json.dumps({"cifcode": code}))
    await mio.business.put("business", "b", attrs=json.dumps({"cifcode": "ES-1"}))
    await mio.business.put("individual", "c", name=code, attrs='{"cifcode":"ES-12"}')
    one, two, three = reversed(
        await record(
            mio,
            request(other="individual:a"),
            request(other="business:b", at=NOON - 1),
            request(other="individual:c", at=NOON - 2),
        )
    )

    assert await mio.ids(cifcode=code) == [one]
    assert await mio.ids(cifcode="ES-1") == [two]
    assert await mio.ids(cifcode="ES-12") == [three]
    assert await mio.ids(cifcode="es-1") == []
    assert await mio.ids(cifcode="ES") == []
    assert await mio.ids(cifcode=code, entity="a") == [one]
    assert await mio.ids(cifcode=code, entity="b") == []
    assert await mio.ids(cifcode=code, id=one) == [one]
    assert await mio.ids(cifcode=code, id=two) == []
    assert await mio.ids(cifcode="--") == []


async def test_cifcode_that_changes(mio: Mio) -> None:
    """Goes by what it is now, and not by somebody who was deleted."""
    await mio.business.put("individual", "i", attrs='{"cifcode":"old"}')
    ids = await record(mio, request())
    await mio.business.put("individual", "i", attrs='{"cifcode":"new"}')

    found = await mio.ids(cifcode="old"), await mio.ids(cifcode="new")
    await mio.business.delete("individual", "i")

    assert found == ([], ids)
    assert await mio.ids(cifcode="new") == []


async def test_id_filter(mio: Mio) -> None:
    """One, if the other filters agree."""
    one, other = await record(mio, request(), request(other="individual:j", at=NOON - DAY))

    assert await mio.ids(id=one) == [one]
    assert await mio.ids(id=one, page=2) == []
    assert await mio.ids(id=one, entity="j") == [one]
    assert await mio.ids(id=other, entity="j") == []
    assert await mio.ids(id=one, to="2026-02-28") == [one]
    assert await mio.ids(id=other, to="2026-02-28") == []
    assert await mio.ids(id=other, **{"from": "2026-03-01"}) == [other]
    assert await mio.ids(id="unknown") == []


@pytest.mark.parametrize(
    ("zone", "params", "found"),
    [
        # 28 February 22:30, 23:30, 1 March 00:30 and 12:00 UTC; Berlin is an hour ahead.
        (None, {"from": "2026-03-01"}, [1, 2, 3]),
        (None, {"to": "2026-02-28"}, [0]),
        (None, {"from": "2026-03-01", "to": "2026-03-01"}, [1, 2, 3]),
        (None, {"from": "2026-02-28", "to": "2026-03-01"}, [0, 1, 2, 3]),
        ("UTC", {"from": "2026-03-01"}, [2, 3]),
        ("UTC", {"to": "2026-02-28"}, [0, 1]),
        ("America/New_York", {"from": "2026-03-01"}, [3]),
        ("America/New_York", {"to": "2026-02-28"}, [0, 1, 2]),
        ("Asia/Tokyo", {"from": "2026-03-01", "to": "2026-03-01"}, [0, 1, 2, 3]),
        ("", {"to": "2026-02-28"}, [0]),
        (None, {"from": "2026-03-02"}, []),
        (None, {"from": "", "to": ""}, [0, 1, 2, 3]),
        (None, {"from": "1000-01-02", "to": "9999-12-28"}, [0, 1, 2, 3]),
    ],
)
async def test_days_are_whole_days_of_a_zone(
    mio: Mio, zone: str | None, params: dict[str, str], found: list[int]
) -> None:
    """The caller's, else the account's."""
    times = [NOON - 13.5 * HOUR, NOON - 12.5 * HOUR, NOON - 11.5 * HOUR, NOON]
    ids = await record(mio, *[request(at=int(at)) for at in times])
    headers = {} if zone is None else {"x-pvt-timezone": zone}

    answer = await mio.get(headers=headers, **params)

    assert [one["id"] for one in answer.json()["activities"]] == [
        ids[len(times) - 1 - number] for number in reversed(found)
    ]


async def test_to_is_now_where_only_from_is_given(mio: Mio) -> None:
    """What is to come is left out then, and only then."""
    future, present = await record(mio, request(), request(at=NOON + 1))

    assert await mio.ids(**{"from": "2026-03-01"}) == [present]
    assert await mio.ids() == [future, present]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
        ({"page": "9" * 30}, "page"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "20260301"}, "from"),
        ({"from": "2026-3-1"}, "from"),
        ({"from": "2026-03-01T00:00:00Z"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"to": "9999-12-30"}, "to"),
        ({"from": "9999-12-31"}, "from"),
        ({"to": "0000-01-01"}, "to"),
        ({"to": "x"}, "to"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"entity": ",".join(str(number) for number in range(51))}, "entity"),
    ],
)
async def test_wrong_parameter_is_refused(mio: Mio, params: dict[str, str], field: str) -> None:
    """400 is answered and names the parameter."""
    answer = await mio.get(**params)  # type: ignore[arg-type]

    assert answer.status_code == 400
    assert list(answer.json()) == ["code", "message"]
    assert answer.json()["code"] == "invalid_parameter"
    assert answer.json()["message"].startswith(f"{field}: ")


@SQLITE_ONLY
@pytest.mark.parametrize("path", [ACTIVITIES, f"{ACTIVITIES}/x"])
@pytest.mark.parametrize("zone", ["Mars/Base", "+01:00", "../etc", "x" * 300])
async def test_unknown_time_zone_is_refused(mio: Mio, path: str, zone: str) -> None:
    """400 is answered for an unknown zone, even where no day is asked for."""
    answer = await mio.get(path, headers={"x-pvt-timezone": zone})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")


async def test_odd_but_allowed_parameters(mio: Mio) -> None:
    """Find nothing, and break nothing."""
    for params in (
        {"cifcode": '"'},
        {"cifcode": "*"},
        {"cifcode": "a" * 5000},
        {"entity": "é:%"},
        {"id": "é" * 300},
        {"unknown": "x"},
    ):
        assert await mio.ids(**params) == []


async def test_foreign_activities_are_unknown(served: Served, mio: Mio) -> None:
    """In the list, by id, and in the detail."""
    other = await Mio(served, await served.business("other")).signed_in()
    (theirs,) = await record(other, request())

    foreign = await mio.get(f"{ACTIVITIES}/{theirs}")
    unknown = await mio.get(f"{ACTIVITIES}/00000000-0000-7000-8000-000000000000")

    assert await mio.ids() == []
    assert await mio.ids(id=theirs) == []
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.json().keys() == unknown.json().keys()
    assert foreign.json()["code"] == unknown.json()["code"] == "not_found"


async def native(mio: Mio, path: str, body: Json) -> Json:
    """Write through the native API."""
    answer = await mio.served.client.post(
        f"/v1/activities{path}", headers=mio.business.bearer, json=body
    )
    assert answer.status_code in {200, 201}, answer.text
    return dict(answer.json())


async def test_whole_life_between_two_accounts(served: Served, mio: Mio) -> None:
    """Recorded and attended natively, seen here by both, and over when its time is over."""
    beta = await Mio(served, await served.business("beta")).signed_in()
    requirement = {"code": "RQ_008", "type": "RTP_001", "category": "RQC_001"}
    sent = await native(
        mio,
        "",
        {
            "kind": "details.requested",
            "body": "Your number, please",
            "links": [{"type": "business", "id": "beta", "role": "counterpart"}],
            "data": {"requirements": [requirement], "valid_until": (NOON + DAY) // 1000},
        },
    )
    (ours,), (theirs,) = await mio.found(), await beta.found()
    assert (ours["in_out_bound"], ours["status"]) == ("OUT", "SENT")
    assert (theirs["in_out_bound"], theirs["status"]) == ("IN", "ACTION_REQUIRED")
    assert (theirs["entity"]["id"], theirs["entity"]["type"]) == ("acme", "BUSINESS")
    assert theirs["description"] == "Your number, please"
    assert theirs["valid_until"] == (NOON + DAY) // 1000

    await native(
        beta,
        f"/{theirs['id']}/accept",
        {
            "accepted_requirements": [{**requirement, "data": "+49"}],
            "expires_in": {"seconds": 600},
        },
    )
    detail = await mio.detail(sent["id"])
    assert detail["status"] == (await beta.detail(theirs["id"]))["status"] == "ACCEPTED"
    assert detail["accepted_requirements"][0]["data"] == "+49"
    assert detail["timeline"] == [
        {"status": "SENT", "at": NOON // 1000},
        {"status": "ACCEPTED", "at": NOON // 1000},
    ]
    assert detail["expires_at"] == (NOON + 600 * SECOND) // 1000

    served.clock.instant += 600 * SECOND
    for client, id_ in ((mio, sent["id"]), (beta, theirs["id"])):
        over = await client.detail(id_)
        assert over["status"] == over["timeline"][-1]["status"] == "EXPIRED"
        assert over["accepted_requirements"][0]["data"] is None


async def test_unattended_one_is_canceled_by_itself(mio: Mio) -> None:
    """Its status is CANCELED once its time is over."""
    await native(
        mio, "", {"kind": "details.swapped", "data": {"valid_until": (NOON + HOUR) // 1000 - 1}}
    )
    before = (await mio.found())[0]["status"]
    mio.served.clock.instant += HOUR - SECOND

    still = (await mio.found())[0]["status"]
    mio.served.clock.instant += SECOND - 1000
    after = (await mio.found())[0]["status"]

    assert (before, still, after) == ("SENT", "SENT", "CANCELED")


async def test_refuses_a_cifcode_of_too_many_words(mio: Mio) -> None:
    """No tax code has so many, and each would be looked for."""
    client = await mio.signed_in()

    answer = await client.get(cifcode=" ".join(f"w{number}" for number in range(33)))
    same = await client.get(cifcode="w " * 100)

    assert (answer.status_code, same.status_code) == (400, 200)
    assert answer.json() == {
        "code": "invalid_value",
        "message": "cifcode: at most 32 different words",
    }

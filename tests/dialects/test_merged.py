"""People who were merged: every dialect shows one person, under the kept one's id.

What each answers about the kept one is in `merged/<dialect>.json`. After a change that is meant,
`DOINGS_TEST_RENEW=1 make test ARGS=tests/dialects/test_merged.py` writes them again.
"""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doings.core.activity import Draft, Link
from doings.core.entity import EntityKey
from doings.core.erasing.erasure import ErasureOrder
from doings.core.store.merges import Merge
from doings.core.text import json_text
from tests.clocks import NOON
from tests.dialects.dialect import Dialect
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

GOLDEN = Path(__file__).parent / "merged"

PAIRS = [
    (("contact", "8"), ("contact", "77")),
    (("membership", "m1"), ("membership", "m2")),
    (("individual", "i1"), ("individual", "i2")),
]
NAMES = {"8": "Jim Halpert", "m1": "Jim Halpert", "i1": "Jim Halpert"}

SEQS = {"8": 22, "77": 23}
"""The ids that Monica has for the contacts."""

PATHS: dict[str, Callable[[dict[str, str]], list[str]]] = {
    "monica": lambda own: [
        f"/monica/api/contacts/{SEQS[own['contact']]}",
        f"/monica/api/contacts/{SEQS[own['contact']]}/activities?limit=3&page=2",
        f"/monica/api/contacts/{SEQS[own['contact']]}/activities",
        "/monica/api/contacts",
        "/monica/api/activities",
    ],
    "cobot": lambda own: [
        f"/cobot/acme/api/activities?last=100&source_ids={own['membership']}",
        f"/cobot/acme/api/activities?last=100&source_ids={own['contact']}",
        f"/cobot/acme/api/memberships/{own['membership']}",
        "/cobot/acme/api/memberships",
    ],
    "invent": lambda own: [
        f"/invent/orgs/c/contacts/{own['contact']}/activities",
        f"/invent/orgs/c/contacts/{own['contact']}/activities?take=2&page=2",
    ],
    "agendize": lambda own: [f"/agendize/api/2.3/activities?clientId={own['contact']}"],
    "mio": lambda own: [f"/mio/business/v1/activities?entity={own['individual']}"],
}
"""The questions to each dialect about a person, given the person's own ids by their types."""

KEPT: dict[str, str] = dict(keep for keep, _ in PAIRS)
OTHER: dict[str, str] = dict(other for _, other in PAIRS)


def drafts() -> list[Draft]:
    """What happened to each of two, and to both."""

    def link(key: EntityKey, role: str = "subject") -> Link:
        return Link(key[0], key[1], role)

    (contact, other), (member, other_member), (individual, other_individual) = PAIRS
    data = json_text({"membership_id": "m2"})
    user = Link("user", "u1", "actor")
    return [
        Draft(kind="note.created", occurred_at=NOON, body="a", links=(link(contact), user)),
        Draft(kind="note.created", occurred_at=NOON + 1, body="b", links=(link(other), user)),
        Draft(
            kind="note.created",
            occurred_at=NOON + 2,
            body="c",
            links=(link(contact), link(other), user),
        ),
        Draft(kind="encounter.logged", occurred_at=NOON - 86_400_000_000, links=(link(other),)),
        Draft(kind="plan.changed", occurred_at=NOON, data=data, links=(link(other_member),)),
        Draft(kind="plan.changed", occurred_at=NOON + 1, links=(link(member),)),
        Draft(
            kind="details.requested",
            occurred_at=NOON,
            links=(link(other_individual, "counterpart"),),
        ),
        Draft(
            kind="details.requested", occurred_at=NOON + 1, links=(link(individual, "counterpart"),)
        ),
    ]


async def people(served: Served, slug: str) -> Business:
    """An account with two of each."""
    served.database.secret = bytes(32)
    business = await served.business(slug, time_zone="Europe/Berlin")
    for keep, other in PAIRS:
        for type_, id_ in (keep, other):
            owner = None if type_ != "membership" else {"m1": "8", "m2": "77"}[id_]
            await business.put(type_, id_, name=NAMES.get(id_, "James H."), contact=owner)
    await business.put("user", "u1", name="Ann Perkins")
    return business


@pytest.fixture
async def merged(served: Served) -> Business:
    """An account whose people are merged after half of what happened, and before the rest."""
    business = await people(served, "acme")
    await business.record(*drafts()[::2])
    for pair in PAIRS:
        await merge(business, *pair)
    await business.record(*drafts()[1::2])
    return business


async def merge(business: Business, keep: EntityKey, other: EntityKey) -> Merge:
    """Let one stand for another one."""
    return await business.write(lambda writer: writer.add_merge(keep, [other], None))


async def answers(
    served: Served, dialect: Dialect, business: Business, own: dict[str, str]
) -> list[Any]:
    """What the dialect answers about a person; `own` are the ids that it is asked by."""
    headers = await dialect.sign_in(served, business.key, business.secret)
    found = []
    for path in PATHS[dialect.name](own):
        answer = await served.client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        counts = {
            name: value for name, value in answer.headers.items() if name.startswith("pagination-c")
        }
        found.append([answer.json(), counts])
    return found


async def test_one_person_is_shown(served: Served, dialect: Dialect, merged: Business) -> None:
    """By either id, as in the golden; the other id is nowhere."""
    shown = await answers(served, dialect, merged, KEPT)

    text = json.dumps(shown, indent=1, ensure_ascii=False)
    golden = GOLDEN / f"{dialect.name}.json"
    if os.environ.get("DOINGS_TEST_RENEW"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(f"{text}\n", encoding="utf-8")
    assert f"{text}\n" == golden.read_text(encoding="utf-8")
    of_other = json.dumps(await answers(served, dialect, merged, OTHER))
    # A page links to others by the address that it was asked for by.
    here, there = [f"/contacts/{SEQS[id_]}/" for id_ in ("8", "77")]
    assert json.loads(of_other.replace(there, here)) == shown
    assert "James" not in text
    assert not {'"77"', '"m2"', '"i2"'} & set(text.split())


@SQLITE_ONLY
async def test_parted_people_are_shown_as_before(served: Served, dialect: Dialect) -> None:
    """As if they had never been merged."""
    business = await people(served, "acme")
    await business.record(*drafts())
    before = [await answers(served, dialect, business, own) for own in (KEPT, OTHER)]

    made = [await merge(business, *pair) for pair in PAIRS]
    merged = await answers(served, dialect, business, KEPT)
    for one in made:
        await business.write(lambda writer, one=one: writer.revert_merge(one.id))  # type: ignore[misc]

    assert merged != before[0]
    assert [await answers(served, dialect, business, own) for own in (KEPT, OTHER)] == before


async def test_erased_people_are_shown_nowhere(
    served: Served, dialect: Dialect, merged: Business
) -> None:
    """Neither by id nor by name, in any list that is left; memberships go with their contacts."""
    for key in (("contact", "77"), ("individual", "i2")):
        order = ErasureOrder(entity=key, activities="unlink")
        await served.database.erasures.erase(merged.account.id, order)

    headers = await dialect.sign_in(served, merged.key, merged.secret)
    for path in [*PATHS[dialect.name](KEPT), *PATHS[dialect.name](OTHER)]:
        answer = await served.client.get(path, headers=headers)
        assert answer.status_code in {200, 404}, answer.text
        assert not re.search(r"Jim|James|\"(m1|m2|i1|i2|77)\"", answer.text)

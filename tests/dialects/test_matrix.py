"""Every kind in every dialect: its exact document, or not expressible and then nowhere.

The documents are in `matrix/<dialect>.json`. After a change that is meant,
`DOINGS_TEST_RENEW=1 make test ARGS=tests/dialects/test_matrix.py` writes them again, to be read in
the diff.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doings.core.kinds.catalogue import CATALOGUE
from doings.dialects.agendize.vocabulary import type_of_kind as agendize
from doings.dialects.cobot.vocabulary import type_of_kind as cobot
from doings.dialects.invent.vocabulary import type_of_kind as invent
from doings.dialects.mio.vocabulary import type_of_kind as mio
from doings.dialects.monica.vocabulary import OBJECTS_OF_KINDS
from doings.dialects.monica.vocabulary import type_of_kind as monica
from tests.dialects.dialect import DIALECTS, Dialect
from tests.dialects.samples import SAMPLES
from tests.serving import Business, Served

GOLDEN = Path(__file__).parent / "matrix"

VOCABULARIES: dict[str, Callable[[str], str | None]] = {
    "monica": monica,
    "cobot": cobot,
    "invent": invent,
    "agendize": agendize,
    "mio": mio,
}

Document = dict[str, Any]


def type_in(name: str, document: Document) -> str:
    """What a dialect's document says it is, as its vocabulary words it."""
    if name == "monica":
        return str(document["object"])
    if name == "agendize":
        return f"{document['type']} / {document['event']}"
    return str(document["type"])


SECRET = bytes(32)
"""The installation's, from which Monica's `hash_id` and most of its `uuid`s are made."""


@pytest.fixture
async def business(served: Served) -> Business:
    """An account with one activity of every kind, all about contact 8."""
    served.database.secret = SECRET
    business = await served.business(time_zone="Europe/Berlin")
    attrs = '{"first_name":"Jim","last_name":"Halpert","cifcode":"c-8"}'
    await business.put("contact", "8", name="Jim Halpert", attrs=attrs)
    await business.put("individual", "i1", name="Jim Halpert", attrs='{"cifcode":"c-8"}')
    await business.put("user", "u1", name="Ann Perkins", attrs='{"email":"ann@example.org"}')
    await business.put("segment", "s1", name="Regulars", attrs='{"color":"teal"}')
    await business.record(*SAMPLES.values())
    return business


async def listed(served: Served, dialect: Dialect, business: Business) -> list[Document]:
    """All that the dialect lists, whichever pages it takes, oldest first."""
    headers = await dialect.sign_in(served, business.key, business.secret)
    contact = await business.read(lambda reader: reader.entity(("contact", "8")))
    path = dialect.list_path("8", contact.seq)
    found: list[Document] = []
    for number in range(1, 100):
        here = dialect.pages(path, number, 20) if dialect.pages else path
        answer = await served.client.get(here, headers=headers)
        assert answer.status_code == 200, answer.text
        items = dialect.items(answer.json())
        found += items
        if not items or not dialect.pages:
            break
    is_newest_first = dialect.name in {"monica", "invent", "mio"}
    return found[::-1] if is_newest_first else found


async def test_each_kind_is_its_document_or_is_nowhere(
    served: Served, dialect: Dialect, business: Business
) -> None:
    """What a vocabulary has no word for is in no page; all else is there once, as in the golden."""
    type_of_kind = VOCABULARIES[dialect.name]
    expressible = [kind for kind in CATALOGUE if type_of_kind(kind) is not None]

    documents = await listed(served, dialect, business)

    if dialect.name == "monica":
        documents.sort(key=lambda document: document["id"])
    assert [type_in(dialect.name, document) for document in documents] == [
        type_of_kind(kind) for kind in expressible
    ]
    found = dict(zip(expressible, documents, strict=True))
    golden = GOLDEN / f"{dialect.name}.json"
    if os.environ.get("DOINGS_TEST_RENEW"):
        text = json.dumps(found, indent=1, ensure_ascii=False)
        golden.write_text(f"{text}\n", encoding="utf-8")
    expected = json.loads(golden.read_text(encoding="utf-8"))
    for kind, document in found.items():
        assert json.dumps(document) == json.dumps(expected[kind]), kind
    assert list(expected) == expressible


LISTS = {
    "note": "notes",
    "call": "calls",
    "conversation": "conversations",
    "lifeevent": "lifeevents",
    "entry": "journal",
}
"""Monica's lists beside that of activities, by what it calls their entries."""


async def test_each_kind_is_also_in_a_list_of_its_own(served: Served, business: Business) -> None:
    """What Monica has another word for, as that; each once, and nothing else."""
    found: dict[str, Document] = {}
    for object_, path in LISTS.items():
        answer = await served.client.get(f"/monica/api/{path}", headers=business.bearer)
        kinds = [kind for kind in CATALOGUE if OBJECTS_OF_KINDS.get(kind) == object_]
        found |= dict(zip(kinds, answer.json()["data"], strict=True))

    assert {kind: one["object"] for kind, one in found.items()} == OBJECTS_OF_KINDS
    golden = GOLDEN / "monica_lists.json"
    if os.environ.get("DOINGS_TEST_RENEW"):
        text = json.dumps(found, indent=1, ensure_ascii=False)
        golden.write_text(f"{text}\n", encoding="utf-8")
    expected = json.loads(golden.read_text(encoding="utf-8"))
    assert json.dumps(found) == json.dumps(expected)


async def test_totals_count_what_can_be_expressed(served: Served, business: Business) -> None:
    """Monica's total and Invent's count are of what they list, not of what is there."""
    contact = await business.read(lambda reader: reader.entity(("contact", "8")))

    listed_by_monica = await served.client.get(
        f"/monica/api/contacts/{contact.seq}/activities", headers=business.bearer
    )
    listed_by_invent = await served.client.get(
        "/invent/orgs/c/contacts/8/activities", headers=business.bearer
    )

    count = listed_by_invent.headers["pagination-count"]
    assert listed_by_monica.json()["meta"]["total"] == len(CATALOGUE)
    assert count == str(sum(invent(kind) is not None for kind in CATALOGUE))


async def test_a_kind_of_the_caller_s_own_is_shown_where_all_kinds_are(
    served: Served, business: Business
) -> None:
    """Monica and Cobot show it; the three closed vocabularies do not."""
    before = {
        dialect.name: len(await listed(served, dialect, business))
        for dialect in DIALECTS
        if dialect.name != "cobot"
    }
    draft = SAMPLES["email.created"]
    own = type(draft)(
        kind="ticket.closed", occurred_at=draft.occurred_at, summary="Own", links=draft.links
    )
    await business.record(own)

    after = {
        dialect.name: len(await listed(served, dialect, business))
        for dialect in DIALECTS
        if dialect.name != "cobot"
    }
    answer = await served.client.get(
        "/cobot/acme/api/activities?last=500&types=ticket_closed", headers=business.bearer
    )

    assert {name: after[name] - before[name] for name in after} == {
        "monica": 1, "invent": 0, "agendize": 0, "mio": 0,
    }  # fmt: skip
    assert [item["attributes"] for item in answer.json()] == [{"text": "Own"}]

"""How many SQL statements a list takes: few, and as many for a long page as for a short one."""

from itertools import product

import httpx
import pytest

from doings.core.activity import Draft, Link
from doings.core.clock import DAY
from doings.core.defaults import (
    ACTIVITY_CATEGORY,
    ACTIVITY_TYPE,
    ADDRESS,
    CONTACT_FIELD,
    CONTACT_FIELD_TYPE,
    GENDER,
    REMINDER,
    TAG,
    TASK,
)
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.store import Writer
from doings.core.text import json_text
from doings.dialects.monica.mapping import contact_attributes
from doings.dialects.monica.mapping.contact_attributes import ContactFacts
from doings.dialects.monica.operations import MOUNT
from doings.dialects.monica.routes import SURFACE
from doings.storage.document_cache import DocumentCache
from tests.builders import contact, note
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

SHORT, LONG = 10, 50
"""The lengths of the two pages that are compared."""

ROWS = 110
"""How many entries each list has: more than a page, so that both pages have a next one."""

MAX_STATEMENTS = 15

PATHS = (
    "/activities", "/contacts", "/contacts/{id}/activities", "/activitytypes",
    "/activitytypecategories", "/genders", "/tags", "/tags/1/contacts", "/addresses",
    "/contactfieldtypes", "/contacts/{id}/addresses", "/contacts/{id}/contactfields",
)  # fmt: skip
"""The paths that answer with a list."""

SINGLE = ("", "/me", "/oauth/authorize", "/oauth/authorize", "/countries", "/currencies")
"""The paths without an id that answer with one document, or with the same one to all."""

VARIANTS = (
    "", "sort=-created_at", "sort=updated_at", "sort=-updated_at", "page=2",
)  # fmt: skip
"""The parameters of each list."""

SEARCHED = ("query=guest", "with=contactfields")
"""Those of contacts alone."""


@pytest.fixture
async def host(acme: Business) -> int:
    """The seq of a contact who has met every guest, each guest another gender, tag and type."""
    host = await acme.put(CONTACT, "host", name="Host")

    async def invite(writer: Writer) -> None:
        for number in range(ROWS):
            await _add_guest(writer, number)

    await acme.write(invite)
    return host.seq


async def _add_guest(writer: Writer, number: int) -> None:
    """A guest with a gender and tags of their own, who met the host on a day of their own.

    The host and the guest are reached in a way of their own and live at an address of their own.
    """
    name = f"guest {number}"
    draft = EntityDraft(name=name)
    (gender,) = await writer.number_entities(GENDER, [draft])
    tags = await writer.number_entities(TAG, [EntityDraft(name=f"{name} {i}") for i in range(2)])
    (category,) = await writer.number_entities(ACTIVITY_CATEGORY, [draft])
    (activity_type,) = await writer.number_entities(
        ACTIVITY_TYPE, [EntityDraft(name=name, attrs=json_text({"category": category.id}))]
    )
    attrs = {"gender_id": int(gender.id), "tags": [1, *(int(tag.id) for tag in tags)]}
    guest = await writer.add_entity(CONTACT, EntityDraft(name=name, attrs=json_text(attrs)))
    (field_type,) = await writer.number_entities(CONTACT_FIELD_TYPE, [draft])
    reached = json_text({"contact_field_type": int(field_type.id)})
    for owner in ("host", guest.id):
        await writer.add_entity(CONTACT_FIELD, EntityDraft(attrs=reached, contact=owner))
        await writer.add_entity(ADDRESS, EntityDraft(name=name, contact=owner))
    links = (contact("host"), contact(guest.id), Link(ACTIVITY_TYPE, activity_type.id))
    await writer.record([note(*links, at=NOON + day * DAY) for day in (number, ROWS + number)])


async def test_lists_take_few_statements_however_long_the_page(
    served: Served, monica: httpx.AsyncClient, host: int, statements: list[str]
) -> None:
    """Of documents that are shown for the first time, in every order; notes take three more."""
    asked = [*product(PATHS, VARIANTS), *product(["/contacts"], SEARCHED)]
    counts: dict[tuple[str, str], list[int]] = {one: [] for one in asked}
    # That the credential is used is written down on the way, which is no part of a list.
    await monica.get("/me")
    await served.application.services().authenticator.flush()

    for (path, variant), limit in product(asked, (SHORT, LONG)):
        served.database.document_cache = DocumentCache()
        statements.clear()
        answer = await monica.get(f"{path.format(id=host)}?{variant}&limit={limit}")
        assert len(answer.json()["data"]) == limit, path
        counts[path, variant].append(len(statements))

    assert {one: pair for one, pair in counts.items() if pair[0] != pair[1]} == {}
    most = {one: MAX_STATEMENTS + 3 * (one[0] == "/tags/1/contacts") for one in counts}
    assert {one: pair for one, pair in counts.items() if not 0 < pair[0] <= most[one]} == {}


@SQLITE_ONLY
async def test_people_who_are_one_take_few_statements_however_many(
    served: Served, monica: httpx.AsyncClient, acme: Business, statements: list[str]
) -> None:
    """Each contact of a page stands for another one, with a tag of its own."""
    draft = EntityDraft(name="y", attrs=json_text({"tags": [1], "job": "z"}))
    pairs = [((CONTACT, f"k{number}"), (CONTACT, f"o{number}")) for number in range(LONG)]

    async def merge(writer: Writer) -> None:
        for keep, other in pairs:
            await writer.put_entity(keep, lambda _: EntityDraft(name="x"))
            await writer.put_entity(other, lambda _: draft)
            await writer.add_merge(keep, [other], None)
        await writer.number_entities(TAG, [EntityDraft(name="one")])

    await acme.write(merge)
    counts = []
    for path, limit in product(("/contacts", "/tags/1/contacts"), (SHORT, LONG)):
        served.database.document_cache = DocumentCache()
        statements.clear()
        answer = await monica.get(f"{path}?limit={limit}")
        jobs = [one["information"]["career"]["job"] for one in answer.json()["data"]]
        assert jobs == ["z"] * limit
        counts.append(len(statements))

    assert counts[0] == counts[1] <= MAX_STATEMENTS, counts
    assert counts[2] == counts[3] <= MAX_STATEMENTS + 4, counts


HAPPENED = (
    "/notes", "/calls", "/conversations", "/lifeevents", "/journal", "/tasks", "/reminders",
    "/contacts/{id}/notes", "/contacts/{id}/calls", "/contacts/{id}/conversations",
    "/contacts/{id}/lifeevents", "/contacts/{id}/tasks", "/contacts/{id}/reminders",
)  # fmt: skip
"""The paths of what is no activity of Monica's."""

KINDS = (
    "note.created", "call.logged", "conversation.logged", "life_event.logged",
    "journal_entry.written",
)  # fmt: skip


async def _happen(writer: Writer, number: int) -> None:
    """One of all with the host and a guest of its own, a conversation in a way of its own."""
    (gender,) = await writer.number_entities(GENDER, [EntityDraft(name=f"{number}")])
    attrs = json_text({"gender_id": int(gender.id)})
    guest = await writer.add_entity(CONTACT, EntityDraft(name=f"{number}", attrs=attrs))
    (way,) = await writer.number_entities(CONTACT_FIELD_TYPE, [EntityDraft(name=f"{number}")])
    data = json_text({"contact_field_type_id": int(way.id)})
    links = (contact(guest.id), contact("host"))
    await writer.record(
        [
            Draft(kind=kind, occurred_at=NOON, summary="x", body="x", data=data, links=links)
            for kind in KINDS
        ]
    )
    for kept in (TASK, REMINDER):
        await writer.add_entity(kept, EntityDraft(name="x", contact="host"))


@SQLITE_ONLY
async def test_what_happened_takes_few_statements_however_long_the_page(
    served: Served, monica: httpx.AsyncClient, acme: Business, statements: list[str]
) -> None:
    """In each of its lists."""
    host = await acme.put(CONTACT, "host", name="Host")

    async def happen(writer: Writer) -> None:
        for number in range(LONG + 1):
            await _happen(writer, number)

    await acme.write(happen)
    for path, variant in product(HAPPENED, ("", "sort=-updated_at")):
        counts = []
        for limit in (SHORT, LONG):
            served.database.document_cache = DocumentCache()
            statements.clear()
            answer = await monica.get(f"{path.format(id=host.seq)}?{variant}&limit={limit}")
            assert len(answer.json()["data"]) == limit, path
            counts.append(len(statements))
        assert counts[0] == counts[1] <= MAX_STATEMENTS, (path, counts)


@SQLITE_ONLY
async def test_decodes_the_attributes_of_a_contact_once(
    monica: httpx.AsyncClient, host: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many activities of a page it attended."""
    decoded: list[str] = []
    facts_as_stored = contact_attributes.facts_as_stored

    def counted(entity: Entity) -> ContactFacts:
        decoded.append(entity.id)
        return facts_as_stored(entity)

    monkeypatch.setattr(contact_attributes, "facts_as_stored", counted)

    for path in ("/contacts", "/activities", f"/contacts/{host}/activities"):
        decoded.clear()
        await monica.get(f"{path}?limit={LONG}")
        assert len(decoded) == len(set(decoded)) > SHORT, path


def test_counts_every_list() -> None:
    """A path that answers GET has an id at its end, shows one document, or is counted here."""
    readable = {
        entry.path.removeprefix(MOUNT) for entry in SURFACE.resources if "GET" in entry.operations
    }

    counted = {path.replace("/1/", "/{id}/") for path in (*PATHS, *HAPPENED)}
    assert {path for path in readable if not path.endswith("}")} == {*counted, *SINGLE}

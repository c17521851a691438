"""Things as the tables may hold them: what earlier versions took, or what somebody put there."""

from collections.abc import Sequence
from typing import Any

import msgspec

from doings.core.activity import Draft, Link
from doings.core.entity import EntityKey
from doings.storage.engine import Connection
from tests.clocks import NOON
from tests.dialects.samples import SAMPLES
from tests.fuzz.examples import CONTACT_SEQ
from tests.fuzz.world import PARTY, Case, World

Row = dict[str, Any]
"""Columns and their values."""

LINKS = (
    Link("contact", "8"),
    Link("user", "u1", "actor"),
    Link("segment", "s1", "segment"),
    Link("membership", "m1"),
    PARTY,
)


async def store(world: World, kind: str, rows: Sequence[Row]) -> None:
    """Put activities of a kind into the tables as they are, linked to something of everything."""
    sample = SAMPLES.get(kind) or Draft(kind=kind, occurred_at=NOON)
    draft = msgspec.structs.replace(sample, links=LINKS)
    recorded = await world.acme.record(*[draft for _ in rows])

    async def work(connection: Connection) -> None:
        for row, one in zip(rows, recorded, strict=True):
            await connection.execute(
                f"UPDATE activities SET {_columns(row)}"  # noqa: S608
                " WHERE account_id = :account AND seq = :number",
                account=world.acme.account.id,
                number=one.seq,
                **row,
            )

    await world.acme.database.engine.write(work)


async def store_entities(world: World, keys: Sequence[EntityKey], row: Row) -> None:
    """Replace what the tables hold of entities, and of what was shown of them."""

    async def work(connection: Connection) -> None:
        for type_, id_ in keys:
            await connection.execute(
                f"UPDATE entities SET {_columns(row)}"  # noqa: S608
                " WHERE account_id = :account AND type = :kind AND id = :number",
                account=world.acme.account.id,
                kind=type_,
                number=id_,
                **row,
            )
        await connection.execute("UPDATE heads SET revision = revision + 1")

    await world.acme.database.engine.write(work)


def _columns(row: Row) -> str:
    return ", ".join([f"{name} = :{name}" for name in row])


def reads(contact: str = "8") -> list[Case]:
    """A request for every list, stream and export of every surface, of a contact's or of all."""
    json_types = (b"application/json", b"application/activity+json")
    native = [
        _get("native", f"/v1{path}", b"limit=200", accept)
        for path in ("/activities", f"/entities/contact/{contact}/activities")
        for accept in (*json_types, b"text/csv", b"application/x-ndjson")
    ]
    return [
        *native,
        _get("native", "/v1/activities", b"q=e*&limit=200"),
        _get("native", "/v1/changes", b"limit=200&after=60"),
        _get("native", "/v1/entities", b"limit=200"),
        _get("native", "/v1/stats", b"by=kind"),
        _get("monica", "/monica/api/activities", b"limit=100&sort=-created_at"),
        _get("monica", f"/monica/api/contacts/{CONTACT_SEQ}/activities", b"limit=100"),
        _get("monica", "/monica/api/contacts"),
        _get("monica", f"/monica/api/contacts/{CONTACT_SEQ}"),
        _get("monica", "/monica/api/activitytypes"),
        _get("monica", "/monica/api/genders"),
        _get("monica", "/monica/api/tags"),
        _get("monica", "/monica/api/tags/1/contacts"),
        _get("monica", "/monica/api/contactfieldtypes"),
        _get("monica", "/monica/api/addresses"),
        _get("monica", f"/monica/api/contacts/{CONTACT_SEQ}/contactfields"),
        _get("cobot", "/cobot/acme/api/activities", b"last=200"),
        _get("cobot", "/cobot/acme/api/activities", b"last=200", b"text/html"),
        _get("cobot", "/cobot/acme/api/memberships"),
        _get("cobot", "/cobot/acme/api/memberships/m1"),
        _get("invent", f"/invent/orgs/c/contacts/{contact}/activities", b"take=100"),
        _get("agendize", "/agendize/api/2.3/activities", f"clientId={contact}".encode()),
        _get("mio", "/mio/business/v1/activities", b"limit=100"),
    ]


def _get(surface: str, path: str, query: bytes = b"", accept: bytes = b"*/*") -> Case:
    return Case(
        surface=surface,
        method="GET",
        path=path.encode(),
        query=query,
        headers=[(b"accept", accept)],
    )

"""How many SQL statements a list takes: few, and as many for a long list as for a short one.

Monica's lists are counted in its own folder.
"""

import msgspec
import pytest

from doings.core.activity import Link
from doings.core.entity import EntityDraft
from doings.core.query import ENTITIES
from doings.core.store import Writer
from doings.core.store.webhooks import Secret, Webhook, WebhookSettings
from doings.dialects.agendize.routes import SURFACE as AGENDIZE
from doings.dialects.cobot.routes import SURFACE as COBOT
from doings.dialects.invent.routes import SURFACE as INVENT
from doings.dialects.mio.routes import SURFACE as MIO
from doings.live.webhooks.signing import new_key, new_secret
from doings.storage.document_cache import DocumentCache
from tests.clocks import NOON
from tests.dialects.dialect import DIALECTS
from tests.dialects.samples import sample
from tests.serving import Business, Served

SHORT, LONG = 10, 40
"""How many rows the two lists have that are compared."""

SURFACES = {"agendize": AGENDIZE, "cobot": COBOT, "invent": INVENT, "mio": MIO}

SINGLE = {
    ("cobot", "/api/user"),
    ("cobot", "/{space}/api/user"),
    ("cobot", "/{space}/api/memberships/{id}"),
    ("cobot", "/{space}/api/subscriptions/{id}"),
    ("mio", "/business/v1/activities/{activity}"),
    ("mio", "/business/v1/settings/webhooks"),
}
"""The paths that answer GET with one document."""

ALL_SOURCES = ",".join([f"m{number}" for number in range(ENTITIES)])

COBOT_LIST = "/cobot/acme/api/activities"
INVENT_LIST = "/invent/orgs/c/contacts/8/activities"
AGENDIZE_LIST = "/agendize/api/2.3/activities?clientId=8"
MIO_LIST = "/mio/business/v1/activities"
EVER = "from=2000-01-01&to=2100-01-01"

LISTS: list[tuple[str, str, int]] = [
    ("cobot", f"{COBOT_LIST}?{EVER}", 3),
    ("cobot", f"{COBOT_LIST}?last=100", 3),
    ("cobot", f"{COBOT_LIST}?{EVER}&types=text", 5),
    ("cobot", f"{COBOT_LIST}?{EVER}&source_ids=m0", 5),
    ("cobot", f"{COBOT_LIST}?{EVER}&source_ids=m0,m1", 5),
    ("cobot", f"{COBOT_LIST}?last=100&source_ids={ALL_SOURCES}", 5),
    ("cobot", f"{COBOT_LIST}?{EVER}&source_ids=m0,m1&types=text,encounter", 5),
    ("cobot", "/cobot/acme/api/memberships", 2),
    ("cobot", "/cobot/acme/api/subscriptions", 2),
    ("invent", f"{INVENT_LIST}?take=100", 7),
    ("invent", f"{INVENT_LIST}?take=100&type=note_created", 7),
    ("agendize", AGENDIZE_LIST, 7),
    ("agendize", f"{AGENDIZE_LIST}&sort=desc&type=note", 7),
    ("agendize", f"{AGENDIZE_LIST}&appointmentId=a1", 8),
    ("mio", f"{MIO_LIST}?limit=100", 5),
    ("mio", f"{MIO_LIST}?limit=100&{EVER}", 5),
    ("mio", f"{MIO_LIST}?limit=100&entity=i0,i1,i2", 5),
    ("mio", f"{MIO_LIST}?limit=100&cifcode=B1", 9),
]
"""Dialect, address and the most statements that it may take."""


@pytest.fixture
async def business(served: Served) -> Business:
    """An account with a contact `8`."""
    business = await served.business()
    await business.put("contact", "8", name="Jim Halpert")
    return business


async def fill(business: Business, first: int, end: int) -> None:
    """Add rows to every list; each row has people and things of its own."""

    async def add(writer: Writer) -> None:
        for number in range(first, end):
            await _add_rows(writer, number)

    await business.write(add)


async def _add_rows(writer: Writer, number: int) -> None:
    """A membership that is named in a text, a note about an appointment, and a request."""
    party = EntityDraft(name=f"Party {number}", attrs='{"cifcode":"B1"}')
    await writer.put_entity(("individual", f"i{number % 5}"), lambda _: party)
    membership = EntityDraft(name=f"Member {number}")
    await writer.put_entity(("membership", f"m{number}"), lambda _: membership)
    links = (
        Link("contact", "8"),
        Link("user", f"u{number}", "actor", f"User {number}"),
        Link("membership", f"m{number % 2}"),
        Link("appointment", "a1"),
    )
    other = Link("individual", f"i{number % 3}", "counterpart")
    kinds_and_links = (
        ("text.posted", links),
        ("note.created", links),
        ("details.requested", (Link("business", "acme", "actor"), other)),
    )
    drafts = [
        msgspec.structs.replace(sample(kind, number), links=linked)
        for kind, linked in kinds_and_links
    ]
    await writer.record(drafts)
    await writer.add_webhook(_subscription(number))


def _subscription(number: int) -> Webhook:
    return Webhook(
        id=f"wh_{number}",
        settings=WebhookSettings(
            url=f"https://{number}.example.org/",
            format="cobot",
            options={"event": "created_membership"},
        ),
        secrets=(Secret(new_secret()),),
        key=new_key(),
        status="disabled",
        position=0,
        created_at=NOON,
        updated_at=NOON,
    )


@pytest.mark.parametrize(("name", "address", "most"), LISTS)
async def test_list_takes_few_statements_however_long_it_is(
    served: Served, business: Business, statements: list[str], *, name: str, address: str, most: int
) -> None:
    """Of documents that are shown for the first time."""
    dialect = next(dialect for dialect in DIALECTS if dialect.name == name)

    async def count(address: str) -> tuple[int, int]:
        """How many rows the list has, and how many statements it takes."""
        headers = await dialect.sign_in(served, business.key, business.secret)
        served.database.document_cache = DocumentCache()
        statements.clear()
        answer = await served.client.get(address, headers=headers)
        assert answer.status_code == 200, answer.text
        return len(dialect.items(answer.json())), len(statements)

    await fill(business, 0, SHORT)
    short = await count(address)
    await fill(business, SHORT, LONG)
    long = await count(address)

    assert short[0] < long[0]
    assert short[1] == long[1] <= most


def test_counts_every_list() -> None:
    """A path that answers GET shows one document, or is counted here."""
    readable = {
        (name, entry.path)
        for name, surface in SURFACES.items()
        for entry in surface.resources
        if "GET" in entry.operations
    }
    counted = {(name, address.partition("?")[0]) for name, address, _ in LISTS}

    assert {
        ("cobot", COBOT_LIST),
        ("cobot", "/cobot/acme/api/memberships"),
        ("cobot", "/cobot/acme/api/subscriptions"),
        ("invent", INVENT_LIST),
        ("agendize", AGENDIZE_LIST.partition("?")[0]),
        ("mio", MIO_LIST),
    } == counted
    assert len(readable - SINGLE) == len(counted)

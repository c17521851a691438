"""An account that has something in every corner, each with a mark; and a stranger beside it."""

from base64 import b64encode
from typing import Any, ClassVar

import msgspec

from doings.auth.credentials import IssuedCredential
from doings.auth.viewers import issue_viewer_token
from doings.core.account import Account
from doings.core.activity import ACTOR, Draft, Link
from doings.core.clock import SECOND
from doings.core.defaults import (
    ACTIVITY_CATEGORY,
    ACTIVITY_TYPE,
    ADDRESS,
    CONTACT_FIELD,
    CONTACT_FIELD_TYPE,
    GENDER,
    TAG,
)
from doings.core.store.credentials import View
from doings.core.text import json_text
from doings.storage.engine import Row
from doings.storage.sql.schema.tables import SHARED, TABLES_OF_ACCOUNT
from tests.builders import note
from tests.clocks import NOON
from tests.serving import Business, Served

CANARY = "c4n4ry"
"""What the account's texts, names and attributes hold, and no request has."""

HOUR = 3600 * SECOND

Headers = list[tuple[str, str]]


HAPPENED = {
    "notes": "note.created",
    "calls": "call.logged",
    "conversations": "conversation.logged",
    "lifeevents": "life_event.logged",
    "journal": "journal_entry.written",
}
"""The kinds of what Monica keeps beside activities, by the word in its path."""


class Things(msgspec.Struct, frozen=True, kw_only=True):
    """What requests to an account are about. `cursors` are of its lists.

    `happened` are the seqs of activities by Monica's word for them.
    """

    SETTING: ClassVar[int] = 91
    """The number of a setting in Monica."""

    slug: str
    contact_id: str
    contact_seq: int
    people: tuple[str, str]
    membership_id: str
    activity_id: str
    activity_seq: int
    external_id: str
    interaction_id: str
    spare_key: str
    webhook_id: str
    address_key: str
    merge_id: str
    subscription_id: str
    cursors: tuple[str, ...]
    happened: dict[str, int]


class World(msgspec.Struct, frozen=True):
    """The server, the account with its things, and the stranger."""

    served: Served
    owner: Business
    things: Things
    stranger: Business
    stranger_things: Things

    async def request(
        self,
        method: str,
        address: str,
        headers: Headers,
        body: Any = None,  # noqa: ANN401 - JSON
    ) -> Any:  # noqa: ANN401 - httpx publishes its type, and tests need its members only
        """Send a request."""
        sent = [*headers, *([("Content-Type", "application/json")] if body is not None else [])]
        content = None if body is None else msgspec.json.encode(body)
        return await self.served.client.request(method, address, headers=sent, content=content)

    async def rows(self, account: Account) -> dict[str, list[Row]]:
        """All that the store holds of an account."""
        engine = self.served.database.engine
        found: dict[str, list[Row]] = {}
        for table in (*TABLES_OF_ACCOUNT, *SHARED):
            key = ", ".join(table.key)
            sql = (
                f"SELECT {', '.join(table.columns)} FROM {table.name}"  # noqa: S608 - our names
                f" WHERE account_id = :account_id ORDER BY {key}"
            )
            found[table.name] = await engine.read(
                lambda connection, sql=sql: connection.fetch(sql, account_id=account.id)  # type: ignore[misc]
            )
        return found


async def filled_world(served: Served) -> World:
    """Fill both accounts; the owner's numbers are beyond all that the stranger has."""
    owner = await served.business("acme")
    stranger = await served.business("other")
    await owner.record(note(*[Link("filler", str(number)) for number in range(190)]))
    things = await _fill(served, owner, "a", CANARY)
    theirs = await _fill(served, stranger, "b", "plain")
    return World(served, owner, things, stranger, theirs)


async def _fill(served: Served, business: Business, sign: str, mark: str) -> Things:
    text = f"needle {mark}"
    attrs = json_text({"email": f"{mark}@example.org", "first_name": mark})
    contact = await business.put("contact", f"{sign}-8", name=text, attrs=attrs)
    other = await business.put("contact", f"{sign}-9", name=text, attrs=attrs)
    await business.put("membership", f"{sign}-m1", name=text, contact=contact.id)
    for type_ in (ACTIVITY_CATEGORY, ACTIVITY_TYPE, GENDER, TAG, CONTACT_FIELD_TYPE):
        await business.put(type_, str(Things.SETTING), name=text)
    for type_ in (CONTACT_FIELD, ADDRESS, "task", "reminder"):
        await business.put(type_, str(Things.SETTING), name=text, contact=other.id)
    recorded = await business.record(*_drafts(contact.id, sign, text))
    of_kinds = [_of_kind(kind, contact.id, text) for kind in HAPPENED.values()]
    happened = await business.record(*of_kinds)
    gone = await business.record(note(contact.id, summary=text))
    await business.erase(gone[0].seq)
    spare = await served.credential(business.account)
    headers = await sign_in("mio", served, business.account, business)
    webhook = {"type": "ACTIVITY_EVENT", "url": f"https://{mark}.example.org/"}
    await served.client.put("/mio/business/v1/settings/webhooks", headers=headers, json=webhook)
    hook = await served.client.post(
        "/v1/webhooks",
        headers=business.bearer,
        json={"url": f"https://{mark}.example.org/", "description": text, "enabled": False},
    )
    subscribed = await served.client.post(
        f"/cobot/{business.account.slug}/api/subscriptions",
        headers=business.bearer,
        json={"event": "created_invoice", "callback_url": f"https://{mark}.example.org/"},
    )
    address = await served.client.post(
        f"/v1/entities/contact/{contact.id}/addresses",
        headers=business.bearer,
        json={"format": "feed", "label": text},
    )
    await served.client.put("/v1/kinds/visit.logged", headers=business.bearer, json={"title": text})
    for id_ in "pqr":
        await business.put("contact", f"{sign}-{id_}", name=text, attrs=attrs)
    merge = await served.client.post(
        "/v1/merges",
        headers=business.bearer,
        json={"keep": f"contact:{sign}-p", "merge": [f"contact:{sign}-q"], "reason": text},
    )
    page = await served.client.get("/v1/activities?limit=1", headers=business.bearer)
    people = await served.client.get("/v1/entities?limit=1", headers=business.bearer)
    return Things(
        slug=business.account.slug,
        contact_id=contact.id,
        contact_seq=other.seq,
        people=(f"{sign}-r", f"{sign}-q"),
        membership_id=f"{sign}-m1",
        activity_id=recorded[0].id,
        activity_seq=recorded[2].seq,
        external_id=f"{sign}-ext",
        interaction_id=recorded[-1].id,
        spare_key=spare.key,
        webhook_id=hook.json()["id"],
        address_key=address.json()["key"],
        merge_id=merge.json()["id"],
        subscription_id=subscribed.json()["id"],
        cursors=(page.json()["next"], people.json()["next"]),
        happened={word: one.seq for word, one in zip(HAPPENED, happened, strict=True)},
    )


def _of_kind(kind: str, contact_id: str, text: str) -> Draft:
    messages = [{"id": 1, "content": text}] if kind == "conversation.logged" else None
    data = json_text({} if messages is None else {"messages": messages})
    links = (Link("contact", contact_id),)
    return Draft(kind=kind, occurred_at=NOON, summary=text, body=text, data=data, links=links)


def _drafts(contact_id: str, sign: str, text: str) -> tuple[Draft, ...]:
    who = Link("contact", contact_id)
    member = Link("membership", f"{sign}-m1")
    person = Link("individual", f"{sign}-i1", "counterpart", text)
    return (
        note(who, member, summary=text, body=text, metadata=json_text({"by": text}), origin="crm",
             external_id=f"{sign}-ext"),
        note(who, member, kind="text.posted", body=text),
        note(who, f"{sign}-9", kind="encounter.logged", summary=text,
             data='{"happened_on":"2026-03-01"}'),
        note(
            Link("business", sign, ACTOR, text),
            person,
            kind="details.requested",
            summary=text,
            data=json_text({"notification_message": text, "status": "SENT", "timeline": []}),
        ),
    )  # fmt: skip


async def sign_in(
    mount: str, served: Served, account: Account, issued: IssuedCredential | Business
) -> Headers:
    """The headers that a surface signs in with."""
    if mount == "agendize":
        return [("apiKey", issued.key), ("token", issued.secret)]
    if mount == "embed":
        return viewing(served, account, issued.key)
    if mount != "mio":
        return [("Authorization", f"Bearer {issued.secret}")]
    basic = b64encode(f"{account.slug}:{issued.secret}".encode()).decode()
    answer = await served.client.post(
        "/mio/business/v1/auth",
        headers={"Authorization": f"Basic {basic}", "x-api-key": issued.key},
    )
    token = answer.json()["token"]
    return [("Authorization", f"Bearer {token}"), ("x-api-key", issued.key)]


CONTACTS = {"acme": "a-8", "other": "b-8"}
"""Whose timelines the accounts let others see."""


def viewing(served: Served, account: Account, key: str) -> Headers:
    """The header of somebody who may see one timeline of the account."""
    token = issue_viewer_token(
        served.database.secret,
        View(entity=("contact", CONTACTS[account.slug])),
        key=key,
        account_id=account.id,
        expires_at=served.clock.now() + HOUR,
    )
    return [("Authorization", f"Bearer {token}")]
